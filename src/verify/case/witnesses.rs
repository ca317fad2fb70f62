//! Cells that are tested together: whom each may call to testify, and when such a test is over.

use std::collections::HashMap;

use super::super::finding::Finding;
use super::tree::Node;
use crate::audit::records::CellRecord;
use crate::certify::case::Case;
use crate::certify::cover::Cell;
use crate::certify::cover::pooling::{ballot, is_given_up};
use crate::certify::cover::witnesses::{MOST, NEIGHBOURS, Witness};
use crate::stats::pooled::Threshold;

/// The sides of a cell on record. A threshold that is none of the grid is a finding, and counts for nothing.
pub fn of_record(record: &CellRecord, findings: &mut Vec<Finding>) -> Vec<Vec<Witness>> {
    let mut witness = |&(cell, found): &(usize, f64)| {
        let threshold = Threshold::exactly(found).unwrap_or_else(|| {
            let (field, expected) = ("sides".to_owned(), "a threshold of the grid".to_owned());
            findings.push(Finding::Witnesses { field, found: found.to_string(), expected });
            Threshold::at_least(1.0)
        });
        Witness { cell, threshold }
    };
    record.sides.iter().map(|side| side.iter().map(&mut witness).collect()).collect()
}

/// Checks that cells are numbered where they are tested together, and that each calls its own anchor and its neighbours only.
/// `wave` says when a cell is asked: none calls one that is asked later.
pub fn check(
    case: &Case,
    cells: &[Cell],
    planned: usize,
    wave: impl Fn(&Cell) -> f64,
    findings: &mut Vec<Finding>,
) {
    let waves: HashMap<usize, f64> =
        cells.iter().filter_map(|cell| Some((cell.number?, wave(cell)))).collect();
    let pooled = case.sampling.tests_cells_together(case.range.identity.len());
    let mut least = 0;
    for (place, cell) in cells.iter().enumerate() {
        let numbered = pooled && cell.generation == 0;
        let right = match cell.number {
            None => !numbered,
            Some(number) => numbered && (least..planned).contains(&number),
        };
        if !right {
            let found = cell.number.map_or("absent".to_owned(), |number| number.to_string());
            let expected = if numbered {
                format!("{least} to {}", planned.saturating_sub(1))
            } else {
                "absent".to_owned()
            };
            findings.push(Finding::Witnesses { field: format!("cells[{place}].number"), found, expected });
        }
        least = cell.number.map_or(least, |number| number + 1);
        let field = format!("cells[{place}].sides");
        check_sides(case, cell, numbered, &field, findings);
        let later = |witness: &&Witness| waves.get(&witness.cell).is_some_and(|other| *other > wave(cell));
        if let Some(found) = cell.sides.iter().flatten().find(later) {
            let (found, expected) = (format!("cell {}", found.cell), "no cell of a larger radius".to_owned());
            findings.push(Finding::Witnesses { field, found, expected });
        }
    }
}

/// A side has witnesses in the order of their cells, its own anchor among them; the cell requires what its sides do.
fn check_sides(case: &Case, cell: &Cell, numbered: bool, field: &str, findings: &mut Vec<Finding>) {
    let parts = [cell.low[0] < cell.anchor[0], cell.anchor[0] < cell.high[0]];
    let expected = match numbered && cell.p_star <= MOST {
        true => parts.into_iter().filter(|part| *part).count().max(1),
        false => 0,
    };
    let mut finding = |found: String, expected: String| {
        findings.push(Finding::Witnesses { field: field.to_owned(), found, expected });
    };
    if cell.sides.len() != expected {
        finding(format!("{} sides", cell.sides.len()), format!("{expected} sides"));
    }
    let own = cell.number.unwrap_or_default();
    let mut required = None;
    for side in &cell.sides {
        let ordered = side.windows(2).all(|pair| pair[0].cell < pair[1].cell);
        let near = side.iter().all(|witness| witness.cell.abs_diff(own) <= NEIGHBOURS);
        let least = Threshold::at_least(0.5 + case.sampling.margin);
        let fair = |witness: &Witness| {
            witness.threshold >= least && (witness.cell == own || witness.threshold.value() <= MOST)
        };
        let own = side.iter().find(|witness| witness.cell == own);
        if !(ordered && near && own.is_some() && side.iter().all(fair)) {
            let expected = format!(
                "the cell itself and at most {NEIGHBOURS} cells on each side, in order, with thresholds of {} to {MOST}",
                least.value()
            );
            finding(format!("{side:?}"), expected);
        }
        required = required.max(own.map(|witness| witness.threshold));
    }
    if let Some(found) = required.filter(|found| *found != Threshold::at_least(cell.p_star)) {
        finding(
            format!("a threshold of {}", found.value()),
            format!("what the cell requires, {}", cell.p_star),
        );
    }
}

/// Cells that are tested together have draws until all are proven or one is given up.
pub fn check_draws(class: u32, cells: &[Cell], nodes: &[Node], findings: &mut Vec<Finding>) {
    let given_up =
        |cell: &Cell, node: &Node| is_given_up(&node.share, cell.p_star, ballot(&cell.counts, class));
    let refused =
        |(cell, node): (&Cell, &Node)| node.is_refused() && (cell.sides.is_empty() || given_up(cell, node));
    let ended = cells.iter().zip(nodes).any(refused);
    for (place, (cell, node)) in
        cells.iter().zip(nodes).enumerate().filter(|(_, (cell, _))| !cell.sides.is_empty())
    {
        let (field, found) = (format!("cells[{place}]"), cell.counts.draws());
        if found > node.share.pooled_draws() {
            findings.push(Finding::Look { field, found, budget: node.share.pooled_draws() });
        } else if !node.proven && !given_up(cell, node) && (node.halved || !ended) {
            findings.push(Finding::Undecided { field, found, expected: node.share.pooled_draws() });
        }
    }
}
