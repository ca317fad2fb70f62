//! Verifies a run folder: an auditor trusts nothing else.
//!
//! - [`recorded`]: the folder as it lies on disk;
//! - [`header`]: whether models, plugins, data and audit are those of the records;
//! - [`sequence`]: which records there are, in which order;
//! - [`case`]: each record derived anew from its counts and its geometry, to the last bit;
//! - [`figures`]: summary and table;
//! - [`redraw`]: images certified again from nothing;
//! - [`finding`], [`fault`], [`difference`]: what is wrong, and where.

pub mod case;
pub mod difference;
pub mod fault;
pub mod figures;
pub mod finding;
pub mod header;
pub mod recorded;
pub mod redraw;
pub mod sequence;

use serde::Serialize;

use crate::audit::folder::FolderError;
use crate::audit::plan::Plan;
use crate::audit::run::{Observer, RunError};
use crate::audit::shard::ShardError;
use crate::transformation::TransformationError;
use case::CaseCheck;
use fault::Fault;
use recorded::RecordedRun;
use redraw::Resample;
use sequence::Sequence;

/// Why a run folder could not be verified to the end.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// The folder is no run folder.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// Which shard it holds can't be read.
    #[error(transparent)]
    Shard(#[from] ShardError),
    /// Images can't be certified again.
    #[error(transparent)]
    Run(#[from] RunError),
    /// A transformation fails.
    #[error(transparent)]
    Transformation(#[from] TransformationError),
    /// The system gives no random number.
    #[error("the system gives no random number; choose the images that are certified again with --seed")]
    Random(#[from] getrandom::Error),
}

/// What is to be said of a folder that is no fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Note {
    /// What.
    pub kind: NoteKind,
    /// Records that there are.
    pub records: usize,
    /// Records that the audit asks for.
    pub expected: usize,
}

/// What may be said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NoteKind {
    /// The run was stopped or killed: records are missing.
    NotFinished,
    /// All records are there, but the figures are missing, or of an earlier part.
    FiguresBehind,
}

/// What was checked of one case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CaseReport {
    /// The case.
    pub name: String,
    /// How it certifies.
    pub method: String,
    /// Records.
    pub records: usize,
    /// Images that the audit selects.
    pub images: usize,
    /// Records that were derived anew from their counts; 0 where there are no counts.
    pub rederived: usize,
    /// Images that were certified again.
    pub redrawn: usize,
    /// Faults of its records.
    pub faults: usize,
}

/// What was checked, and what is wrong.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// By case, in the audit's order.
    pub cases: Vec<CaseReport>,
    /// What is to be said besides.
    pub notes: Vec<Note>,
    /// The seed that chose the images which were certified again.
    pub seed: u64,
    /// What is wrong.
    pub faults: Vec<Fault>,
}

/// Verifies a run whose audit was made ready anew. `resample` images, chosen by `seed`, are certified again.
///
/// # Errors
/// If that can't be done; what is wrong with the run is in the report.
pub fn verify(
    run: &RecordedRun,
    plan: &Plan,
    resample: Resample,
    seed: u64,
    observer: &mut dyn Observer,
) -> Result<Report, VerifyError> {
    let mut sequence = sequence::check(run, plan);
    let mut faults = header::check(run, plan);
    let (figures, notes) = figures::check(run, plan, &sequence);
    faults.append(&mut sequence.faults);
    let mut cases = cases(plan, &sequence);
    derive(run, plan, &sequence, &mut cases, &mut faults)?;
    faults.extend(figures);
    let redrawn = redraw::redraw(run, plan, &sequence, (resample, seed), observer)?;
    faults.extend(redrawn.faults);
    for (case, redrawn) in cases.iter_mut().zip(redrawn.images) {
        case.redrawn = redrawn;
        case.faults = faults.iter().filter(|fault| fault.place.case.as_ref() == Some(&case.name)).count();
    }
    Ok(Report { cases, notes, seed, faults })
}

/// The cases, of which nothing is checked yet.
fn cases(plan: &Plan, sequence: &Sequence) -> Vec<CaseReport> {
    let records = |number: usize| sequence.cases.iter().filter(|case| **case == Some(number)).count();
    let report = |(number, planned): (usize, &crate::audit::plan::case::PlannedCase)| CaseReport {
        name: planned.case.name.clone(),
        method: planned.method.to_string(),
        records: records(number),
        images: sequence.images.len(),
        rederived: 0,
        redrawn: 0,
        faults: 0,
    };
    plan.cases.iter().enumerate().map(report).collect()
}

/// Derives every record anew.
fn derive(
    run: &RecordedRun,
    plan: &Plan,
    sequence: &Sequence,
    cases: &mut [CaseReport],
    faults: &mut Vec<Fault>,
) -> Result<(), VerifyError> {
    let checks = plan.cases.iter().map(|planned| CaseCheck::new(&planned.case));
    let mut checks: Vec<CaseCheck<'_>> = checks.collect::<Result<_, _>>()?;
    for (line, case) in run.lines.iter().zip(&sequence.cases) {
        let (Ok(record), Some(case)) = (&line.record, *case) else { continue };
        let label = plan.cases[case].classifier.class_of(plan.data.label(record.index as usize));
        let findings = checks[case].record(record, run.bytes_of(line), label);
        let fault = |finding| Fault { place: sequence::place(line, record), finding };
        faults.extend(findings.into_iter().map(fault));
        cases[case].rederived += usize::from(checks[case].derives());
    }
    Ok(())
}
