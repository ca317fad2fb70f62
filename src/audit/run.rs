//! The run loop: certifies what is not on record yet, in canonical order, and keeps the run folder.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::case_description::CaseDescription;
use super::folder::{AUDIT, CERTIFIED_CSV, CERTIFY_TSV, ORIGIN, Origin, RECORDS, REPORT, SUMMARY, TIMINGS};
use super::plan::Plan;
use super::plan::case::PlannedCase;
use super::records::file::{RecordFile, RecordsError};
use super::records::{Record, order};
use super::shard::{self, SHARD, Shard, ShardError, ShardFile};
use super::summary::{CaseSummary, Digests, Summary};
use super::timings::{Timing, Timings};
use super::tsv;
use super::whole_file::{self, WriteError};
use crate::certify::image::ImageMachine;
use crate::certify::outcome::Status;
use crate::onnx::runtime::SessionError;
use crate::smoothing::scheduler::{self, Event, Schedule};
use crate::smoothing::stop::Stop;

/// Values of a batch that are held at once, in a worker: bounds the memory of large images.
const BATCH_VALUES: usize = 2 << 20;
/// Draws a batch, where images are small.
const BATCH_DRAWS: usize = 128;

/// Why a run failed as a whole.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The run folder can't be used.
    #[error("cannot use the run folder {}", path.display())]
    Folder {
        /// The folder or a file in it.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The records can't be used.
    #[error(transparent)]
    Records(#[from] RecordsError),
    /// A file of the folder can't be written.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// The folder holds another part of the run.
    #[error(transparent)]
    Shard(#[from] ShardError),
    /// A worker's networks can't be opened.
    #[error(transparent)]
    Session(#[from] SessionError),
}

/// How a plan is run.
#[derive(Debug, Clone, Copy, Default)]
pub struct RunOptions {
    /// The part of the images to certify; all without it.
    pub shard: Option<Shard>,
    /// Begin anew, dropping what is on record.
    pub restart: bool,
}

/// What a run tells while it goes on.
pub trait Observer {
    /// A case begins; `recorded` of its `images` are on record already, `certified` of them certified.
    fn case_begins(&mut self, name: &str, images: u64, recorded: u64, certified: u64);
    /// Draws were made.
    fn draws(&mut self, count: u64);
    /// An image is done and on record.
    fn image_done(&mut self, record: &Record);
    /// The case ends.
    fn case_ends(&mut self);
}

/// A finished run, or one that was stopped.
#[derive(Debug)]
pub struct Finished {
    /// The figures.
    pub summary: Summary,
    /// Seconds by case, of this process alone.
    pub elapsed: Vec<Duration>,
    /// Whether images are missing because the run was stopped.
    pub stopped: bool,
}

/// Runs a plan in `folder`, going on from what is on record there.
///
/// # Errors
/// If the folder or its records can't be used, or networks can't be opened.
pub fn run(
    plan: &Plan,
    folder: &Path,
    options: RunOptions,
    stop: &Stop,
    observer: &mut dyn Observer,
) -> Result<Finished, RunError> {
    let images = shard::images(options.shard, &plan.selection);
    let (records, found) = open(plan, folder, options, &images)?;
    let timings = Timings::open(&folder.join(TIMINGS), options.restart)?;
    let mut books = Books { records, timings };
    let mut elapsed = Vec::with_capacity(plan.cases.len());
    let mut all: Vec<Vec<Record>> = Vec::with_capacity(plan.cases.len());
    for case in &plan.cases {
        let begin = Instant::now();
        let of_case = found.iter().filter(|record| record.case == case.case.name).cloned().collect();
        all.push(run_case(plan, case, &images, of_case, &mut books, stop, observer)?);
        elapsed.push(begin.elapsed());
    }
    let digests = Digests::of(&books.records.contents()?, plan.text.text.as_bytes());
    let summary = Summary { digests: Some(digests), ..summarise(plan, &all) };
    whole_file::write_json(&folder.join(SUMMARY), &summary)?;
    whole_file::write(&folder.join(CERTIFY_TSV), tsv::table(&all, books.timings.all()).as_bytes())?;
    Ok(Finished { summary, elapsed, stopped: all.iter().any(|records| records.len() < images.len()) })
}

/// Opens the run folder: its records under their lock, what they are of, and the records that are there already.
fn open(
    plan: &Plan,
    folder: &Path,
    options: RunOptions,
    images: &[usize],
) -> Result<(RecordFile, Vec<Record>), RunError> {
    fs::create_dir_all(folder).map_err(|source| RunError::Folder { path: folder.to_owned(), source })?;
    let path = folder.join(RECORDS);
    let (records, found) = RecordFile::open(&path, &plan.header, options.restart)?;
    if options.restart {
        // What the run that is thrown away left must not lie beside the new one's records.
        for name in [SUMMARY, CERTIFY_TSV, CERTIFIED_CSV, REPORT, SHARD] {
            remove(&folder.join(name))?;
        }
    }
    shard::check_same(folder, found.len(), options.shard)?;
    let cases: Vec<&str> = plan.cases.iter().map(|planned| planned.case.name.as_str()).collect();
    order::check(&path, &found, &cases, images)?;
    // Before the first record: which images it is of must never be in doubt.
    if let Some(shard) = options.shard {
        whole_file::write_json(&folder.join(SHARD), &ShardFile::new(shard, plan))?;
    }
    whole_file::write(&folder.join(AUDIT), plan.text.text.as_bytes())?;
    let origin = std::path::absolute(&plan.text.path)
        .map_err(|source| RunError::Folder { path: plan.text.path.clone(), source })?;
    whole_file::write_json(&folder.join(ORIGIN), &Origin { audit: origin })?;
    Ok((records, found))
}

/// What is written image by image.
struct Books {
    records: RecordFile,
    timings: Timings,
}

fn run_case(
    plan: &Plan,
    planned: &PlannedCase,
    images: &[usize],
    mut done: Vec<Record>,
    books: &mut Books,
    stop: &Stop,
    observer: &mut dyn Observer,
) -> Result<Vec<Record>, RunError> {
    let name = &planned.case.name;
    let certified = done.iter().filter(|record| record.status == Status::Certified).count() as u64;
    observer.case_begins(name, images.len() as u64, done.len() as u64, certified);
    // What is on record are the first of them: `order::check` saw to it.
    let todo = images.get(done.len()..).unwrap_or_default();
    let mut before = Instant::now();
    certify_images(plan, planned, todo, stop, |event| match event {
        Event::Draws(count) => {
            observer.draws(count);
            Ok(())
        }
        Event::Done(record) => {
            books.records.append(&record)?;
            books.timings.append(Timing {
                case: name.clone(),
                index: record.index,
                seconds: before.elapsed().as_secs_f64(),
            })?;
            before = Instant::now();
            observer.image_done(&record);
            done.push(record);
            Ok::<(), RunError>(())
        }
    })?;
    observer.case_ends();
    Ok(done)
}

/// Certifies images of one case, given by index in the data set, and hands over their records in that order. Nothing of
/// what is on record elsewhere is used.
///
/// # Errors
/// If networks can't be opened, and what `events` returns.
pub fn certify_images<E: From<SessionError>>(
    plan: &Plan,
    planned: &PlannedCase,
    indices: &[usize],
    stop: &Stop,
    mut events: impl FnMut(Event<Record>) -> Result<(), E>,
) -> Result<(), E> {
    if indices.is_empty() {
        return Ok(());
    }
    let workers = (0..plan.threads.min(indices.len() * 2))
        .map(|_| planned.worker(&plan.runtime, &plan.session))
        .collect::<Result<Vec<_>, _>>()?;
    let schedule = Schedule {
        batch: batch_size(plan, planned),
        window: 2 * workers.len() + 2,
        classes: planned.case.classes,
    };
    let machine = |index: &usize| ImageMachine::new(planned.case.clone(), plan.data.clone(), *index);
    let mut order = indices.iter();
    scheduler::run(schedule, workers, indices.iter().map(machine), stop, |event| match event {
        Event::Draws(count) => events(Event::Draws(count)),
        Event::Done(certificate) => {
            let Some(&index) = order.next() else { return Ok(()) };
            let label = planned.classifier.class_of(plan.data.label(index));
            let (name, radii) = (&planned.case.name, &planned.case.radii);
            events(Event::Done(Record::new(name, index as u64, label, radii, &certificate)))
        }
    })
}

/// The figures of the records of every case.
pub fn summarise(plan: &Plan, records: &[Vec<Record>]) -> Summary {
    let cases = plan.cases.iter().zip(records);
    Summary {
        cases: cases
            .map(|(case, records)| CaseSummary {
                description: Some(CaseDescription::of(plan, case)),
                ..CaseSummary::new(&case.case.name, &case.case.radii, records)
            })
            .collect(),
        class_names: class_names(plan),
        digests: None,
    }
}

/// The names of the data's classes, by the class number that records have.
pub(super) fn class_names(plan: &Plan) -> BTreeMap<u32, String> {
    let Some(classifier) = plan.cases.first().map(|planned| &planned.classifier) else {
        return BTreeMap::new();
    };
    let names = plan.data.classes().unwrap_or_default();
    (0_u32..).zip(names).map(|(label, name)| (classifier.class_of(label), name.clone())).collect()
}

/// Draws a batch: as the audit says, or as many as keep a batch's tensors small.
pub fn batch_size(plan: &Plan, planned: &PlannedCase) -> usize {
    let pixels: usize = planned.case.shape.iter().product();
    let code = planned.surrogate.as_ref().map_or(0, |s| s.code_dims.iter().product());
    match plan.batch {
        0 => (BATCH_VALUES / pixels.max(code).max(1)).clamp(1, BATCH_DRAWS),
        chosen => chosen,
    }
}

/// Removes a file that may be there.
fn remove(path: &Path) -> Result<(), RunError> {
    match fs::remove_file(path) {
        Err(source) if source.kind() != io::ErrorKind::NotFound => {
            Err(RunError::Folder { path: path.to_owned(), source })
        }
        _ => Ok(()),
    }
}
