//! The records of one case, each derived anew from its counts and its geometry.
//!
//! - here: what is true of every record;
//! - `point`: the paper's single point; `cover`: anchors and cells; `enumerated`: no counts at all;
//! - `tree`: which cells are halves of which, and what each may spend; `rule`: when a sequential test ends;
//! - `witnesses`: cells that are tested together;
//! - `region`: how far proven cells reach;
//! - `parameters`: the geometry of noise on the parameter, made anew.

mod cover;
mod enumerated;
mod parameters;
mod point;
mod region;
mod rule;
mod tree;
mod witnesses;

use serde_json::Value;

use super::difference::differences;
use super::finding::Finding;
use crate::audit::records::{CountsRecord, Record};
use crate::certify::case::{Anchors, Case, Method};
use crate::certify::conclusion::{Bounds, Chosen};
use crate::certify::outcome::{Certificate, Status};
use crate::smoothing::question::{Counts, Rule};
use crate::transformation::TransformationError;
use enumerated::Evaluations;
use parameters::Parameters;
use region::Region;

/// Derives the records of one case anew. What equal records need, such as confidence bounds, is computed once.
#[derive(Debug)]
pub struct CaseCheck<'a> {
    case: &'a Case,
    bounds: Bounds,
    region: Region,
    /// Where the geometry knows no image.
    parameters: Option<Parameters<'a>>,
    /// Where every parameter is tried.
    evaluations: Option<Evaluations>,
}

impl<'a> CaseCheck<'a> {
    /// Makes ready what all records of a case need.
    ///
    /// # Errors
    /// If the transformation's plugin fails.
    pub fn new(case: &'a Case) -> Result<Self, TransformationError> {
        let enumerated = matches!(case.method, Method::Enumerate);
        Ok(Self {
            case,
            bounds: Bounds::default(),
            region: Region::of(case)?,
            parameters: if enumerated { None } else { Parameters::of(case) },
            evaluations: enumerated.then(|| enumerated::evaluations(case)).transpose()?,
        })
    }

    /// Whether records hold the counts that all of them follows from.
    pub fn derives(&self) -> bool {
        self.evaluations.is_none()
    }

    /// What is wrong with a record, of which `line` are the bytes and `label` is the data's.
    pub fn record(&mut self, record: &Record, line: &[u8], label: u32) -> Vec<Finding> {
        let mut findings = Vec::new();
        let written = serde_json::to_vec(record).unwrap_or_default();
        if written != line {
            findings.push(formatting(line, &written));
        }
        if record.label != label {
            findings.push(Finding::Label { found: record.label, expected: label });
        }
        if let Some(certificate) = self.certificate(record, &mut findings) {
            let derived = Record::new(&record.case, record.index, label, &self.case.radii, &certificate);
            findings.extend(compare(record, &written, &derived));
        }
        findings
    }

    /// What follows from the counts and the geometry on record; `None` where they are such that nothing does.
    fn certificate(&mut self, record: &Record, findings: &mut Vec<Finding>) -> Option<Certificate> {
        let case = self.case;
        if record.status == Status::Error {
            // Nothing is claimed, and nothing follows.
            return Some(Certificate::failed(record.error.as_deref().unwrap_or_default(), case.classes));
        }
        if let Some(evaluations) = &self.evaluations {
            return Some(enumerated::certificate(case, record, evaluations, findings));
        }
        let selection = counts(&record.selection);
        let field = || "selection".to_owned();
        if selection.votes.len() != case.classes {
            let (found, expected) = (selection.votes.len(), case.classes);
            findings.push(Finding::Classes { field: field(), found, expected });
            return None;
        }
        match case.sampling.selection_rule() {
            Rule::Fixed(expected) if selection.draws() != expected => {
                findings.push(Finding::Draws { field: field(), found: selection.draws(), expected });
            }
            Rule::Majority(most) => rule::check_selection(&field(), most, &selection, findings),
            _ => {}
        }
        let chosen = match Chosen::by(selection) {
            Ok(chosen) => chosen,
            Err(abstained) => return Some(*abstained),
        };
        match case.anchors {
            Anchors::Single => self.point(record, chosen, findings),
            Anchors::Cover { max, p } => self.cover(record, chosen, (max, p), findings),
        }
    }
}

/// The counts of a record. Their draws are their sum, whatever the record says.
fn counts(record: &CountsRecord) -> Counts {
    Counts { votes: record.counts.clone(), failures: record.failures }
}

/// Where a record differs from the one that is derived.
fn compare(record: &Record, written: &[u8], derived: &Record) -> Vec<Finding> {
    if serde_json::to_vec(derived).is_ok_and(|derived| derived == written) {
        return Vec::new();
    }
    let value = |record: &Record| serde_json::to_value(record).unwrap_or(Value::Null);
    differences(&value(record), &value(derived))
        .into_iter()
        .filter(|difference| difference.field != "label")
        .map(|d| Finding::Derived { field: d.field, found: d.found, expected: d.expected })
        .collect()
}

/// Bytes shown of a line that is not as it is written.
const SHOWN: usize = 40;

/// Where a line differs from what gsmooth writes.
pub(super) fn formatting(found: &[u8], expected: &[u8]) -> Finding {
    let same = found.iter().zip(expected).take_while(|(a, b)| a == b).count();
    let shown = |bytes: &[u8]| {
        let end = bytes.len().min(same + SHOWN);
        String::from_utf8_lossy(&bytes[same.min(bytes.len())..end]).into_owned()
    };
    Finding::Formatting { column: same + 1, found: shown(found), expected: shown(expected) }
}
