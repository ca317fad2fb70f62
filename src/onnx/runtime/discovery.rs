//! Where the ONNX Runtime library is looked for: the command line, `ORT_DYLIB_PATH`, gsmooth's cache, Python's
//! site-packages, in this order.

use std::path::{Path, PathBuf};

use super::library::{Library, Origin, find_in};
use super::python::Python;
use super::version::Version;
use super::wheel::Package;

/// The part of the process's surroundings that discovery depends on, looked up once.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Environment {
    /// `ORT_DYLIB_PATH`.
    pub ort_dylib_path: Option<PathBuf>,
    /// gsmooth's cache folder: `GSMOOTH_CACHE`, or the place that the system has for caches.
    pub cache: Option<PathBuf>,
    /// The user's Python.
    pub python: Python,
}

impl Environment {
    /// Looks everything up in the process's environment. Empty variables count as unset.
    pub fn from_process() -> Self {
        let variable =
            |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        let system_cache = || Some(directories::ProjectDirs::from("", "", "gsmooth")?.cache_dir().to_owned());
        Environment {
            ort_dylib_path: variable("ORT_DYLIB_PATH"),
            cache: variable("GSMOOTH_CACHE").map(|path| absolute(&path)).or_else(system_cache),
            python: Python::default(),
        }
    }
}

/// A place where the library was said to be is wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DiscoveryError {
    /// The file that the user named does not exist or is no file.
    #[error("{origin} names `{}`, which is not a file", path.display())]
    NotAFile {
        /// The path that the user named.
        path: PathBuf,
        /// Where the user named it.
        origin: Origin,
    },
}

/// Looks for a library without fetching or opening one. `package` is the GPU package where a GPU is wanted: then a
/// library counts only if it has the CUDA provider beside it, unless the user named the file.
///
/// # Errors
/// The user named something that is not a file. Nothing found is `None`.
pub fn discover(
    ort_lib: Option<&Path>,
    package: Package,
    environment: &Environment,
) -> Result<Option<Library>, DiscoveryError> {
    let named =
        [(ort_lib, Origin::CommandLine), (environment.ort_dylib_path.as_deref(), Origin::Environment)];
    if let Some((path, origin)) = named.into_iter().find_map(|(path, origin)| Some((path?, origin))) {
        return named_library(path, origin).map(Some);
    }
    if let Some(library) = environment.cache.as_deref().and_then(|cache| in_cache(cache, package)) {
        return Ok(Some(library));
    }
    let folders = environment.python.site_folders();
    Ok(folders.iter().find_map(|folder| in_site_packages(folder, package)))
}

fn named_library(path: &Path, origin: Origin) -> Result<Library, DiscoveryError> {
    let path = absolute(path);
    if !path.is_file() {
        return Err(DiscoveryError::NotAFile { path, origin });
    }
    Ok(Library { path, origin, version: None })
}

/// The library that an earlier run fetched. The GPU package serves the CPU as well.
pub fn in_cache(cache: &Path, package: Package) -> Option<Library> {
    let fits = match package {
        Package::Cpu => [Some(Package::Cpu), Some(Package::Gpu)],
        Package::Gpu => [Some(Package::Gpu), None],
    };
    fits.into_iter().flatten().find_map(|package| {
        let (path, version) = find_in(&cache.join(package.folder_name()))?;
        Some(Library { path: absolute(&path), origin: Origin::Cache, version })
    })
}

/// The library of an `onnxruntime` package in one site-packages folder, if it is fit for use.
fn in_site_packages(folder: &Path, package: Package) -> Option<Library> {
    let capi = folder.join("onnxruntime").join("capi");
    let (path, version) = find_in(&capi)?;
    let version = version.or_else(|| version_of_distribution(folder));
    if let Some(version) = version.filter(|version| !version.is_supported()) {
        tracing::debug!(path = %path.display(), %version, "skipped: this ONNX Runtime is too old");
        return None;
    }
    if package == Package::Gpu && !has_cuda_provider(&capi) {
        tracing::debug!(path = %path.display(), "skipped: this ONNX Runtime is without the CUDA provider");
        return None;
    }
    Some(Library { path: absolute(&path), origin: Origin::SitePackages, version })
}

/// Windows libraries do not carry their version in their name, but the package's metadata folder does.
fn version_of_distribution(site_packages: &Path) -> Option<Version> {
    std::fs::read_dir(site_packages).ok()?.find_map(|entry| {
        let name = entry.ok()?.file_name();
        let (package, version) = name.to_str()?.strip_suffix(".dist-info")?.rsplit_once('-')?;
        package.starts_with("onnxruntime").then(|| version.parse().ok())?
    })
}

fn has_cuda_provider(folder: &Path) -> bool {
    let (prefix, suffix) = (std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX);
    folder.join(format!("{prefix}onnxruntime_providers_cuda{suffix}")).is_file()
}

/// The loader would look for a relative path in system folders first.
pub fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

#[cfg(test)]
#[path = "discovery_tests.rs"]
mod tests;
