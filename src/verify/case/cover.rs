//! A record of a cover: its cells must be the ones that the rules of the cover allow, and what is claimed must follow from
//! them.

use super::super::finding::Finding;
use super::region::Region;
use super::tree::{self, Node};
use super::{CaseCheck, counts, rule, witnesses};
use crate::audit::records::{CellRecord, Record};
use crate::certify::case::{Case, Mode};
use crate::certify::conclusion::{self, Chosen, Cover};
use crate::certify::cover::{Cell, boxes};
use crate::certify::outcome::Certificate;
use crate::smoothing::question::SequentialRule;

impl CaseCheck<'_> {
    /// Derives the certificate of a cover of at most `max` cells, each of which may require `p`; `None` where the cells are
    /// such that nothing follows from them.
    pub(super) fn cover(
        &mut self,
        record: &Record,
        chosen: Chosen,
        (max, p): (usize, f64),
        findings: &mut Vec<Finding>,
    ) -> Option<Certificate> {
        let case = self.case;
        let cells: Vec<Cell> = record.cells.iter().map(|record| cell(record, findings)).collect();
        if !shapes(case, &cells, matches!(self.region, Region::Levels(_)), findings) {
            return None;
        }
        let count = cells.iter().filter(|cell| cell.generation == 0).count();
        let planned = match &mut self.parameters {
            // How many cells an image's own geometry gave only the record says.
            None => record.planned_cells,
            Some(parameters) => match parameters.cover(max, p) {
                Ok(cover) => cover.entries.len(),
                Err(message) => return Some(Certificate::failed(&message, case.classes)),
            },
        };
        let nodes = tree::tree(case, chosen.class, &cells, planned, &mut self.bounds, findings)?;
        tree::check_halves(case, chosen.class, &cells, &nodes, findings);
        check_count(count, planned, max, &nodes, findings);
        witnesses::check(case, &cells, planned, |cell| self.wave(cell), findings);
        self.check_order(&cells, &nodes, findings);
        self.check_anchors(&cells, &nodes, findings);
        if let Some(parameters) = &mut self.parameters
            && let Err(message) = parameters.check(&cells, &nodes, findings)
        {
            return Some(Certificate::failed(&message, case.classes));
        }
        check_draws(case, chosen.class, &cells, &nodes, findings);
        let shared = |(cell, node): (&Cell, &Node)| Cell { alpha: node.share.test_alpha(), ..cell.clone() };
        let cover = Cover { planned, cells: cells.iter().zip(&nodes).map(shared).collect() };
        let region = &self.region;
        let radius = |proven: &[bool]| region.left(case, &cells, proven).radius;
        let evaluations = if self.parameters.is_some() { 0 } else { record.evaluations };
        let mut certificate =
            conclusion::of_cover(case, chosen, cover, evaluations, &mut self.bounds, radius);
        if record.radius > certificate.radius {
            let proven: Vec<bool> = nodes.iter().map(|node| node.proven).collect();
            if let Some((low, high)) = region.left(case, &cells, &proven).hole {
                findings.push(Finding::Uncovered { radius: record.radius, low, high });
            }
        }
        // A wrong alpha has been named; the rest is compared with what the right one gives.
        certificate.cells = cells;
        Some(certificate)
    }

    /// Cells of one parameter come one after the other; and none is asked after one nearer to the identity has ended the test.
    fn check_order(&self, cells: &[Cell], nodes: &[Node], findings: &mut Vec<Finding>) {
        let first_generation = || cells.iter().enumerate().filter(|(_, cell)| cell.generation == 0);
        if cells.first().is_some_and(|cell| cell.low.len() == 1) && matches!(self.region, Region::Box(_)) {
            for ((_, before), (place, cell)) in first_generation().zip(first_generation().skip(1)) {
                if cell.low[0] < before.high[0] {
                    let (field, found, expected) = (format!("cells[{place}]"), cell.low[0], before.high[0]);
                    findings.push(Finding::Overlap { field, found, expected });
                }
            }
        }
        let wave = |cell: &Cell| self.wave(cell);
        let ended = (0..cells.len())
            .filter(|place| nodes[*place].is_refused())
            .min_by(|a, b| wave(&cells[nodes[*a].root]).total_cmp(&wave(&cells[nodes[*b].root])));
        let Some(ended) = ended else { return };
        let last = wave(&cells[nodes[ended].root]);
        for (place, _) in first_generation().filter(|(_, cell)| wave(cell) > last) {
            let (field, refused) = (format!("cells[{place}]"), format!("cells[{ended}]"));
            findings.push(Finding::AfterTheEnd { field, refused });
        }
    }

    /// When a cell of generation 0 is asked: cells of one radius together where radii are listed, else those equally far out.
    fn wave(&self, cell: &Cell) -> f64 {
        let case = self.case;
        let listed = |reach: f64| case.radii.partition_point(|radius| *radius <= reach) as f64;
        match &self.region {
            Region::Levels(levels) => levels.first_radius(&cell.anchor).map_or(0.0, |first| first as f64),
            Region::Box(_) => {
                let reach = case.range.nearest(&cell.low, &cell.high);
                if case.sampling.mode == Mode::Target { listed(reach) } else { reach }
            }
        }
    }

    /// The anchor of a box of several parameters and of a half is its middle, that of finitely many parameters one of them,
    /// that of an interval anywhere in it.
    fn check_anchors(&self, cells: &[Cell], nodes: &[Node], findings: &mut Vec<Finding>) {
        for (place, (cell, node)) in cells.iter().zip(nodes).enumerate() {
            let middle = boxes::centre(&cell.low, &cell.high);
            let inside =
                (0..middle.len()).all(|i| cell.low[i] <= cell.anchor[i] && cell.anchor[i] <= cell.high[i]);
            let (right, expected) = match &self.region {
                _ if node.parent.is_some() => (cell.anchor == middle, format!("the middle {middle:?}")),
                Region::Levels(levels) => {
                    let right = inside && levels.first_radius(&cell.anchor).is_some();
                    (right, "one of the finitely many parameters in the cell".to_owned())
                }
                Region::Box(_) if middle.len() > 1 => {
                    (cell.anchor == middle, format!("the middle {middle:?}"))
                }
                Region::Box(_) => (inside, format!("{:?} to {:?}", cell.low, cell.high)),
            };
            if !right {
                let (field, found) = (format!("cells[{place}]"), format!("{:?}", cell.anchor));
                findings.push(Finding::Anchor { field, found, expected });
            }
        }
    }
}

/// Whether every cell is a box of the range, and counts votes of the right number of classes.
fn shapes(case: &Case, cells: &[Cell], finite: bool, findings: &mut Vec<Finding>) -> bool {
    let (range, m) = (&case.range, case.range.identity.len());
    let before = findings.len();
    for (place, cell) in cells.iter().enumerate() {
        let field = format!("cells[{place}]");
        let sizes = cell.low.len() == m && cell.high.len() == m && cell.anchor.len() == m;
        let within = |i: usize| {
            range.low[i] <= cell.low[i] && cell.low[i] <= cell.high[i] && cell.high[i] <= range.high[i]
        };
        // Of finitely many parameters some may lie beyond the range: what its last ones are rounded to.
        let ordered = |i: usize| cell.low[i] <= cell.high[i];
        if !sizes || !(0..m).all(|i| within(i) || (finite && ordered(i))) {
            let found = format!("{:?} to {:?}", cell.low, cell.high);
            findings.push(Finding::Box { field: field.clone(), found });
        }
        if cell.counts.votes.len() != case.classes {
            let (found, expected) = (cell.counts.votes.len(), case.classes);
            findings.push(Finding::Classes { field, found, expected });
        } else if !(0.5 + case.sampling.margin..=1.0).contains(&cell.p_star) {
            let (found, least) = (cell.p_star, 0.5 + case.sampling.margin);
            findings.push(Finding::Requirement { field: format!("{field}.p_star"), found, least });
        }
    }
    findings.len() == before
}

/// All planned cells were asked, unless the test ended at one.
fn check_count(found: usize, planned: usize, max: usize, nodes: &[Node], findings: &mut Vec<Finding>) {
    let ended = nodes.is_empty() || nodes.iter().any(Node::is_refused);
    let expected = if planned > max {
        format!("at most {max}, and {planned} were planned")
    } else if found > planned {
        format!("at most the {planned} that were planned")
    } else if found < planned && !ended {
        format!("the {planned} that were planned, since all are proven")
    } else {
        return;
    };
    findings.push(Finding::Cells { found, expected });
}

/// The draws of each cell are those that its rule asks for.
fn check_draws(case: &Case, class: u32, cells: &[Cell], nodes: &[Node], findings: &mut Vec<Finding>) {
    let sampling = &case.sampling;
    witnesses::check_draws(class, cells, nodes, findings);
    for (place, (cell, node)) in cells.iter().zip(nodes).enumerate() {
        let field = format!("cells[{place}]");
        if !node.share.can_pass(sampling, cell.p_star) {
            findings.push(Finding::Hopeless { field: field.clone() });
        }
        match sampling.mode {
            Mode::Fixed if cell.counts.draws() != sampling.draws => {
                let (found, expected) = (cell.counts.draws(), sampling.draws);
                findings.push(Finding::Draws { field, found, expected });
            }
            Mode::Fixed => {}
            Mode::Target if !cell.sides.is_empty() => {}
            Mode::Target => {
                let (alpha, budget) = (node.share.test_alpha(), node.share.draws);
                let sequential = SequentialRule { class, thresholds: vec![cell.p_star], alpha, budget };
                rule::check(&field, sequential, &cell.counts, true, findings);
            }
        }
    }
}

fn cell(record: &CellRecord, findings: &mut Vec<Finding>) -> Cell {
    Cell {
        anchor: record.anchor.clone(),
        low: record.low.clone(),
        high: record.high.clone(),
        p_star: record.p_star,
        kind: record.kind,
        alpha: record.alpha,
        generation: record.generation,
        counts: counts(&record.votes),
        number: record.number,
        sides: witnesses::of_record(record, findings),
    }
}
