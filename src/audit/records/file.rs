//! The file of records: opened new or to go on with, under a lock; appended whole and flushed.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Serialize;

use super::order::Place;
use super::{Header, Record};

/// Why records can't be written or gone on with.
#[derive(Debug, thiserror::Error)]
pub enum RecordsError {
    /// Reading or writing failed.
    #[error("cannot use {}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What went wrong.
        source: io::Error,
    },
    /// Another process writes this run.
    #[error("{} is being written by another process", path.display())]
    Locked {
        /// The records.
        path: PathBuf,
    },
    /// The folder holds a run of something else.
    #[error(
        "{} holds a run of another {}: it can't go on; name another folder with --output, or drop its records with --restart",
        path.display(), differing.join(", ")
    )]
    OtherRun {
        /// The records.
        path: PathBuf,
        /// The entries of the header that differ.
        differing: Vec<String>,
    },
    /// A line that is no record.
    #[error("{} line {line} is no record: {reason}", path.display())]
    Line {
        /// The records.
        path: PathBuf,
        /// Counted from 1.
        line: usize,
        /// What the parser says.
        reason: String,
    },
    /// A record in another's place.
    #[error(
        "{} line {line} is {found}, where {} belongs: records lie in canonical order, and a run goes on only from its first \
         ones; name another folder with --output, or drop its records with --restart",
        path.display(), expected.as_ref().map_or("nothing".to_owned(), Place::to_string)
    )]
    Order {
        /// The records.
        path: PathBuf,
        /// Counted from 1.
        line: usize,
        /// What is there.
        found: Place,
        /// What should be; `None` beyond the last image of the last case.
        expected: Option<Place>,
    },
}

/// The open records of a run.
#[derive(Debug)]
pub struct RecordFile {
    path: PathBuf,
    file: File,
}

/// How often, and how far apart, a lock is tried.
const TRIES: u32 = 25;
const BETWEEN: Duration = Duration::from_millis(20);

/// Takes the lock. A lock of this process that was given up may live on for a moment: in a child that has been forked and
/// does not run its own program yet.
fn lock(file: &File) -> Result<(), TryLockError> {
    for _ in 1..TRIES {
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => std::thread::sleep(BETWEEN),
            other => return other,
        }
    }
    file.try_lock()
}

impl RecordFile {
    /// Opens a run's records, new or to go on with, and returns those already there.
    ///
    /// # Errors
    /// If the file can't be used, another process writes it, or it belongs to another run (unless `restart`).
    pub fn open(path: &Path, header: &Header, restart: bool) -> Result<(Self, Vec<Record>), RecordsError> {
        let io = |source| RecordsError::Io { path: path.to_owned(), source };
        let file =
            OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path).map_err(io)?;
        lock(&file).map_err(|error| match error {
            TryLockError::WouldBlock => RecordsError::Locked { path: path.to_owned() },
            TryLockError::Error(source) => io(source),
        })?;
        let mut records = Self { path: path.to_owned(), file };
        if restart {
            records.file.set_len(0).map_err(io)?;
        }
        let found = records.read_back(header)?;
        if found.is_none() {
            records.write_line(header)?;
        }
        Ok((records, found.unwrap_or_default()))
    }

    /// Reads what is there, drops a torn last line, and leaves the file at its end. `None` if there is no header yet.
    fn read_back(&mut self, header: &Header) -> Result<Option<Vec<Record>>, RecordsError> {
        let io = |source| RecordsError::Io { path: self.path.clone(), source };
        self.file.seek(SeekFrom::Start(0)).map_err(io)?;
        let (whole, found) = match read_lines(&self.path, &self.file)? {
            None => (0, None),
            Some(recorded) => {
                check_same(&self.path, header, &recorded.header)?;
                (recorded.bytes, Some(recorded.records))
            }
        };
        self.file.set_len(whole).map_err(io)?;
        self.file.seek(SeekFrom::End(0)).map_err(io)?;
        Ok(found)
    }

    /// Appends a record as one line and flushes it.
    ///
    /// # Errors
    /// If writing fails.
    pub fn append(&mut self, record: &Record) -> Result<(), RecordsError> {
        self.write_line(record)
    }

    /// All that the file holds.
    ///
    /// # Errors
    /// If reading fails.
    pub fn contents(&mut self) -> Result<Vec<u8>, RecordsError> {
        let io = |source| RecordsError::Io { path: self.path.clone(), source };
        let mut bytes = Vec::new();
        self.file.seek(SeekFrom::Start(0)).and_then(|_| self.file.read_to_end(&mut bytes)).map_err(io)?;
        Ok(bytes)
    }

    fn write_line(&mut self, value: &impl Serialize) -> Result<(), RecordsError> {
        let io = |source| RecordsError::Io { path: self.path.clone(), source };
        let mut line = serde_json::to_vec(value).map_err(|error| io(error.into()))?;
        line.push(b'\n');
        self.file.write_all(&line).and_then(|()| self.file.flush()).map_err(io)
    }
}

/// What a file of records holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Recorded {
    /// The first line.
    pub header: Header,
    /// The lines after it.
    pub records: Vec<Record>,
    /// The bytes of all whole lines: a torn last one is left out.
    pub bytes: u64,
}

/// Reads a file of records without changing it.
///
/// # Errors
/// If it can't be read, has no header, or a line is no record.
pub fn read(path: &Path) -> Result<Recorded, RecordsError> {
    let io = |source| RecordsError::Io { path: path.to_owned(), source };
    let file = File::open(path).map_err(io)?;
    read_lines(path, file)?.ok_or_else(|| io(io::ErrorKind::UnexpectedEof.into()))
}

/// Whole lines, up to the first that is torn; `None` if there is not even a header.
fn read_lines(path: &Path, file: impl Read) -> Result<Option<Recorded>, RecordsError> {
    let mut reader = BufReader::new(file);
    let (mut number, mut found) = (0_usize, None::<Recorded>);
    let mut line = Vec::new();
    loop {
        line.clear();
        let read = reader
            .read_until(b'\n', &mut line)
            .map_err(|source| RecordsError::Io { path: path.to_owned(), source })?;
        if read == 0 || line.last() != Some(&b'\n') {
            return Ok(found);
        }
        number += 1;
        let place = |error: serde_json::Error| RecordsError::Line {
            path: path.to_owned(),
            line: number,
            reason: error.to_string(),
        };
        match &mut found {
            None => {
                let header = serde_json::from_slice(&line).map_err(place)?;
                found = Some(Recorded { header, records: Vec::new(), bytes: read as u64 });
            }
            Some(recorded) => {
                recorded.records.push(serde_json::from_slice(&line).map_err(place)?);
                recorded.bytes += read as u64;
            }
        }
    }
}

fn check_same(path: &Path, ours: &Header, theirs: &Header) -> Result<(), RecordsError> {
    match ours.differing(theirs) {
        differing if differing.is_empty() => Ok(()),
        differing => Err(RecordsError::OtherRun { path: path.to_owned(), differing }),
    }
}

#[cfg(test)]
mod tests;
