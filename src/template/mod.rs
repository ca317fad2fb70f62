//! What `gsmooth plugins new` writes: a folder with a complete plugin that builds offline, tests itself and loads at once.
//!
//! The files are those of `plugins/template`, filled in; a plugin in Rust gets a copy of the SDK and the ABI, a plugin in C the
//! header, so that the folder builds wherever it lies.

mod error;
mod files;
mod name;
mod vendored;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

pub use error::TemplateError;
pub use name::PluginName;

use crate::host::PluginKind;

/// The language of a new plugin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// Rust, on top of the SDK.
    Rust,
    /// C11, on top of the header.
    C,
}

/// A plugin to be.
#[derive(Debug, Clone)]
pub struct Template {
    /// Its name: the folder's, the library's and the plugin's.
    pub name: PluginName,
    /// What it is.
    pub kind: PluginKind,
    /// What it is written in.
    pub language: Language,
}

/// A file of a new plugin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateFile {
    /// Relative to the plugin's folder.
    pub path: PathBuf,
    /// What it holds.
    pub text: String,
}

impl Template {
    /// The files of the plugin's folder.
    ///
    /// # Errors
    /// A template that cannot be filled in, which is a fault of gsmooth.
    pub fn files(&self) -> Result<Vec<TemplateFile>, TemplateError> {
        files::of(self)
    }

    /// Writes the folder `name` into the folder `parent`, and returns its path.
    ///
    /// # Errors
    /// The folder is there and holds something; it cannot be written.
    pub fn write(&self, parent: &Path) -> Result<PathBuf, TemplateError> {
        let folder = parent.join(self.name.as_str());
        must_be_free(&folder)?;
        for file in self.files()? {
            let path = folder.join(&file.path);
            let fault = |source| TemplateError::Write { path: path.clone(), source };
            fs::create_dir_all(path.parent().unwrap_or(&folder)).map_err(fault)?;
            fs::write(&path, &file.text).map_err(fault)?;
        }
        Ok(folder)
    }

    /// The commands that build the plugin, check it, and show that gsmooth finds it; to be run in its folder.
    pub fn commands(&self) -> [String; 3] {
        let library = self.name.library();
        match self.language {
            Language::Rust => [
                "cargo build --release".to_owned(),
                format!("gsmooth plugins check target/release/{library}"),
                format!("gsmooth plugins show {} --plugin-path target/release", self.name),
            ],
            Language::C => [
                "make".to_owned(),
                format!("gsmooth plugins check ./{library}"),
                format!("gsmooth plugins show {} --plugin-path .", self.name),
            ],
        }
    }

    /// The line of an audit file that uses the plugin.
    pub fn usage(&self) -> String {
        let name = &self.name;
        match self.kind {
            PluginKind::Transformation => {
                format!(r#"transformation = {{ plugin = "{name}", range = [0.0, 0.3] }}"#)
            }
            PluginKind::Noise => format!(r#"noise = {{ plugin = "{name}", scale = 0.5 }}"#),
            PluginKind::Estimator => format!(r#"estimator = {{ plugin = "{name}" }}"#),
        }
    }
}

/// Nothing that is there is written over.
fn must_be_free(folder: &Path) -> Result<(), TemplateError> {
    let empty = match fs::read_dir(folder) {
        Ok(mut entries) => entries.next().is_none(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => true,
        Err(source) => return Err(TemplateError::Write { path: folder.to_owned(), source }),
    };
    if empty { Ok(()) } else { Err(TemplateError::Occupied { path: folder.to_owned() }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn template(kind: PluginKind, language: Language) -> Template {
        Template { name: "soft_focus".parse().unwrap(), kind, language }
    }

    #[test]
    fn what_is_there_is_left_alone() {
        let parent = tempfile::tempdir().unwrap();
        let template = template(PluginKind::Noise, Language::C);
        fs::create_dir(parent.path().join("soft_focus")).unwrap();
        let folder = template.write(parent.path()).unwrap();
        fs::write(folder.join("plugin.c"), "mine").unwrap();
        let error = template.write(parent.path()).unwrap_err();
        assert!(matches!(&error, TemplateError::Occupied { path } if *path == folder), "{error}");
        assert_eq!(fs::read_to_string(folder.join("plugin.c")).unwrap(), "mine");
    }

    #[test]
    fn a_file_in_the_way_is_an_error() {
        let parent = tempfile::tempdir().unwrap();
        fs::write(parent.path().join("soft_focus"), "").unwrap();
        let error = template(PluginKind::Noise, Language::Rust).write(parent.path()).unwrap_err();
        assert!(matches!(error, TemplateError::Write { .. }), "{error}");
    }

    #[test]
    fn every_placeholder_is_filled_in() {
        for kind in [PluginKind::Transformation, PluginKind::Noise, PluginKind::Estimator] {
            for language in [Language::Rust, Language::C] {
                let files = template(kind, language).files().unwrap();
                let own = files.iter().filter(|file| !file.path.starts_with("sdk/src"));
                for file in own.filter(|file| !file.path.starts_with("abi/src")) {
                    assert!(!file.text.contains("{{ "), "{}", file.path.display());
                    assert!(file.text.ends_with('\n'), "{}", file.path.display());
                }
                let source = files
                    .iter()
                    .find(|file| file.path.ends_with("lib.rs") || file.path.ends_with("plugin.c"));
                assert!(source.unwrap().text.contains("\"soft_focus\""));
            }
        }
    }

    /// What the SDK promises: a minimal transformation is at most 25 lines.
    #[test]
    fn a_transformation_takes_no_more_than_25_lines() {
        let files = template(PluginKind::Transformation, Language::Rust).files().unwrap();
        let source = &files.iter().find(|file| file.path == Path::new("src/lib.rs")).unwrap().text;
        let (plugin, _) = source.split_once("#[cfg(test)]").unwrap();
        let counts = |line: &&str| !line.trim().is_empty() && !line.trim().starts_with("//");
        let lines = plugin.lines().filter(counts).count();
        assert!(lines <= 25, "{lines} lines");
    }
}
