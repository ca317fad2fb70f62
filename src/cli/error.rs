//! What a command may end with.

use crate::audit::diagnostic::Diagnostic;
use crate::audit::probe::ProbeError;
use crate::audit::run::RunError;
use crate::conformance::ConformanceError;
use crate::host::HostError;
use crate::init::error::InitError;
use crate::onnx::runtime::RuntimeError;
use crate::template::TemplateError;

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
pub enum CliError {
    /// Something is wrong with the audit.
    #[error(transparent)]
    Audit(#[from] Box<Diagnostic>),
    /// The run failed as a whole.
    #[error(transparent)]
    Run(#[from] RunError),
    /// A probe could not be made.
    #[error(transparent)]
    Probe(#[from] ProbeError),
    /// A plugin can't be had.
    #[error(transparent)]
    Host(#[from] HostError),
    /// A new plugin can't be written.
    #[error(transparent)]
    Template(#[from] TemplateError),
    /// No audit can be written for a model.
    #[error(transparent)]
    Init(#[from] InitError),
    /// Plugins can't be checked.
    #[error(transparent)]
    Conformance(#[from] ConformanceError),
    /// ONNX Runtime can't be had.
    #[error(transparent)]
    Runtime(#[from] RuntimeError),
    /// Arguments that contradict each other.
    #[error("these arguments make no sense: {0}")]
    Argument(String),
    /// Standard output can't be written.
    #[error("cannot write the results")]
    Output(#[from] std::io::Error),
    /// Results can't be written as JSON.
    #[error("cannot write the results as JSON")]
    Json(#[from] serde_json::Error),
}

impl CliError {
    /// The exit code.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Audit(diagnostic) => diagnostic.exit_code(),
            Self::Init(error) => error.exit_code(),
            Self::Argument(_)
            | Self::Host(HostError::UnknownPlugin { .. })
            | Self::Template(
                TemplateError::Name { .. } | TemplateError::Taken { .. } | TemplateError::Occupied { .. },
            )
            | Self::Conformance(
                ConformanceError::UnknownPlugin { .. }
                | ConformanceError::UnknownTest { .. }
                | ConformanceError::UnknownOption { .. },
            ) => 2,
            Self::Run(_)
            | Self::Probe(_)
            | Self::Host(_)
            | Self::Template(_)
            | Self::Conformance(_)
            | Self::Runtime(_)
            | Self::Output(_)
            | Self::Json(_) => 3,
        }
    }
}
