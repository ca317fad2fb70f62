//! Tensors whose data lies in a file of its own, as ONNX allows for large models.
//!
//! Such a file is accepted only inside the model's own folder: a model is untrusted, and must not be able to make
//! anything else readable. The data is moved into the model, so that digest, analysis and execution see the same bytes.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Component, Path, PathBuf};

use super::file::sha256_hex;
use super::graph::for_each_tensor;
use crate::onnx::proto::tensor_proto::DataLocation;
use crate::onnx::proto::{ModelProto, TensorProto};

/// A file of external data that belongs to a model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExternalFile {
    /// Its location as the model states it, relative to the model's folder.
    pub location: String,
    /// SHA-256 of the whole file in lower-case hexadecimal digits.
    pub sha256: String,
}

/// Why a tensor's external data was refused.
#[derive(Debug, thiserror::Error)]
pub enum ExternalDataError {
    /// The tensor says that its data is external, but not where.
    #[error("its data is external, but no location is stated")]
    NoLocation,
    /// An absolute path, or one with `..` or a drive in it.
    #[error("external data at `{location}`: expected a plain path inside the model's folder")]
    PathNotPlain {
        /// The location stated.
        location: String,
    },
    /// A link leads out of the folder.
    #[error("external data at `{location}`: a link leads to {}, outside the model's folder", target.display())]
    OutsideFolder {
        /// The location stated.
        location: String,
        /// Where it leads.
        target: PathBuf,
    },
    /// The file is absent, not a regular file, or not readable.
    #[error("external data at `{location}` cannot be read: {source}")]
    Unreadable {
        /// The location stated.
        location: String,
        /// The system's reason.
        source: std::io::Error,
    },
    /// The whole model would be larger than allowed.
    #[error("external data at `{location}`: {found} bytes, only {left} are left of the size limit")]
    TooLarge {
        /// The location stated.
        location: String,
        /// Bytes found.
        found: u64,
        /// Bytes still allowed.
        left: u64,
    },
    /// Offset or length is no number, or they reach past the end of the file.
    #[error(
        "external data at `{location}`: offset `{offset}`, length `{length}` do not fit a file of {size} bytes"
    )]
    Range {
        /// The location stated.
        location: String,
        /// The offset stated.
        offset: String,
        /// The length stated.
        length: String,
        /// Bytes in the file.
        size: usize,
    },
}

/// Moves all external data into the model. `left` bounds the bytes read, and the bytes placed in the model.
pub(super) fn embed(
    model: &mut ModelProto,
    folder: &Path,
    left: u64,
) -> Result<Vec<ExternalFile>, (String, ExternalDataError)> {
    let mut reader = Reader { folder, unread: left, unplaced: left, files: BTreeMap::new() };
    if let Some(graph) = &mut model.graph {
        for_each_tensor(graph, &mut |tensor| {
            if tensor.data_location() == DataLocation::External {
                reader.embed(tensor).map_err(|error| (tensor.name().to_owned(), error))?;
            }
            Ok(())
        })?;
    }
    let digest = |(location, bytes): (String, Vec<u8>)| ExternalFile { location, sha256: sha256_hex(&bytes) };
    Ok(reader.files.into_iter().map(digest).collect())
}

struct Reader<'a> {
    folder: &'a Path,
    /// Bytes that may still be read from files.
    unread: u64,
    /// Bytes that may still be placed in tensors: many tensors may name the same range of a file.
    unplaced: u64,
    files: BTreeMap<String, Vec<u8>>,
}

impl Reader<'_> {
    fn embed(&mut self, tensor: &mut TensorProto) -> Result<(), ExternalDataError> {
        let entry =
            |key: &str| tensor.external_data.iter().find(|e| e.key() == key).map(|e| e.value().to_owned());
        let location = entry("location").ok_or(ExternalDataError::NoLocation)?;
        let (offset, length) = (entry("offset"), entry("length"));
        if !self.files.contains_key(&location) {
            let bytes = self.read(&location)?;
            self.files.insert(location.clone(), bytes);
        }
        let bytes = &self.files[&location];
        let slice =
            range(bytes, offset.as_deref(), length.as_deref()).ok_or_else(|| ExternalDataError::Range {
                location: location.clone(),
                offset: offset.clone().unwrap_or_default(),
                length: length.clone().unwrap_or_default(),
                size: bytes.len(),
            })?;
        let found = slice.len() as u64;
        let left = self.unplaced;
        self.unplaced =
            left.checked_sub(found).ok_or(ExternalDataError::TooLarge { location, found, left })?;
        tensor.raw_data = Some(slice.to_vec());
        tensor.external_data.clear();
        tensor.data_location = None;
        Ok(())
    }

    fn read(&mut self, location: &str) -> Result<Vec<u8>, ExternalDataError> {
        let location = location.to_owned();
        let plain = |c| matches!(c, Component::Normal(_) | Component::CurDir);
        // Backslash and colon separate folders and drives on other systems; the rule must not depend on the system.
        if location.is_empty()
            || location.contains(['\\', ':', '\0'])
            || !Path::new(&location).components().all(plain)
        {
            return Err(ExternalDataError::PathNotPlain { location });
        }
        let unreadable = |source| ExternalDataError::Unreadable { location: location.clone(), source };
        let folder = self.folder.canonicalize().map_err(unreadable)?;
        let target = self.folder.join(&location).canonicalize().map_err(unreadable)?;
        if !target.starts_with(&folder) {
            return Err(ExternalDataError::OutsideFolder { location, target });
        }
        let metadata = std::fs::metadata(&target).map_err(unreadable)?;
        if !metadata.is_file() {
            return Err(unreadable(std::io::Error::other("not a regular file")));
        }
        let left = self.unread;
        let mut bytes = Vec::new();
        if metadata.len() <= left {
            let file = std::fs::File::open(&target).map_err(unreadable)?;
            file.take(left.saturating_add(1)).read_to_end(&mut bytes).map_err(unreadable)?;
        }
        let found = metadata.len().max(bytes.len() as u64);
        self.unread = left.checked_sub(found).ok_or(ExternalDataError::TooLarge { location, found, left })?;
        Ok(bytes)
    }
}

/// The stated part of a file; to its end where no length is stated, from its start where no offset is.
fn range<'a>(bytes: &'a [u8], offset: Option<&str>, length: Option<&str>) -> Option<&'a [u8]> {
    let offset: usize = offset.map_or(Some(0), |text| text.parse().ok())?;
    let rest = bytes.get(offset..)?;
    match length {
        None => Some(rest),
        Some(text) => rest.get(..text.parse().ok()?),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::onnx::model::file::{ModelFile, ModelFileError};
    use crate::onnx::model::testing;
    use crate::onnx::proto::StringStringEntryProto;
    use prost::Message;

    fn entry(key: &str, value: &str) -> StringStringEntryProto {
        StringStringEntryProto { key: Some(key.into()), value: Some(value.into()) }
    }

    /// A model in a folder of its own whose first initialiser lies at `location`; `weights.bin` holds its data.
    fn model_with_external(location: &str, length: &str) -> (tempfile::TempDir, PathBuf, ModelProto) {
        let whole = testing::small_classifier();
        let mut model = whole.clone();
        let folder = tempfile::tempdir().unwrap();
        let tensor = &mut model.graph.as_mut().unwrap().initializer[0];
        let data = tensor.raw_data.take().unwrap();
        let length = if length == "all" { data.len().to_string() } else { length.into() };
        tensor.external_data =
            vec![entry("location", location), entry("offset", "4"), entry("length", &length)];
        tensor.data_location = Some(DataLocation::External as i32);
        let inner = folder.path().join("inner");
        std::fs::create_dir(&inner).unwrap();
        let bytes = [&[0; 4], data.as_slice()].concat();
        std::fs::write(inner.join("weights.bin"), &bytes).unwrap();
        std::fs::write(folder.path().join("outside.bin"), &bytes).unwrap();
        let path = inner.join("model.onnx");
        std::fs::write(&path, model.encode_to_vec()).unwrap();
        (folder, path, whole)
    }

    fn refusal(location: &str, length: &str) -> ExternalDataError {
        let (_folder, path, _) = model_with_external(location, length);
        match ModelFile::read(&path) {
            Err(ModelFileError::ExternalData { source, .. }) => *source,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn data_in_the_folder_is_moved_into_the_model() {
        let (_folder, path, whole) = model_with_external("weights.bin", "all");
        let file = ModelFile::read(&path).unwrap();
        assert_eq!(file.proto, whole);
        assert_eq!(file.external.len(), 1);
        assert_eq!(file.external[0].sha256.len(), 64);
        let size = std::fs::metadata(&path).unwrap().len();
        let refused = ModelFile::read_limited(&path, size + 3);
        let too_large = |e: &ModelFileError| {
            matches!(
                e,
                ModelFileError::ExternalData { source, .. } if matches!(**source, ExternalDataError::TooLarge { .. })
            )
        };
        assert!(refused.as_ref().is_err_and(too_large), "{refused:?}");
    }

    #[test]
    fn paths_out_of_the_folder_are_refused() {
        for location in
            ["../outside.bin", "/etc/hostname", "..\\outside.bin", "C:x", "", "a/../../outside.bin"]
        {
            let error = refusal(location, "all");
            assert!(matches!(error, ExternalDataError::PathNotPlain { .. }), "{location}: {error}");
        }
        assert!(matches!(refusal("absent.bin", "all"), ExternalDataError::Unreadable { .. }));
        assert!(matches!(refusal("weights.bin", "999999"), ExternalDataError::Range { .. }));
        assert!(matches!(refusal("weights.bin", "-1"), ExternalDataError::Range { .. }));
    }

    #[cfg(unix)]
    #[test]
    fn links_out_of_the_folder_are_refused() {
        let (folder, path, _) = model_with_external("link.bin", "all");
        let link = folder.path().join("inner/link.bin");
        std::os::unix::fs::symlink(folder.path().join("outside.bin"), link).unwrap();
        let outside = |e: &ModelFileError| {
            matches!(
                e,
                ModelFileError::ExternalData { source, .. } if matches!(**source, ExternalDataError::OutsideFolder { .. })
            )
        };
        let refused = ModelFile::read(&path);
        assert!(refused.as_ref().is_err_and(outside), "{refused:?}");
    }
}
