//! Audit files for tests: one small audit, changed where a test needs it.

use std::path::{Path, PathBuf};

use super::repository;

/// The text of an audit file.
#[derive(Debug, Clone)]
pub struct Audit {
    /// What the file holds.
    pub text: String,
}

impl Audit {
    /// Twelve MNIST images under a resolvable case, `gaussian_blur`, and a semantic one, `defocus_blur`.
    pub fn small() -> Self {
        let folder = repository().display().to_string().replace('\\', "/");
        Self { text: include_str!("small.toml").replace("REPOSITORY", &folder) }
    }

    /// The same with `from` replaced by `to`, wherever it stands; it must stand somewhere.
    pub fn with(&self, from: &str, to: &str) -> Self {
        assert!(self.text.contains(from), "the audit holds no `{from}`");
        Self { text: self.text.replace(from, to) }
    }

    /// The same with a line put before `[sampling]`.
    pub fn before_sampling(&self, lines: &str) -> Self {
        self.with("[sampling]", &format!("{lines}\n[sampling]"))
    }

    /// The same with another value for the key that `line` begins with; only the first such line changes.
    pub fn set(&self, key: &str, value: &str) -> Self {
        let start = self.text.find(&format!("\n{key} = ")).unwrap_or_else(|| panic!("no key `{key}`")) + 1;
        let end = self.text[start..].find('\n').map_or(self.text.len(), |length| start + length);
        let (before, after) = (&self.text[..start], &self.text[end..]);
        Self { text: format!("{before}{key} = {value}{after}") }
    }

    /// The line, from 1, on which `part` first stands.
    pub fn line_of(&self, part: &str) -> usize {
        let at = self.text.find(part).unwrap_or_else(|| panic!("the audit holds no `{part}`"));
        self.text[..at].matches('\n').count() + 1
    }

    /// Writes the file `audit.toml` into a folder.
    pub fn write(&self, folder: &Path) -> PathBuf {
        let path = folder.join("audit.toml");
        std::fs::write(&path, &self.text).unwrap();
        path
    }
}
