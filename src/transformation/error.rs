//! Why an image could not be transformed.

use crate::host::HostError;
use crate::onnx::network::NetworkError;
use crate::onnx::runtime::SessionError;

/// Why an image could not be transformed.
#[derive(Debug, thiserror::Error)]
pub enum TransformationError {
    /// A plugin failed.
    #[error(transparent)]
    Plugin(#[from] HostError),
    /// ONNX Runtime refused the graph.
    #[error(transparent)]
    Session(#[from] SessionError),
    /// ONNX Runtime failed on the graph.
    #[error(transparent)]
    Network(#[from] NetworkError),
    /// Parameters or images of another number than there should be.
    #[error("the transformation `{model}`: {what} of {found} values, expected {expected}")]
    Size {
        /// The graph's model.
        model: String,
        /// What is of another size.
        what: &'static str,
        /// Values found.
        found: usize,
        /// Values expected.
        expected: usize,
    },
    /// A graph gave a pixel that is not a finite number.
    #[error(
        "the transformation `{model}` made the pixel value {value} of image {image} of a batch at parameters {parameters:?}"
    )]
    NotFinite {
        /// The graph's model.
        model: String,
        /// Number of the image in the batch, from 0.
        image: usize,
        /// Its parameters.
        parameters: Vec<f64>,
        /// The first value that is not finite.
        value: f32,
    },
}
