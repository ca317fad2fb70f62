//! A cover: the smoothed classifier is sampled at anchors along the transformation, and each proves its cell.

use std::sync::Arc;

use super::super::case::{Case, Method, Mode};
use super::super::certificate::{Evidence, VoteBound, widened};
use super::super::cover::order::{CoverTest, Entry, Order, State as CellState};
use super::super::cover::shares::Share;
use super::super::cover::{Cell, CoverPlan, CoverRule, WithMargin, boxes, levels, line};
use super::super::geometry::Kind;
use super::super::outcome::{Certificate, Status};
use super::super::worker::CaseNetworks;
use super::subject::Subject;
use super::{ImageError, Next, Preview, State, done};
use crate::smoothing::question::{Counts, FUTILITY, Question, Rule, SequentialRule};
use crate::smoothing::scheduler::Step;
use crate::smoothing::site::Site;
use crate::smoothing::stream::Purpose;
use crate::stats::normal;
use crate::stats::sequential::ConfidenceSequence;

/// An image whose class is chosen, on its way through the cells of its cover.
#[derive(Debug)]
pub struct Covering {
    subject: Subject,
    class: u32,
    selection: Counts,
    test: CoverTest,
    asked: Vec<usize>,
}

impl Covering {
    /// Chooses the cells, without a draw, and asks the first of them.
    pub fn begin(
        mut subject: Subject,
        class: u32,
        selection: Counts,
        max: usize,
        p: f64,
        worker: &mut dyn CaseNetworks,
    ) -> Next {
        let case = subject.case.clone();
        let rule = CoverRule { max, p, margin: case.sampling.margin, slack: 0.0 };
        let plan = choose_cells(&mut subject, &rule, worker)?;
        let order = match case.sampling.mode {
            Mode::Target => Order::Radii(case.radii.clone()),
            Mode::Fixed => Order::Outward,
        };
        let mut test = CoverTest::new(plan, order, case.sampling.alpha, case.sampling.draws);
        for index in 0..test.entries().len() {
            let entry = &test.entries()[index];
            if !can_pass(&case, entry.share, entry.cell.p_star) {
                test.refuse(index);
            }
        }
        Self { subject, class, selection, test, asked: Vec::new() }.ask(worker)
    }

    /// Takes the answers of the cells that were asked, halves those that came close, and asks the next.
    pub fn go_on(mut self: Box<Self>, answers: Vec<Counts>, worker: &mut dyn CaseNetworks) -> Next {
        for (index, counts) in std::mem::take(&mut self.asked).into_iter().zip(answers) {
            let entry = &self.test.entries()[index];
            let proven = verdict(&self.subject.case, entry, self.class, &counts, entry.cell.p_star);
            self.test.answer(index, counts, proven);
            if !proven {
                self.try_halves(index, worker)?;
            }
        }
        self.ask(worker)
    }

    fn ask(mut self, worker: &mut dyn CaseNetworks) -> Next {
        let wave = self.test.next_wave();
        if wave.is_empty() {
            return Ok(done(self.finish(worker)?));
        }
        let questions = wave.iter().map(|index| self.question(*index, worker)).collect::<Result<_, _>>()?;
        self.asked = wave;
        Ok((State::Covering(Box::new(self)), Step::Ask(questions)))
    }

    fn question(&mut self, index: usize, worker: &mut dyn CaseNetworks) -> Result<Question, ImageError> {
        let case = self.subject.case.clone();
        let entry = self.test.entries()[index].clone();
        let key = case.anchor_key(self.subject.index, Purpose::Anchor, entry.number, entry.share.generation);
        let source = self.subject.source_at(&entry.cell.anchor, worker)?;
        let rule = match case.sampling.mode {
            Mode::Fixed => Rule::Fixed(case.sampling.draws),
            Mode::Target => Rule::Sequential(Arc::new(SequentialRule {
                class: self.class,
                thresholds: vec![entry.cell.p_star],
                alpha: entry.share.test_alpha(),
                budget: entry.share.draws,
            })),
        };
        Ok(Question { site: Arc::new(Site { source, key }), rule })
    }

    /// Halves a cell that was not proven, if its halves may be: with the share of alpha kept for them, and fresh draws.
    fn try_halves(&mut self, index: usize, worker: &mut dyn CaseNetworks) -> Result<(), ImageError> {
        let case = self.subject.case.clone();
        let entry = self.test.entries()[index].clone();
        let counts = entry.counts.unwrap_or_default();
        let (votes, draws) = (counts.of(self.class), counts.draws());
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
                && can_pass(&case, share, half.p_star)
        });
        if promising {
            self.test.halve(index, halves, share);
        }
        Ok(())
    }

    fn finish(mut self, worker: &mut dyn CaseNetworks) -> Result<Certificate, ImageError> {
        let case = self.subject.case.clone();
        let mut certificate = Certificate::nothing(Status::Refused, Some(self.class), self.selection);
        certificate.evaluations = self.subject.geometry(worker)?.evaluations();
        let asked: Vec<&Entry> = self.test.entries().iter().filter(|e| e.counts.is_some()).collect();
        let proven = || asked.iter().filter(|entry| entry.state == CellState::Proven);
        let kind = proven().map(|entry| entry.cell.kind).min().unwrap_or(Kind::Proven);
        certificate.claim(self.test.radius(), case.range.cap(), kind);
        certificate.radius_real = case.distance_to_real().map(|added| {
            let at = |entry: &Entry| widened(entry.cell.p_star, added);
            let counts = |entry: &Entry| entry.counts.clone().unwrap_or_default();
            self.test.radius_of(|entry| verdict(&case, entry, self.class, &counts(entry), at(entry)))
        });
        certificate.distance =
            proven().map(|entry| normal::quantile(entry.cell.p_star)).max_by(f64::total_cmp);
        let p_a = proven().map(|entry| lower_bound(&case, entry, self.class)).min_by(f64::total_cmp);
        certificate.evidence = p_a.map(|p_a| Evidence { p_a, p_b: None, margin: case.sampling.margin });
        certificate.cells = asked.into_iter().map(cell).collect();
        Ok(certificate)
    }
}

/// The cells that would be asked.
pub fn preview(
    subject: &mut Subject,
    max: usize,
    p: f64,
    worker: &mut dyn CaseNetworks,
) -> Result<Preview, ImageError> {
    let rule = CoverRule { max, p, margin: subject.case.sampling.margin, slack: 0.0 };
    let plan = choose_cells(subject, &rule, worker)?;
    let p_star = plan.cells.iter().map(|cell| cell.p_star).max_by(f64::total_cmp);
    let kind = plan.cells.iter().map(|cell| cell.kind).min().unwrap_or(Kind::Proven);
    let evaluations = subject.geometry(worker)?.evaluations();
    Ok(Preview { anchors: plan.cells.len(), limit: plan.limit, p_star, kind, evaluations })
}

fn choose_cells(
    subject: &mut Subject,
    rule: &CoverRule,
    worker: &mut dyn CaseNetworks,
) -> Result<CoverPlan, ImageError> {
    let case = subject.case.clone();
    if !matches!(case.method, Method::Resolvable(_)) {
        return cells_of_image(subject, rule, worker);
    }
    if let Some(shared) = case.shared_cover.get() {
        return Ok(shared.clone());
    }
    // Two workers may both make it: it is the same.
    let plan = cells_of_image(subject, rule, worker)?;
    Ok(case.shared_cover.get_or_init(|| plan).clone())
}

fn cells_of_image(
    subject: &mut Subject,
    rule: &CoverRule,
    worker: &mut dyn CaseNetworks,
) -> Result<CoverPlan, ImageError> {
    let case = subject.case.clone();
    let mut geometry = subject.geometry(worker)?;
    let rule = &CoverRule { slack: geometry.slack(), ..*rule };
    let mut moving = WithMargin { geometry: &mut geometry, margin: rule.margin };
    let outward = case.sampling.mode == Mode::Fixed;
    // In mode `target` nothing beyond the last radius is asked.
    let mut radii = case.radii.clone();
    if outward && radii.last().is_none_or(|last| *last < case.range.cap()) {
        radii.push(case.range.cap());
    }
    if let Some(found) = levels_of_radii(&case, &radii)? {
        return Ok(levels::cover(&mut moving, &case.range, &radii, &found, rule)?);
    }
    if case.range.identity.len() == 1 {
        return Ok(line::cover(&mut moving, &case.range, &radii, outward, rule)?);
    }
    Ok(boxes::cover(&mut moving, &case.range, radii.last().copied().unwrap_or(0.0), rule)?)
}

/// What every parameter within each radius acts like, where that is finitely many.
fn levels_of_radii(case: &Case, radii: &[f64]) -> Result<Option<Vec<Vec<Vec<f64>>>>, ImageError> {
    if case.is_about_surrogate() {
        // An imitation is continuous in the parameters, whatever the transformation does.
        return Ok(None);
    }
    let of_radius = |radius: &f64| {
        let (low, high) = case.range.within(*radius);
        case.transformation.levels(case.shape, &low, &high)
    };
    Ok(radii.iter().map(of_radius).collect::<Result<_, _>>()?)
}

/// Whether even unanimous votes could prove a cell.
fn can_pass(case: &Case, share: Share, p_star: f64) -> bool {
    match case.sampling.mode {
        Mode::Fixed => share.can_pass_fixed(p_star, case.sampling.draws),
        Mode::Target => share.can_pass_sequentially(p_star),
    }
}

/// Whether the votes at a cell's anchor prove p_A > `p_star`, at the alpha of its own test.
fn verdict(case: &Case, entry: &Entry, class: u32, counts: &Counts, p_star: f64) -> bool {
    match case.sampling.mode {
        Mode::Fixed => evidence(case, entry, class, counts).p_a > p_star,
        Mode::Target => ConfidenceSequence::new(entry.share.test_alpha()).exceeds(
            p_star,
            counts.of(class),
            counts.draws(),
        ),
    }
}

fn evidence(case: &Case, entry: &Entry, class: u32, counts: &Counts) -> Evidence {
    let (alpha, margin) = (entry.share.test_alpha(), case.sampling.margin);
    Evidence::from_counts(counts, class, alpha, VoteBound::Top1, margin)
}

/// The lower bound of the class's probability at a cell's anchor.
fn lower_bound(case: &Case, entry: &Entry, class: u32) -> f64 {
    let counts = entry.counts.clone().unwrap_or_default();
    match case.sampling.mode {
        Mode::Fixed => evidence(case, entry, class, &counts).p_a,
        Mode::Target => {
            ConfidenceSequence::new(entry.share.test_alpha()).lower_bound(counts.of(class), counts.draws())
        }
    }
}

fn cell(entry: &Entry) -> Cell {
    Cell {
        anchor: entry.cell.anchor.clone(),
        low: entry.cell.low.clone(),
        high: entry.cell.high.clone(),
        p_star: entry.cell.p_star,
        kind: entry.cell.kind,
        alpha: entry.share.test_alpha(),
        generation: entry.share.generation,
        counts: entry.counts.clone().unwrap_or_default(),
    }
}
