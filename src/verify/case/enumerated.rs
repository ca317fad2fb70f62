//! Records of method `enumerate`, which hold no counts: only what the audit itself fixes can be told without the classifier.

use super::super::finding::Finding;
use crate::audit::records::Record;
use crate::certify::case::Case;
use crate::certify::cover::choice;
use crate::certify::geometry::Kind;
use crate::certify::outcome::{Certificate, Status};
use crate::smoothing::question::Counts;
use crate::transformation::TransformationError;

/// The evaluations with which the search can end at each radius: from, to.
pub type Evaluations = Vec<(u64, u64)>;

/// How many evaluations it takes to certify none of the listed radii, the first of them, and so on.
///
/// # Errors
/// If the transformation's plugin fails.
pub fn evaluations(case: &Case) -> Result<Evaluations, TransformationError> {
    let levels = choice::levels_of_radii(case, &case.radii)?.unwrap_or_default();
    let mut before = 0;
    let mut all = Vec::with_capacity(levels.len() + 1);
    for of_radius in &levels {
        let count = of_radius.len() as u64;
        // The radius that fails was looked at in part at least.
        all.push((before + count.min(1), before + count));
        before += count;
    }
    all.push((before, before));
    Ok(all)
}

/// The certificate with the class and radius on record, which only another run can tell.
pub fn certificate(
    case: &Case,
    record: &Record,
    evaluations: &Evaluations,
    findings: &mut Vec<Finding>,
) -> Certificate {
    let selection = Counts::new(case.classes);
    let Some(class) = record.predicted else {
        return Certificate::nothing(Status::Abstained, None, selection);
    };
    let field = |field: &str, found: String, expected: String| Finding::Derived {
        field: field.to_owned(),
        found,
        expected,
    };
    if class as usize >= case.classes {
        let expected = format!("a class below {}", case.classes);
        findings.push(field("predicted", class.to_string(), expected));
    }
    let reached = case.radii.iter().position(|radius| *radius == record.radius);
    if reached.is_none() && record.radius != 0.0 {
        let expected = format!("0 or one of {:?}", case.radii);
        findings.push(Finding::Grid { field: "radius".to_owned(), found: record.radius, expected });
    }
    let (least, most) = evaluations[reached.map_or(0, |place| place + 1).min(evaluations.len() - 1)];
    if !(least..=most).contains(&record.evaluations) {
        let expected = if least == most { least.to_string() } else { format!("{least} to {most}") };
        findings.push(field("evaluations", record.evaluations.to_string(), expected));
    }
    let mut certificate = Certificate::nothing(Status::Refused, Some(class), selection);
    certificate.claim(record.radius, case.range.cap(), Kind::Proven);
    certificate.evaluations = record.evaluations;
    certificate
}
