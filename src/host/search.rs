//! Where plugin libraries are looked for.

use std::env;
use std::fmt::{self, Display};
use std::path::{Path, PathBuf};

use directories::BaseDirs;

/// Name of the environment variable with more folders, separated as in `PATH`.
pub const PATH_VARIABLE: &str = "GSMOOTH_PLUGIN_PATH";

/// Which entry of the search path a plugin comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// `--plugin-path`, or a path that the program was given otherwise.
    Given,
    /// The environment variable [`PATH_VARIABLE`].
    Variable,
    /// The executable's folder, or `plugins` in it.
    Executable,
    /// The user's data directory.
    UserData,
    /// No library: an ONNX graph that an audit names.
    Graph,
}

impl Origin {
    /// The words that users see.
    pub fn name(self) -> &'static str {
        match self {
            Self::Given => "--plugin-path",
            Self::Variable => PATH_VARIABLE,
            Self::Executable => "beside the executable",
            Self::UserData => "user's data directory",
            Self::Graph => "an ONNX graph",
        }
    }
}

impl Display for Origin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// An entry of the search path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// A folder; where the origin is [`Origin::Given`], possibly a library file.
    pub path: PathBuf,
    /// Who asked for it.
    pub origin: Origin,
}

/// The places whose plugin libraries are opened, all of them. The folder of an audit file is never among them by itself: a
/// stranger's audit file must not be able to load code.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SearchPath {
    /// The places, in order, without repetitions. Of those that were not given, the ones that do not exist are passed over.
    pub places: Vec<Place>,
}

impl SearchPath {
    /// These folders and library files, and no others.
    pub fn of(given: impl IntoIterator<Item = PathBuf>) -> Self {
        let mut path = Self::default();
        given.into_iter().for_each(|given| path.push(given, Origin::Given));
        path
    }

    /// The given folders and library files, the folders of `GSMOOTH_PLUGIN_PATH`, the executable's folder and `plugins` in it,
    /// and `gsmooth/plugins` in the user's data directory. An executable in a folder called `deps` or `examples`, where Cargo
    /// puts tests and examples, counts as lying one folder higher, where Cargo puts libraries.
    pub fn standard(given: &[PathBuf]) -> Self {
        let mut path = Self::of(given.iter().cloned());
        if let Some(variable) = env::var_os(PATH_VARIABLE) {
            env::split_paths(&variable).for_each(|folder| path.push(folder, Origin::Variable));
        }
        if let Some(folder) = env::current_exe().ok().as_deref().and_then(executable_folder) {
            path.push(folder.to_owned(), Origin::Executable);
            path.push(folder.join("plugins"), Origin::Executable);
        }
        if let Some(directories) = BaseDirs::new() {
            path.push(directories.data_dir().join("gsmooth").join("plugins"), Origin::UserData);
        }
        path
    }

    /// Adds a place, unless it is there already. An empty path, as from a stray separator, is passed over.
    fn push(&mut self, path: PathBuf, origin: Origin) {
        if !path.as_os_str().is_empty() && self.places.iter().all(|place| place.path != path) {
            self.places.push(Place { path, origin });
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
    fn given_places_come_first_and_once() {
        let given = [PathBuf::from("/a"), PathBuf::new(), PathBuf::from("/b"), PathBuf::from("/a")];
        let places = SearchPath::standard(&given).places;
        let place = |path: &str| Place { path: PathBuf::from(path), origin: Origin::Given };
        assert_eq!(places[..2], [place("/a"), place("/b")]);
        assert!(places[2..].iter().all(|place| place.origin != Origin::Given));
        assert!(places.iter().all(|place| !place.path.as_os_str().is_empty()));
        assert!(places.iter().all(|place| !place.path.ends_with("deps")));
    }
}
