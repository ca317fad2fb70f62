//! What is asked next of a cover, and what the votes say of cells that are tested together (MATHEMATICS 4).

use super::super::case::{Mode, Sampling};
use super::order::{CoverTest, Entry, State};
use super::pooling::{FIRST_DRAWS, Pool};
use crate::smoothing::question::{Counts, fewest_draws};

/// What is asked of a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ask {
    /// Its place among the entries.
    pub index: usize,
    /// How often its anchor is to be asked in all; as often as its own test takes if absent.
    pub draws: Option<u64>,
}

impl CoverTest {
    /// Takes all votes so far at the anchor of a cell that is tested together with others; [`Self::judge`] says what they prove.
    pub fn count(&mut self, index: usize, counts: Counts) {
        self.entries[index].counts = Some(counts);
    }

    /// Judges all cells that are tested together by the votes for a class so far. The cells that are given up, which count as
    /// refused from here on.
    pub fn judge(&mut self, class: u32) -> Vec<usize> {
        let judged = |index: &usize| {
            let entry = &self.entries[*index];
            let standing = matches!(entry.state, State::Open | State::Proven);
            standing && entry.is_pooled() && entry.counts.is_some()
        };
        let pool = self.pool(class);
        let state = |index: usize| match pool.proves(&self.entries[index].cell) {
            true => State::Proven,
            false if pool.is_given_up(index) => State::Refused,
            false => State::Open,
        };
        let states: Vec<(usize, State)> =
            (0..self.entries.len()).filter(judged).map(|index| (index, state(index))).collect();
        for (index, state) in &states {
            self.entries[*index].state = *state;
        }
        states.into_iter().filter(|(_, state)| *state == State::Refused).map(|(index, _)| index).collect()
    }

    fn pool(&self, class: u32) -> Pool<'_> {
        let alpha = self.entries.first().map_or(0.0, |entry| entry.share.test_alpha());
        Pool::new(&self.entries, class, alpha)
    }

    /// What to ask next, of the votes for a class; nothing when the test is over.
    pub fn next_asks(&self, class: u32) -> Vec<Ask> {
        let wave = self.next_wave();
        let (pooled, alone): (Vec<usize>, Vec<usize>) =
            wave.iter().copied().partition(|index| self.entries[*index].is_pooled());
        let mut asks: Vec<Ask> = alone.into_iter().map(|index| Ask { index, draws: None }).collect();
        match &pooled[..] {
            [] => {}
            // The farthest cell of a radius, asked alone, is looked at early.
            [index] if self.entries[*index].counts.is_none() && wave.len() == 1 => {
                let draws = FIRST_DRAWS.min(self.entries[*index].share.pooled_draws());
                asks.push(Ask { index: *index, draws: Some(draws) });
            }
            cells => {
                let again = self.pool(class).wave(cells).into_iter();
                asks.extend(again.map(|(index, draws)| Ask { index, draws: Some(draws) }));
            }
        }
        asks.sort_by_key(|ask| ask.index);
        asks
    }

    /// The draws of all cells together if every vote is for the class.
    pub fn least_draws(mut self, sampling: &Sampling) -> u64 {
        let alone = |entry: &Entry| match sampling.mode {
            Mode::Fixed => sampling.draws,
            Mode::Target => fewest_draws(entry.cell.p_star, entry.share.test_alpha(), entry.share.draws),
        };
        loop {
            let asks = self.next_asks(0);
            if asks.is_empty() {
                return self.asked().filter_map(|entry| entry.counts.as_ref()).map(Counts::draws).sum();
            }
            for Ask { index, draws } in asks {
                let agreed = |draws| Counts { votes: vec![draws], failures: 0 };
                match draws {
                    Some(draws) => self.count(index, agreed(draws)),
                    None => self.answer(index, agreed(alone(&self.entries[index])), true),
                }
            }
            self.judge(0);
        }
    }
}
