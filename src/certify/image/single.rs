//! The paper's single point: all draws at the image itself.

use std::sync::Arc;

use super::super::case::Mode;
use super::super::conclusion::{self, Bounds, Chosen};
use super::super::geometry::Kind;
use super::super::outcome::Certificate;
use super::super::single_point::{Largest, Required};
use super::super::worker::CaseNetworks;
use super::subject::Subject;
use super::{ImageError, Next, Preview, State, done};
use crate::smoothing::question::{Counts, Question, Rule, SequentialRule, fewest_draws};
use crate::smoothing::scheduler::Step;
use crate::smoothing::site::Site;
use crate::smoothing::stream::Purpose;

/// An image whose class is chosen, waiting for the draws that bound its probability.
#[derive(Debug)]
pub struct Single {
    subject: Subject,
    chosen: Chosen,
    /// In mode `target`: what each listed radius takes, ascending.
    required: Vec<Required>,
}

impl Single {
    /// Asks for fresh draws: n of them, or as many as decide the listed radii.
    pub fn begin(mut subject: Subject, chosen: Chosen, worker: &mut dyn CaseNetworks) -> Next {
        let case = subject.case.clone();
        let (rule, required) = match case.sampling.mode {
            Mode::Fixed => (Rule::Fixed(case.sampling.draws), Vec::new()),
            Mode::Target => {
                let mut geometry = subject.geometry(worker)?;
                let required = Required::by_listed_radii(&case, &mut geometry)?;
                let thresholds: Vec<f64> = required.iter().map(|required| required.p_star).collect();
                if thresholds.is_empty() {
                    let evaluations = geometry.evaluations();
                    return Ok(done(conclusion::of_listed_radii(&case, chosen, None, &[], evaluations)));
                }
                let (class, alpha, budget) = (chosen.class, case.sampling.alpha, case.sampling.draws);
                let rule = SequentialRule { class, thresholds, alpha, budget };
                (Rule::Sequential(Arc::new(rule)), required)
            }
        };
        let key = case.stream_key(subject.index, Purpose::Estimation);
        let site = Site { source: subject.source_of_image(worker)?, key };
        let state = State::Single(Box::new(Self { subject, chosen, required }));
        Ok((state, Step::Ask(vec![Question::new(site, rule)])))
    }

    /// Joins the votes with the geometry.
    pub fn finish(
        mut self,
        counts: Counts,
        worker: &mut dyn CaseNetworks,
    ) -> Result<Certificate, ImageError> {
        let case = self.subject.case.clone();
        let mut geometry = self.subject.geometry(worker)?;
        if case.sampling.mode == Mode::Target {
            let (counts, evaluations) = (Some(counts), geometry.evaluations());
            return Ok(conclusion::of_listed_radii(&case, self.chosen, counts, &self.required, evaluations));
        }
        let evidence =
            conclusion::evidence_of_point(&case, self.chosen.class, &counts, &mut Bounds::default());
        let found = match evidence.decides() {
            true => Some(Largest::of(&case, &mut geometry, &evidence)?),
            false => None,
        };
        let evaluations = geometry.evaluations();
        Ok(conclusion::of_fixed_point(&case, self.chosen, counts, evidence, found, evaluations))
    }
}

/// What the listed radii take of the single anchor.
pub fn preview(subject: &mut Subject, worker: &mut dyn CaseNetworks) -> Result<Preview, ImageError> {
    let case = subject.case.clone();
    let mut geometry = subject.geometry(worker)?;
    let required = Required::by_listed_radii(&case, &mut geometry)?;
    let kind = required.iter().map(|required| required.kind).min().unwrap_or(Kind::Proven);
    let farthest = required.last();
    Ok(Preview {
        anchors: 1,
        limit: farthest.map_or(0.0, |required| required.radius),
        least_draws: match case.sampling.mode {
            Mode::Fixed => case.sampling.draws,
            Mode::Target => farthest.map_or(0, |required| {
                let (alpha, budget) = (case.sampling.alpha, case.sampling.draws);
                fewest_draws(required.p_star, alpha, budget)
            }),
        },
        kind,
        evaluations: geometry.evaluations(),
        required,
    })
}
