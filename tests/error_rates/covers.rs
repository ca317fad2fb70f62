//! Covers whose every cell is tested at all of alpha: a wrong claim takes one certain cell to pass its test, or parts of it.

use std::collections::HashMap;

use super::coin::{Coin, allowed};
use super::fixed;
use gsmooth::certify::cover::order::{CoverTest, Order};
use gsmooth::certify::cover::shares::Share;
use gsmooth::certify::cover::{CoverPlan, PlannedCell};
use gsmooth::certify::geometry::Kind;
use gsmooth::smoothing::question::Counts;

const ALPHA: f64 = 0.05;
const DRAWS: u64 = 400;
const CELLS: usize = 40;
const TRIALS: u32 = 20_000;
const P_STAR: f64 = 0.75;

fn planned(low: f64, high: f64) -> PlannedCell {
    PlannedCell {
        anchor: vec![low.midpoint(high)],
        low: vec![low],
        high: vec![high],
        p_star: P_STAR,
        kind: Kind::Proven,
        reach: low,
        rounded: false,
        sides: Vec::new(),
    }
}

/// What a cell's anchor votes for, by the box: p at the threshold exactly in every box that holds `error`, 1 elsewhere.
struct Classifier {
    errors: Vec<f64>,
    coin: Coin,
    /// The votes that it takes to pass, by the bits of the test's alpha.
    needed: HashMap<u64, u64>,
}

impl Classifier {
    fn votes(&mut self, cell: &PlannedCell) -> u64 {
        let errs = self.errors.iter().any(|error| (cell.low[0]..cell.high[0]).contains(error));
        if errs { self.coin.successes(DRAWS) } else { DRAWS }
    }

    fn passes(&mut self, votes: u64, alpha: f64) -> bool {
        votes >= *self.needed.entry(alpha.to_bits()).or_insert_with(|| fixed(alpha, P_STAR)(DRAWS))
    }
}

/// Tests a cover of [0, 40], cell by cell or all at once, and halves what is not proven; the radius that is claimed.
fn claim(classifier: &mut Classifier, order: Order, half: impl Fn(Share) -> Option<Share>) -> f64 {
    let cells = (0..CELLS).map(|i| planned(i as f64, i as f64 + 1.0)).collect();
    let plan = CoverPlan { cells, limit: CELLS as f64 };
    let mut test = CoverTest::new(plan, order, ALPHA, u64::MAX);
    loop {
        let wave = test.next_wave();
        if wave.is_empty() {
            return test.radius();
        }
        for index in wave {
            let entry = test.entries()[index].clone();
            let votes = classifier.votes(&entry.cell);
            let proven = classifier.passes(votes, entry.share.test_alpha());
            test.answer(index, Counts { votes: vec![votes, DRAWS - votes], failures: 0 }, proven);
            if !proven && let Some(share) = half(entry.share) {
                let (low, high) = (entry.cell.low[0], entry.cell.high[0]);
                let middle = low.midpoint(high);
                test.halve(index, [planned(low, middle), planned(middle, high)], share);
            }
        }
    }
}

/// How often a claim reaches beyond the first of some errors.
fn wrong(seed: u64, errors: &[f64], order: &Order, half: impl Fn(Share) -> Option<Share>) -> f64 {
    let first = errors.iter().copied().fold(f64::INFINITY, f64::min);
    let coin = Coin::new(seed, P_STAR);
    let mut classifier = Classifier { errors: errors.to_vec(), coin, needed: HashMap::new() };
    let count = (0..TRIALS).filter(|_| claim(&mut classifier, order.clone(), &half) > first).count();
    count as f64 / f64::from(TRIALS)
}

fn orders() -> [Order; 2] {
    [Order::Outward, Order::Radii(vec![10.0, 20.0, CELLS as f64])]
}

#[test]
fn a_cover_errs_with_probability_alpha_though_no_cell_shares_it() {
    for (seed, order) in (20..).zip(orders()) {
        let one = wrong(seed, &[7.3], &order, |_| None);
        assert!(one <= allowed(ALPHA, TRIALS), "{order:?}: {one}");
        assert!(one > 0.4 * ALPHA, "{order:?}: sharing alpha would leave next to nothing: {one}");
        let everywhere: Vec<f64> = (0..CELLS).map(|i| i as f64 + 0.6).collect();
        let many = wrong(seed, &everywhere, &order, |_| None);
        assert!(many <= allowed(ALPHA, TRIALS), "{order:?}: {many}");
    }
}

#[test]
fn halves_are_paid_for_by_the_cell_that_they_stand_for() {
    for (seed, order) in (30..).zip(orders()) {
        let rate = wrong(seed, &[7.3, 12.9], &order, |share| share.of_half(0));
        assert!(rate <= allowed(ALPHA, TRIALS), "{order:?}: {rate}");
    }
}

/// Mutation: halves that are tested at all of alpha again.
#[test]
fn halves_that_pay_nothing_are_found_out() {
    let free = |share: Share| share.of_half(0).map(|half| Share { alpha: ALPHA, ..half });
    let rate = wrong(40, &[7.3], &Order::Outward, free);
    assert!(rate > allowed(ALPHA, TRIALS), "{rate}");
}
