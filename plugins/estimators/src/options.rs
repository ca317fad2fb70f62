//! Options that several estimators share.

/// Option `points`: how many grid points a parameter gets.
pub mod points {
    use gsmooth_plugin_sdk::{OptionSpec, Options, Result};

    use crate::error::EstimatorError;

    /// The greatest number that may be asked for.
    const MOST: i64 = 1 << 20;

    /// Its declaration.
    pub const fn spec(doc: &'static str, default: i64) -> OptionSpec {
        OptionSpec::integer("points", doc).at_least(2.0).at_most(MOST as f64).default_integer(default)
    }

    /// Its value, checked.
    pub fn read(options: &Options<'_>) -> Result<u64> {
        let points = options.integer("points")?;
        match u64::try_from(points) {
            Ok(count) if (2..=MOST).contains(&points) => Ok(count),
            _ => Err(EstimatorError::Points { points, most: MOST }.into()),
        }
    }
}
