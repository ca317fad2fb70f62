//! The table that `gsmooth certify` and `gsmooth merge` end with.

use std::io::{Write, stdout};
use std::time::Duration;

use super::CliError;
use super::progress::{clock, thousands};
use super::table::{self, number, percent};
use crate::audit::merge::Merged;
use crate::audit::plan::Plan;
use crate::audit::run::Finished;
use crate::audit::summary::{CaseSummary, CertifiedAccuracy};
use crate::certify::geometry::Kind;

/// Columns that are aligned right.
const NUMBERS: [&str; 7] =
    ["radius", "certified", "published", "smoothed", "abstained", "draws/image", "time"];

/// A row group of the table: the figures of a case, and what is known of it beside them.
struct Shown<'a> {
    figures: &'a CaseSummary,
    method: Option<String>,
    published: Option<f64>,
    time: Option<Duration>,
}

/// Prints certified accuracy by case and radius, and what the words mean.
pub fn print(plan: &Plan, finished: &Finished) -> Result<(), CliError> {
    let figures = finished.summary.cases.iter().zip(&finished.elapsed);
    let shown = plan.cases.iter().zip(figures).map(|(planned, (figures, elapsed))| Shown {
        figures,
        method: Some(planned.method.to_string()),
        published: planned.published,
        time: Some(*elapsed),
    });
    let alpha = plan.cases.first().map_or(0.0, |case| case.case.sampling.alpha);
    print_cases(&shown.collect::<Vec<_>>(), alpha)
}

/// Prints the same of a merged run, as far as it is known there.
pub fn print_merged(merged: &Merged) -> Result<(), CliError> {
    let shown = merged.summary.cases.iter().map(|figures| Shown {
        figures,
        method: None,
        published: None,
        time: None,
    });
    print_cases(&shown.collect::<Vec<_>>(), merged.alpha)
}

fn print_cases(cases: &[Shown<'_>], alpha: f64) -> Result<(), CliError> {
    let mut out = stdout().lock();
    writeln!(out, "{}", accuracies(cases))?;
    writeln!(
        out,
        "certified: share of the images whose label the smoothed classifier provably gives at every parameter up to\n\
         the radius; each certificate is wrong with probability at most {alpha}. 95 %: interval of that share for images\n\
         drawn as these were. estimated: the largest move was found among sampled parameters, not proven between them."
    )?;
    for summary in cases.iter().map(|case| case.figures).filter(|s| s.errors + s.failures > 0) {
        let (name, errors, failures) = (&summary.name, summary.errors, summary.failures);
        writeln!(
            out,
            "{name}: {errors} images ended in an error, {failures} draws failed; all count as not certified"
        )?;
    }
    Ok(())
}

fn accuracies(cases: &[Shown<'_>]) -> comfy_table::Table {
    let methods = cases.iter().any(|case| case.method.is_some());
    let compared = cases.iter().any(|case| case.published.is_some());
    let timed = cases.iter().any(|case| case.time.is_some());
    let columns = [
        ("case", true),
        ("method", methods),
        ("radius", true),
        ("certified", true),
        ("95 %", true),
        ("", true),
        ("published", compared),
        ("smoothed", true),
        ("abstained", true),
        ("draws/image", true),
        ("time", timed),
    ];
    let header: Vec<&str> = columns.iter().filter(|(_, shown)| *shown).map(|(column, _)| *column).collect();
    let right: Vec<usize> = (0..header.len()).filter(|column| NUMBERS.contains(&header[*column])).collect();
    let mut table = table::new(&header, &right);
    for case in cases {
        let last = case.figures.certified_accuracy.len().saturating_sub(1);
        for (i, entry) in case.figures.certified_accuracy.iter().enumerate() {
            let row = row(case, entry, i == 0, i == last);
            table
                .add_row(row.into_iter().zip(columns).filter(|(_, (_, shown))| *shown).map(|(cell, _)| cell));
        }
    }
    table
}

/// The cells of all columns; what is of the case as a whole stands in its first row, and what was published in its last.
fn row(case: &Shown<'_>, entry: &CertifiedAccuracy, first: bool, last: bool) -> [String; 11] {
    let figures = case.figures;
    let kind = match figures.kind {
        Some(Kind::Proven) => "proven",
        Some(Kind::Estimated) => "estimated",
        None => "",
    };
    let draws = figures.draws.checked_div(figures.images).unwrap_or(0);
    let once = |text: String| if first { text } else { String::new() };
    [
        once(figures.name.clone()),
        once(case.method.clone().unwrap_or_default()),
        number(entry.radius),
        percent(entry.accuracy),
        interval(entry),
        kind.to_owned(),
        case.published.filter(|_| last).map(percent).unwrap_or_default(),
        once(percent(figures.smoothed_accuracy)),
        once(figures.abstained.to_string()),
        once(thousands(draws)),
        once(case.time.map(clock).unwrap_or_default()),
    ]
}

/// 95.6 to 98.6.
fn interval(entry: &CertifiedAccuracy) -> String {
    let [low, high] = entry.interval.map(|share| 100.0 * share);
    format!("{low:.1} to {high:.1}")
}
