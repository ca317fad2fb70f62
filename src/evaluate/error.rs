//! Why an evaluation failed as a whole.

use std::io;
use std::path::PathBuf;

use crate::onnx::runtime::SessionError;

/// Why an evaluation failed as a whole.
#[derive(Debug, thiserror::Error)]
pub enum EvaluateError {
    /// The audit says nothing of what to measure.
    #[error(
        "{} has no `[evaluate]` table: write one, such as\n[evaluate]\ncorruption = [{{ plugin = \"defocus_blur_c\", severities = [1, 2, 3, 4, 5] }}]",
        audit.display()
    )]
    NoTable {
        /// The audit file.
        audit: PathBuf,
    },
    /// A worker's networks can't be opened.
    #[error(transparent)]
    Session(#[from] SessionError),
    /// The figures can't be written.
    #[error("cannot write {}", path.display())]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

impl EvaluateError {
    /// The exit code: 2 for the audit file, 3 for what is around it.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::NoTable { .. } => 2,
            Self::Session(_) | Self::Write { .. } => 3,
        }
    }
}
