//! What a report is made of: a run folder, with everything in it that is not a report.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use crate::audit::case_description::CaseDescription;
use crate::audit::folder::{ORIGIN, Origin, RunFolder, SUMMARY, TIMINGS};
use crate::audit::records::Record;
use crate::audit::summary::{CaseSummary, Summary};
use crate::audit::timings::Timing;

use super::ReportError;

/// A run, read from its folder.
#[derive(Debug)]
pub struct Run {
    /// The folder with header and records.
    pub folder: RunFolder,
    /// The name of the audit file that was run.
    pub audit: String,
    /// The folder's own name.
    pub label: String,
    /// The figures, each with the description of its case.
    pub summary: Summary,
    /// Seconds by case and image.
    seconds: HashMap<(String, u64), f64>,
}

/// A case of a run.
#[derive(Debug, Clone, Copy)]
pub struct RunCase<'a> {
    /// The figures.
    pub summary: &'a CaseSummary,
    /// What the case is.
    pub about: &'a CaseDescription,
}

impl Run {
    /// Reads a run folder. `relative_to` stands for the folder where the audit file lay, if that was moved since.
    ///
    /// # Errors
    /// If it is no run folder, or has no summary that describes its cases.
    pub fn read(path: &Path, relative_to: Option<&Path>) -> Result<Self, ReportError> {
        let folder = RunFolder::read(path, relative_to)?;
        let at = path.join(SUMMARY);
        let text =
            fs::read_to_string(&at).map_err(|source| ReportError::NoSummary { path: at.clone(), source })?;
        let summary: Summary = serde_json::from_str(&text)
            .map_err(|source| ReportError::Summary { path: at.clone(), source })?;
        if let Some(case) = summary.cases.iter().find(|case| case.description.is_none()) {
            return Err(ReportError::NoDescription { path: at, case: case.name.clone() });
        }
        let label = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        Ok(Self {
            audit: audit_name(path),
            label: label.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned()),
            seconds: seconds(path),
            folder,
            summary,
        })
    }

    /// The cases, in the audit's order.
    pub fn cases(&self) -> impl Iterator<Item = RunCase<'_>> {
        self.summary
            .cases
            .iter()
            .filter_map(|summary| Some(RunCase { summary, about: summary.description.as_ref()? }))
    }

    /// The records of a case, in order.
    pub fn records<'a>(&'a self, case: &'a str) -> Vec<&'a Record> {
        self.folder.records_of(case).collect()
    }

    /// Seconds that an image of a case took, on average over those that were timed.
    pub fn seconds_an_image(&self, case: &str) -> Option<f64> {
        // In the records' order, so that the sum has the same bits each time.
        let taken = self.folder.records_of(case);
        let taken: Vec<f64> =
            taken.filter_map(|record| self.seconds.get(&(case.to_owned(), record.index)).copied()).collect();
        (!taken.is_empty()).then(|| taken.iter().sum::<f64>() / taken.len() as f64)
    }

    /// A class by number, with its name where it has one.
    pub fn class(&self, class: u32) -> String {
        match self.summary.class_names.get(&class) {
            Some(name) => format!("{class} ({name})"),
            None => class.to_string(),
        }
    }

    /// A line of the audit file, from 1.
    pub fn audit_line(&self, line: usize) -> &str {
        self.folder.text.text.lines().nth(line.saturating_sub(1)).unwrap_or_default().trim()
    }
}

/// The name of the audit file; that of its copy where its origin is not known.
fn audit_name(path: &Path) -> String {
    let origin: Option<Origin> =
        fs::read_to_string(path.join(ORIGIN)).ok().and_then(|text| serde_json::from_str(&text).ok());
    let name = origin.and_then(|origin| Some(origin.audit.file_name()?.to_string_lossy().into_owned()));
    name.unwrap_or_else(|| crate::audit::folder::AUDIT.to_owned())
}

fn seconds(path: &Path) -> HashMap<(String, u64), f64> {
    let text = fs::read_to_string(path.join(TIMINGS)).unwrap_or_default();
    let timings = text.lines().filter_map(|line| serde_json::from_str::<Timing>(line).ok());
    timings.map(|timing| ((timing.case, timing.index), timing.seconds)).collect()
}
