//! The downloaded archive: checking that it is the pinned one, and taking the libraries out of it.

use std::fs::File;
use std::io;
use std::path::Path;

use sha2::{Digest, Sha256};

use super::fetch::{FetchError, io_error};
use super::wheel::Wheel;

/// # Errors
/// The file cannot be read, or is not the pinned one.
pub(super) fn check_digest(archive: &Path, wheel: &Wheel) -> Result<(), FetchError> {
    let mut file = File::open(archive).map_err(io_error("open", archive))?;
    let mut digest = Digester(Sha256::new());
    io::copy(&mut file, &mut digest).map_err(io_error("read", archive))?;
    let found: String = digest.0.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    if found == wheel.sha256 {
        return Ok(());
    }
    let file = archive.file_name().unwrap_or_default().to_string_lossy().into_owned();
    Err(FetchError::Digest { file, expected: wheel.sha256.to_owned(), found })
}

struct Digester(Sha256);

impl io::Write for Digester {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Extracts the libraries (the runtime's and its providers', which must lie beside it) and the licence texts.
///
/// # Errors
/// The archive cannot be read or a file cannot be written.
pub(super) fn extract(archive: &Path, folder: &Path) -> Result<(), FetchError> {
    let unreadable = |source| FetchError::Archive { path: archive.to_owned(), source };
    let file = File::open(archive).map_err(io_error("open", archive))?;
    let mut zip = zip::ZipArchive::new(file).map_err(unreadable)?;
    for index in 0..zip.len() {
        let mut entry = zip.by_index(index).map_err(unreadable)?;
        let Some(name) = wanted(entry.name()) else {
            continue;
        };
        let path = folder.join(name);
        let mut target = File::create(&path).map_err(io_error("create", &path))?;
        io::copy(&mut entry, &mut target).map_err(io_error("write", &path))?;
        target.sync_all().map_err(io_error("write", &path))?;
    }
    Ok(())
}

/// The name that an entry of the archive gets, if it is wanted: never one with a folder in it.
fn wanted(entry: &str) -> Option<&str> {
    let inner = entry.strip_prefix("onnxruntime/")?;
    if matches!(inner, "LICENSE" | "ThirdPartyNotices.txt") {
        return Some(inner);
    }
    let name = inner.strip_prefix("capi/")?;
    let is_library = (name.starts_with("libonnxruntime") || name.starts_with("onnxruntime"))
        && (name.ends_with(".dll") || name.ends_with(".dylib") || name.contains(".so"));
    let is_python_module = name.contains("pybind11");
    (is_library && !is_python_module && !name.contains(['/', '\\'])).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_libraries_and_licences_are_taken_from_the_archive() {
        for entry in [
            "onnxruntime/capi/libonnxruntime.so.1.31.1",
            "onnxruntime/capi/libonnxruntime_providers_cuda.so",
            "onnxruntime/capi/libonnxruntime.1.31.1.dylib",
            "onnxruntime/capi/onnxruntime_providers_shared.dll",
            "onnxruntime/LICENSE",
        ] {
            assert_eq!(wanted(entry), entry.rsplit('/').next(), "{entry}");
        }
        for entry in [
            "onnxruntime/capi/onnxruntime_pybind11_state.cpython-312-x86_64-linux-gnu.so",
            "onnxruntime/capi/onnxruntime_validation.py",
            "onnxruntime/capi/libonnxruntime/../../../x.so",
            "/onnxruntime/capi/libonnxruntime.so",
            "other/LICENSE",
        ] {
            assert_eq!(wanted(entry), None, "{entry}");
        }
    }
}
