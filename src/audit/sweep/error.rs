//! Sweeps that make no sense.

use std::ops::Range;

use super::super::error::{Fault, Problem};

/// Why a sweep can't be expanded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SweepError {
    /// It is no table.
    #[error("`sweep` must be a table of keys with the values that each takes")]
    NoTable,
    /// It has no key.
    #[error("`sweep` names no key")]
    NoKey,
    /// A key without a list.
    #[error("`sweep` needs a list of values for `{key}`, not {found}")]
    NoList {
        /// The key.
        key: String,
        /// What it has.
        found: &'static str,
    },
    /// A key with an empty list.
    #[error("`sweep` has no value for `{key}`: a grid without values has no point")]
    NoValue {
        /// The key.
        key: String,
    },
    /// A value that stands twice in a list.
    #[error("`sweep` has the value {value} for `{key}` twice")]
    Repeated {
        /// The key.
        key: String,
        /// The value as the file writes it.
        value: String,
    },
    /// A key that must be the same in all variants.
    #[error("`{key}` can't be swept")]
    Fixed {
        /// The key.
        key: String,
    },
    /// A path with nothing between two dots.
    #[error("`{key}` is no path of keys such as `noise.scale`")]
    Path {
        /// The key.
        key: String,
    },
    /// Two keys that set the same value.
    #[error("`{key}` and `{other}` are both swept, and set the same value")]
    Overlap {
        /// The key.
        key: String,
        /// The key before it.
        other: String,
    },
    /// More variants than anybody wants.
    #[error("`sweep` makes {found} cases of one, more than {most}")]
    TooMany {
        /// The number of combinations.
        found: usize,
        /// The limit.
        most: usize,
    },
    /// A path that goes on below something that holds no keys.
    #[error("there is no `{key}` to sweep: `{stop}` is {found} here")]
    NoPlace {
        /// The key.
        key: String,
        /// Its part that ends it.
        stop: String,
        /// What stands there.
        found: String,
    },
}

impl SweepError {
    /// This error at a place of the audit file.
    pub(super) fn at_span(self, span: Range<usize>) -> Fault {
        Problem::from(self).at(span)
    }

    /// What to do about it.
    pub fn remedy(&self) -> Option<String> {
        Some(match self {
            Self::NoTable | Self::NoKey => {
                "for example `sweep = { \"noise.scale\" = [0.1, 0.25, 0.5] }`".to_owned()
            }
            Self::NoList { key, .. } | Self::NoValue { key } => {
                format!(
                    "write its values in brackets, as in `\"{key}\" = [.., ..]`, or take it out of `sweep`"
                )
            }
            Self::Repeated { .. } => "leave one of them out: both would give the same case".to_owned(),
            Self::Fixed { .. } => {
                "every variant is named after its case and the values that it has".to_owned()
            }
            Self::Path { .. } => "write the keys on the way to the value, with dots between them".to_owned(),
            Self::Overlap { .. } => "sweep one of them".to_owned(),
            Self::TooMany { .. } => "leave out values, or write several cases".to_owned(),
            Self::NoPlace { .. } => return None,
        })
    }
}
