//! Why an attack failed as a whole.

use std::io;
use std::path::PathBuf;

use crate::audit::diagnostic::Diagnostic;
use crate::audit::folder::FolderError;
use crate::audit::records::file::RecordsError;
use crate::onnx::runtime::SessionError;

/// Why an attack failed as a whole.
#[derive(Debug, thiserror::Error)]
pub enum AttackError {
    /// Something is wrong with the audit.
    #[error(transparent)]
    Audit(#[from] Box<Diagnostic>),
    /// There is no run whose certificates could be attacked.
    #[error("there is no run to attack: run `gsmooth certify` first, or name its folder with --output")]
    NoRun {
        /// Why its folder can't be read.
        source: FolderError,
    },
    /// Its records are damaged.
    #[error(transparent)]
    Damaged(RecordsError),
    /// The run is of something else.
    #[error(
        "{} holds a run of another {}: attack the audit that was run, or run `gsmooth certify` on this one first",
        folder.display(), differing.join(", ")
    )]
    OtherRun {
        /// The run folder.
        folder: PathBuf,
        /// The entries of the records' header that differ.
        differing: Vec<String>,
    },
    /// None of the images that are to be attacked is on record.
    #[error("{} holds no record of the images to attack: let `gsmooth certify` go on first", folder.display())]
    NoRecords {
        /// The run folder.
        folder: PathBuf,
    },
    /// A worker's networks can't be opened.
    #[error(transparent)]
    Session(#[from] SessionError),
    /// What the attack found can't be written.
    #[error("cannot write {}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}
