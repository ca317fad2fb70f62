//! A cover: the smoothed classifier is sampled at anchors along the transformation, and each proves its cell.

use std::sync::Arc;

use super::super::case::{Case, Method, Mode};
use super::super::conclusion::{self, Bounds, Chosen, Cover, VoteTest};
use super::super::cover::asking::Ask;
use super::super::cover::order::{CoverTest, Entry};
use super::super::cover::{Cell, CoverPlan, WithMargin, choice};
use super::super::geometry::Kind;
use super::super::outcome::Certificate;
use super::super::worker::CaseNetworks;
use super::subject::Subject;
use super::{ImageError, Next, Preview, State, done};
use crate::smoothing::question::{Counts, FUTILITY, Question, Rule, SequentialRule};
use crate::smoothing::scheduler::Step;
use crate::smoothing::site::Site;
use crate::smoothing::stream::Purpose;
use crate::stats::sequential::ConfidenceSequence;

/// An image whose class is chosen, on its way through the cells of its cover.
#[derive(Debug)]
pub struct Covering {
    subject: Subject,
    chosen: Chosen,
    test: CoverTest,
    asked: Vec<Ask>,
}

impl Covering {
    /// Chooses the cells, without a draw, and asks the first of them.
    pub fn begin(
        mut subject: Subject,
        chosen: Chosen,
        max: usize,
        p: f64,
        worker: &mut dyn CaseNetworks,
    ) -> Next {
        let case = subject.case.clone();
        let plan = choose_cells(&mut subject, max, p, worker)?;
        let mut test = CoverTest::new(plan, choice::order(&case), case.alpha_of_claim(), case.sampling.draws);
        for index in 0..test.entries().len() {
            let entry = &test.entries()[index];
            if !entry.share.can_pass(&case.sampling, entry.cell.p_star) {
                test.refuse(index);
            }
        }
        Self { subject, chosen, test, asked: Vec::new() }.ask(worker)
    }

    /// Takes the answers of the cells that were asked, halves those that came close, and asks the next.
    pub fn go_on(mut self: Box<Self>, answers: Vec<Counts>, worker: &mut dyn CaseNetworks) -> Next {
        let mut refused = Vec::new();
        for (ask, counts) in std::mem::take(&mut self.asked).into_iter().zip(answers) {
            if ask.draws.is_some() {
                self.test.count(ask.index, counts);
                continue;
            }
            let entry = &self.test.entries()[ask.index];
            let test = VoteTest { mode: self.subject.case.sampling.mode, alpha: entry.share.test_alpha() };
            let proven = test.proves(entry.cell.p_star, counts.of(self.chosen.class), counts.draws());
            self.test.answer(ask.index, counts, proven);
            if !proven {
                refused.push(ask.index);
            }
        }
        refused.extend(self.test.judge(self.chosen.class));
        for index in refused {
            self.try_halves(index, worker)?;
        }
        self.ask(worker)
    }

    fn ask(mut self, worker: &mut dyn CaseNetworks) -> Next {
        let asks = self.test.next_asks(self.chosen.class);
        if asks.is_empty() {
            return Ok(done(self.finish(worker)?));
        }
        let questions = asks.iter().map(|ask| self.question(*ask, worker)).collect::<Result<_, _>>()?;
        self.asked = asks;
        Ok((State::Covering(Box::new(self)), Step::Ask(questions)))
    }

    fn question(&mut self, ask: Ask, worker: &mut dyn CaseNetworks) -> Result<Question, ImageError> {
        let case = self.subject.case.clone();
        let entry = self.test.entries()[ask.index].clone();
        let key = case.anchor_key(self.subject.index, Purpose::Anchor, entry.number, entry.share.generation);
        let source = self.subject.source_at(&entry.cell.anchor, worker)?;
        let rule = match (ask.draws, case.sampling.mode) {
            (Some(draws), _) => Rule::Fixed(draws),
            (None, Mode::Fixed) => Rule::Fixed(case.sampling.draws),
            (None, Mode::Target) => Rule::Sequential(Arc::new(SequentialRule {
                class: self.chosen.class,
                thresholds: vec![entry.cell.p_star],
                alpha: entry.share.test_alpha(),
                budget: entry.share.draws,
            })),
        };
        Ok(Question::again(Site { source, key }, rule, entry.counts.unwrap_or_default()))
    }

    /// Halves a cell that was not proven, if its halves may be: with the share of alpha kept for them, and fresh draws.
    fn try_halves(&mut self, index: usize, worker: &mut dyn CaseNetworks) -> Result<(), ImageError> {
        let case = self.subject.case.clone();
        let entry = self.test.entries()[index].clone();
        let counts = entry.counts.unwrap_or_default();
        let (votes, draws) = (counts.of(self.chosen.class), counts.draws());
        let Some(share) = entry.share.of_half(draws) else { return Ok(()) };
        // What the anchor's votes refute, its halves need not try.
        let refutes = ConfidenceSequence::new(FUTILITY);
        if refutes.falls_short(0.5 + case.sampling.margin, votes, draws) {
            return Ok(());
        }
        let mut geometry = self.subject.geometry(worker)?;
        let mut moving = WithMargin { geometry: &mut geometry, margin: case.sampling.margin };
        let Some(halves) = entry.cell.halves(&mut moving, &case.range)? else { return Ok(()) };
        let promising = halves.iter().all(|half| {
            half.p_star < entry.cell.p_star
                && !refutes.falls_short(half.p_star, votes, draws)
                && share.can_pass(&case.sampling, half.p_star)
        });
        if promising {
            self.test.halve(index, halves, share);
        }
        Ok(())
    }

    fn finish(mut self, worker: &mut dyn CaseNetworks) -> Result<Certificate, ImageError> {
        let case = self.subject.case.clone();
        let evaluations = self.subject.geometry(worker)?.evaluations();
        let pooled = self.test.entries().iter().any(Entry::is_pooled);
        let cells = self.test.asked().map(|entry| cell(entry, pooled)).collect();
        let cover = Cover { planned: self.test.planned(), cells };
        let bounds = &mut Bounds::default();
        let radius = |proven: &[bool]| self.test.radius_of(proven);
        Ok(conclusion::of_cover(&case, self.chosen, cover, evaluations, bounds, radius))
    }
}

/// The cells that would be asked.
pub fn preview(
    subject: &mut Subject,
    max: usize,
    p: f64,
    worker: &mut dyn CaseNetworks,
) -> Result<Preview, ImageError> {
    let case = subject.case.clone();
    let plan = choose_cells(subject, max, p, worker)?;
    let kind = plan.cells.iter().map(|cell| cell.kind).min().unwrap_or(Kind::Proven);
    let (anchors, limit) = (plan.cells.len(), plan.limit);
    let test = CoverTest::new(plan, choice::order(&case), case.alpha_of_claim(), case.sampling.draws);
    let least_draws = test.least_draws(&case.sampling);
    let evaluations = subject.geometry(worker)?.evaluations();
    Ok(Preview { anchors, limit, least_draws, required: Vec::new(), kind, evaluations })
}

fn choose_cells(
    subject: &mut Subject,
    max: usize,
    p: f64,
    worker: &mut dyn CaseNetworks,
) -> Result<CoverPlan, ImageError> {
    let case: Arc<Case> = subject.case.clone();
    let mut geometry = subject.geometry(worker)?;
    if !matches!(case.method, Method::Resolvable(_)) {
        return Ok(choice::cells(&case, &mut geometry, max, p)?);
    }
    if let Some(shared) = case.shared_cover.get() {
        return Ok(shared.clone());
    }
    // Two workers may both make it: it is the same.
    let plan = choice::cells(&case, &mut geometry, max, p)?;
    Ok(case.shared_cover.get_or_init(|| plan).clone())
}

fn cell(entry: &Entry, pooled: bool) -> Cell {
    let sides = entry.cell.sides.iter().map(|side| side.witnesses.clone());
    Cell {
        anchor: entry.cell.anchor.clone(),
        low: entry.cell.low.clone(),
        high: entry.cell.high.clone(),
        p_star: entry.cell.p_star,
        kind: entry.cell.kind,
        alpha: entry.share.test_alpha(),
        generation: entry.share.generation,
        counts: entry.counts.clone().unwrap_or_default(),
        number: (pooled && entry.share.generation == 0).then_some(entry.plan_number()),
        sides: sides.collect(),
    }
}
