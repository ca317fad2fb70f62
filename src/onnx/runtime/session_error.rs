//! What can go wrong with a model: when it is made ready, and when it runs.

use std::path::PathBuf;

use super::providers::ProviderError;

/// Why a model cannot be run.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    /// A provider that was asked for cannot be had.
    #[error(transparent)]
    Provider(#[from] ProviderError),
    /// The file cannot be read.
    #[error("cannot read the model `{}`", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// An ONNX file holds less than 2 GiB; larger models keep their weights in files beside it.
    #[error("the model `{model}` has {bytes} bytes; an ONNX file holds at most {MODEL_BYTES_LIMIT}")]
    TooLarge {
        /// The model.
        model: String,
        /// Its size.
        bytes: u64,
    },
    /// A folder whose name ONNX Runtime cannot be given.
    #[error("the folder `{}` of the model `{model}` has a name that is not UTF-8", folder.display())]
    Folder {
        /// The model.
        model: String,
        /// Its folder.
        folder: PathBuf,
    },
    /// ONNX Runtime refuses the model.
    #[error("the model `{model}` cannot be used: {reason}")]
    Model {
        /// The model.
        model: String,
        /// What ONNX Runtime says.
        reason: String,
    },
    /// The model has not one float input and one float output.
    #[error("the model `{model}` must have one {side} of type tensor(float), but has {}", describe(found))]
    Interface {
        /// The model.
        model: String,
        /// `input` or `output`.
        side: &'static str,
        /// Each name with its type.
        found: Vec<(String, String)>,
    },
}

/// The largest protobuf message.
const MODEL_BYTES_LIMIT: u64 = i32::MAX as u64;

fn describe(found: &[(String, String)]) -> String {
    if found.is_empty() {
        return "none".to_owned();
    }
    found.iter().map(|(name, kind)| format!("`{name}`: {kind}")).collect::<Vec<_>>().join(", ")
}

/// Why a batch could not be run.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RunError {
    /// The model has no such input.
    #[error("the model `{model}` has no input `{asked}`; its input is `{found}`")]
    Input {
        /// The model.
        model: String,
        /// The name that was asked for.
        asked: String,
        /// The name of its input.
        found: String,
    },
    /// The shape does not match the number of values, or is empty.
    #[error("{values} values cannot fill the shape {shape:?} of `{model}`'s input")]
    Shape {
        /// The model.
        model: String,
        /// The shape.
        shape: Vec<usize>,
        /// The number of values.
        values: usize,
    },
    /// ONNX Runtime failed.
    #[error("the model `{model}` failed on a batch of shape {shape:?}: {reason}")]
    Failed {
        /// The model.
        model: String,
        /// The shape of the batch.
        shape: Vec<usize>,
        /// What ONNX Runtime says.
        reason: String,
    },
}

/// Refuses what is too large for a protobuf message, before memory is taken for it.
pub(super) fn check_size(model: &str, bytes: u64) -> Result<(), SessionError> {
    if bytes > MODEL_BYTES_LIMIT {
        return Err(SessionError::TooLarge { model: model.to_owned(), bytes });
    }
    Ok(())
}
