//! The whole evaluation: every classifier on every row, in parallel over the images.

use std::fs;
use std::io;
use std::path::Path;

use super::bare::{Answer, BareMachine};
use super::csv;
use super::error::EvaluateError;
use super::report::{Cell, Column, Kind, REPORT, Report, Row, TABLE, means};
use super::setting::Setting;
use super::smoothed::SmoothedMachine;
use crate::audit::plan::Plan;
use crate::audit::plan::case::PlannedCase;
use crate::audit::plan::evaluation::Evaluation;
use crate::audit::plan::models::{ModelRecord, PlannedClassifier};
use crate::audit::progress::Progress;
use crate::audit::run::batch_size;
use crate::certify::worker::CaseWorker;
use crate::smoothing::scheduler::{self, Event, Machine, Schedule};
use crate::smoothing::stop::Stop;
use crate::smoothing::voter::NetworkVoter;

/// Images that a bare classifier sees at once.
const IMAGES_AT_ONCE: usize = 32;

/// What one classifier answers: by setting, then by image.
type Answers = Vec<Vec<Answer>>;

/// Measures everything, and writes the figures into `folder`; `None` if it was stopped, and nothing is written.
///
/// # Errors
/// If networks can't be opened or the figures can't be written.
pub fn run(
    plan: &Plan,
    folder: &Path,
    stop: &Stop,
    observer: &mut dyn FnMut(Progress<'_>),
) -> Result<Option<Report>, EvaluateError> {
    let Some(evaluation) = &plan.evaluation else {
        return Err(EvaluateError::NoTable { audit: plan.text.path.clone() });
    };
    let settings = Setting::all(evaluation);
    let (mut columns, mut cells) = (Vec::new(), Vec::new());
    for model in &evaluation.models {
        let answers = bare(plan, model, &settings, stop, observer)?;
        let Some(answers) = answers else { return Ok(None) };
        columns.push(column(Kind::Vanilla, &model.record.path, &model.record));
        cells.push(measured(plan, model, &answers));
    }
    for planned in evaluation.smoothed.iter().filter_map(|at| plan.cases.get(*at)) {
        let answers = smoothed(plan, planned, evaluation.draws, &settings, stop, observer)?;
        let Some(answers) = answers else { return Ok(None) };
        columns.push(column(Kind::Smoothed, &planned.case.name, &planned.classifier.record));
        cells.push(measured(plan, &planned.classifier, &answers));
    }
    let report = report(plan, evaluation, &settings, columns, &cells);
    write(folder, &report)?;
    Ok(Some(report))
}

fn column(kind: Kind, name: &str, record: &ModelRecord) -> Column {
    Column { kind, name: name.to_owned(), model: record.path.clone(), sha256: record.sha256.clone() }
}

/// The bare classifier of one model.
fn bare(
    plan: &Plan,
    model: &PlannedClassifier,
    settings: &[Setting<'_>],
    stop: &Stop,
    observer: &mut dyn FnMut(Progress<'_>),
) -> Result<Option<Answers>, EvaluateError> {
    let open = || -> Result<CaseWorker, EvaluateError> {
        let network = model.model.open(&plan.runtime, &plan.session)?;
        let voter = NetworkVoter::new(None, network, model.preprocess.clone(), plan.data.shape());
        Ok(CaseWorker { voter, encoder: None })
    };
    let workers = (0..plan.threads).map(|_| open()).collect::<Result<Vec<_>, _>>()?;
    let indices: Vec<usize> = plan.selection.indices().collect();
    let at_once = if plan.batch > 0 { plan.batch } else { IMAGES_AT_ONCE };
    let machines = settings.iter().flat_map(|setting| {
        indices.chunks(at_once).map(|indices| BareMachine {
            data: plan.data.clone(),
            indices: indices.to_vec(),
            setting: *setting,
            classes: model.classes,
        })
    });
    let schedule = Schedule { batch: at_once, window: 2 * workers.len(), classes: model.classes };
    let name = format!("vanilla {}", model.record.path);
    answers(plan, settings.len(), &name, (schedule, workers, machines), stop, observer)
}

/// The smoothed classifier of one case.
fn smoothed(
    plan: &Plan,
    planned: &PlannedCase,
    draws: u64,
    settings: &[Setting<'_>],
    stop: &Stop,
    observer: &mut dyn FnMut(Progress<'_>),
) -> Result<Option<Answers>, EvaluateError> {
    let open = || planned.worker(&plan.runtime, &plan.session);
    let workers = (0..plan.threads).map(|_| open()).collect::<Result<Vec<_>, _>>()?;
    let batch = batch_size(plan, planned);
    let indices: Vec<usize> = plan.selection.indices().collect();
    let machines = settings.iter().enumerate().flat_map(|(number, setting)| {
        indices.iter().map(move |index| SmoothedMachine {
            case: planned.case.clone(),
            data: plan.data.clone(),
            index: *index,
            setting: *setting,
            number: number as u64,
            draws,
        })
    });
    // Enough questions to fill the batches of all workers.
    let window = workers.len() * (2 + 2 * batch / draws.max(1) as usize);
    let schedule = Schedule { batch, window, classes: planned.case.classes };
    let name = format!("smoothed {}", planned.case.name);
    answers(plan, settings.len(), &name, (schedule, workers, machines), stop, observer)
}

/// Runs the machines of one classifier to their end; `None` if they were stopped.
fn answers<M: Machine<CaseWorker, Outcome = Vec<Answer>>>(
    plan: &Plan,
    settings: usize,
    name: &str,
    (schedule, workers, machines): (Schedule, Vec<CaseWorker>, impl Iterator<Item = M>),
    stop: &Stop,
    observer: &mut dyn FnMut(Progress<'_>),
) -> Result<Option<Answers>, EvaluateError> {
    let images = plan.selection.count as usize;
    observer(Progress::Begins { name, unit: "images", total: (settings * images) as u64 });
    let mut all: Vec<Answer> = Vec::with_capacity(settings * images);
    scheduler::run(schedule, workers, machines, stop, |event| {
        match event {
            Event::Draws(count) => observer(Progress::Draws(count)),
            Event::Done(answers) => {
                answers.iter().for_each(|_| observer(Progress::Done));
                all.extend(answers);
            }
        }
        Ok::<(), EvaluateError>(())
    })?;
    observer(Progress::Ends);
    Ok((all.len() == settings * images).then(|| all.chunks(images.max(1)).map(<[_]>::to_vec).collect()))
}

/// The figures of one classifier, by setting.
fn measured(plan: &Plan, model: &PlannedClassifier, answers: &[Vec<Answer>]) -> Vec<Cell> {
    let labels: Vec<u32> =
        plan.selection.indices().map(|index| model.class_of(plan.data.label(index))).collect();
    answers.iter().map(|answers| Cell::new(answers, &labels)).collect()
}

fn report(
    plan: &Plan,
    evaluation: &Evaluation,
    settings: &[Setting<'_>],
    columns: Vec<Column>,
    cells: &[Vec<Cell>],
) -> Report {
    let row = |(at, setting): (usize, &Setting<'_>)| Row {
        corruption: setting.corruption.map(|(number, _)| evaluation.corruptions[number].name.clone()),
        strength: setting.strength.to_vec(),
        cells: cells.iter().map(|column| column[at]).collect(),
    };
    let rows: Vec<Row> = settings.iter().enumerate().map(row).collect();
    let corruptions: Vec<(String, usize)> =
        evaluation.corruptions.iter().map(|c| (c.name.clone(), c.strengths.len())).collect();
    let (means, mean) = means(&rows, &corruptions);
    Report {
        gsmooth: env!("CARGO_PKG_VERSION").to_owned(),
        seed: plan.header.seed,
        data: plan.header.data.clone(),
        images: plan.selection.count,
        draws: evaluation.draws,
        columns,
        rows,
        means,
        mean,
    }
}

fn write(folder: &Path, report: &Report) -> Result<(), EvaluateError> {
    let at = |path: &Path| {
        let path = path.to_owned();
        move |source: io::Error| EvaluateError::Write { path, source }
    };
    fs::create_dir_all(folder).map_err(at(folder))?;
    let path = folder.join(REPORT);
    let mut text = serde_json::to_vec_pretty(report).map_err(|error| at(&path)(error.into()))?;
    text.push(b'\n');
    fs::write(&path, text).map_err(at(&path))?;
    let table = folder.join(TABLE);
    csv::write(&table, report).map_err(|error| at(&table)(io::Error::other(error)))
}
