//! Tables on standard output.

use comfy_table::{CellAlignment, ContentArrangement, Table, presets};

pub use crate::report::words::{number, percent};

/// Columns of text that a table with sentences may take, where the terminal has them or there is none.
const NARROWEST: u16 = 80;
const WIDEST: u16 = 120;

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

/// An empty table with a header for cells that hold sentences, which are wrapped to the width of the terminal.
pub fn wrapped(header: &[&str]) -> Table {
    let width = terminal_size::terminal_size().map_or(WIDEST, |(width, _)| width.0);
    let mut table = new(header, &[]);
    table.set_content_arrangement(ContentArrangement::Dynamic).set_width(width.clamp(NARROWEST, WIDEST));
    table
}
