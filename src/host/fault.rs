//! What can be wrong with a plugin.

use std::fmt::{self, Display};

/// How a call of a plugin failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// The plugin does not accept an argument.
    InvalidArgument,
    /// The plugin returned an error.
    Failed,
    /// The plugin panicked.
    Panicked,
    /// The plugin stopped because it was asked to.
    Cancelled,
    /// The plugin says that it has no answer, where one is required.
    Absent,
    /// A status that this version does not know.
    Unknown(i32),
}

impl Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InvalidArgument => formatter.write_str("refused its arguments"),
            Self::Failed => formatter.write_str("failed"),
            Self::Panicked => formatter.write_str("panicked"),
            Self::Cancelled => formatter.write_str("was cancelled"),
            Self::Absent => formatter.write_str("has no answer"),
            Self::Unknown(status) => write!(formatter, "failed with the unknown status {status}"),
        }
    }
}

/// What is wrong with the declaration of a plugin.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum DeclarationError {
    /// A table is missing or misaligned.
    #[error("its table is a null or misaligned pointer")]
    Pointer,
    /// A kind that this version does not know.
    #[error("its kind is {0}, which this version does not know")]
    Kind(u32),
    /// A table is smaller than in version 1.
    #[error("its table has {found} bytes, less than the {expected} of version 1")]
    TableSize {
        /// Bytes that the library declares.
        found: usize,
        /// Bytes of version 1.
        expected: usize,
    },
    /// A function that must be there is null.
    #[error("the function `{0}` is missing")]
    MissingFunction(&'static str),
    /// A text is not UTF-8.
    #[error("its {0} is not UTF-8")]
    Text(&'static str),
    /// A name has characters other than a to z, 0 to 9 and the underscore.
    #[error("{what} `{name}` must consist of a to z, 0 to 9 and _")]
    Name {
        /// Name of what.
        what: &'static str,
        /// The name.
        name: String,
    },
    /// A name appears twice.
    #[error("{what} `{name}` appears twice")]
    Repeated {
        /// Name of what.
        what: &'static str,
        /// The name.
        name: String,
    },
    /// An option has a name that means something else in an audit file.
    #[error("an option must not be called `{0}`, which has another meaning in audit files")]
    Reserved(String),
    /// A transformation without parameters.
    #[error("a transformation needs a parameter")]
    NoParameters,
    /// A domain that is empty, no interval, or does not hold the identity.
    #[error("the domain [{low}, {high}] of parameter `{name}` with identity {identity} cannot be")]
    Domain {
        /// The parameter.
        name: String,
        /// Least value.
        low: f64,
        /// Greatest value.
        high: f64,
        /// Identity.
        identity: f64,
    },
    /// An additive transformation whose identity is not 0.
    #[error("the transformation is additive, but the identity of parameter `{0}` is not 0")]
    AdditiveIdentity(String),
    /// A class that this version does not know.
    #[error("its class is {0}, which this version does not know")]
    Class(u32),
    /// An option's kind, range, default or choices cannot be.
    #[error("option `{name}`: {what}")]
    Option {
        /// The option.
        name: String,
        /// What is wrong.
        what: &'static str,
    },
}
