//! How many copies of an image a blur is the mean of: the option `nodes`.

use gsmooth_plugin_sdk::{OptionSpec, Options, Result};

use crate::error::TransformationError;

/// Fewest and most copies.
const LEAST: i64 = 2;
const MOST: i64 = 101;
/// Copies unless the user says otherwise.
const USUAL: i64 = 11;

/// The declaration of the option.
pub const fn spec(doc: &'static str) -> OptionSpec {
    OptionSpec::integer("nodes", doc).at_least(LEAST as f64).at_most(MOST as f64).default_integer(USUAL)
}

/// The number of copies that the user asks for.
pub fn read(options: &Options<'_>) -> Result<usize> {
    let nodes = options.integer("nodes")?;
    if (LEAST..=MOST).contains(&nodes) {
        Ok(nodes as usize)
    } else {
        Err(TransformationError::Nodes { nodes, least: LEAST, most: MOST }.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gsmooth_plugin_sdk::Value;

    #[test]
    fn numbers_of_copies_are_checked() {
        const SPECS: &[OptionSpec] = &[spec("Copies.")];
        let of = |nodes: i64| read(&Options::of(SPECS, &[("nodes", Value::Integer(nodes))]).unwrap());
        assert_eq!((of(2).unwrap(), of(101).unwrap()), (2, 101));
        assert!(of(1).is_err() && of(102).is_err());
        assert_eq!(read(&Options::of(SPECS, &[]).unwrap()).unwrap(), 11);
    }
}
