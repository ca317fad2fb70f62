//! Merging: the run folders of all shards become the run folder that one undivided run would have left, byte for byte
//! in its records and its summary. Needs neither models nor data.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::diagnostic::AuditText;
use super::folder::{AUDIT, CERTIFY_TSV, FolderError, ORIGIN, Origin, RECORDS, RunFolder, SUMMARY, TIMINGS};
use super::records::file::{RecordFile, RecordsError};
use super::records::{Record, order};
use super::shard::{Shard, ShardError, ShardFile, ShardedCase, images};
use super::summary::{CaseSummary, Digests, Summary};
use super::timings::{self, Timing};
use super::tsv;
use super::whole_file::{self, WriteError};

mod missing;

pub use missing::{Missing, MissingImages};

/// Why shards can't be merged.
#[derive(Debug, thiserror::Error)]
pub enum MergeError {
    /// A folder can't be read.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// A folder's shard can't be read.
    #[error(transparent)]
    Shard(#[from] ShardError),
    /// A folder's records can't be used.
    #[error(transparent)]
    Records(#[from] RecordsError),
    /// Something can't be written.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// The output folder can't be made.
    #[error("cannot use the run folder {}", path.display())]
    Output {
        /// The folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Nothing was named.
    #[error("no run folder to merge")]
    NoFolder,
    /// A folder that is only being begun, or whose beginning was cut short.
    #[error("{} was begun and holds no record yet: go on with `gsmooth certify` for its shard", folder.display())]
    Begun {
        /// The folder.
        folder: PathBuf,
    },
    /// A folder of a whole run.
    #[error("{} holds a whole run, not a shard of one: it has nothing to be merged with", folder.display())]
    Whole {
        /// The folder.
        folder: PathBuf,
    },
    /// Shards of different runs.
    #[error(
        "{} and {} are of different runs: they differ in {}", folders[0].display(), folders[1].display(),
        differing.join(", ")
    )]
    OtherRun {
        /// The folders.
        folders: [PathBuf; 2],
        /// The entries of the records' headers that differ.
        differing: Vec<String>,
    },
    /// Shards whose audit files differ in what changes no record, such as `require`.
    #[error(
        "the audit files in {} and {} differ: run `gsmooth certify` with the audit file that holds on both shards again, \
         which certifies nothing anew", folders[0].display(), folders[1].display()
    )]
    OtherAudit {
        /// The folders.
        folders: [PathBuf; 2],
    },
    /// Shards of runs that were shared out differently.
    #[error(
        "{} holds a shard of {}, {} one of {}", folders[0].display(), of[0], folders[1].display(), of[1]
    )]
    OtherNumber {
        /// The folders.
        folders: [PathBuf; 2],
        /// How many shards there are by either.
        of: [u64; 2],
    },
    /// A shard that is there twice.
    #[error("{} and {} both hold shard {shard}", folders[0].display(), folders[1].display())]
    Twice {
        /// The folders.
        folders: [PathBuf; 2],
        /// The shard.
        shard: Shard,
    },
    /// Images that no shard has on record.
    #[error(transparent)]
    Missing(#[from] Missing),
    /// The output folder holds something else.
    #[error("{} holds another run, or a shard: name another folder with --output", folder.display())]
    Occupied {
        /// The folder.
        folder: PathBuf,
    },
}

impl MergeError {
    /// The exit code: 2 for folders that do not belong together, 3 for what can't be read or written, 4 for images that
    /// are still to be certified.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Folder(_) | Self::Shard(_) | Self::Records(_) | Self::Write(_) | Self::Output { .. } => 3,
            Self::NoFolder
            | Self::Whole { .. }
            | Self::OtherRun { .. }
            | Self::OtherAudit { .. }
            | Self::OtherNumber { .. }
            | Self::Twice { .. }
            | Self::Occupied { .. } => 2,
            Self::Begun { .. } | Self::Missing(_) => 4,
        }
    }
}

/// A merged run.
#[derive(Debug)]
pub struct Merged {
    /// The figures.
    pub summary: Summary,
    /// The cases, with what they must reach.
    pub cases: Vec<ShardedCase>,
    /// The probability that an image's certificate may be wrong.
    pub alpha: f64,
    /// The audit file, at the place where it lay.
    pub audit: AuditText,
}

/// A shard's run folder, read.
struct Part {
    run: RunFolder,
    file: ShardFile,
    audit: PathBuf,
}

/// Merges the run folders of all shards of a run, in whatever order they come, into `output`.
///
/// # Errors
/// If they are not exactly the shards of one run, images are missing, or `output` can't be used.
pub fn merge(folders: &[PathBuf], output: &Path) -> Result<Merged, MergeError> {
    let parts = folders.iter().map(|folder| Part::read(folder)).collect::<Result<Vec<_>, _>>()?;
    let parts = in_order(parts)?;
    let Some(first) = parts.first() else { return Err(MergeError::NoFolder) };
    missing::check_complete(first, &parts)?;
    let all: Vec<Vec<Record>> = first.file.cases.iter().map(|case| interleaved(&parts, &case.name)).collect();
    let figures = first.file.cases.iter().zip(&all);
    let summary = Summary {
        cases: figures
            .map(|(case, records)| CaseSummary {
                description: Some(case.description.clone()),
                ..CaseSummary::new(&case.name, &case.radii, records)
            })
            .collect(),
        class_names: first.file.class_names.clone(),
        digests: None,
    };
    let summary = write(first, &parts, &all, summary, output)?;
    Ok(Merged {
        summary,
        cases: first.file.cases.clone(),
        alpha: first.file.alpha,
        audit: AuditText { path: first.audit.clone(), text: first.run.text.text.clone() },
    })
}

impl Part {
    fn read(folder: &Path) -> Result<Self, MergeError> {
        // The records are opened first, and where the audit lay is written last, before the first of them.
        if folder.join(RECORDS).exists() && !folder.join(ORIGIN).exists() {
            return Err(MergeError::Begun { folder: folder.to_owned() });
        }
        let run = RunFolder::read(folder, Some(Path::new("")))?;
        let Some(file) = ShardFile::read(folder)? else {
            return Err(MergeError::Whole { folder: folder.to_owned() });
        };
        let cases: Vec<&str> = file.cases.iter().map(|case| case.name.as_str()).collect();
        order::check(
            &folder.join(RECORDS),
            &run.records,
            &cases,
            &images(Some(file.shard), &file.selection),
        )?;
        let audit = Origin::read(folder)?.audit;
        Ok(Self { run, file, audit })
    }

    fn shard(&self) -> Shard {
        self.file.shard
    }
}

/// The parts by number, each once; all of one run.
fn in_order(mut parts: Vec<Part>) -> Result<Vec<Part>, MergeError> {
    parts.sort_by_key(|part| part.shard().number());
    for pair in parts.windows(2) {
        let [one, other] = pair else { continue };
        let folders = || [one.run.path.clone(), other.run.path.clone()];
        let differing = one.run.header.differing(&other.run.header);
        if !differing.is_empty() {
            return Err(MergeError::OtherRun { folders: folders(), differing });
        }
        let of = [one.shard().of(), other.shard().of()];
        if of[0] != of[1] {
            return Err(MergeError::OtherNumber { folders: folders(), of });
        }
        if one.shard() == other.shard() {
            return Err(MergeError::Twice { folders: folders(), shard: one.shard() });
        }
        if one.run.text.text != other.run.text.text {
            return Err(MergeError::OtherAudit { folders: folders() });
        }
    }
    Ok(parts)
}

/// The records of a case in canonical order: one of each shard in turn.
fn interleaved(parts: &[Part], case: &str) -> Vec<Record> {
    let of_case: Vec<Vec<&Record>> = parts.iter().map(|part| part.run.records_of(case).collect()).collect();
    let rounds = of_case.iter().map(Vec::len).max().unwrap_or(0);
    (0..rounds)
        .flat_map(|i| of_case.iter().filter_map(move |records| records.get(i)))
        .map(|r| (*r).clone())
        .collect()
}

/// Writes the run folder, and returns the figures with digests; `first` is any of the parts, which agree in all that is taken from one.
fn write(
    first: &Part,
    parts: &[Part],
    all: &[Vec<Record>],
    summary: Summary,
    output: &Path,
) -> Result<Summary, MergeError> {
    fs::create_dir_all(output).map_err(|source| MergeError::Output { path: output.to_owned(), source })?;
    let occupied = || MergeError::Occupied { folder: output.to_owned() };
    if ShardFile::read(output)?.is_some() {
        return Err(occupied());
    }
    // Records of an earlier merger that was stopped, or that is repeated, are gone on with.
    let opened = RecordFile::open(&output.join(RECORDS), &first.run.header, false);
    let (mut records, found) = opened.map_err(|error| match error {
        RecordsError::OtherRun { .. } => occupied(),
        error => error.into(),
    })?;
    let merged: Vec<&Record> = all.iter().flatten().collect();
    if found.len() > merged.len() || found.iter().zip(&merged).any(|(found, merged)| found != *merged) {
        return Err(occupied());
    }
    for record in &merged[found.len()..] {
        records.append(record)?;
    }
    let timings = merged_timings(parts, &merged);
    timings::write(&output.join(TIMINGS), &timings)?;
    whole_file::write(&output.join(AUDIT), first.run.text.text.as_bytes())?;
    whole_file::write_json(&output.join(ORIGIN), &Origin { audit: first.audit.clone() })?;
    let digests = Digests::of(&records.contents()?, first.run.text.text.as_bytes());
    let summary = Summary { digests: Some(digests), ..summary };
    whole_file::write_json(&output.join(SUMMARY), &summary)?;
    whole_file::write(&output.join(CERTIFY_TSV), tsv::table(all, &timings).as_bytes())?;
    Ok(summary)
}

/// The timings of the shards, in the order of the records.
fn merged_timings(parts: &[Part], records: &[&Record]) -> Vec<Timing> {
    let mut known = std::collections::HashMap::new();
    for timing in parts.iter().flat_map(|part| timings::read(&part.run.path.join(TIMINGS))) {
        known.insert((timing.case.clone(), timing.index), timing);
    }
    records.iter().filter_map(|record| known.remove(&(record.case.clone(), record.index))).collect()
}
