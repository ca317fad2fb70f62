//! Which records there must be, and in which order.

use std::collections::HashMap;

use super::fault::{Fault, Place};
use super::finding::Finding;
use super::recorded::{Line, RecordedRun};
use crate::audit::folder::RECORDS;
use crate::audit::plan::Plan;
use crate::audit::records::Record;
use crate::audit::shard;

/// The lines of a run by the places that they have in it.
#[derive(Debug)]
pub struct Sequence {
    /// By line: the number of its case, where it is a record of the audit and the first of its image.
    pub cases: Vec<Option<usize>>,
    /// The images that there is a record of for each case, in canonical order, by index in the data set.
    pub images: Vec<usize>,
    /// Records that the audit asks for.
    pub expected: usize,
    /// Records of them that there are.
    pub present: usize,
    /// What is wrong.
    pub faults: Vec<Fault>,
}

/// Where a line's record stands.
pub fn place(line: &Line, record: &Record) -> Place {
    Place { case: Some(record.case.clone()), image: Some(record.index), ..Place::line(RECORDS, line.number) }
}

/// Compares the lines with the canonical order: case by case as the audit lists them, image by image as it selects them.
pub fn check(run: &RecordedRun, plan: &Plan) -> Sequence {
    let selected = shard::images(run.shard, &plan.selection);
    let images = selected.len();
    let expected = plan.cases.len() * images;
    let mut walk = Walk { lines_of: HashMap::new(), next: 0, skipped: Vec::new(), faults: Vec::new() };
    let names: HashMap<&str, usize> =
        plan.cases.iter().enumerate().map(|(number, case)| (case.case.name.as_str(), number)).collect();
    let mut cases = vec![None; run.lines.len()];
    for (line, of_line) in run.lines.iter().zip(&mut cases) {
        let record = match &line.record {
            Ok(record) => record,
            Err(reason) => {
                let finding = Finding::NoRecord { reason: reason.clone() };
                walk.faults.push(Fault { place: Place::line(RECORDS, line.number), finding });
                continue;
            }
        };
        let of_case = names.get(record.case.as_str()).copied();
        let finding = match (of_case, selected.binary_search(&(record.index as usize)).ok()) {
            (None, _) => Some(Finding::UnknownCase),
            (_, None) => Some(Finding::UnknownImage),
            (Some(case), Some(image)) => {
                let (finding, first) = walk.take(case * images + image, line.number);
                *of_line = Some(case).filter(|_| first);
                finding
            }
        };
        walk.faults.extend(finding.map(|finding| Fault { place: place(line, record), finding }));
    }
    walk.skipped.retain(|position| !walk.lines_of.contains_key(position));
    if let Some(first) = walk.skipped.first() {
        let finding = missing(plan, &selected, *first, walk.skipped.len());
        walk.faults.push(Fault { place: Place::file(RECORDS), finding });
    }
    Sequence { cases, images: selected, expected, present: walk.lines_of.len(), faults: walk.faults }
}

/// Records that are missing from a run that says it is complete.
pub fn missing(plan: &Plan, selected: &[usize], first: usize, count: usize) -> Finding {
    let images = selected.len().max(1);
    let image = selected.get(first % images).copied().unwrap_or_default() as u64;
    let case = plan.cases.get(first / images).map(|case| case.case.name.clone()).unwrap_or_default();
    Finding::Missing { count, first_case: case, first_image: image }
}

/// A walk through the lines.
struct Walk {
    /// By position in the canonical order: the line that has it.
    lines_of: HashMap<usize, usize>,
    next: usize,
    skipped: Vec<usize>,
    faults: Vec<Fault>,
}

impl Walk {
    /// Takes a line with a position; what is wrong with it, and whether it is the first one there.
    fn take(&mut self, position: usize, line: usize) -> (Option<Finding>, bool) {
        if let Some(first) = self.lines_of.get(&position) {
            return (Some(Finding::Duplicate { first: *first }), false);
        }
        self.lines_of.insert(position, line);
        if position < self.next {
            return (Some(Finding::OutOfOrder), true);
        }
        self.skipped.extend(self.next..position);
        self.next = position + 1;
        (None, true)
    }
}
