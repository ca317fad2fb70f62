//! A record of the paper's single point.

use super::super::finding::Finding;
use super::{CaseCheck, counts, rule};
use crate::audit::records::{CellRecord, Record};
use crate::certify::case::{Case, Mode};
use crate::certify::certificate::{Evidence, widened};
use crate::certify::conclusion::{self, Chosen};
use crate::certify::geometry::Moves;
use crate::certify::moves::Move;
use crate::certify::outcome::{Certificate, Status};
use crate::certify::single_point::{Largest, Required, bits};
use crate::smoothing::question::SequentialRule;

impl CaseCheck<'_> {
    /// Derives the certificate of a single point; `None` where its cells are such that nothing follows from them.
    pub(super) fn point(
        &mut self,
        record: &Record,
        chosen: Chosen,
        findings: &mut Vec<Finding>,
    ) -> Option<Certificate> {
        let classes = self.case.classes;
        let counted = |cell: &CellRecord| cell.votes.counts.len();
        if let Some(cell) = record.cells.iter().find(|cell| counted(cell) != classes) {
            let (field, found) = ("cells[0]".to_owned(), counted(cell));
            findings.push(Finding::Classes { field, found, expected: classes });
            return None;
        }
        match self.case.sampling.mode {
            Mode::Fixed => self.fixed_point(record, chosen, findings),
            Mode::Target => self.listed_radii(record, chosen, findings),
        }
    }

    fn fixed_point(
        &mut self,
        record: &Record,
        chosen: Chosen,
        findings: &mut Vec<Finding>,
    ) -> Option<Certificate> {
        let case = self.case;
        let [cell] = &record.cells[..] else {
            findings.push(Finding::Cells { found: record.cells.len(), expected: "1".to_owned() });
            return None;
        };
        let counts = counts(&cell.votes);
        let (found, expected) = (counts.draws(), case.sampling.draws);
        if found != expected {
            findings.push(Finding::Draws { field: "cells[0]".to_owned(), found, expected });
        }
        let evidence = conclusion::evidence_of_point(case, chosen.class, &counts, &mut self.bounds);
        let largest = match &mut self.parameters {
            _ if !evidence.decides() => None,
            None => Some(recorded_largest(case, record, cell, &evidence, findings)),
            Some(parameters) => match parameters.largest(&evidence) {
                Ok(largest) => Some(largest),
                Err(message) => return Some(Certificate::failed(&message, case.classes)),
            },
        };
        let evaluations = if self.parameters.is_some() { 0 } else { record.evaluations };
        Some(conclusion::of_fixed_point(case, chosen, counts, evidence, largest, evaluations))
    }

    fn listed_radii(
        &mut self,
        record: &Record,
        chosen: Chosen,
        findings: &mut Vec<Finding>,
    ) -> Option<Certificate> {
        let case = self.case;
        let cell = record.cells.first();
        let required = match &mut self.parameters {
            None => cell.map(|cell| recorded_radius(case, record, cell, findings)).into_iter().collect(),
            Some(parameters) => match parameters.listed() {
                Ok(required) => required,
                Err(message) => return Some(Certificate::failed(&message, case.classes)),
            },
        };
        let expected = usize::from(!required.is_empty());
        if record.cells.len() != expected {
            findings.push(Finding::Cells { found: record.cells.len(), expected: expected.to_string() });
            return None;
        }
        let counts = cell.map(|cell| counts(&cell.votes));
        if let Some(counts) = &counts {
            let thresholds = required.iter().map(|required| required.p_star).collect();
            let (class, alpha, budget) = (chosen.class, case.sampling.alpha, case.sampling.draws);
            let rule = SequentialRule { class, thresholds, alpha, budget };
            rule::check("cells[0]", rule, counts, self.parameters.is_some(), findings);
        }
        let evaluations = if self.parameters.is_some() { 0 } else { record.evaluations };
        let mut certificate = conclusion::of_listed_radii(case, chosen, counts, &required, evaluations);
        if self.parameters.is_none() && certificate.radius_real == Some(0.0) {
            // A smaller listed radius may hold for the transformation itself; what that takes is not on record.
            let smaller = |real: &f64| *real < record.radius && case.radii.contains(real);
            certificate.radius_real = record.radius_real.filter(smaller).or(certificate.radius_real);
        }
        Some(certificate)
    }
}

/// What the recorded distance takes, over the box of a radius.
fn recorded(case: &Case, record: &Record, cell: &CellRecord, radius: f64) -> Required {
    // A distance that no number expresses is infinite: nothing proves it.
    let distance = record.distance.unwrap_or(f64::INFINITY);
    let moves = Moves { worst: vec![Move::Gaussian { distance }], kind: cell.kind };
    let (low, high) = case.range.within(radius);
    let p_star = moves.required_probability(case.sampling.margin).unwrap_or(1.0);
    Required { radius, p_star, kind: cell.kind, distance, low, high }
}

/// The largest radius as it is on record, which must be one that the search can end at and that its distance bears out.
fn recorded_largest(
    case: &Case,
    record: &Record,
    cell: &CellRecord,
    evidence: &Evidence,
    findings: &mut Vec<Finding>,
) -> Largest {
    let required = recorded(case, record, cell, record.radius);
    let (cap, steps) = (case.range.cap(), (1_u64 << bits(case)) as f64);
    let on_grid = |radius: f64| {
        let step = (radius / cap * steps).round();
        radius == cap || ((0.0..steps).contains(&step) && cap * (step / steps) == radius)
    };
    let real = record.radius_real.filter(|_| case.distance_to_real().is_some());
    for (field, radius) in [("radius", Some(record.radius)), ("radius_real", real)] {
        if let Some(found) = radius.filter(|radius| !on_grid(*radius)) {
            let (field, expected) = (field.to_owned(), format!("a multiple of {} / {steps}", cap));
            findings.push(Finding::Grid { field, found, expected });
        }
    }
    let movement = Move::Gaussian { distance: required.distance };
    if record.radius > 0.0 && !evidence.survives(&movement).unwrap_or(false) {
        findings.push(Finding::NotProven { radius: record.radius, distance: required.distance });
    }
    let radius_real = case.distance_to_real().map(|added| {
        let real = real.unwrap_or(0.0);
        // What a smaller radius takes is not on record.
        let too_far = real > record.radius || !(evidence.p_a > widened(required.p_star, added));
        if real > 0.0 && real >= record.radius && too_far {
            findings.push(Finding::NotProven { radius: real, distance: required.distance + added });
        }
        real
    });
    Largest { required, radius_real }
}

/// The listed radius that is on record: the one certified, or else the least.
fn recorded_radius(case: &Case, record: &Record, cell: &CellRecord, findings: &mut Vec<Finding>) -> Required {
    let least = case.radii.first().copied().unwrap_or(0.0);
    let certified = record.status == Status::Certified;
    if certified && !case.radii.contains(&record.radius) {
        let expected = format!("one of {:?}", case.radii);
        findings.push(Finding::Grid { field: "radius".to_owned(), found: record.radius, expected });
        return recorded(case, record, cell, least);
    }
    recorded(case, record, cell, if certified { record.radius } else { least })
}
