//! The table that `gsmooth certify` and `gsmooth merge` end with.

use std::io::{Write, stdout};
use std::time::Duration;

use super::CliError;
use super::progress::{clock, thousands};
use super::table::{self, number as number_of, percent};
use crate::audit::summary::{CaseSummary, CertifiedAccuracy, Summary};
use crate::audit::sweep::name;
use crate::certify::geometry::Kind;

/// Columns that are aligned right.
const NUMBERS: [&str; 7] =
    ["radius", "certified", "published", "smoothed", "abstained", "draws/image", "time"];

/// The most keys of sweeps that get columns of their own.
const MOST_SWEPT: usize = 3;

/// Prints certified accuracy by case and radius, and what the words mean. `elapsed`: the time of each case, if it is known.
pub fn print(summary: &Summary, elapsed: &[Duration]) -> Result<(), CliError> {
    let mut out = stdout().lock();
    writeln!(out, "{}", accuracies(&summary.cases, elapsed))?;
    let alpha = summary.cases.iter().find_map(|case| Some(case.description.as_ref()?.sampling.alpha));
    writeln!(
        out,
        "certified: share of the images whose label the smoothed classifier provably gives at every parameter up to\n\
         the radius; each certificate is wrong with probability at most {}. 95 %: interval of that share for images\n\
         drawn as these were. estimated: the largest move was found among sampled parameters, not proven between them.",
        alpha.unwrap_or_default()
    )?;
    for summary in summary.cases.iter().filter(|s| s.errors + s.failures > 0) {
        let (name, errors, failures) = (&summary.name, summary.errors, summary.failures);
        writeln!(
            out,
            "{name}: {errors} images ended in an error, {failures} draws failed; all count as not certified"
        )?;
    }
    Ok(())
}

fn accuracies(cases: &[CaseSummary], elapsed: &[Duration]) -> comfy_table::Table {
    let compared = cases.iter().any(|case| published(case).is_some());
    let swept = swept_keys(cases);
    let mut header = vec!["case"];
    header.extend(&swept);
    header.extend(["method", "radius", "certified", "95 %", ""]);
    header.extend(compared.then_some("published"));
    header.extend(["smoothed", "abstained", "draws/image"]);
    header.extend((!elapsed.is_empty()).then_some("time"));
    let is_right = |column: &usize| match swept.get(column.wrapping_sub(1)) {
        Some(key) => cases.iter().all(|case| is_number_or_blank(swept_value(case, key))),
        None => NUMBERS.contains(&header[*column]),
    };
    let right: Vec<usize> = (0..header.len()).filter(is_right).collect();
    let mut table = table::new(&header, &right);
    let mut above = None;
    for (number, case) in cases.iter().enumerate() {
        let point = case.description.as_ref().and_then(|description| description.sweep.as_ref());
        let name = point.filter(|_| !swept.is_empty()).map_or(&case.name, |point| &point.case);
        // The variants of a case stand below one another, and its name at the first.
        let begins = above != Some(name);
        above = Some(name);
        let last = case.certified_accuracy.len().saturating_sub(1);
        for (i, entry) in case.certified_accuracy.iter().enumerate() {
            let first = |text: String| if i == 0 { text } else { String::new() };
            let method = case.description.as_ref().map_or("", |description| &description.method);
            let mut row = vec![first(if begins { name.clone() } else { String::new() })];
            row.extend(swept.iter().map(|key| first(swept_value(case, key).to_owned())));
            row.extend([first(method.to_owned()), number_of(entry.radius), percent(entry.accuracy)]);
            row.extend([interval(entry), kind(case).to_owned()]);
            row.extend(
                compared.then(|| published(case).filter(|_| i == last).map(percent).unwrap_or_default()),
            );
            let draws = case.draws.checked_div(case.images).unwrap_or(0);
            row.extend([first(percent(case.smoothed_accuracy)), first(case.abstained.to_string())]);
            row.push(first(thousands(draws)));
            row.extend(elapsed.get(number).map(|elapsed| first(clock(*elapsed))));
            table.add_row(row);
        }
    }
    table
}

fn published(case: &CaseSummary) -> Option<f64> {
    case.description.as_ref()?.published
}

fn kind(case: &CaseSummary) -> &'static str {
    match case.kind {
        Some(Kind::Proven) => "proven",
        Some(Kind::Estimated) => "estimated",
        None => "",
    }
}

/// The keys that sweeps change, each a column; none if they are so many that full names read better.
fn swept_keys(cases: &[CaseSummary]) -> Vec<&str> {
    let mut keys = Vec::new();
    let is_swept = |case: &&CaseSummary| case.description.as_ref().is_some_and(|d| d.sweep.is_some());
    for case in cases.iter().filter(is_swept) {
        for (key, _) in name::values(&case.name) {
            if !keys.contains(&key) {
                keys.push(key);
            }
        }
    }
    if keys.len() > MOST_SWEPT { Vec::new() } else { keys }
}

fn swept_value<'a>(case: &'a CaseSummary, key: &str) -> &'a str {
    name::values(&case.name).find(|(name, _)| *name == key).map_or("", |(_, value)| value)
}

fn is_number_or_blank(text: &str) -> bool {
    text.is_empty() || text.parse::<f64>().is_ok()
}

/// 95.6 to 98.6.
fn interval(entry: &CertifiedAccuracy) -> String {
    let [low, high] = entry.interval.map(|share| 100.0 * share);
    format!("{low:.1} to {high:.1}")
}
