//! `certified_accuracy.csv`: certified accuracy by case and radius, for other programs.

use csv::Writer;

use crate::audit::summary::interval;
use crate::certify::case::Mode;

use super::ReportError;
use super::curve::Curve;
use super::figure::kind;
use super::source::{Run, RunCase};

/// The columns. `listed` says whether the audit lists the radius; the others are where a curve steps down.
const COLUMNS: [&str; 16] = [
    "run",
    "case",
    "method",
    "radius",
    "certified_accuracy",
    "interval_low",
    "interval_high",
    "kind",
    "listed",
    "real_accuracy",
    "published",
    "images",
    "smoothed_accuracy",
    "abstained",
    "errors",
    "draws",
];

/// The table of some runs, by name.
///
/// # Errors
/// If it can't be written, which memory always can.
pub fn table(runs: &[(&str, &Run)]) -> Result<Vec<u8>, ReportError> {
    let mut writer = Writer::from_writer(Vec::new());
    writer.write_record(COLUMNS)?;
    for (name, run) in runs {
        for case in run.cases() {
            for row in rows(run, case) {
                let fields = std::iter::once((*name).to_owned()).chain(row);
                writer.write_record(fields)?;
            }
        }
    }
    writer.into_inner().map_err(|error| ReportError::Csv(error.into_error().into()))
}

fn rows(run: &Run, case: RunCase<'_>) -> Vec<Vec<String>> {
    let (summary, about) = (case.summary, case.about);
    let curve = Curve::of(&run.records(&summary.name));
    let last = summary.certified_accuracy.last().map(|entry| entry.radius);
    let row = |radius: f64, share: f64, [low, high]: [f64; 2], listed: bool, real: Option<f64>| {
        let optional = |value: Option<f64>| value.map(|value| value.to_string()).unwrap_or_default();
        vec![
            summary.name.clone(),
            about.method.clone(),
            radius.to_string(),
            share.to_string(),
            low.to_string(),
            high.to_string(),
            kind(summary.kind).to_owned(),
            listed.to_string(),
            optional(real),
            optional(about.published.filter(|_| listed && Some(radius) == last)),
            summary.images.to_string(),
            summary.smoothed_accuracy.to_string(),
            summary.abstained.to_string(),
            summary.errors.to_string(),
            summary.draws.to_string(),
        ]
    };
    let mut rows: Vec<(f64, Vec<String>)> = summary
        .certified_accuracy
        .iter()
        .map(|entry| {
            let fields = row(entry.radius, entry.accuracy, entry.interval, true, entry.real_accuracy);
            (entry.radius, fields)
        })
        .collect();
    if about.sampling.mode == Mode::Fixed && about.has_draws() {
        for [radius, share] in curve.steps {
            if summary.accuracy_at(radius).is_none() {
                let certified = (share * summary.images as f64).round() as u64;
                rows.push((radius, row(radius, share, interval(certified, summary.images), false, None)));
            }
        }
    }
    rows.sort_by(|(a, _), (b, _)| a.total_cmp(b));
    rows.into_iter().map(|(_, fields)| fields).collect()
}
