//! A library file of ONNX Runtime: what it is called, where it came from, and what it says of itself when opened.

use std::ffi::CStr;
use std::fmt;
use std::path::{Path, PathBuf};

use super::version::{OLDEST_SUPPORTED, Version};

/// Where a library was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Origin {
    /// `--ort-lib`.
    CommandLine,
    /// The environment variable `ORT_DYLIB_PATH`.
    Environment,
    /// gsmooth's cache, fetched by an earlier run.
    Cache,
    /// The site-packages of the user's Python.
    SitePackages,
    /// Fetched just now.
    Fetched,
}

impl fmt::Display for Origin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Origin::CommandLine => "--ort-lib",
            Origin::Environment => "ORT_DYLIB_PATH",
            Origin::Cache => "gsmooth's cache",
            Origin::SitePackages => "Python's site-packages",
            Origin::Fetched => "just fetched",
        })
    }
}

/// A library file of ONNX Runtime.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Library {
    /// The file, absolute.
    pub path: PathBuf,
    /// Where it was found.
    pub origin: Origin,
    /// Its version: read from the names of files until it is opened, from the library itself then.
    pub version: Option<Version>,
}

/// Why a file could not be opened as ONNX Runtime.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The operating system refused to load the file.
    #[error("`{}` cannot be loaded as a library: {reason}", path.display())]
    Load {
        /// The file.
        path: PathBuf,
        /// What the operating system says.
        reason: String,
    },
    /// The file is a library, but another one.
    #[error("`{}` is not ONNX Runtime: it does not export OrtGetApiBase", path.display())]
    NotOnnxRuntime {
        /// The file.
        path: PathBuf,
    },
    /// The library does not state a version that can be read.
    #[error("`{}` states the version `{found}`, which cannot be read", path.display())]
    UnreadableVersion {
        /// The file.
        path: PathBuf,
        /// What the library states.
        found: String,
    },
    /// The library is too old, or of a later major version.
    #[error(
        "`{}` is ONNX Runtime {found}; gsmooth needs {OLDEST_SUPPORTED} or a later 1.x (`gsmooth runtime install` fetches one)",
        path.display()
    )]
    Unsupported {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: Version,
    },
}

/// Whether a file's name is that of the ONNX Runtime library under the operating system `os` (as in
/// `std::env::consts::OS`), and the version in it where there is one.
pub fn version_in_name(name: &str, os: &str) -> Option<Option<Version>> {
    let numbers = match os {
        "windows" => return name.eq_ignore_ascii_case("onnxruntime.dll").then_some(None),
        "macos" => name.strip_prefix("libonnxruntime")?.strip_suffix(".dylib")?,
        _ => name.strip_prefix("libonnxruntime.so")?,
    };
    if numbers.is_empty() {
        return Some(None);
    }
    numbers.strip_prefix('.')?.parse().ok().map(Some)
}

/// The ONNX Runtime library in a folder and the version in its name; the newest where there are several.
pub fn find_in(folder: &Path) -> Option<(PathBuf, Option<Version>)> {
    let entries = std::fs::read_dir(folder).ok()?;
    let named = entries.filter_map(|entry| {
        let entry = entry.ok()?;
        let version = version_in_name(entry.file_name().to_str()?, std::env::consts::OS)?;
        entry.path().is_file().then(|| (version, entry.path()))
    });
    named.max().map(|(version, path)| (path, version))
}

/// Opens a file as ONNX Runtime and reads the version that it states. The library stays loaded when it is fit for use.
///
/// # Errors
/// The file cannot be loaded, is not ONNX Runtime, or is of a version that cannot be used.
pub fn probe(path: &Path) -> Result<Version, LoadError> {
    let fail = |error: libloading::Error| {
        // libloading keeps what the system says in the source of its error.
        let reason = std::error::Error::source(&error).map_or_else(|| error.to_string(), ToString::to_string);
        LoadError::Load { path: path.to_owned(), reason }
    };
    // SAFETY: loading runs the library's initialisers. The user, or gsmooth's own fetch, named this file as the
    // ONNX Runtime to run; nothing in an audit file or a model can.
    let library = unsafe { libloading::Library::new(path) }.map_err(fail)?;
    let not_onnx_runtime = || LoadError::NotOnnxRuntime { path: path.to_owned() };
    // SAFETY: every release of ONNX Runtime exports this symbol with this signature.
    let base = unsafe {
        let symbol: libloading::Symbol<unsafe extern "system" fn() -> *const ort::sys::OrtApiBase> =
            library.get(b"OrtGetApiBase").map_err(|_| not_onnx_runtime())?;
        symbol().as_ref()
    };
    let base = base.ok_or_else(not_onnx_runtime)?;
    // SAFETY: `base` is the library's static table, whose first two functions never change; the version is a static
    // C string.
    let stated = unsafe {
        let version = (base.GetVersionString)();
        if version.is_null() { String::new() } else { CStr::from_ptr(version).to_string_lossy().into_owned() }
    };
    let unreadable = |_| LoadError::UnreadableVersion { path: path.to_owned(), found: stated.clone() };
    let found: Version = stated.parse().map_err(unreadable)?;
    // Asked for an interface that it does not have, the library writes to stderr: the version is looked at first.
    // SAFETY: as above; the result is only compared with null.
    if !found.is_supported() || unsafe { (base.GetApi)(ort::sys::ORT_API_VERSION) }.is_null() {
        return Err(LoadError::Unsupported { path: path.to_owned(), found });
    }
    // Unloading what is about to be used would only cost time.
    std::mem::forget(library);
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_the_library_by_its_name_on_every_system() {
        let version = Some(Version { major: 1, minor: 31, patch: 1 });
        assert_eq!(version_in_name("libonnxruntime.so.1.31.1", "linux"), Some(version));
        assert_eq!(version_in_name("libonnxruntime.so", "linux"), Some(None));
        assert_eq!(version_in_name("libonnxruntime.1.31.1.dylib", "macos"), Some(version));
        assert_eq!(version_in_name("libonnxruntime.dylib", "macos"), Some(None));
        assert_eq!(version_in_name("onnxruntime.dll", "windows"), Some(None));
        for name in ["libonnxruntime_providers_shared.so", "libonnxruntime.so.backup", "onnxruntime.dll"] {
            assert_eq!(version_in_name(name, "linux"), None, "{name}");
        }
        assert_eq!(version_in_name("onnxruntime_providers_cuda.dll", "windows"), None);
    }

    #[test]
    fn a_text_file_is_refused_with_its_name_and_the_reason_of_the_system() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("libonnxruntime.so.1.31.1");
        std::fs::write(&path, "not a library").unwrap();
        let Err(LoadError::Load { path: named, reason }) = probe(&path) else { panic!("must not load") };
        assert_eq!(named, path);
        assert!(reason.len() > "dlopen failed".len(), "the system's reason is missing: {reason}");
        assert!(probe(&folder.path().join("absent.so")).is_err());
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn another_library_is_refused_as_not_onnx_runtime() {
        assert!(matches!(probe(Path::new("libm.so.6")), Err(LoadError::NotOnnxRuntime { .. })));
    }
}
