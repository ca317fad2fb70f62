//! The run folder: what a run leaves, and how it is read again.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::diagnostic::AuditText;
use super::records::file::{self, RecordsError};
use super::records::{Header, Record};

/// The records' file in a run folder.
pub const RECORDS: &str = "records.jsonl";
/// Seconds an image, kept apart from the records.
pub const TIMINGS: &str = "timings.jsonl";
/// The summary.
pub const SUMMARY: &str = "summary.json";
/// The audit file as run.
pub const AUDIT: &str = "audit.toml";
/// Where the audit file lay, to which its paths are relative.
pub const ORIGIN: &str = "origin.json";
/// The table in the columns of locuslab/smoothing.
pub const CERTIFY_TSV: &str = "certify.tsv";
/// The report for people.
pub const REPORT: &str = "report.html";
/// Certified accuracy by case and radius, for programs.
pub const CERTIFIED_CSV: &str = "certified_accuracy.csv";

/// Where the audit file of a run lay. No record depends on it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// The audit file, as an absolute path.
    pub audit: PathBuf,
}

/// Why a run folder can't be read.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// A file of it is missing or can't be read.
    #[error("{} is no run folder of gsmooth: cannot read {}", folder.display(), path.display())]
    Unreadable {
        /// The folder.
        folder: PathBuf,
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Its records are no records.
    #[error(transparent)]
    Records(#[from] RecordsError),
}

impl Origin {
    /// Where the audit file of a run folder lay.
    ///
    /// # Errors
    /// If the folder does not say.
    pub fn read(folder: &Path) -> Result<Self, FolderError> {
        let path = folder.join(ORIGIN);
        fs::read(&path)
            .and_then(|text| Ok(serde_json::from_slice(&text)?))
            .map_err(|source| FolderError::Unreadable { folder: folder.to_owned(), path, source })
    }
}

/// The audit file of a run folder, and the folder that its paths are relative to: `relative_to`, or where it lay.
///
/// # Errors
/// If one of them can't be read.
pub fn read_audit(path: &Path, relative_to: Option<&Path>) -> Result<(AuditText, PathBuf), FolderError> {
    let read = |name: &str| {
        let file = path.join(name);
        fs::read_to_string(&file).map_err(|source| FolderError::Unreadable {
            folder: path.to_owned(),
            path: file,
            source,
        })
    };
    let text = AuditText { path: path.join(AUDIT), text: read(AUDIT)?.into() };
    let relative_to = match relative_to {
        Some(folder) => folder.to_owned(),
        None => {
            let origin: Option<Origin> = serde_json::from_str(&read(ORIGIN)?).ok();
            origin.and_then(|origin| Some(origin.audit.parent()?.to_owned())).unwrap_or_default()
        }
    };
    Ok((text, relative_to))
}

/// A run folder, read.
#[derive(Debug, Clone)]
pub struct RunFolder {
    /// The folder.
    pub path: PathBuf,
    /// The audit file as run.
    pub text: AuditText,
    /// The folder that the audit's paths are relative to.
    pub relative_to: PathBuf,
    /// What the records are of.
    pub header: Header,
    /// All records, in the file's order.
    pub records: Vec<Record>,
}

impl RunFolder {
    /// Reads a run folder. `relative_to` stands for the folder where the audit file lay, if that was moved since.
    ///
    /// # Errors
    /// If it is no run folder, or its records are damaged.
    pub fn read(path: &Path, relative_to: Option<&Path>) -> Result<Self, FolderError> {
        let (text, relative_to) = read_audit(path, relative_to)?;
        let recorded = file::read(&path.join(RECORDS))?;
        Ok(Self {
            path: path.to_owned(),
            text,
            relative_to,
            header: recorded.header,
            records: recorded.records,
        })
    }

    /// The records of one case, in order.
    pub fn records_of<'a>(&'a self, case: &'a str) -> impl Iterator<Item = &'a Record> {
        self.records.iter().filter(move |record| record.case == case)
    }
}
