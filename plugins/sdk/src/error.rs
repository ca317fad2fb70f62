use core::fmt::{self, Display};

use gsmooth_plugin_abi::{Status, status};

/// Why a plugin could not do what it was asked. The host shows the message with the plugin's name and file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    status: Status,
    message: String,
}

/// The result of a plugin's function.
pub type Result<T = ()> = core::result::Result<T, Error>;

impl Error {
    /// The plugin failed, for the reason given.
    pub fn new(message: impl Display) -> Self {
        Self::with_status(status::FAILED, message)
    }

    /// An argument, an option say, is not acceptable.
    pub fn invalid_argument(message: impl Display) -> Self {
        Self::with_status(status::INVALID_ARGUMENT, message)
    }

    /// The host asked to stop ([`crate::cancelled`]).
    pub fn cancelled() -> Self {
        Self::with_status(status::CANCELLED, "cancelled")
    }

    pub(crate) fn with_status(status: Status, message: impl Display) -> Self {
        Self { status, message: message.to_string() }
    }

    pub(crate) fn status(&self) -> Status {
        self.status
    }

    /// Whether the host, asked for something optional, does not offer it.
    pub fn is_absent(&self) -> bool {
        self.status == status::ABSENT
    }
}

impl Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl core::error::Error for Error {}
