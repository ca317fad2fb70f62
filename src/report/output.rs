//! What a report writes, and where.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::audit::folder::{CERTIFIED_CSV, REPORT};
use crate::audit::plan::{Plan, PlanOptions};
use crate::onnx::runtime::Message;

use super::figure::Figure;
use super::pictures::{self, Pictures};
use super::source::Run;
use super::{ReportError, comparison, csv_table, page};

/// The folder of plots.
pub const PLOTS: &str = "plots";
/// Where a comparison goes that is told no place.
const COMPARISON: &str = "comparison.html";

/// A report that is ready to be written.
#[derive(Debug)]
struct Report {
    html: String,
    figures: Vec<Figure>,
    csv: Vec<u8>,
    pictures: Pictures,
}

/// Why pictures are missing from a report made anew.
#[derive(Debug)]
pub struct NoPictures {
    /// The first thing that stood in the way.
    pub reason: String,
}

/// Writes the report of a run that has just ended, into its folder; returns the page.
///
/// # Errors
/// If the folder can't be read or written.
pub fn of_plan(plan: &Plan, folder: &Path) -> Result<PathBuf, ReportError> {
    let run = Run::read(folder, None)?;
    let pictures = Pictures::of(plan, &run);
    for (place, ending) in [(pictures::FOLDER, "png"), (PLOTS, "svg")] {
        remove_old(&folder.join(place), ending)?;
    }
    write_all(&report(&run, pictures)?, folder)
}

/// What a report made anew is told.
#[derive(Debug, Default)]
pub struct Options {
    /// The folder to write to, or the file of the page alone (`.html`).
    pub output: Option<PathBuf>,
    /// The folder where the audit file lay, if that was moved since.
    pub relative_to: Option<PathBuf>,
    /// How the plan is opened where pictures are missing.
    pub plan: PlanOptions,
}

/// Makes the report of a run anew, or a comparison of several; returns the page. Pictures that the folder does not keep are
/// made if the audit's data and models can be opened; `on_missing` is told if not.
///
/// # Errors
/// If a folder can't be read, or the report not be written.
pub fn remake(
    folders: &[PathBuf],
    options: &Options,
    on_message: &mut dyn FnMut(Message),
    on_missing: &mut dyn FnMut(NoPictures),
) -> Result<PathBuf, ReportError> {
    let relative_to = options.relative_to.as_deref();
    let runs: Vec<Run> =
        folders.iter().map(|folder| Run::read(folder, relative_to)).collect::<Result<_, _>>()?;
    let (report, usual) = match &runs[..] {
        [run] => {
            let mut kept = Pictures::read(&run.folder.path);
            if kept.0.is_empty() && page::wants_pictures(run) {
                match pictures_of_closed(run, &options.plan, on_message) {
                    Ok(made) => kept = made,
                    Err(missing) => on_missing(missing),
                }
            }
            (report(run, kept)?, run.folder.path.clone())
        }
        several => (comparison_of(several)?, PathBuf::from(COMPARISON)),
    };
    let place = options.output.clone().unwrap_or(usual);
    if place.extension().is_some_and(|ending| ending == "html") {
        write(&place, report.html.as_bytes())?;
        return Ok(place);
    }
    write_all(&report, &place)
}

/// Pictures of a run whose plan is not open.
fn pictures_of_closed(
    run: &Run,
    options: &PlanOptions,
    on_message: &mut dyn FnMut(Message),
) -> Result<Pictures, NoPictures> {
    let (text, folder) = (run.folder.text.clone(), &run.folder.relative_to);
    let plan = Plan::of_text(text, folder, options, on_message)
        .map_err(|error| NoPictures { reason: error.problem.to_string() })?;
    if plan.header.data != run.folder.header.data {
        return Err(NoPictures { reason: "the data is not what it was".to_owned() });
    }
    Ok(Pictures::of(&plan, run))
}

fn report(run: &Run, pictures: Pictures) -> Result<Report, ReportError> {
    let page = page::Page::of(run, &pictures);
    let html = super::render::render("report.html", &page)?;
    Ok(Report { html, figures: page.figures(), csv: csv_table::table(&[(&run.audit, run)])?, pictures })
}

fn comparison_of(runs: &[Run]) -> Result<Report, ReportError> {
    let page = comparison::Comparison::of(runs);
    let html = super::render::render("comparison.html", &page)?;
    let named: Vec<(&str, &Run)> = page.names().zip(runs).collect();
    let csv = csv_table::table(&named)?;
    Ok(Report { html, csv, figures: page.curves, pictures: Pictures::default() })
}

fn write_all(report: &Report, folder: &Path) -> Result<PathBuf, ReportError> {
    for figure in &report.figures {
        write(&folder.join(PLOTS).join(&figure.file), figure.standalone.as_bytes())?;
    }
    for (name, bytes) in &report.pictures.0 {
        write(&folder.join(pictures::FOLDER).join(name), bytes)?;
    }
    write(&folder.join(CERTIFIED_CSV), &report.csv)?;
    let page = folder.join(REPORT);
    write(&page, report.html.as_bytes())?;
    Ok(page)
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), ReportError> {
    let at = |source| ReportError::Write { path: path.to_owned(), source };
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        fs::create_dir_all(folder).map_err(at)?;
    }
    fs::write(path, bytes).map_err(at)
}

/// Removes what an earlier report of the run left, so that nothing of it lies beside the new one's.
fn remove_old(folder: &Path, ending: &str) -> Result<(), ReportError> {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.extension().is_some_and(|found| found == ending) {
            match fs::remove_file(&path) {
                Err(source) if source.kind() != io::ErrorKind::NotFound => {
                    return Err(ReportError::Write { path, source });
                }
                _ => {}
            }
        }
    }
    Ok(())
}
