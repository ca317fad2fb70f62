//! `summary.json`: certified accuracy by case and radius. A pure function of the records.

use serde::{Deserialize, Serialize};

use super::records::Record;
use crate::certify::geometry::Kind;
use crate::certify::outcome::Status;
use crate::stats::clopper_pearson::{lower_bound, upper_bound};

/// The figures of a whole run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// One per case, in the audit's order.
    pub cases: Vec<CaseSummary>,
}

/// The figures of one case.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CaseSummary {
    /// The case's name.
    pub name: String,
    /// Images on record.
    pub images: u64,
    /// Share of images whose smoothed prediction is the label (abstentions and errors count as wrong).
    pub smoothed_accuracy: f64,
    /// Share of images certified for their label, by radius.
    pub certified_accuracy: Vec<CertifiedAccuracy>,
    /// `proven` only if every certificate is; absent without certificates.
    pub kind: Option<Kind>,
    /// Images by what became of them.
    pub certified: u64,
    /// The class was established, but no radius.
    pub refused: u64,
    /// No class was established.
    pub abstained: u64,
    /// Something failed.
    pub errors: u64,
    /// All draws on record.
    pub draws: u64,
    /// Failed draws among them.
    pub failures: u64,
    /// Evaluations of F2 by the geometry.
    pub evaluations: u64,
}

/// A radius with the share of images certified to it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CertifiedAccuracy {
    /// The radius.
    pub radius: f64,
    /// The share of images whose label is certified to it.
    pub accuracy: f64,
    /// The 95 % Clopper-Pearson interval of that share, for images drawn as these were.
    pub interval: [f64; 2],
    /// Of claims about a surrogate with a known error: the share certified to it for the transformation itself.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub real_accuracy: Option<f64>,
}

/// What the 95 % interval leaves out at each end.
const TAIL: f64 = 0.025;

/// The Clopper-Pearson interval of a share, with 2.5 % left out at each end; everything where there are no images.
pub fn interval(part: u64, whole: u64) -> [f64; 2] {
    match whole {
        0 => [0.0, 1.0],
        _ => [lower_bound(part, whole, TAIL), upper_bound(part, whole, TAIL)],
    }
}

impl CaseSummary {
    /// The figures of the records of one case at some radii.
    pub fn new(name: &str, radii: &[f64], records: &[Record]) -> Self {
        let count = |test: &dyn Fn(&Record) -> bool| records.iter().filter(|r| test(r)).count() as u64;
        let share = |part: u64| {
            if records.is_empty() { 0.0 } else { part as f64 / records.len() as f64 }
        };
        let settled = |r: &Record| matches!(r.status, Status::Certified | Status::Refused);
        let certified = records.iter().filter(|r| r.status == Status::Certified);
        Self {
            name: name.to_owned(),
            images: records.len() as u64,
            smoothed_accuracy: share(count(&|r| r.correct && settled(r))),
            certified_accuracy: radii
                .iter()
                .map(|radius| {
                    let certified = count(&|r| r.certifies_label(*radius));
                    CertifiedAccuracy {
                        radius: *radius,
                        accuracy: share(certified),
                        interval: interval(certified, records.len() as u64),
                        real_accuracy: records
                            .iter()
                            .any(|r| r.radius_real.is_some())
                            .then(|| share(count(&|r| r.certifies_label_of_real(*radius)))),
                    }
                })
                .collect(),
            kind: certified.map(|r| r.radius_kind).min(),
            certified: count(&|r| r.status == Status::Certified),
            refused: count(&|r| r.status == Status::Refused),
            abstained: count(&|r| r.status == Status::Abstained),
            errors: count(&|r| r.status == Status::Error),
            draws: records.iter().map(|r| r.draws).sum(),
            failures: records.iter().map(|r| r.failures).sum(),
            evaluations: records.iter().map(|r| r.evaluations).sum(),
        }
    }

    /// The certified accuracy at a radius that was summarised.
    pub fn accuracy_at(&self, radius: f64) -> Option<f64> {
        self.certified_accuracy.iter().find(|entry| entry.radius == radius).map(|entry| entry.accuracy)
    }
}
