//! `evaluate.csv`: a line a figure.

use std::path::Path;

use super::report::Report;

const HEADER: [&str; 11] = [
    "corruption",
    "strength",
    "kind",
    "name",
    "images",
    "correct",
    "abstained",
    "errors",
    "accuracy",
    "low",
    "high",
];

/// Writes the figures of every row and column.
///
/// # Errors
/// If the file can't be written.
pub fn write(path: &Path, report: &Report) -> Result<(), csv::Error> {
    let mut table = csv::Writer::from_path(path)?;
    table.write_record(HEADER)?;
    for row in &report.rows {
        let strength: Vec<String> = row.strength.iter().map(f64::to_string).collect();
        for (column, cell) in report.columns.iter().zip(&row.cells) {
            table.write_record([
                row.corruption.as_deref().unwrap_or("clean"),
                &strength.join(" "),
                column.kind.name(),
                &column.name,
                &report.images.to_string(),
                &cell.correct.to_string(),
                &cell.abstained.to_string(),
                &cell.errors.to_string(),
                &cell.accuracy.to_string(),
                &cell.interval[0].to_string(),
                &cell.interval[1].to_string(),
            ])?;
        }
    }
    table.flush()?;
    Ok(())
}
