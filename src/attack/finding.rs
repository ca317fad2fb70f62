//! What was found out about the images of a case, and the figures made of it.

use super::image::{Attacked, Target};
use super::report::{CaseReport, Evidence, Fall, Row, Share, Stream, Tried};
use super::seen::Seen;
use super::trial::Tested;
use crate::audit::plan::case::PlannedCase;
use crate::audit::records::Record;
use crate::certify::case::Method;
use crate::smoothing::refutation::{Claimed, Verdict};

/// An image of a case with everything that was found out about it.
#[derive(Debug)]
pub struct Finding<'a> {
    /// What is on record.
    pub record: &'a Record,
    /// The target made of it.
    pub target: Target,
    /// The bare classifier was wrong at a point of this size first; infinity if never.
    pub bare_wrong: f64,
    /// The bare classifier's answer on the image.
    pub clean: Option<u32>,
    /// The smallest certified xi at which the bare classifier's answer differs, where it is what is certified.
    pub bare_fall: Option<Seen>,
    /// Points and draws of the smoothed classifier.
    pub effort: (u64, u64),
    /// Tests on fresh draws.
    pub tested: Vec<Tested>,
    /// What failed.
    pub error: Option<String>,
}

impl<'a> Finding<'a> {
    /// What an attack found of an image, before anything is tested.
    pub fn new(record: &'a Record, target: Target, attacked: &Attacked, bare_is_certified: bool) -> Self {
        let wrong = |seen: &&Seen| seen.is_clearly_wrong();
        let sizes = attacked.bare.iter().filter(wrong).map(|seen| seen.size);
        let radius = target.certified.map_or(f64::NEG_INFINITY, |(_, radius)| radius);
        let fallen =
            attacked.bare.iter().filter(wrong).filter(|seen| bare_is_certified && seen.size <= radius);
        let draws = attacked.smoothed.iter().map(|seen| seen.counts.draws()).sum();
        Self {
            record,
            bare_wrong: sizes.fold(f64::INFINITY, f64::min),
            clean: attacked.clean,
            bare_fall: fallen.min_by(|a, b| a.size.total_cmp(&b.size)).cloned(),
            effort: (attacked.smoothed.len() as u64, draws),
            tested: Vec::new(),
            error: attacked.error.clone(),
            target,
        }
    }

    fn is_clean_right(&self) -> bool {
        self.clean == Some(self.target.label)
    }

    fn vanilla_holds(&self, radius: f64) -> bool {
        self.error.is_none() && self.is_clean_right() && self.bare_wrong > radius
    }

    /// Whether fresh draws show that another class leads the label within a radius, and whether some left it open.
    fn smoothed(&self, radius: f64) -> (bool, bool) {
        let ahead = |t: &&Tested| t.trial.size <= radius && matches!(t.trial.claimed, Claimed::Ahead { .. });
        let verdicts = || self.tested.iter().filter(ahead).map(|tested| tested.verdict);
        let wrong = !self.target.is_label() || self.error.is_some();
        let refuted = verdicts().any(|verdict| verdict == Verdict::Refuted);
        (wrong || refuted, !wrong && !refuted && verdicts().any(|verdict| verdict == Verdict::Open))
    }

    fn fall(&self, planned: &PlannedCase, alpha: f64) -> Option<Fall> {
        let fall = |parameters: &[f64], size, evidence| Fall {
            case: self.record.case.clone(),
            index: self.record.index,
            class: self.target.class(),
            radius: self.record.radius,
            radius_kind: self.record.radius_kind,
            parameters: parameters.to_vec(),
            size,
            evidence,
        };
        let refuted = |tested: &&Tested| tested.trial.certified && tested.verdict == Verdict::Refuted;
        match (&self.bare_fall, self.tested.iter().find(refuted)) {
            (Some(seen), _) => Some(fall(&seen.parameters, seen.size, None)),
            (None, Some(tested)) => {
                let evidence = Evidence::of(tested, planned, alpha);
                Some(fall(&tested.trial.parameters, tested.trial.size, Some(evidence)))
            }
            (None, None) => None,
        }
    }
}

impl Evidence {
    fn of(tested: &Tested, planned: &PlannedCase, alpha: f64) -> Self {
        let stream = tested.trial.stream(&planned.case);
        Self {
            claimed: tested.trial.claimed,
            verdict: tested.verdict,
            counts: tested.counts.votes.clone(),
            failures: tested.counts.failures,
            draws: tested.counts.draws(),
            alpha,
            stream: Stream {
                seed: stream.seed,
                case: stream.case.to_owned(),
                index: stream.index,
                purpose: stream.purpose,
                anchor: stream.anchor,
                generation: stream.generation,
            },
        }
    }
}

impl CaseReport {
    /// The figures of a case, of which `wanted` images were to be attacked.
    pub fn new(planned: &PlannedCase, findings: &[Finding<'_>], wanted: u64, alpha: f64) -> Self {
        let is_smoothed = !matches!(planned.case.method, Method::Enumerate);
        let images = findings.len() as u64;
        let count = |test: &dyn Fn(&Finding<'_>) -> bool| findings.iter().filter(|f| test(f)).count() as u64;
        let share = |test: &dyn Fn(&Finding<'_>) -> bool| Share::of(count(test), images);
        let falls: Vec<Fall> = findings.iter().filter_map(|f| f.fall(planned, alpha)).collect();
        let radii = &planned.case.radii;
        let row = |(number, radius): (usize, &f64)| {
            let within = if number + 1 == radii.len() { f64::INFINITY } else { *radius };
            Row {
                radius: *radius,
                vanilla: share(&|f| f.vanilla_holds(*radius)),
                smoothed: is_smoothed.then(|| share(&|f| !f.smoothed(*radius).0)),
                certified: share(&|f| f.record.certifies_label(*radius)),
                falls: falls.iter().filter(|fall| fall.size <= within).count() as u64,
                undecided: count(&|f| f.smoothed(*radius).1),
            }
        };
        let certified = |f: &&Finding<'_>| f.target.certified.is_some();
        let tried = |finding: &Finding<'_>| {
            let tests = finding.tested.iter().map(|tested| Tried {
                index: tested.trial.index as u64,
                class: tested.trial.class,
                certified: tested.trial.certified,
                parameters: tested.trial.parameters.clone(),
                evidence: Evidence::of(tested, planned, alpha),
                error: tested.error.clone(),
            });
            tests.collect::<Vec<_>>()
        };
        Self {
            name: planned.case.name.clone(),
            method: planned.method.to_string(),
            claim: if planned.case.is_about_surrogate() { "surrogate" } else { "real" },
            wanted,
            images,
            certificates: findings.iter().filter(certified).count() as u64,
            kind: findings.iter().filter(certified).map(|f| f.record.radius_kind).min(),
            clean: share(&|f| f.is_clean_right()),
            rows: radii.iter().enumerate().map(row).collect(),
            points: findings.iter().map(|f| f.effort.0).sum(),
            draws: findings.iter().map(|f| f.effort.1).sum(),
            errors: count(&|f| f.error.is_some()),
            trials: findings.iter().flat_map(tried).collect(),
            falls,
        }
    }
}
