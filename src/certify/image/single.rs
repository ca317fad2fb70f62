//! The paper's single point: all draws at the image itself.

use std::sync::Arc;

use super::super::case::{Method, Mode};
use super::super::certificate::{Evidence, largest_radius, survives_all, widened};
use super::super::cover::{Cell, single_anchor};
use super::super::geometry::{GeometryError, Kind};
use super::super::outcome::{Certificate, Status};
use super::super::worker::CaseNetworks;
use super::subject::Subject;
use super::{ImageError, Next, Preview, State, done};
use crate::smoothing::question::{Counts, Question, Rule, SequentialRule};
use crate::smoothing::scheduler::Step;
use crate::smoothing::site::Site;
use crate::smoothing::stream::Purpose;
use crate::stats::sequential::ConfidenceSequence;

/// The radius of a closed-form geometry is found to this many bits of the range.
const CLOSED_FORM_BITS: u32 = 40;
/// The radius of a geometry, each step of which costs evaluations of F2, to this many.
const EVALUATED_BITS: u32 = 10;

/// What it takes to certify a radius from one anchor.
#[derive(Debug, Clone, PartialEq)]
struct Required {
    radius: f64,
    p_star: f64,
    kind: Kind,
    distance: f64,
    low: Vec<f64>,
    high: Vec<f64>,
}

/// An image whose class is chosen, waiting for the draws that bound its probability.
#[derive(Debug)]
pub struct Single {
    subject: Subject,
    class: u32,
    selection: Counts,
    /// In mode `target`: what each listed radius takes, ascending.
    required: Vec<Required>,
}

impl Single {
    /// Asks for fresh draws: n of them, or as many as decide the listed radii.
    pub fn begin(mut subject: Subject, class: u32, selection: Counts, worker: &mut dyn CaseNetworks) -> Next {
        let case = subject.case.clone();
        let (rule, required) = match case.sampling.mode {
            Mode::Fixed => (Rule::Fixed(case.sampling.draws), Vec::new()),
            Mode::Target => {
                let required = required_by_radii(&mut subject, worker)?;
                let thresholds: Vec<f64> = required.iter().map(|required| required.p_star).collect();
                if thresholds.is_empty() {
                    let mut refused = Certificate::nothing(Status::Refused, Some(class), selection);
                    refused.evaluations = subject.geometry(worker)?.evaluations();
                    return Ok(done(refused));
                }
                let (alpha, budget) = (case.sampling.alpha, case.sampling.draws);
                let rule = SequentialRule { class, thresholds, alpha, budget };
                (Rule::Sequential(Arc::new(rule)), required)
            }
        };
        let key = case.stream_key(subject.index, Purpose::Estimation);
        let site = Site { source: subject.source_of_image(worker)?, key };
        let state = State::Single(Box::new(Self { subject, class, selection, required }));
        Ok((state, Step::Ask(vec![Question { site: Arc::new(site), rule }])))
    }

    /// Joins the votes with the geometry.
    pub fn finish(self, counts: Counts, worker: &mut dyn CaseNetworks) -> Result<Certificate, ImageError> {
        match self.subject.case.sampling.mode {
            Mode::Fixed => self.largest(counts, worker),
            Mode::Target => self.listed(counts, worker),
        }
    }

    /// The largest radius that n draws prove.
    fn largest(mut self, counts: Counts, worker: &mut dyn CaseNetworks) -> Result<Certificate, ImageError> {
        let case = self.subject.case.clone();
        let sampling = &case.sampling;
        let evidence =
            Evidence::from_counts(&counts, self.class, sampling.alpha, sampling.bound, sampling.margin);
        let mut certificate = Certificate::nothing(Status::Abstained, Some(self.class), self.selection);
        certificate.evidence = Some(evidence);
        let range = &case.range;
        let anchor = single_anchor(range);
        let unmoved = Required {
            radius: 0.0,
            p_star: 0.5 + sampling.margin,
            kind: Kind::Proven,
            distance: 0.0,
            low: anchor.clone(),
            high: anchor.clone(),
        };
        if !evidence.decides() {
            certificate.cells = vec![cell(&case, unmoved, counts)];
            return Ok(certificate);
        }
        let bits = match case.method {
            Method::Channel(_) => EVALUATED_BITS,
            _ => CLOSED_FORM_BITS,
        };
        let mut geometry = self.subject.geometry(worker)?;
        let radius = largest_radius(range.cap(), bits, |radius| {
            let (low, high) = range.within(radius);
            survives_all(&geometry.moves(&anchor, &low, &high)?, &evidence).map_err(GeometryError::from)
        })?;
        if let Some(added) = case.distance_to_real() {
            let real = largest_radius(range.cap(), bits, |radius| {
                let (low, high) = range.within(radius);
                let p_star = geometry.moves(&anchor, &low, &high)?.required_probability(sampling.margin)?;
                Ok::<bool, GeometryError>(evidence.p_a > widened(p_star, added))
            })?;
            certificate.radius_real = Some(real);
        }
        let (low, high) = range.within(radius);
        let moves = geometry.moves(&anchor, &low, &high)?;
        let p_star = moves.required_probability(sampling.margin)?;
        let (kind, distance) = (moves.kind, moves.equivalent_distance()?);
        certificate.claim(radius, range.cap(), kind);
        certificate.distance = Some(distance);
        certificate.evaluations = geometry.evaluations();
        let reached = Required { radius, p_star, kind, distance, low, high };
        certificate.cells = vec![cell(&case, reached, counts)];
        Ok(certificate)
    }

    /// The largest listed radius that the votes prove: p* < L_n (MATHEMATICS 8).
    fn listed(mut self, counts: Counts, worker: &mut dyn CaseNetworks) -> Result<Certificate, ImageError> {
        let case = self.subject.case.clone();
        let (votes, draws) = (counts.of(self.class), counts.draws());
        let sequence = ConfidenceSequence::new(case.sampling.alpha);
        let p_a = sequence.lower_bound(votes, draws);
        let proven = self.required.iter().rev().find(|r| sequence.exceeds(r.p_star, votes, draws)).cloned();
        let mut certificate = Certificate::nothing(Status::Abstained, Some(self.class), self.selection);
        certificate.evidence = Some(Evidence { p_a, p_b: None, margin: case.sampling.margin });
        certificate.evaluations = self.subject.geometry(worker)?.evaluations();
        // What is shown without a proof is the least that was asked.
        let shown = proven.clone().or_else(|| self.required.first().cloned());
        certificate.distance = shown.as_ref().map(|required| required.distance);
        certificate.cells = shown.into_iter().map(|required| cell(&case, required, counts.clone())).collect();
        certificate.radius_real = case.distance_to_real().map(|added| {
            let passes = |r: &&Required| sequence.exceeds(widened(r.p_star, added), votes, draws);
            self.required.iter().rev().find(passes).map_or(0.0, |reached| reached.radius)
        });
        match proven {
            Some(reached) => certificate.claim(reached.radius, case.range.cap(), reached.kind),
            None if certificate.evidence.is_some_and(|e| e.decides()) => {
                certificate.status = Status::Refused;
            }
            None => {}
        }
        Ok(certificate)
    }
}

/// What the listed radii take of the single anchor.
pub fn preview(subject: &mut Subject, worker: &mut dyn CaseNetworks) -> Result<Preview, ImageError> {
    let required = required_by_radii(subject, worker)?;
    let kind = required.iter().map(|required| required.kind).min().unwrap_or(Kind::Proven);
    let farthest = required.last();
    Ok(Preview {
        anchors: 1,
        limit: farthest.map_or(0.0, |required| required.radius),
        p_star: farthest.map(|required| required.p_star),
        kind,
        evaluations: subject.geometry(worker)?.evaluations(),
    })
}

/// What each listed radius takes, up to the first that even unanimous votes within the budget could not prove.
fn required_by_radii(
    subject: &mut Subject,
    worker: &mut dyn CaseNetworks,
) -> Result<Vec<Required>, ImageError> {
    let case = subject.case.clone();
    let anchor = single_anchor(&case.range);
    let sequence = ConfidenceSequence::new(case.sampling.alpha);
    let mut geometry = subject.geometry(worker)?;
    let mut all = Vec::with_capacity(case.radii.len());
    for radius in &case.radii {
        let (low, high) = case.range.within(*radius);
        let moves = geometry.moves(&anchor, &low, &high)?;
        let p_star = moves.required_probability(case.sampling.margin)?;
        if !sequence.exceeds(p_star, case.sampling.draws, case.sampling.draws) {
            break;
        }
        let (kind, distance) = (moves.kind, moves.equivalent_distance()?);
        all.push(Required { radius: *radius, p_star, kind, distance, low, high });
    }
    Ok(all)
}

fn cell(case: &super::super::case::Case, required: Required, counts: Counts) -> Cell {
    Cell {
        anchor: single_anchor(&case.range),
        low: required.low,
        high: required.high,
        p_star: required.p_star,
        kind: required.kind,
        alpha: case.sampling.alpha,
        generation: 0,
        counts,
    }
}
