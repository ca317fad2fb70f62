//! The table that `gsmooth certify` ends with.

use std::io::{Write, stdout};

use super::CliError;
use super::progress::{clock, thousands};
use super::table::{self, number, percent};
use crate::audit::plan::Plan;
use crate::audit::run::Finished;
use crate::audit::summary::CertifiedAccuracy;
use crate::certify::geometry::Kind;

/// Columns that are aligned right.
const NUMBERS: [&str; 7] =
    ["radius", "certified", "published", "smoothed", "abstained", "draws/image", "time"];

/// Prints certified accuracy by case and radius, and what the words mean.
pub fn print(plan: &Plan, finished: &Finished) -> Result<(), CliError> {
    let mut out = stdout().lock();
    writeln!(out, "{}", accuracies(plan, finished))?;
    let alpha = plan.cases.first().map_or(0.0, |case| case.case.sampling.alpha);
    writeln!(
        out,
        "certified: share of the images whose label the smoothed classifier provably gives at every parameter up to\n\
         the radius; each certificate is wrong with probability at most {alpha}. 95 %: interval of that share for images\n\
         drawn as these were. estimated: the largest move was found among sampled parameters, not proven between them."
    )?;
    for summary in finished.summary.cases.iter().filter(|s| s.errors + s.failures > 0) {
        let (name, errors, failures) = (&summary.name, summary.errors, summary.failures);
        writeln!(
            out,
            "{name}: {errors} images ended in an error, {failures} draws failed; all count as not certified"
        )?;
    }
    Ok(())
}

fn accuracies(plan: &Plan, finished: &Finished) -> comfy_table::Table {
    let compared = plan.cases.iter().any(|planned| planned.published.is_some());
    let columns = [
        "case",
        "method",
        "radius",
        "certified",
        "95 %",
        "",
        "published",
        "smoothed",
        "abstained",
        "draws/image",
        "time",
    ];
    let header: Vec<&str> = columns.into_iter().filter(|column| compared || *column != "published").collect();
    let right: Vec<usize> = (0..header.len()).filter(|column| NUMBERS.contains(&header[*column])).collect();
    let mut table = table::new(&header, &right);
    for ((planned, summary), elapsed) in plan.cases.iter().zip(&finished.summary.cases).zip(&finished.elapsed)
    {
        let kind = match summary.kind {
            Some(Kind::Proven) => "proven",
            Some(Kind::Estimated) => "estimated",
            None => "",
        };
        let draws = summary.draws.checked_div(summary.images).unwrap_or(0);
        let last = summary.certified_accuracy.len().saturating_sub(1);
        for (i, entry) in summary.certified_accuracy.iter().enumerate() {
            let first = |text: String| if i == 0 { text } else { String::new() };
            let mut row = vec![
                first(summary.name.clone()),
                first(planned.method.to_string()),
                number(entry.radius),
                percent(entry.accuracy),
                interval(entry),
                kind.to_owned(),
            ];
            if compared {
                let published = planned.published.filter(|_| i == last);
                row.push(published.map(percent).unwrap_or_default());
            }
            row.extend([
                first(percent(summary.smoothed_accuracy)),
                first(summary.abstained.to_string()),
                first(thousands(draws)),
                first(clock(*elapsed)),
            ]);
            table.add_row(row);
        }
    }
    table
}

/// 95.6 to 98.6.
fn interval(entry: &CertifiedAccuracy) -> String {
    let [low, high] = entry.interval.map(|share| 100.0 * share);
    format!("{low:.1} to {high:.1}")
}
