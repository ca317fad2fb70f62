//! Why a report can't be made.

use std::io;
use std::path::PathBuf;

use crate::audit::folder::FolderError;

/// Why a report can't be made.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// It is no run folder.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// The summary is missing: the run was killed before its end.
    #[error(
        "{} can't be read: `gsmooth certify` writes it when a run ends or is interrupted; the same command goes on",
        path.display()
    )]
    NoSummary {
        /// The summary.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The summary is none of this gsmooth's.
    #[error("{} is no summary of gsmooth", path.display())]
    Summary {
        /// The summary.
        path: PathBuf,
        /// What the parser says.
        source: serde_json::Error,
    },
    /// The summary does not say what a case is.
    #[error(
        "{} does not describe case `{case}`, as summaries of earlier versions of gsmooth: run `gsmooth certify` on the audit \
         again (its records stay)",
        path.display()
    )]
    NoDescription {
        /// The summary.
        path: PathBuf,
        /// The case.
        case: String,
    },
    /// A file of the report can't be written.
    #[error("cannot write {}", path.display())]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A table of the report can't be written.
    #[error("cannot write the table of certified accuracy")]
    Csv(#[from] csv::Error),
    /// The page can't be filled in.
    #[error("the page can't be filled in")]
    Page(#[from] minijinja::Error),
}
