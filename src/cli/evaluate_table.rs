//! The table that `gsmooth evaluate` ends with.

use std::io::{Write, stdout};
use std::path::Path;

use super::CliError;
use super::table::{self, number, percent};
use crate::evaluate::report::{Column, Kind, Report};

/// Prints accuracy by corruption and severity, and means.
pub fn print(report: &Report) -> Result<(), CliError> {
    let mut header = vec!["corruption".to_owned(), "severity".to_owned()];
    header.extend(report.columns.iter().flat_map(|column| heads(column, &report.columns)));
    let names: Vec<&str> = header.iter().map(String::as_str).collect();
    let right: Vec<usize> = (1..names.len()).collect();
    let mut table = table::new(&names, &right);
    let mut before: Option<&str> = None;
    for row in &report.rows {
        let corruption = row.corruption.as_deref().unwrap_or("clean");
        let strength: Vec<String> = row.strength.iter().map(|value| number(*value)).collect();
        let first = if before == Some(corruption) { String::new() } else { corruption.to_owned() };
        before = Some(corruption);
        let mut cells = vec![first, strength.join(", ")];
        for (column, cell) in report.columns.iter().zip(&row.cells) {
            cells.push(percent(cell.accuracy));
            cells.extend((column.kind == Kind::Smoothed).then(|| cell.abstained.to_string()));
        }
        table.add_row(cells);
    }
    let mut add_mean = |name: &str, accuracies: &[f64]| {
        let mut cells = vec![name.to_owned(), "mean".to_owned()];
        for (column, accuracy) in report.columns.iter().zip(accuracies) {
            cells.push(percent(*accuracy));
            cells.extend((column.kind == Kind::Smoothed).then(String::new));
        }
        table.add_row(cells);
    };
    report.means.iter().for_each(|mean| add_mean(&mean.corruption, &mean.accuracies));
    if let Some(mean) = &report.mean {
        add_mean("all", mean);
    }
    let mut out = stdout().lock();
    writeln!(out, "{table}")?;
    writeln!(
        out,
        "Share of {} images whose label is answered. vanilla: by the bare classifier. smoothed: by the most votes of {} draws;\n\
         where chance could have put that class first it abstains, which counts as wrong. Nothing here is certified.",
        report.images, report.draws
    )?;
    let errors: u64 = report.rows.iter().flat_map(|row| &row.cells).map(|cell| cell.errors).sum();
    if errors > 0 {
        writeln!(out, "{errors} answers ended in an error; they count as wrong.")?;
    }
    Ok(())
}

/// The heads of a classifier's columns: its kind and its name.
fn heads(column: &Column, all: &[Column]) -> Vec<String> {
    match column.kind {
        Kind::Vanilla => vec![format!("vanilla {}", short(&column.name, all))],
        Kind::Smoothed => vec![format!("smoothed {}", column.name), "abstained".to_owned()],
    }
}

/// The stem of a model's file, or its path where another model has the same.
fn short(model: &str, all: &[Column]) -> String {
    let stem = |path: &str| Path::new(path).file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let vanilla = all.iter().filter(|column| column.kind == Kind::Vanilla);
    match vanilla.filter(|column| stem(&column.name) == stem(model)).count() {
        0 | 1 => stem(model),
        _ => model.to_owned(),
    }
}
