//! `timings.jsonl`: seconds an image. No record depends on it, and what is lost of it in a crash is lost.

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::whole_file::{self, WriteError};

/// How long an image took, from opening it to its record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Timing {
    /// The case's name.
    pub case: String,
    /// The image's index.
    pub index: u64,
    /// Seconds of wall time since the record before it, or since the case began.
    pub seconds: f64,
}

/// The timings of a run under way.
#[derive(Debug)]
pub struct Timings {
    path: PathBuf,
    file: File,
    all: Vec<Timing>,
}

/// The timings in a file; lines that are torn, and a file that is missing, are passed over.
pub fn read(path: &Path) -> Vec<Timing> {
    let text = fs::read(path).unwrap_or_default();
    text.split(|byte| *byte == b'\n').filter_map(|line| serde_json::from_slice(line).ok()).collect()
}

/// Writes a whole file of timings.
///
/// # Errors
/// If it can't be written.
pub fn write(path: &Path, timings: &[Timing]) -> Result<(), WriteError> {
    let lines: Vec<String> = timings.iter().filter_map(line).collect();
    whole_file::write(path, lines.concat().as_bytes())
}

fn line(timing: &Timing) -> Option<String> {
    serde_json::to_string(timing).ok().map(|text| text + "\n")
}

impl Timings {
    /// Opens a run's timings, to go on with those that are there or `anew`.
    ///
    /// # Errors
    /// If the file can't be written.
    pub fn open(path: &Path, anew: bool) -> Result<Self, WriteError> {
        let all = if anew { Vec::new() } else { read(path) };
        write(path, &all)?;
        let file = OpenOptions::new()
            .append(true)
            .open(path)
            .map_err(|source| WriteError { path: path.to_owned(), source })?;
        Ok(Self { path: path.to_owned(), file, all })
    }

    /// Appends one.
    ///
    /// # Errors
    /// If the file can't be written.
    pub fn append(&mut self, timing: Timing) -> Result<(), WriteError> {
        let line = line(&timing).unwrap_or_default();
        self.file
            .write_all(line.as_bytes())
            .map_err(|source| WriteError { path: self.path.clone(), source })?;
        self.all.push(timing);
        Ok(())
    }

    /// All of them, those of earlier processes first.
    pub fn all(&self) -> &[Timing] {
        &self.all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn torn_lines_are_dropped_and_the_rest_goes_on() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("timings.jsonl");
        let timing = |index| Timing { case: "a".into(), index, seconds: 0.5 };
        let mut timings = Timings::open(&path, false).unwrap();
        timings.append(timing(1)).unwrap();
        let whole = fs::read(&path).unwrap();
        fs::write(&path, [&whole, &b"{\"case\":\"a\",\xff"[..]].concat()).unwrap();
        let mut timings = Timings::open(&path, false).unwrap();
        timings.append(timing(2)).unwrap();
        assert_eq!(timings.all(), [timing(1), timing(2)]);
        assert_eq!(read(&path), [timing(1), timing(2)]);
        assert_eq!(Timings::open(&path, true).unwrap().all(), []);
        assert_eq!(read(&path), []);
    }
}
