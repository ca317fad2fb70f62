use std::io;
use std::path::PathBuf;

use crate::host::HostError;

/// Why plugins cannot be checked at all.
#[derive(Debug, thiserror::Error)]
pub enum ConformanceError {
    /// The library cannot be opened.
    #[error(transparent)]
    Host(#[from] HostError),
    /// A process cannot be started.
    #[error("cannot start a process for the plugin library {}", path.display())]
    Start {
        /// The library.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The process that was to open the library found that it cannot be.
    #[error("{reason}")]
    NotOpened {
        /// Its message, which names the library.
        reason: String,
    },
    /// The process that was to open the library ended without an answer.
    #[error("the plugin library {} ended the process that opened it: {reason}", path.display())]
    Opening {
        /// The library.
        path: PathBuf,
        /// How.
        reason: String,
    },
    /// No plugin of the library has this name.
    #[error("the library has no plugin `{id}`; it has: {}", known.join(", "))]
    UnknownPlugin {
        /// Name asked for.
        id: String,
        /// All names.
        known: Vec<String>,
    },
    /// No plugin of the library has an option of this name.
    #[error("no plugin of the library has an option `{name}`; there are: {}", known.join(", "))]
    UnknownOption {
        /// Name given.
        name: String,
        /// All names.
        known: Vec<String>,
    },
    /// No test has this name.
    #[error("there is no test `{name}` for these plugins; there are: {}", known.join(", "))]
    UnknownTest {
        /// Name asked for.
        name: String,
        /// All names.
        known: Vec<String>,
    },
}
