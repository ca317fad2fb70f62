//! Files that are there whole or not at all: written beside their place, then moved there.
//!
//! A process that is killed while it writes leaves the earlier file as it was, and one that lies beside it under a name
//! that nothing reads.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;

/// A file that can't be written.
#[derive(Debug, thiserror::Error)]
#[error("cannot write {}", path.display())]
pub struct WriteError {
    /// The file.
    pub path: PathBuf,
    /// Why.
    pub source: io::Error,
}

/// Writes a file, in place of one that may be there. Only one process may do so at a time.
///
/// # Errors
/// If it can't be written; then what was there is there still.
pub fn write(path: &Path, content: &[u8]) -> Result<(), WriteError> {
    let partial = partial(path);
    let written = File::create(&partial).and_then(|mut file| {
        file.write_all(content)?;
        // The move must not reach the disk before what is moved.
        file.sync_all()
    });
    written.and_then(|()| fs::rename(&partial, path)).map_err(|source| {
        // Nothing is left of an attempt that failed; the first error is the one that counts.
        let _ = fs::remove_file(&partial);
        WriteError { path: path.to_owned(), source }
    })
}

/// Writes a value as indented JSON.
///
/// # Errors
/// As [`write()`].
pub fn write_json(path: &Path, value: &impl Serialize) -> Result<(), WriteError> {
    let mut text = serde_json::to_vec_pretty(value)
        .map_err(|error| WriteError { path: path.to_owned(), source: error.into() })?;
    text.push(b'\n');
    write(path, &text)
}

/// Where a file lies while it is written.
fn partial(path: &Path) -> PathBuf {
    let mut name = OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(".partial");
    path.with_file_name(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_new_file_takes_the_place_of_the_old_one_and_leaves_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("summary.json");
        for content in ["a longer text at first", "short"] {
            write(&path, content.as_bytes()).unwrap();
            assert_eq!(fs::read_to_string(&path).unwrap(), content);
        }
        // Left by a process that was killed.
        fs::write(folder.path().join(".summary.json.partial"), "torn").unwrap();
        write_json(&path, &[1, 2]).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "[\n  1,\n  2\n]\n");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_failure_leaves_the_old_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("summary.json");
        fs::create_dir(&path).unwrap();
        let error = write(&path, b"text").unwrap_err();
        assert!(error.to_string().contains("summary.json"));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left beside it");
    }
}
