//! The run loop: certifies what is not on record yet, in canonical order, and keeps the run folder.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use super::case_description::CaseDescription;
use super::folder::{AUDIT, CERTIFIED_CSV, CERTIFY_TSV, ORIGIN, Origin, RECORDS, REPORT, SUMMARY, TIMINGS};
use super::plan::Plan;
use super::plan::case::PlannedCase;
use super::records::Record;
use super::records::file::{RecordFile, RecordsError};
use super::summary::{CaseSummary, Summary};
use super::tsv;
use crate::certify::image::ImageMachine;
use crate::certify::outcome::Status;
use crate::onnx::runtime::SessionError;
use crate::smoothing::scheduler::{self, Event, Schedule};
use crate::smoothing::stop::Stop;

/// Values of a batch that are held at once, in a worker: bounds the memory of large images.
const BATCH_VALUES: usize = 8 << 20;
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
    /// A worker's networks can't be opened.
    #[error(transparent)]
    Session(#[from] SessionError),
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
    restart: bool,
    stop: &Stop,
    observer: &mut dyn Observer,
) -> Result<Finished, RunError> {
    let at = |path: &Path| {
        let path = path.to_owned();
        move |source| RunError::Folder { path, source }
    };
    fs::create_dir_all(folder).map_err(at(folder))?;
    let (mut records, found) = RecordFile::open(&folder.join(RECORDS), &plan.header, restart)?;
    if restart {
        // Figures of the run that is thrown away must not lie beside the new one's records until it ends.
        for name in [SUMMARY, CERTIFY_TSV, REPORT, CERTIFIED_CSV] {
            remove(&folder.join(name))?;
        }
    }
    let audit = folder.join(AUDIT);
    fs::write(&audit, plan.text.text.as_bytes()).map_err(at(&audit))?;
    let origin = std::path::absolute(&plan.text.path).map_err(at(&plan.text.path))?;
    write_json(&folder.join(ORIGIN), &Origin { audit: origin })?;
    let mut timings = Timings::open(&folder.join(TIMINGS), restart)?;
    let mut elapsed = Vec::with_capacity(plan.cases.len());
    let mut all: Vec<Vec<Record>> = Vec::with_capacity(plan.cases.len());
    for case in &plan.cases {
        let begin = Instant::now();
        let of_case = found.iter().filter(|record| record.case == case.case.name).cloned().collect();
        all.push(run_case(plan, case, of_case, &mut records, &mut timings, stop, observer)?);
        elapsed.push(begin.elapsed());
    }
    let summary = summarise(plan, &all);
    write_json(&folder.join(SUMMARY), &summary)?;
    let tsv = folder.join(CERTIFY_TSV);
    fs::write(&tsv, tsv::table(&all, &timings.all)).map_err(at(&tsv))?;
    let images = plan.selection.count as usize;
    Ok(Finished { summary, elapsed, stopped: all.iter().any(|records| records.len() < images) })
}

fn run_case(
    plan: &Plan,
    planned: &PlannedCase,
    mut done: Vec<Record>,
    records: &mut RecordFile,
    timings: &mut Timings,
    stop: &Stop,
    observer: &mut dyn Observer,
) -> Result<Vec<Record>, RunError> {
    let name = &planned.case.name;
    let certified = done.iter().filter(|record| record.status == Status::Certified).count() as u64;
    observer.case_begins(name, plan.selection.count, done.len() as u64, certified);
    let todo: Vec<usize> = plan.selection.indices().skip(done.len()).collect();
    if !todo.is_empty() {
        let workers = (0..plan.threads.min(todo.len() * 2))
            .map(|_| planned.worker(&plan.runtime, &plan.session))
            .collect::<Result<Vec<_>, _>>()?;
        let schedule = Schedule {
            batch: batch_size(plan, planned),
            window: 2 * workers.len() + 2,
            classes: planned.case.classes,
        };
        let machine = |index: &usize| ImageMachine::new(planned.case.clone(), plan.data.clone(), *index);
        let mut order = todo.iter();
        let mut before = Instant::now();
        scheduler::run(schedule, workers, todo.iter().map(machine), stop, |event| match event {
            Event::Draws(count) => {
                observer.draws(count);
                Ok(())
            }
            Event::Done(certificate) => {
                let Some(&index) = order.next() else { return Ok(()) };
                let label = planned.classifier.class_of(plan.data.label(index));
                let record = Record::new(name, index as u64, label, &planned.case.radii, &certificate);
                records.append(&record)?;
                timings.append(Timing {
                    case: name.clone(),
                    index: index as u64,
                    seconds: before.elapsed().as_secs_f64(),
                })?;
                before = Instant::now();
                observer.image_done(&record);
                done.push(record);
                Ok::<(), RunError>(())
            }
        })?;
    }
    observer.case_ends();
    Ok(done)
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
    }
}

/// The names of the data's classes, by the class number that records have.
fn class_names(plan: &Plan) -> BTreeMap<u32, String> {
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

fn write_json(path: &Path, value: &impl Serialize) -> Result<(), RunError> {
    let at = |source: io::Error| RunError::Folder { path: path.to_owned(), source };
    let mut text = serde_json::to_vec_pretty(value).map_err(|error| at(error.into()))?;
    text.push(b'\n');
    fs::write(path, text).map_err(at)
}

/// `timings.jsonl`: what is lost of it in a crash is lost.
#[derive(Debug)]
struct Timings {
    path: PathBuf,
    file: File,
    all: Vec<Timing>,
}

impl Timings {
    fn open(path: &Path, restart: bool) -> Result<Self, RunError> {
        let at = |source| RunError::Folder { path: path.to_owned(), source };
        let text = if restart { String::new() } else { fs::read_to_string(path).unwrap_or_default() };
        let all: Vec<Timing> = text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).open(path).map_err(at)?;
        for timing in &all {
            let line = serde_json::to_string(timing).unwrap_or_default();
            writeln!(file, "{line}").map_err(at)?;
        }
        Ok(Self { path: path.to_owned(), file, all })
    }

    fn append(&mut self, timing: Timing) -> Result<(), RunError> {
        let at = |source| RunError::Folder { path: self.path.clone(), source };
        let line = serde_json::to_string(&timing).unwrap_or_default();
        writeln!(self.file, "{line}").map_err(at)?;
        self.all.push(timing);
        Ok(())
    }
}
