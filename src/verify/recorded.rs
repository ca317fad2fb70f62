//! A run folder as it lies on disk: the records with their bytes.

use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

use super::VerifyError;
use crate::audit::diagnostic::AuditText;
use crate::audit::folder::{FolderError, RECORDS, read_audit};
use crate::audit::records::file::RecordsError;
use crate::audit::records::{Header, Record};
use crate::audit::shard::{Shard, ShardFile};

/// A run folder with every line of its records, whether it is a record or not.
#[derive(Debug)]
pub struct RecordedRun {
    /// The folder.
    pub folder: PathBuf,
    /// The audit file as run.
    pub text: AuditText,
    /// The folder that the audit's paths are relative to.
    pub relative_to: PathBuf,
    /// Which images they are of, where they are not of all.
    pub shard: Option<Shard>,
    /// What the records are of.
    pub header: Header,
    /// All of `records.jsonl`.
    pub bytes: Vec<u8>,
    /// The lines below the header.
    pub lines: Vec<Line>,
    /// Where the header line ends.
    header_end: usize,
    /// Whether the last line is torn: a run that was killed leaves one.
    pub torn: bool,
}

/// A line below the header.
#[derive(Debug)]
pub struct Line {
    /// Its number in the file, from 1; the header has 1.
    pub number: usize,
    /// Its bytes, without the line break.
    pub bytes: Range<usize>,
    /// The record, or why it is none.
    pub record: Result<Record, String>,
}

impl RecordedRun {
    /// Reads a run folder. `relative_to` stands for the folder where the audit file lay, if that was moved since.
    ///
    /// # Errors
    /// If it is no run folder: without audit file, records or their header.
    pub fn read(folder: &Path, relative_to: Option<&Path>) -> Result<Self, VerifyError> {
        let (text, relative_to) = read_audit(folder, relative_to)?;
        let shard = ShardFile::read(folder)?.map(|file| file.shard);
        let path = folder.join(RECORDS);
        let bytes = fs::read(&path).map_err(|source| FolderError::Unreadable {
            folder: folder.to_owned(),
            path: path.clone(),
            source,
        })?;
        let mut whole = whole_lines(&bytes);
        let torn = whole.last().map_or(0, |line| line.end + 1) < bytes.len();
        let header = if whole.is_empty() { 0..0 } else { whole.remove(0) };
        let parsed = serde_json::from_slice(&bytes[header.clone()]);
        let line = |(number, line): (usize, Range<usize>)| Line {
            number: number + 2,
            record: serde_json::from_slice(&bytes[line.clone()]).map_err(|error| error.to_string()),
            bytes: line,
        };
        let lines = whole.into_iter().enumerate().map(line).collect();
        let header_end = header.end;
        let header = parsed.map_err(|error| RecordsError::Line { path, line: 1, reason: error.to_string() });
        let header = header.map_err(FolderError::from)?;
        Ok(Self {
            folder: folder.to_owned(),
            text,
            relative_to,
            shard,
            header,
            bytes,
            lines,
            header_end,
            torn,
        })
    }

    /// The bytes of a line.
    pub fn bytes_of(&self, line: &Line) -> &[u8] {
        &self.bytes[line.bytes.clone()]
    }

    /// The bytes of the header line.
    pub fn header_bytes(&self) -> &[u8] {
        &self.bytes[..self.header_end]
    }

    /// The bytes of the header and so many lines after it, as the file began when these were all.
    pub fn bytes_of_first(&self, lines: usize) -> &[u8] {
        let end = lines.checked_sub(1).map_or(self.header_end, |last| self.lines[last].bytes.end);
        &self.bytes[..(end + 1).min(self.bytes.len())]
    }

    /// The name of the only case on record; `None` if there are several or none.
    pub fn only_case(&self) -> Option<&str> {
        let mut names = self.lines.iter().filter_map(|line| Some(line.record.as_ref().ok()?.case.as_str()));
        let first = names.next()?;
        names.all(|name| name == first).then_some(first)
    }
}

/// The lines that end with a line break.
fn whole_lines(bytes: &[u8]) -> Vec<Range<usize>> {
    let mut lines = Vec::new();
    let mut begin = 0;
    for (at, _) in bytes.iter().enumerate().filter(|(_, byte)| **byte == b'\n') {
        lines.push(begin..at);
        begin = at + 1;
    }
    lines
}
