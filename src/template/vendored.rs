//! The sources of the SDK and the ABI, which every new plugin in Rust gets a copy of.

/// A source file: its path below `src`, and its text.
pub(super) type Source = (&'static str, &'static str);

/// The texts of the files of a folder, put into this program when it is built.
macro_rules! sources {
    ($folder:literal: $($path:literal),+ $(,)?) => {
        &[$(($path, include_str!(concat!("../../plugins/", $folder, "/src/", $path)))),+]
    };
}

/// `plugins/sdk/src`.
pub(super) const SDK: &[Source] = sources![
    "sdk":
    "error.rs",
    "estimator.rs",
    "export.rs",
    "guard.rs",
    "host.rs",
    "image.rs",
    "lib.rs",
    "noise.rs",
    "options.rs",
    "oracle.rs",
    "raw.rs",
    "table/estimator.rs",
    "table/mod.rs",
    "table/noise.rs",
    "table/transformation.rs",
    "transformation.rs",
];

/// `plugins/abi/src`.
pub(super) const ABI: &[Source] = sources![
    "abi":
    "entry.rs",
    "error.rs",
    "estimator.rs",
    "growth.rs",
    "head.rs",
    "images.rs",
    "layout.rs",
    "lib.rs",
    "noise.rs",
    "options.rs",
    "parameter.rs",
    "text.rs",
    "transformation.rs",
];

/// The header for plugins in C.
pub(super) const HEADER: &str = include_str!("../../plugins/abi/include/gsmooth_plugin.h");

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::{Path, PathBuf};

    use super::*;

    /// All files below a folder, by their paths relative to it.
    fn files(folder: &Path, below: &Path) -> BTreeSet<PathBuf> {
        let entries = std::fs::read_dir(folder.join(below)).unwrap().map(|entry| entry.unwrap());
        entries
            .flat_map(|entry| {
                let path = below.join(entry.file_name());
                if entry.path().is_dir() { files(folder, &path) } else { BTreeSet::from([path]) }
            })
            .collect()
    }

    #[test]
    fn no_source_is_forgotten() {
        for (name, sources) in [("sdk", SDK), ("abi", ABI)] {
            let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("plugins").join(name).join("src");
            let listed: BTreeSet<_> = sources.iter().map(|(path, _)| PathBuf::from(path)).collect();
            assert_eq!(listed, files(&folder, Path::new("")), "{name}");
        }
    }
}
