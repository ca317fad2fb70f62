//! How often the anchors of cells that are tested together are asked (MATHEMATICS 4): as often as it takes if all goes well,
//! then again where it did not.
//!
//! The test is valid whenever it is looked at, and whichever anchor is asked next, so nothing here can harm a certificate.

use super::PlannedCell;
use super::order::Entry;
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

/// Whether the votes at an anchor refute what it must exceed, by a test that costs no confidence.
pub fn is_hopeless(p_star: f64, Ballot { votes, draws }: Ballot) -> bool {
    ConfidenceSequence::new(FUTILITY).falls_short(p_star, votes, draws)
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

    /// Whether more draws of a cell that is not proven are no use: its own anchor's votes refute what it must exceed, or all that it
    /// may spend is spent.
    pub fn is_given_up(&self, index: usize) -> bool {
        let (entry, ballot) = (&self.entries[index], self.ballots[index]);
        ballot.draws >= entry.share.draws || is_hopeless(entry.cell.p_star, ballot)
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
        (index, (draws + (draws / 2).max(FIRST_DRAWS)).min(self.entries[index].share.draws))
    }

    /// As many draws as prove all of some cells if each is a vote for the class.
    fn if_all_goes_well(&self, open: &[usize]) -> Vec<(usize, u64)> {
        let mut hoped = self.ballots.clone();
        loop {
            let failing: Vec<usize> = open
                .iter()
                .copied()
                .filter(|index| hoped[*index].draws < self.entries[*index].share.draws)
                .filter(|index| !self.passes(&self.entries[*index].cell, &hoped))
                .collect();
            if failing.is_empty() {
                break;
            }
            for index in &failing {
                let room = self.entries[*index].share.draws - hoped[*index].draws;
                let step = (hoped[*index].draws / GROWTH).max(1).min(room);
                hoped[*index].votes += step;
                hoped[*index].draws += step;
            }
        }
        let grown = |index: &usize| hoped[*index].draws > self.ballots[*index].draws;
        open.iter().copied().filter(grown).map(|index| (index, hoped[index].draws)).collect()
    }
}
