//! CUDA and cuDNN from Python packages, which lie where the system's loader does not look.

use std::path::PathBuf;

use ort::ep::cuda::{CUDA_DYLIBS, CUDNN_DYLIBS};

use super::python::Python;

/// Loads the CUDA and cuDNN libraries of the `nvidia-*` packages, so that the CUDA provider finds them. Where there
/// are none, the system's are used; what is missing shows when the provider is registered.
pub(super) fn preload(python: &Python) {
    for path in installed_libraries(&python.site_folders()) {
        match ort::util::preload_dylib(&path) {
            Ok(()) => tracing::debug!(path = %path.display(), "loaded"),
            Err(error) => tracing::debug!(path = %path.display(), ?error, "not loaded"),
        }
    }
}

/// The libraries that are there, dependencies before their dependents.
fn installed_libraries(site_folders: &[PathBuf]) -> Vec<PathBuf> {
    let folder = |parts: &[&str]| parts.iter().collect::<PathBuf>();
    let (cuda, cudnn) = if cfg!(windows) {
        (folder(&["nvidia", "cu13", "bin", "x86_64"]), folder(&["nvidia", "cudnn", "bin"]))
    } else {
        (folder(&["nvidia", "cu13", "lib"]), folder(&["nvidia", "cudnn", "lib"]))
    };
    let cuda = CUDA_DYLIBS.iter().map(|name| cuda.join(name));
    let names: Vec<PathBuf> = cuda.chain(CUDNN_DYLIBS.iter().map(|name| cudnn.join(name))).collect();
    let first_of = |name: &PathBuf| {
        site_folders.iter().map(|folder: &PathBuf| folder.join(name)).find(|path| path.is_file())
    };
    names.iter().filter_map(first_of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn finds_what_is_installed_in_the_order_of_dependence() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(installed_libraries(&[folder.path().to_owned()]), Vec::<PathBuf>::new());
        let relative = if cfg!(windows) { "bin/x86_64" } else { "lib" };
        let cuda = folder.path().join("nvidia").join("cu13").join(relative);
        fs::create_dir_all(&cuda).unwrap();
        for name in [CUDA_DYLIBS[2], CUDA_DYLIBS[0]] {
            fs::write(cuda.join(name), "").unwrap();
        }
        let found = installed_libraries(&["/nonexistent".into(), folder.path().to_owned()]);
        assert_eq!(found, [cuda.join(CUDA_DYLIBS[0]), cuda.join(CUDA_DYLIBS[2])]);
    }
}
