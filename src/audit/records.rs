//! `records.jsonl`: a header line, then a line per case and image, appended whole and flushed.
//!
//! Nothing in it depends on batch size, threads or time, so two runs of one audit give the same bytes. A run that was
//! killed leaves at most one torn last line, which is dropped when it goes on.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, BufRead, BufReader, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::certify::cover;
use crate::certify::geometry::Kind;
use crate::certify::outcome::{Certificate, Status};
use crate::smoothing::question::Counts;

/// What a run is of: a run goes on only if its header is the same.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Header {
    /// The version of gsmooth that wrote the records.
    pub gsmooth: String,
    /// The version of this format.
    pub format: u32,
    /// Digest of the resolved plan, without output folder, batch size and threads.
    pub audit: String,
    /// The seed of all noise.
    pub seed: u64,
    /// SHA-256 of the data's files.
    pub data: String,
    /// Model files with their SHA-256.
    pub models: Map<String, Value>,
    /// Plugins with kind, version and SHA-256 of their library.
    pub plugins: Vec<PluginDigest>,
    /// ONNX Runtime's version.
    pub onnxruntime: String,
    /// By model: the provider that each node really got, with operator counts.
    pub providers: Map<String, Value>,
}

/// A plugin that the run uses.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PluginDigest {
    /// The plugin's id.
    pub id: String,
    /// `transformation`, `noise` or `estimator`.
    pub kind: String,
    /// Its own version.
    pub version: String,
    /// SHA-256 of the library file.
    pub digest: String,
}

/// One image of one case.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// The case's name.
    pub case: String,
    /// The image's index in the data set.
    pub index: u64,
    /// The true class.
    pub label: u32,
    /// The class that is certified, or `null`.
    pub predicted: Option<u32>,
    /// Whether the predicted class is the label.
    pub correct: bool,
    /// What became of the image.
    pub status: Status,
    /// The certified radius, rounded down.
    pub radius: f64,
    /// Of a claim about a surrogate with a known error: the radius that holds for the transformation itself.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub radius_real: Option<f64>,
    /// Whether the radius is proven or estimated.
    pub radius_kind: Kind,
    /// Whether the radius ends where the range does.
    pub capped: bool,
    /// The listed radii, and whether each is certified.
    pub radii: Map<String, Value>,
    /// The lower confidence bound of the predicted class's probability.
    pub p_a: Option<f64>,
    /// The upper confidence bound of every rival's, where it was bounded apart.
    pub p_b: Option<f64>,
    /// Votes that chose the class, by class.
    pub selection: CountsRecord,
    /// Votes that bound its probability, by class; of all anchors together.
    pub counts: Vec<u64>,
    /// All draws that the certificate rests on, selection included.
    pub draws: u64,
    /// Failed draws among them.
    pub failures: u64,
    /// The equivalent Gaussian distance of the certified region.
    pub distance: Option<f64>,
    /// Evaluations of F2 that the geometry took.
    pub evaluations: u64,
    /// Anchors and cells.
    pub cells: Vec<CellRecord>,
    /// What failed, for status `error`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub error: Option<String>,
}

/// Counts of votes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CountsRecord {
    /// Votes by class.
    pub counts: Vec<u64>,
    /// Draws, failures included.
    pub draws: u64,
    /// Draws without a vote.
    pub failures: u64,
}

impl From<&Counts> for CountsRecord {
    fn from(counts: &Counts) -> Self {
        Self { counts: counts.votes.clone(), draws: counts.draws(), failures: counts.failures }
    }
}

/// One cell of the cover.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CellRecord {
    /// The anchor's parameters.
    pub anchor: Vec<f64>,
    /// The box's low ends.
    pub low: Vec<f64>,
    /// The box's high ends.
    pub high: Vec<f64>,
    /// The probability above which the anchor proves the box.
    pub p_star: f64,
    /// Whether that bounds the whole box.
    pub kind: Kind,
    /// The share of alpha that its test owns.
    pub alpha: f64,
    /// How often it was refined.
    pub generation: u64,
    /// Votes at the anchor.
    #[serde(flatten)]
    pub votes: CountsRecord,
}

impl From<&cover::Cell> for CellRecord {
    fn from(cell: &cover::Cell) -> Self {
        Self {
            anchor: cell.anchor.clone(),
            low: cell.low.clone(),
            high: cell.high.clone(),
            p_star: cell.p_star,
            kind: cell.kind,
            alpha: cell.alpha,
            generation: cell.generation,
            votes: (&cell.counts).into(),
        }
    }
}

impl Record {
    /// The record of a certificate. `radii` are those that the case lists.
    pub fn new(case: &str, index: u64, label: u32, radii: &[f64], certificate: &Certificate) -> Self {
        let counts = certificate.cells.iter().fold(Counts::default(), |sum, cell| sum.plus(&cell.counts));
        let reached = |r: f64| certificate.status == Status::Certified && r <= certificate.radius;
        Self {
            case: case.to_owned(),
            index,
            label,
            predicted: certificate.predicted,
            correct: certificate.predicted == Some(label),
            status: certificate.status,
            radius: certificate.radius,
            radius_real: certificate.radius_real,
            radius_kind: certificate.kind,
            capped: certificate.capped,
            radii: radii.iter().map(|r| (r.to_string(), Value::Bool(reached(*r)))).collect(),
            p_a: certificate.evidence.map(|e| e.p_a),
            p_b: certificate.evidence.and_then(|e| e.p_b),
            selection: (&certificate.selection).into(),
            draws: certificate.selection.draws() + counts.draws(),
            failures: certificate.selection.failures + counts.failures,
            counts: counts.votes,
            distance: certificate.distance,
            evaluations: certificate.evaluations,
            cells: certificate.cells.iter().map(CellRecord::from).collect(),
            error: certificate.error.clone(),
        }
    }

    /// Whether the label itself is certified to a radius: what certified accuracy counts.
    pub fn certifies_label(&self, radius: f64) -> bool {
        self.status == Status::Certified && self.correct && self.radius >= radius
    }

    /// Whether, of a claim about a surrogate, the label is certified to a radius for the transformation itself.
    pub fn certifies_label_of_real(&self, radius: f64) -> bool {
        self.status == Status::Certified
            && self.correct
            && self.radius_real.is_some_and(|real| real >= radius)
    }
}

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
        let mut reader = BufReader::new(&self.file);
        let (mut whole, mut number, mut found) = (0_u64, 0_usize, None);
        let mut line = Vec::new();
        loop {
            line.clear();
            let read = reader.read_until(b'\n', &mut line).map_err(io)?;
            if read == 0 || line.last() != Some(&b'\n') {
                break;
            }
            number += 1;
            let place = |error: serde_json::Error| RecordsError::Line {
                path: self.path.clone(),
                line: number,
                reason: error.to_string(),
            };
            match &mut found {
                None => {
                    let other: Header = serde_json::from_slice(&line).map_err(place)?;
                    check_same(&self.path, header, &other)?;
                    found = Some(Vec::new());
                }
                Some(records) => records.push(serde_json::from_slice(&line).map_err(place)?),
            }
            whole += read as u64;
        }
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

    fn write_line(&mut self, value: &impl Serialize) -> Result<(), RecordsError> {
        let io = |source| RecordsError::Io { path: self.path.clone(), source };
        let mut line = serde_json::to_vec(value).map_err(|error| io(error.into()))?;
        line.push(b'\n');
        self.file.write_all(&line).and_then(|()| self.file.flush()).map_err(io)
    }
}

fn check_same(path: &Path, ours: &Header, theirs: &Header) -> Result<(), RecordsError> {
    if ours == theirs {
        return Ok(());
    }
    let entries = |header: &Header| serde_json::to_value(header).ok().and_then(|v| v.as_object().cloned());
    let (ours, theirs) = (entries(ours).unwrap_or_default(), entries(theirs).unwrap_or_default());
    let differing =
        ours.iter().filter(|(key, value)| theirs.get(*key) != Some(value)).map(|(key, _)| key.clone());
    Err(RecordsError::OtherRun { path: path.to_owned(), differing: differing.collect() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header() -> Header {
        Header {
            gsmooth: "1".into(),
            format: 1,
            audit: "a".into(),
            seed: 1,
            data: "d".into(),
            models: Map::new(),
            plugins: Vec::new(),
            onnxruntime: "1".into(),
            providers: Map::new(),
        }
    }

    fn record(index: u64) -> Record {
        Record {
            case: "c".into(),
            index,
            label: 1,
            predicted: Some(1),
            correct: true,
            status: Status::Certified,
            radius: 0.1 + 0.2,
            radius_real: None,
            radius_kind: Kind::Estimated,
            capped: false,
            radii: Map::new(),
            p_a: Some(0.99),
            p_b: None,
            selection: CountsRecord { counts: vec![1, 2], draws: 3, failures: 0 },
            counts: vec![5, 6],
            draws: 14,
            failures: 0,
            distance: None,
            evaluations: 0,
            cells: Vec::new(),
            error: None,
        }
    }

    #[test]
    fn a_torn_line_is_dropped_wherever_it_is_torn() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("records.jsonl");
        let (mut file, none) = RecordFile::open(&path, &header(), false).unwrap();
        assert!(none.is_empty());
        for index in 0..3 {
            file.append(&record(index)).unwrap();
        }
        drop(file);
        let whole = std::fs::read(&path).unwrap();
        for cut in 0..whole.len() {
            std::fs::write(&path, &whole[..cut]).unwrap();
            let (mut file, found) = RecordFile::open(&path, &header(), false).unwrap();
            for index in found.len() as u64..3 {
                file.append(&record(index)).unwrap();
            }
            drop(file);
            assert_eq!(std::fs::read(&path).unwrap(), whole, "cut at byte {cut}");
        }
    }

    #[test]
    fn another_run_is_refused_and_says_what_differs() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("records.jsonl");
        drop(RecordFile::open(&path, &header(), false).unwrap());
        let other = Header { seed: 2, ..header() };
        match RecordFile::open(&path, &other, false) {
            Err(RecordsError::OtherRun { differing, .. }) => assert_eq!(differing, ["seed"]),
            result => panic!("{result:?}"),
        }
        assert!(RecordFile::open(&path, &other, true).is_ok(), "a restart begins anew");
    }

    #[test]
    fn two_writers_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("records.jsonl");
        let _first = RecordFile::open(&path, &header(), false).unwrap();
        assert!(matches!(RecordFile::open(&path, &header(), false), Err(RecordsError::Locked { .. })));
    }

    /// A child that was forked while the file was open holds its lock for a moment longer.
    #[test]
    fn a_lock_that_ends_soon_is_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("records.jsonl");
        let (first, _) = RecordFile::open(&path, &header(), false).unwrap();
        let copy = first.file.try_clone().unwrap();
        drop(first);
        std::thread::scope(|scope| {
            scope.spawn(move || {
                std::thread::sleep(2 * BETWEEN);
                drop(copy);
            });
            assert!(RecordFile::open(&path, &header(), false).is_ok());
        });
    }

    #[test]
    fn a_damaged_line_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("records.jsonl");
        drop(RecordFile::open(&path, &header(), false).unwrap());
        OpenOptions::new().append(true).open(&path).unwrap().write_all(b"{\"case\": 7}\n").unwrap();
        assert!(matches!(RecordFile::open(&path, &header(), false), Err(RecordsError::Line { line: 2, .. })));
    }

    #[test]
    fn records_are_read_back_to_the_last_bit() {
        for i in 1..2000_u32 {
            let written = Record { radius: (f64::from(i) * 0.737).sin().abs() / 3.0, ..record(0) };
            let read: Record = serde_json::from_slice(&serde_json::to_vec(&written).unwrap()).unwrap();
            assert_eq!(read.radius.to_bits(), written.radius.to_bits(), "{}", written.radius);
        }
    }
}
