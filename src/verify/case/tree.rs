//! The cells of a cover as they came about: which are halves of which, and what each may spend.

use std::collections::HashMap;

use super::super::finding::Finding;
use super::region::key;
use crate::certify::case::Case;
use crate::certify::conclusion::{Ballots, Bounds, VoteTest};
use crate::certify::cover::shares::Share;
use crate::certify::cover::{Cell, halves_of_box};
use crate::smoothing::question::FUTILITY;
use crate::stats::sequential::ConfidenceSequence;

/// What is known of one cell besides its record.
#[derive(Debug, Clone)]
pub struct Node {
    /// What it may spend.
    pub share: Share,
    /// Whether its votes prove it.
    pub proven: bool,
    /// The cell whose half it is, and whether it is the upper one.
    pub parent: Option<(usize, bool)>,
    /// The cell of generation 0 that it is a part of.
    pub root: usize,
    /// Whether its halves stand for it.
    pub halved: bool,
}

impl Node {
    /// Whether the test ended at this cell.
    pub fn is_refused(&self) -> bool {
        !self.proven && !self.halved
    }
}

/// Puts the cells of a record into their tree, where `planned` cells of generation 0 share the draws. `None` if they make none.
pub fn tree(
    case: &Case,
    class: u32,
    cells: &[Cell],
    planned: usize,
    bounds: &mut Bounds,
    findings: &mut Vec<Finding>,
) -> Option<Vec<Node>> {
    let mut nodes: Vec<Node> = Vec::with_capacity(cells.len());
    let mut halves: HashMap<Vec<u64>, (usize, bool)> = HashMap::new();
    let ballots = Ballots::of(cells, class);
    for (place, cell) in cells.iter().enumerate() {
        let field = || format!("cells[{place}]");
        let parent = match cell.generation {
            0 => None,
            found => match parent_of(&nodes, cells, &halves, place) {
                Ok(parent) => Some(parent),
                Err(expected) => {
                    findings.push(Finding::Generation { field: field(), found, expected });
                    return None;
                }
            },
        };
        let share = match parent {
            None => Share::of_cells(case.alpha_of_claim(), case.sampling.draws, planned),
            Some((parent, _)) => nodes[parent].share.of_half(cells[parent].counts.draws())?,
        };
        if cell.alpha.to_bits() != share.test_alpha().to_bits() {
            let (found, expected) = (cell.alpha, share.test_alpha());
            findings.push(Finding::Alpha { field: field(), found, expected });
        }
        let test = VoteTest { mode: case.sampling.mode, alpha: share.test_alpha() };
        let proven = ballots.prove(cell, test, None, bounds);
        // A cell that was given up may be proven after all by what its neighbours' anchors voted since.
        let may_be_halved = !proven || !cell.sides.is_empty();
        if may_be_halved && let Some(of_cell) = halves_of_box(&case.range, &cell.low, &cell.high) {
            for (upper, (low, high)) in [false, true].into_iter().zip(of_cell) {
                halves.insert(key(&[low, high].concat()), (place, upper));
            }
        }
        let root = parent.map_or(place, |(parent, _)| nodes[parent].root);
        if let Some((parent, _)) = parent {
            nodes[parent].halved = true;
        }
        nodes.push(Node { share, proven, parent, root, halved: false });
    }
    match nodes.last() {
        Some(Node { parent: Some((_, false)), .. }) => {
            let (place, expected) = (cells.len() - 1, "a lower half without the upper one");
            let found = cells[place].generation;
            findings.push(Finding::Generation { field: format!("cells[{place}]"), found, expected });
            None
        }
        _ => Some(nodes),
    }
}

/// The cell that one is a half of. Halves follow the cells of generation 0, two by two.
fn parent_of(
    nodes: &[Node],
    cells: &[Cell],
    halves: &HashMap<Vec<u64>, (usize, bool)>,
    place: usize,
) -> Result<(usize, bool), &'static str> {
    let cell = &cells[place];
    let of_box = halves.get(&key(&[&cell.low[..], &cell.high[..]].concat()));
    let &(parent, upper) = of_box.ok_or("no half of a cell that is not proven")?;
    if cells[parent].generation + 1 != cell.generation {
        return Err("a half of a cell of another generation than the one before");
    }
    let before = place.checked_sub(1).and_then(|before| nodes[before].parent);
    if upper != (before == Some((parent, false))) || (!upper && matches!(before, Some((_, false)))) {
        return Err("not beside the other half");
    }
    if nodes[parent].halved != upper {
        return Err("a second time the half of one cell");
    }
    Ok((parent, upper))
}

/// Checks that each halved cell may have halves: its votes refute neither the claim nor what its halves require, and they
/// require less than it does.
pub fn check_halves(case: &Case, class: u32, cells: &[Cell], nodes: &[Node], findings: &mut Vec<Finding>) {
    let refutes = ConfidenceSequence::new(FUTILITY);
    for (place, (cell, node)) in cells.iter().zip(nodes).enumerate() {
        let Some((parent, _)) = node.parent else { continue };
        let parent = &cells[parent];
        let (votes, draws) = (parent.counts.of(class), parent.counts.draws());
        let refuted = |p: f64| refutes.falls_short(p, votes, draws);
        let expected = if refuted(0.5 + case.sampling.margin) || refuted(cell.p_star) {
            "a half of a cell whose votes refute it"
        } else if cell.p_star >= parent.p_star {
            "a half that requires no less than the whole"
        } else {
            continue;
        };
        let found = cell.generation;
        findings.push(Finding::Generation { field: format!("cells[{place}]"), found, expected });
    }
}
