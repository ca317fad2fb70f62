//! What a command may end with.

use crate::attack::error::AttackError;
use crate::audit::diagnostic::Diagnostic;
use crate::audit::folder::FolderError;
use crate::audit::merge::MergeError;
use crate::audit::probe::ProbeError;
use crate::audit::run::RunError;
use crate::conformance::ConformanceError;
use crate::data::DataError;
use crate::evaluate::error::EvaluateError;
use crate::host::HostError;
use crate::init::error::InitError;
use crate::onnx::runtime::RuntimeError;
use crate::predict::PredictError;
use crate::report::ReportError;
use crate::report::show::ShowError;
use crate::template::TemplateError;
use crate::verify::VerifyError;

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
pub enum CliError {
    /// Something is wrong with the audit.
    #[error(transparent)]
    Audit(#[from] Box<Diagnostic>),
    /// The run failed as a whole.
    #[error(transparent)]
    Run(#[from] RunError),
    /// Shards can't be merged.
    #[error(transparent)]
    Merge(#[from] MergeError),
    /// The attack failed as a whole.
    #[error(transparent)]
    Attack(AttackError),
    /// The evaluation failed as a whole.
    #[error(transparent)]
    Evaluate(#[from] EvaluateError),
    /// A probe could not be made.
    #[error(transparent)]
    Probe(#[from] ProbeError),
    /// A run folder can't be read.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// A run folder can't be verified to the end.
    #[error(transparent)]
    Verify(#[from] VerifyError),
    /// Nothing can be predicted.
    #[error(transparent)]
    Predict(#[from] PredictError),
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
    /// A report can't be made.
    #[error(transparent)]
    Report(#[from] ReportError),
    /// A picture can't be made.
    #[error(transparent)]
    Show(#[from] ShowError),
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

impl From<AttackError> for CliError {
    /// What is wrong with the audit is shown with its line, whichever command finds it.
    fn from(error: AttackError) -> Self {
        match error {
            AttackError::Audit(diagnostic) => Self::Audit(diagnostic),
            other => Self::Attack(other),
        }
    }
}

impl CliError {
    /// The exit code.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Show(error) if error.is_usage() => 2,
            Self::Audit(diagnostic) => diagnostic.exit_code(),
            Self::Merge(error) => error.exit_code(),
            Self::Evaluate(error) => error.exit_code(),
            Self::Init(error) => error.exit_code(),
            Self::Argument(_)
            | Self::Predict(PredictError::Case { .. } | PredictError::Data(DataError::Index { .. }))
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
            | Self::Attack(_)
            | Self::Probe(_)
            | Self::Folder(_)
            | Self::Predict(_)
            | Self::Verify(_)
            | Self::Host(_)
            | Self::Template(_)
            | Self::Conformance(_)
            | Self::Runtime(_)
            | Self::Report(_)
            | Self::Show(_)
            | Self::Output(_)
            | Self::Json(_) => 3,
        }
    }
}
