//! Recognising files that are often given by mistake where an ONNX model is wanted.

use std::fmt;

/// A kind of file that is no ONNX model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ForeignFormat {
    /// No bytes at all.
    Nothing,
    /// A pointer that Git LFS left in place of the model.
    GitLfsPointer,
    /// Text.
    Text,
    /// A ZIP archive, such as a PyTorch checkpoint.
    Zip,
    /// HDF5, such as a Keras model.
    Hdf5,
    /// A TensorFlow Lite model.
    TensorFlowLite,
    /// A Python pickle, such as an old PyTorch checkpoint.
    Pickle,
}

impl ForeignFormat {
    /// What the bytes are, if they are certainly not an ONNX model.
    #[must_use]
    pub fn recognise(bytes: &[u8]) -> Option<Self> {
        let head = &bytes[..bytes.len().min(512)];
        if head.is_empty() {
            Some(Self::Nothing)
        } else if head.starts_with(b"version https://git-lfs") {
            Some(Self::GitLfsPointer)
        } else if head.starts_with(b"PK\x03\x04") {
            Some(Self::Zip)
        } else if head.starts_with(b"\x89HDF\r\n") {
            Some(Self::Hdf5)
        } else if head.get(4..8) == Some(b"TFL3") {
            Some(Self::TensorFlowLite)
        } else if head.starts_with(b"\x80\x02") && head.get(2).is_some_and(|b| b"}cX(]\x8a".contains(b)) {
            Some(Self::Pickle)
        } else if head.iter().all(|b| matches!(b, b'\t' | b'\n' | b'\r' | b' '..=b'~')) {
            // The first field of a model is its IR version, tag byte 0x08, which no text holds.
            Some(Self::Text)
        } else {
            None
        }
    }
}

impl fmt::Display for ForeignFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Nothing => "an empty file",
            Self::GitLfsPointer => "a Git LFS pointer (run `git lfs pull` to get the model itself)",
            Self::Text => "text",
            Self::Zip => "a ZIP archive (a PyTorch checkpoint? export it with torch.onnx.export)",
            Self::Hdf5 => "an HDF5 file (a Keras model? convert it with tf2onnx)",
            Self::TensorFlowLite => "a TensorFlow Lite model (convert it with tf2onnx)",
            Self::Pickle => "a Python pickle (a PyTorch checkpoint? export it with torch.onnx.export)",
        })
    }
}
