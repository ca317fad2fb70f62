//! The whole attack: all images are searched first, then everything suspicious is tested, at a level that is shared by all
//! points of the run.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Serialize;

use super::error::AttackError;
use super::finding::Finding;
use super::image::{AttackMachine, Job, Target};
use super::report::{CaseReport, LINES, Line, REPORT, Report};
use super::trial::{self, Trial, TrialMachine};
use crate::audit::folder::RunFolder;
use crate::audit::plan::Plan;
use crate::audit::plan::attack::Attack;
use crate::audit::plan::case::PlannedCase;
use crate::audit::progress::Progress;
use crate::audit::records::Record;
use crate::audit::run::batch_size;
use crate::certify::case::Method;
use crate::certify::worker::CaseWorker;
use crate::onnx::runtime::SessionError;
use crate::smoothing::scheduler::{self, Event, Schedule};
use crate::smoothing::stop::Stop;

/// The probability that any true claim of a run is refuted.
const LEVEL: f64 = 1e-6;

/// A case under attack.
struct CaseAttack<'a> {
    planned: &'a PlannedCase,
    job: Arc<Job>,
    wanted: u64,
    findings: Vec<Finding<'a>>,
    trials: Vec<Trial>,
}

/// Attacks the records of a run, and writes what it finds into the run's folder. `images` overrides the audit's.
///
/// # Errors
/// If no image is on record, networks can't be opened, or the findings can't be written.
pub fn run(
    plan: &Plan,
    recorded: &RunFolder,
    images: Option<u64>,
    stop: &Stop,
    observer: &mut dyn FnMut(Progress<'_>),
) -> Result<Report, AttackError> {
    let settings = Attack { images: images.or(plan.attack.images), ..plan.attack };
    let mut lines = Lines::create(&recorded.path.join(LINES))?;
    let mut cases = Vec::with_capacity(plan.cases.len());
    for planned in &plan.cases {
        cases.push(search(plan, planned, recorded, settings, &mut lines, stop, observer)?);
    }
    if cases.iter().all(|case| case.findings.is_empty()) && !stop.after_open_images() {
        return Err(AttackError::NoRecords { folder: recorded.path.clone() });
    }
    let points: u64 = cases.iter().flat_map(|case| &case.findings).map(|finding| finding.effort.0).sum();
    let tests: usize = cases.iter().map(|case| case.trials.len()).sum();
    let alpha = LEVEL / points.max(tests as u64).max(1) as f64;
    for case in &mut cases {
        test(plan, case, alpha, stop, observer)?;
    }
    let report = Report {
        gsmooth: env!("CARGO_PKG_VERSION").to_owned(),
        audit: plan.header.audit.clone(),
        settings,
        points,
        alpha,
        stopped: stop.after_open_images(),
        cases: cases.iter().map(|case| case.report(alpha)).collect(),
    };
    write_report(&recorded.path.join(REPORT), &report)?;
    Ok(report)
}

/// Searches the images of a case that are on record.
fn search<'a>(
    plan: &Plan,
    planned: &'a PlannedCase,
    recorded: &'a RunFolder,
    settings: Attack,
    lines: &mut Lines,
    stop: &Stop,
    observer: &mut dyn FnMut(Progress<'_>),
) -> Result<CaseAttack<'a>, AttackError> {
    let case = &planned.case;
    let records: BTreeMap<u64, &Record> = recorded.records_of(&case.name).map(|r| (r.index, r)).collect();
    let most = settings.images.unwrap_or(u64::MAX).min(plan.selection.count) as usize;
    let wanted = plan.selection.indices().take(most);
    let records: Vec<&Record> = wanted.filter_map(|index| records.get(&(index as u64)).copied()).collect();
    let job = Arc::new(Job {
        case: case.clone(),
        data: plan.data.clone(),
        settings,
        batch: batch_size(plan, planned),
    });
    let (findings, trials) = Default::default();
    let mut attack = CaseAttack { planned, job, wanted: most as u64, findings, trials };
    if records.is_empty() || stop.after_open_images() {
        return Ok(attack);
    }
    observer(Progress::Begins { name: &case.name, unit: "images", total: records.len() as u64 });
    let workers = workers(plan, planned, records.len())?;
    let schedule = attack.schedule(workers.len());
    let targets: Vec<Target> = records.iter().map(|record| Target::of(record)).collect();
    let machines = targets.iter().map(|target| AttackMachine::new(attack.job.clone(), target.clone()));
    let mut done = records.iter().zip(&targets);
    let bare = matches!(case.method, Method::Enumerate);
    scheduler::run(schedule, workers, machines, stop, |event| {
        let (Event::Done(attacked), Some((record, target))) = (event, done.next()) else { return Ok(()) };
        lines.append(&Line::new(record, &case.radii, &attacked))?;
        attack.trials.extend(trial::trials(case, target, &attacked.smoothed, &settings));
        let finding = Finding::new(record, target.clone(), &attacked, bare);
        observer(Progress::Draws(finding.effort.1));
        observer(Progress::Done);
        attack.findings.push(finding);
        Ok::<(), AttackError>(())
    })?;
    observer(Progress::Ends);
    Ok(attack)
}

/// Tests what was found, on fresh draws.
fn test(
    plan: &Plan,
    case: &mut CaseAttack<'_>,
    alpha: f64,
    stop: &Stop,
    observer: &mut dyn FnMut(Progress<'_>),
) -> Result<(), AttackError> {
    if case.trials.is_empty() || stop.after_open_images() {
        return Ok(());
    }
    let name = format!("{}, fresh draws", case.planned.case.name);
    observer(Progress::Begins { name: &name, unit: "points", total: case.trials.len() as u64 });
    // One question may keep all workers busy.
    let workers = workers(plan, case.planned, plan.threads)?;
    let schedule = case.schedule(workers.len());
    let job = case.job.clone();
    let trials = std::mem::take(&mut case.trials);
    let machines = trials.into_iter().map(|trial| TrialMachine::new(job.clone(), trial, alpha));
    scheduler::run(schedule, workers, machines, stop, |event| {
        match event {
            Event::Draws(count) => observer(Progress::Draws(count)),
            Event::Done(tested) => {
                let of_image = |finding: &&mut Finding<'_>| finding.target.index == tested.trial.index;
                if let Some(finding) = case.findings.iter_mut().find(of_image) {
                    finding.error = finding.error.take().or_else(|| tested.error.clone());
                    finding.tested.push(tested);
                }
                observer(Progress::Done);
            }
        }
        Ok::<(), AttackError>(())
    })?;
    observer(Progress::Ends);
    Ok(())
}

impl CaseAttack<'_> {
    fn schedule(&self, workers: usize) -> Schedule {
        let classes = self.planned.case.classes;
        Schedule { batch: self.job.batch, window: workers + 2, classes }
    }

    fn report(&self, alpha: f64) -> CaseReport {
        CaseReport::new(self.planned, &self.findings, self.wanted, alpha)
    }
}

fn workers(plan: &Plan, planned: &PlannedCase, most: usize) -> Result<Vec<CaseWorker>, SessionError> {
    let count = plan.threads.min(most).max(1);
    (0..count).map(|_| planned.worker(&plan.runtime, &plan.session)).collect()
}

/// `attack.jsonl`, appended whole and flushed.
#[derive(Debug)]
struct Lines {
    path: PathBuf,
    file: File,
}

impl Lines {
    fn create(path: &Path) -> Result<Self, AttackError> {
        let file =
            File::create(path).map_err(|source| AttackError::Write { path: path.to_owned(), source })?;
        Ok(Self { path: path.to_owned(), file })
    }

    fn append(&mut self, line: &impl Serialize) -> Result<(), AttackError> {
        let at = |source: io::Error| AttackError::Write { path: self.path.clone(), source };
        let mut text = serde_json::to_vec(line).map_err(|error| at(error.into()))?;
        text.push(b'\n');
        self.file.write_all(&text).and_then(|()| self.file.flush()).map_err(at)
    }
}

fn write_report(path: &Path, report: &Report) -> Result<(), AttackError> {
    let at = |source: io::Error| AttackError::Write { path: path.to_owned(), source };
    let mut text = serde_json::to_vec_pretty(report).map_err(|error| at(error.into()))?;
    text.push(b'\n');
    fs::write(path, text).map_err(at)
}
