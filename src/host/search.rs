//! Where plugin libraries are looked for.

use std::env;
use std::path::{Path, PathBuf};

use directories::BaseDirs;

/// Name of the environment variable with more folders, separated as in `PATH`.
pub const PATH_VARIABLE: &str = "GSMOOTH_PLUGIN_PATH";

/// The folders whose plugin libraries are opened, all of them. The folder of an audit file is never among them by itself: a
/// stranger's audit file must not be able to load code.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SearchPath {
    /// The folders, in order, without repetitions. Those that do not exist are passed over.
    pub folders: Vec<PathBuf>,
}

impl SearchPath {
    /// The given folders, those of `GSMOOTH_PLUGIN_PATH`, the executable's folder and `plugins` in it, and `gsmooth/plugins` in
    /// the user's data directory. An executable in a folder called `deps` or `examples`, where Cargo puts tests and examples,
    /// counts as lying one folder higher, where Cargo puts libraries.
    pub fn standard(plugin_path: &[PathBuf]) -> Self {
        let variable = env::var_os(PATH_VARIABLE);
        let executable = env::current_exe().ok();
        let data = BaseDirs::new().map(|directories| directories.data_dir().to_owned());
        let from_variable = variable.iter().flat_map(env::split_paths);
        let from_executable = executable.as_deref().and_then(executable_folder);
        let folders = plugin_path
            .iter()
            .cloned()
            .chain(from_variable)
            .chain(from_executable.iter().flat_map(|folder| [folder.to_path_buf(), folder.join("plugins")]))
            .chain(data.map(|data| data.join("gsmooth").join("plugins")));
        let mut path = Self::default();
        folders.for_each(|folder| path.push(folder));
        path
    }

    /// Adds a folder, unless it is there already. An empty path, as from a stray separator, is passed over.
    fn push(&mut self, folder: PathBuf) {
        if !folder.as_os_str().is_empty() && !self.folders.contains(&folder) {
            self.folders.push(folder);
        }
    }
}

/// The folder that counts as the executable's.
fn executable_folder(executable: &Path) -> Option<&Path> {
    let folder = executable.parent()?;
    match folder.file_name().and_then(|name| name.to_str()) {
        Some("deps" | "examples") => folder.parent(),
        _ => Some(folder),
    }
}

/// What the names of plugin libraries look like on this system.
pub(super) fn expected_name() -> String {
    let (prefix, suffix) = affixes();
    format!("{prefix}NAME{suffix}")
}

/// Whether a file is opened at all.
pub(super) fn is_plugin_library(path: &Path) -> bool {
    let (prefix, suffix) = affixes();
    path.file_name().and_then(|name| name.to_str()).is_some_and(|name| {
        name.strip_prefix(prefix)
            .and_then(|rest| rest.strip_suffix(suffix))
            .is_some_and(|stem| !stem.is_empty())
    })
}

fn affixes() -> (&'static str, &'static str) {
    if cfg!(windows) {
        ("gsmooth_", ".dll")
    } else if cfg!(target_os = "macos") {
        ("libgsmooth_", ".dylib")
    } else {
        ("libgsmooth_", ".so")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(target_os = "linux")]
    fn only_libraries_with_our_prefix_are_opened() {
        assert!(is_plugin_library(Path::new("/x/libgsmooth_noises.so")));
        for name in
            ["libgsmooth_.so", "libgsmooth.so", "libother.so", "gsmooth_noises.so", "libgsmooth_a.so.1"]
        {
            assert!(!is_plugin_library(Path::new(name)), "{name}");
        }
    }

    #[test]
    fn tests_and_examples_look_one_folder_higher() {
        for (executable, folder) in [
            ("/t/debug/gsmooth", "/t/debug"),
            ("/t/debug/deps/a-1", "/t/debug"),
            ("/t/debug/examples/b", "/t/debug"),
        ] {
            assert_eq!(executable_folder(Path::new(executable)), Some(Path::new(folder)));
        }
    }

    #[test]
    fn given_folders_come_first_and_once() {
        let given = [PathBuf::from("/a"), PathBuf::new(), PathBuf::from("/b"), PathBuf::from("/a")];
        let path = SearchPath::standard(&given);
        assert_eq!(path.folders[..2], [PathBuf::from("/a"), PathBuf::from("/b")]);
        assert!(path.folders.iter().all(|folder| !folder.as_os_str().is_empty()));
        assert!(path.folders.iter().all(|folder| !folder.ends_with("deps")));
    }
}
