//! How often the anchors of cells that are tested together are asked (MATHEMATICS 4): as often as it takes if all goes well,
//! then again where it did not.
//!
//! The test is valid whenever it is looked at, and whichever anchor is asked next, so nothing here can harm a certificate.

use super::PlannedCell;
use super::order::Entry;
use super::shares::Share;
use super::witnesses::Witness;
use crate::smoothing::question::{Counts, FUTILITY};
use crate::stats::pooled::{Ballot, PooledTest};
use crate::stats::sequential::ConfidenceSequence;

/// Draws after which an anchor is first looked at by itself.
pub const FIRST_DRAWS: u64 = 8;
/// By what part of an anchor's draws they grow at least.
const GROWTH: u64 = 4;

/// The cells of a plan with the votes at their anchors, tested for one class.
#[derive(Debug)]
pub struct Pool<'a> {
    entries: &'a [Entry],
    ballots: Vec<Ballot>,
    test: PooledTest,
}

/// The votes for a class among some draws.
pub fn ballot(counts: &Counts, class: u32) -> Ballot {
    Ballot { votes: counts.of(class), draws: counts.draws() }
}

/// Whether more draws of a cell that is not proven are no use: its own anchor's votes refute what it must exceed, by a test that
/// costs no confidence, or all that it may spend is spent.
pub fn is_given_up(share: &Share, p_star: f64, Ballot { votes, draws }: Ballot) -> bool {
    draws >= share.pooled_draws() || ConfidenceSequence::new(FUTILITY).falls_short(p_star, votes, draws)
}

/// Whether all who testify of a cell's sides prove them, with the votes by number of cell.
pub fn proves<'a>(
    test: PooledTest,
    sides: impl IntoIterator<Item = &'a [Witness]>,
    ballot: impl Fn(usize) -> Ballot,
) -> bool {
    let testify = |side: &[Witness]| test.rejects(side.iter().map(|w| (w.threshold, ballot(w.cell))));
    sides.into_iter().all(testify)
}

impl<'a> Pool<'a> {
    /// The pool of a plan's cells, each tested at `alpha`.
    pub fn new(entries: &'a [Entry], class: u32, alpha: f64) -> Self {
        let cast = |entry: &Entry| entry.counts.as_ref().map_or(Ballot::default(), |c| ballot(c, class));
        let ballots = entries.iter().map(cast).collect();
        Self { entries, ballots, test: PooledTest::new(alpha) }
    }

    /// Whether the votes so far prove a cell.
    pub fn proves(&self, cell: &PlannedCell) -> bool {
        self.passes(cell, &self.ballots)
    }

    fn passes(&self, cell: &PlannedCell, ballots: &[Ballot]) -> bool {
        proves(self.test, cell.sides.iter().map(|side| &side.witnesses[..]), |number| ballots[number])
    }

    /// Whether more draws of a cell that is not proven are no use.
    pub fn is_given_up(&self, index: usize) -> bool {
        let entry = &self.entries[index];
        is_given_up(&entry.share, entry.cell.p_star, self.ballots[index])
    }

    /// How often to ask next which of some cells, in all: those first whose votes look bad, since a refusal ends everything.
    pub fn wave(&self, open: &[usize]) -> Vec<(usize, u64)> {
        let doubtful: Vec<(usize, u64)> =
            open.iter().filter(|index| self.is_doubtful(**index)).map(|index| self.more(*index)).collect();
        if doubtful.is_empty() { self.if_all_goes_well(open) } else { doubtful }
    }

    /// Whether a quarter of a cell's votes or more are against it, and it is not clear yet whether most are for it.
    fn is_doubtful(&self, index: usize) -> bool {
        let Ballot { votes, draws } = self.ballots[index];
        let unclear = || !ConfidenceSequence::new(FUTILITY).exceeds(0.5, votes, draws);
        4 * votes <= 3 * draws && draws > 0 && unclear() && !self.proves(&self.entries[index].cell)
    }

    fn more(&self, index: usize) -> (usize, u64) {
        let draws = self.ballots[index].draws;
        (index, (draws + (draws / 2).max(FIRST_DRAWS)).min(self.entries[index].share.pooled_draws()))
    }

    /// As many draws as prove all of some cells if each is a vote for the class.
    fn if_all_goes_well(&self, open: &[usize]) -> Vec<(usize, u64)> {
        let mut hoped = self.ballots.clone();
        loop {
            let failing: Vec<usize> = open
                .iter()
                .copied()
                .filter(|index| hoped[*index].draws < self.entries[*index].share.pooled_draws())
                .filter(|index| !self.passes(&self.entries[*index].cell, &hoped))
                .collect();
            if failing.is_empty() {
                break;
            }
            for index in &failing {
                let room = self.entries[*index].share.pooled_draws() - hoped[*index].draws;
                let step = (hoped[*index].draws / GROWTH).max(1).min(room);
                hoped[*index].votes += step;
                hoped[*index].draws += step;
            }
        }
        let grown = |index: &usize| hoped[*index].draws > self.ballots[*index].draws;
        open.iter().copied().filter(grown).map(|index| (index, hoped[index].draws)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::case::{Mode, Sampling};
    use super::super::super::certificate::VoteBound;
    use super::super::super::geometry::Kind;
    use super::super::asking::Ask;
    use super::super::order::{CoverTest, Order, State};
    use super::super::witnesses::Side;
    use super::super::{CoverPlan, PlannedCell};
    use super::*;
    use crate::stats::pooled::Threshold;

    /// Unit cells from 0 to `count`, each side of which its own anchor and the next two on each side testify of.
    fn plan(count: usize) -> CoverPlan {
        let witness = |cell: usize, p: f64| Witness { cell, threshold: Threshold::at_least(p) };
        let side = |number: usize, low: f64| {
            let others = [(number.wrapping_sub(1), 0.8), (number + 1, 0.8), (number + 2, 0.93)];
            let mut witnesses = vec![witness(number, 0.65)];
            witnesses
                .extend(others.iter().filter(|(cell, _)| *cell < count).map(|(cell, p)| witness(*cell, *p)));
            witnesses.sort_by_key(|witness| witness.cell);
            Side { low, high: low + 0.5, p_star: 0.65, kind: Kind::Proven, witnesses }
        };
        let cell = |number: usize| {
            let low = number as f64;
            PlannedCell {
                anchor: vec![low + 0.5],
                low: vec![low],
                high: vec![low + 1.0],
                p_star: 0.65,
                kind: Kind::Proven,
                reach: low,
                rounded: false,
                sides: vec![side(number, low), side(number, low + 0.5)],
            }
        };
        CoverPlan { cells: (0..count).map(cell).collect(), limit: count as f64 }
    }

    /// Runs a test to its end; `votes(cell, draws)` are for the class. The waves, as numbers of cells asked.
    fn run(test: &mut CoverTest, votes: impl Fn(usize, u64) -> u64) -> Vec<usize> {
        let mut waves = Vec::new();
        loop {
            let asks = test.next_asks(0);
            if asks.is_empty() {
                return waves;
            }
            waves.push(asks.len());
            for Ask { index, draws } in asks {
                let draws = draws.expect("all cells are tested together");
                let own = votes(index, draws);
                test.count(index, Counts { votes: vec![own, draws - own], failures: 0 });
            }
            test.judge(0);
        }
    }

    fn draws(test: &CoverTest) -> u64 {
        test.asked().map(|entry| entry.counts.as_ref().map_or(0, Counts::draws)).sum()
    }

    #[test]
    fn one_wave_after_the_first_look_is_enough_if_all_goes_well() {
        let mut test = CoverTest::new(plan(20), Order::Radii(vec![20.0]), 0.001, 100_000);
        assert_eq!(run(&mut test, |_, draws| draws), [1, 20]);
        assert_eq!(test.radius(), 20.0);
        // Alone a cell takes 20 votes of 20.
        assert!(draws(&test) < 12 * 20, "{}", draws(&test));
        assert_eq!(
            draws(&test),
            CoverTest::new(plan(20), Order::Radii(vec![20.0]), 0.001, 100_000).least_draws(&SAMPLING)
        );
    }

    const SAMPLING: Sampling = Sampling {
        mode: Mode::Target,
        alpha: 0.001,
        select: 100,
        draws: 100_000,
        bound: VoteBound::Top1,
        margin: 0.0,
    };

    #[test]
    fn a_bad_cell_is_looked_at_first_and_ends_the_test() {
        let mut test = CoverTest::new(plan(20), Order::Radii(vec![20.0]), 0.001, 100_000);
        let waves = run(&mut test, |cell, draws| if cell == 7 { draws / 3 } else { draws });
        assert!(waves[2..].iter().all(|asked| *asked == 1), "{waves:?}");
        assert_eq!((test.radius(), test.entries()[7].state), (0.0, State::Refused));
        assert!(draws(&test) < 300, "{}", draws(&test));
        // The farthest cell is bad: nothing else is asked.
        let mut test = CoverTest::new(plan(20), Order::Radii(vec![20.0]), 0.001, 100_000);
        assert!(
            run(&mut test, |cell, draws| if cell == 19 { 0 } else { draws }).iter().all(|asked| *asked == 1)
        );
    }

    #[test]
    fn some_votes_against_cost_more_draws_and_nothing_else() {
        let mut test = CoverTest::new(plan(20), Order::Radii(vec![10.0, 20.0]), 0.001, 100_000);
        run(&mut test, |_, draws| draws - draws / 8);
        assert_eq!(test.radius(), 20.0);
        assert!(test.entries().iter().all(|entry| entry.state == State::Proven));
    }

    #[test]
    fn what_is_spent_is_given_up() {
        let mut test = CoverTest::new(plan(20), Order::Radii(vec![20.0]), 0.001, 20 * 30);
        run(&mut test, |cell, draws| if cell == 7 { draws - draws / 3 } else { draws });
        assert!(test.entries().iter().all(|entry| entry.counts.as_ref().is_none_or(|c| c.draws() <= 30)));
        assert_eq!(test.entries()[7].state, State::Refused);
    }
}
