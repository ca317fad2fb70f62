//! The one option that every law here takes.

use gsmooth_plugin_sdk::{Error, Options, Result};

/// Scales beyond these would bring samples that overflow, or quantiles that underflow and lose their accuracy.
const RANGE: std::ops::RangeInclusive<f64> = 1e-290..=1e300;

/// The option `scale`, in units of the parameter.
pub(crate) fn scale(options: &Options<'_>) -> Result<f64> {
    let scale = options.float("scale")?;
    if RANGE.contains(&scale) {
        return Ok(scale);
    }
    let (least, most) = (RANGE.start(), RANGE.end());
    Err(Error::invalid_argument(format_args!(
        "scale must lie between {least:e} and {most:e}, not at {scale:?}"
    )))
}

#[cfg(test)]
mod tests {
    use gsmooth_plugin_sdk::{OptionSpec, Value};

    use super::*;

    const SPECS: &[OptionSpec] = &[OptionSpec::float("scale", "Width.").above(0.0).required()];

    fn found(value: f64) -> Result<f64> {
        scale(&Options::of(SPECS, &[("scale", Value::Float(value))])?)
    }

    #[test]
    fn impossible_scales_are_refused() {
        assert_eq!(found(0.25), Ok(0.25));
        for impossible in [0.0, -1.0, f64::NAN, f64::INFINITY, 5e-324, f64::MAX] {
            assert!(found(impossible).unwrap_err().to_string().contains("scale must lie between"));
        }
    }
}
