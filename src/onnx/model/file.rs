//! Reading a model file that a stranger may have written: sizes are checked before memory is taken, nothing outside
//! the model's own folder is opened, and what no later step could treat soundly is refused here.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use prost::Message;
use sha2::{Digest, Sha256};

use super::external_data::{self, ExternalDataError, ExternalFile};
use super::foreign::ForeignFormat;
use super::graph::{nodes, operator_domain};
use crate::onnx::proto::ModelProto;

/// The most bytes that a model and its external data may have together: 2 GiB, the limit of protobuf itself.
pub const DEFAULT_SIZE_LIMIT: u64 = 1 << 31;

/// Operator domains that ONNX Runtime implements by itself; all others need a library of custom operators.
const BUILT_IN_DOMAINS: [&str; 3] = ["", "ai.onnx.ml", "com.microsoft"];

/// A model as read from its file, with external data already placed inside it.
#[derive(Debug, Clone)]
pub struct ModelFile {
    /// Where it was read from.
    pub path: PathBuf,
    /// The model; self-contained, without training information.
    pub proto: ModelProto,
    /// SHA-256 of the model file's bytes, in lower-case hexadecimal digits.
    pub sha256: String,
    /// The files of external data that belong to the model, each with its own digest; usually none.
    pub external: Vec<ExternalFile>,
}

/// Why a model file was refused.
#[derive(Debug, thiserror::Error)]
pub enum ModelFileError {
    /// The operating system would not hand over the file.
    #[error("model {}: cannot be read: {source}", path.display())]
    Unreadable {
        /// The model.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
    /// A folder, device or pipe.
    #[error("model {}: not a regular file", path.display())]
    NotAFile {
        /// The model.
        path: PathBuf,
    },
    /// More bytes than allowed.
    #[error("model {}: {found} bytes with its external data, at most {limit} are accepted", path.display())]
    TooLarge {
        /// The model.
        path: PathBuf,
        /// Bytes found.
        found: u64,
        /// Bytes allowed.
        limit: u64,
    },
    /// A file of another kind.
    #[error("model {}: expected an ONNX model, found {found}", path.display())]
    NotOnnx {
        /// The model.
        path: PathBuf,
        /// What the file is.
        found: ForeignFormat,
    },
    /// The protobuf decoder failed.
    #[error(
        "model {}: expected an ONNX model, but its {size} bytes cannot be decoded ({source}); the file may be cut \
         short or damaged", path.display()
    )]
    Damaged {
        /// The model.
        path: PathBuf,
        /// Bytes in the file.
        size: usize,
        /// The decoder's reason.
        source: prost::DecodeError,
    },
    /// Decoded, but a part without which it is no model is absent.
    #[error("model {}: decodes, but has no {missing}; it is empty or not an ONNX model", path.display())]
    Incomplete {
        /// The model.
        path: PathBuf,
        /// What it lacks.
        missing: &'static str,
    },
    /// An operator that only a custom library could run.
    #[error(
        "model {}: node `{node}` uses operator `{operator}` of domain `{domain}`; only ONNX's own operators and \
         com.microsoft are run, libraries of custom operators are never loaded", path.display()
    )]
    CustomOperator {
        /// The model.
        path: PathBuf,
        /// The node.
        node: String,
        /// Its operator.
        operator: String,
        /// The operator's domain.
        domain: String,
    },
    /// Functions defined inside the model.
    #[error(
        "model {}: defines its own functions ({}); inline them first, with onnx.inliner.inline_local_functions in \
         Python", path.display(), functions.join(", ")
    )]
    LocalFunctions {
        /// The model.
        path: PathBuf,
        /// Names of the functions.
        functions: Vec<String>,
    },
    /// A tensor's data lies in another file that is not accepted.
    #[error("model {}: tensor `{tensor}`: {source}", path.display())]
    ExternalData {
        /// The model.
        path: PathBuf,
        /// The tensor.
        tensor: String,
        /// What is wrong.
        source: Box<ExternalDataError>,
    },
}

impl ModelFile {
    /// Reads a model of at most [`DEFAULT_SIZE_LIMIT`] bytes.
    ///
    /// # Errors
    /// See [`ModelFileError`]; each names the file, what was found and what was expected.
    pub fn read(path: &Path) -> Result<Self, ModelFileError> {
        Self::read_limited(path, DEFAULT_SIZE_LIMIT)
    }

    /// Reads a model that has, together with its external data, at most `limit` bytes.
    ///
    /// # Errors
    /// See [`ModelFileError`].
    pub fn read_limited(path: &Path, limit: u64) -> Result<Self, ModelFileError> {
        let bytes = read_bytes(path, limit)?;
        let mut proto = decode(path, &bytes)?;
        let sha256 = sha256_hex(&bytes);
        let size = bytes.len() as u64;
        drop(bytes);
        // Only inference is run; what it never reads need not be carried or trusted.
        proto.training_info.clear();
        refuse_foreign_operators(path, &proto)?;
        let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let external = external_data::embed(&mut proto, folder, limit.saturating_sub(size)).map_err(
            |(tensor, source)| ModelFileError::ExternalData {
                path: path.to_owned(),
                tensor,
                source: Box::new(source),
            },
        )?;
        Ok(Self { path: path.to_owned(), proto, sha256, external })
    }

    /// The model in the ONNX file format, as ONNX Runtime takes it from memory.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        self.proto.encode_to_vec()
    }
}

/// SHA-256 of some bytes in lower-case hexadecimal digits.
#[must_use]
pub fn sha256_hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Opens and reads a regular file, at most `limit` bytes of it even if it grows meanwhile.
fn read_bytes(path: &Path, limit: u64) -> Result<Vec<u8>, ModelFileError> {
    let unreadable = |source| ModelFileError::Unreadable { path: path.to_owned(), source };
    let too_large = |found| ModelFileError::TooLarge { path: path.to_owned(), found, limit };
    let metadata = std::fs::metadata(path).map_err(unreadable)?;
    if !metadata.is_file() {
        return Err(ModelFileError::NotAFile { path: path.to_owned() });
    }
    if metadata.len() > limit {
        return Err(too_large(metadata.len()));
    }
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(unreadable)?;
    file.take(limit.saturating_add(1)).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > limit {
        return Err(too_large(bytes.len() as u64));
    }
    Ok(bytes)
}

/// Decodes the bytes of a model file and checks that the parts of a model are there.
///
/// `path` is only named in errors.
///
/// # Errors
/// [`ModelFileError::NotOnnx`], [`ModelFileError::Damaged`], [`ModelFileError::Incomplete`].
pub fn decode(path: &Path, bytes: &[u8]) -> Result<ModelProto, ModelFileError> {
    let path = path.to_owned();
    if let Some(found) = ForeignFormat::recognise(bytes) {
        return Err(ModelFileError::NotOnnx { path, found });
    }
    let proto = match ModelProto::decode(bytes) {
        Ok(proto) => proto,
        Err(source) => {
            return Err(ModelFileError::Damaged { path, size: bytes.len(), source });
        }
    };
    let missing = match &proto.graph {
        None => Some("graph"),
        Some(graph) if graph.node.is_empty() => Some("nodes in its graph"),
        Some(graph) if graph.output.is_empty() => Some("outputs of its graph"),
        Some(_) if proto.opset_import.is_empty() => Some("operator set version"),
        Some(_) => None,
    };
    match missing {
        Some(missing) => Err(ModelFileError::Incomplete { path, missing }),
        None => Ok(proto),
    }
}

fn refuse_foreign_operators(path: &Path, proto: &ModelProto) -> Result<(), ModelFileError> {
    if !proto.functions.is_empty() {
        let functions = proto.functions.iter().map(|f| f.name().to_owned()).collect();
        return Err(ModelFileError::LocalFunctions { path: path.to_owned(), functions });
    }
    for node in proto.graph.iter().flat_map(nodes) {
        let domain = operator_domain(node);
        if !BUILT_IN_DOMAINS.contains(&domain) {
            return Err(ModelFileError::CustomOperator {
                path: path.to_owned(),
                node: super::graph::node_name(node),
                operator: node.op_type().to_owned(),
                domain: domain.to_owned(),
            });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::onnx::model::testing::{self, node};

    fn written(bytes: &[u8]) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("model.onnx");
        std::fs::write(&path, bytes).unwrap();
        (folder, path)
    }

    #[test]
    fn a_valid_model_comes_back_with_the_digest_of_its_bytes() {
        let model = testing::small_classifier();
        let bytes = model.encode_to_vec();
        let (_folder, path) = written(&bytes);
        let file = ModelFile::read(&path).unwrap();
        assert_eq!(file.proto, model);
        assert_eq!(file.to_bytes(), bytes);
        assert_eq!(file.sha256, sha256_hex(&bytes));
        // FIPS 180-2, appendix B.1.
        assert_eq!(sha256_hex(b"abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }

    #[test]
    fn text_truncation_and_emptiness_are_told_apart() {
        let (_folder, path) = written(b"{\"this\": \"is not a model\"}\n");
        assert!(matches!(
            ModelFile::read(&path),
            Err(ModelFileError::NotOnnx { found: ForeignFormat::Text, .. })
        ));
        let (_folder, path) = written(b"");
        assert!(matches!(
            ModelFile::read(&path),
            Err(ModelFileError::NotOnnx { found: ForeignFormat::Nothing, .. })
        ));
        let bytes = testing::small_classifier().encode_to_vec();
        let (_folder, path) = written(&bytes[..bytes.len() / 2]);
        assert!(matches!(ModelFile::read(&path), Err(ModelFileError::Damaged { .. })));
        let mut empty = testing::small_classifier();
        empty.graph.as_mut().unwrap().node.clear();
        let (_folder, path) = written(&empty.encode_to_vec());
        let error = ModelFile::read(&path).unwrap_err();
        assert!(error.to_string().contains("no nodes in its graph"), "{error}");
    }

    #[test]
    fn size_is_checked_before_reading() {
        let bytes = testing::small_classifier().encode_to_vec();
        let (folder, path) = written(&bytes);
        let limit = bytes.len() as u64 - 1;
        assert!(matches!(ModelFile::read_limited(&path, limit), Err(ModelFileError::TooLarge { .. })));
        assert!(ModelFile::read_limited(&path, limit + 1).is_ok());
        assert!(matches!(ModelFile::read(folder.path()), Err(ModelFileError::NotAFile { .. })));
        let absent = folder.path().join("absent.onnx");
        assert!(matches!(ModelFile::read(&absent), Err(ModelFileError::Unreadable { .. })));
    }

    #[test]
    fn custom_operators_and_local_functions_are_refused() {
        let mut model = testing::small_classifier();
        let mut custom = node("MyOp", &["image"], &["unused"]);
        custom.domain = Some("my.company".into());
        model.graph.as_mut().unwrap().node.push(custom);
        let (_folder, path) = written(&model.encode_to_vec());
        let error = ModelFile::read(&path).unwrap_err();
        assert!(
            matches!(&error, ModelFileError::CustomOperator { domain, .. } if domain == "my.company"),
            "{error}"
        );

        let mut model = testing::small_classifier();
        model
            .functions
            .push(crate::onnx::proto::FunctionProto { name: Some("f".into()), ..Default::default() });
        let (_folder, path) = written(&model.encode_to_vec());
        assert!(matches!(ModelFile::read(&path), Err(ModelFileError::LocalFunctions { .. })));
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..512)) {
            let _ = decode(Path::new("m"), &bytes);
        }

        #[test]
        fn damaged_models_never_panic(cut in 0.0..1.0f64, at in 0.0..1.0f64, value: u8) {
            let mut bytes = testing::small_classifier().encode_to_vec();
            let length = bytes.len() as f64;
            bytes[(at * length) as usize] = value;
            bytes.truncate((cut * length) as usize + 1);
            if let Ok(model) = decode(Path::new("m"), &bytes) {
                let _ = crate::onnx::model::signature::Signature::of(&model);
                let _ = crate::onnx::model::batch_coupling::check_batch_independence(&model, "image");
                let _ = crate::onnx::model::cut::extract(&model, &["image"], &["logits"]);
            }
        }
    }
}
