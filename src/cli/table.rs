//! Tables on standard output.

use comfy_table::{CellAlignment, Table, presets};

/// An empty table with a header; the columns named in `right` are aligned right.
pub fn new(header: &[&str], right: &[usize]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::ASCII_MARKDOWN).set_header(header.to_vec());
    for column in right {
        if let Some(column) = table.column_mut(*column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table
}

/// 92.5 %.
pub fn percent(share: f64) -> String {
    format!("{:.1} %", 100.0 * share)
}

/// 3, 0.5: a number as short as it can be written.
pub fn number(value: f64) -> String {
    format!("{value}")
}
