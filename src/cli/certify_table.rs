//! The table that `gsmooth certify` ends with.

use std::io::{Write, stdout};

use super::CliError;
use super::progress::{clock, thousands};
use super::table::{self, number, percent};
use crate::audit::plan::Plan;
use crate::audit::plan::case::PlannedCase;
use crate::audit::run::Finished;
use crate::audit::summary::CertifiedAccuracy;
use crate::audit::sweep::name;
use crate::certify::geometry::Kind;

/// Columns that are aligned right.
const NUMBERS: [&str; 7] =
    ["radius", "certified", "published", "smoothed", "abstained", "draws/image", "time"];

/// The most keys of sweeps that get columns of their own.
const MOST_SWEPT: usize = 3;

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
    let swept = swept_keys(plan);
    let mut header = vec!["case"];
    header.extend(&swept);
    header.extend(["method", "radius", "certified", "95 %", ""]);
    if compared {
        header.push("published");
    }
    header.extend(["smoothed", "abstained", "draws/image", "time"]);
    let is_right = |column: &usize| match swept.get(column.wrapping_sub(1)) {
        Some(key) => plan.cases.iter().all(|planned| is_number_or_blank(swept_value(planned, key))),
        None => NUMBERS.contains(&header[*column]),
    };
    let right: Vec<usize> = (0..header.len()).filter(is_right).collect();
    let mut table = table::new(&header, &right);
    let mut above = None;
    for ((planned, summary), elapsed) in plan.cases.iter().zip(&finished.summary.cases).zip(&finished.elapsed)
    {
        let kind = match summary.kind {
            Some(Kind::Proven) => "proven",
            Some(Kind::Estimated) => "estimated",
            None => "",
        };
        let draws = summary.draws.checked_div(summary.images).unwrap_or(0);
        let last = summary.certified_accuracy.len().saturating_sub(1);
        let case = match &planned.sweep {
            Some(point) if !swept.is_empty() => &point.case,
            _ => &summary.name,
        };
        // The variants of a case stand below one another, and its name at the first.
        let begins = above != Some(case);
        above = Some(case);
        for (i, entry) in summary.certified_accuracy.iter().enumerate() {
            let first = |text: String| if i == 0 { text } else { String::new() };
            let mut row = vec![first(if begins { case.clone() } else { String::new() })];
            row.extend(swept.iter().map(|key| first(swept_value(planned, key).to_owned())));
            row.extend([
                first(planned.method.to_string()),
                number(entry.radius),
                percent(entry.accuracy),
                interval(entry),
                kind.to_owned(),
            ]);
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

/// The keys that sweeps of the plan change, each a column; none if they are so many that full names read better.
fn swept_keys(plan: &Plan) -> Vec<&str> {
    let mut keys = Vec::new();
    for planned in plan.cases.iter().filter(|planned| planned.sweep.is_some()) {
        for (key, _) in name::values(&planned.case.name) {
            if !keys.contains(&key) {
                keys.push(key);
            }
        }
    }
    if keys.len() > MOST_SWEPT { Vec::new() } else { keys }
}

fn swept_value<'a>(planned: &'a PlannedCase, key: &str) -> &'a str {
    name::values(&planned.case.name).find(|(name, _)| *name == key).map_or("", |(_, value)| value)
}

fn is_number_or_blank(text: &str) -> bool {
    text.is_empty() || text.parse::<f64>().is_ok()
}

/// 95.6 to 98.6.
fn interval(entry: &CertifiedAccuracy) -> String {
    let [low, high] = entry.interval.map(|share| 100.0 * share);
    format!("{low:.1} to {high:.1}")
}
