//! At which alpha a cell is tested, and with how many draws (MATHEMATICS 4). Fixed before the draws they pay for, never
//! re-divided.
//!
//! Alpha is not shared out among cells. A claim of radius r says that every cell up to r is proven, so a wrong claim takes that the
//! first parameter at which the classifier errs lies in a cell that passed its test nevertheless: one cell, fixed by the image
//! and its geometry, whose test errs with probability alpha (an intersection-union test: Berger 1982). Of the parts of
//! a cell that is halved again and again the parameter lies in one a generation, so a cell's test and one test a generation share alpha.

use super::super::case::{Mode, Sampling};
use crate::stats::clopper_pearson;
use crate::stats::sequential::ConfidenceSequence;

/// The part of a cell's alpha that its own test may use.
const TEST: f64 = 0.8;
/// The part of a cell's alpha that each of its halves owns: an error is in one of the two.
const HALF: f64 = 0.2;
/// How often a cell may be halved.
pub const GENERATIONS: u64 = 3;

/// Draws of a cell that leave some to its halves, each of which takes about 20.
const ENOUGH_FOR_HALVES: u64 = 100;
/// The least of them that the cell itself may take.
const LEAST_POOLED: u64 = 60;

/// What one cell may spend.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Share {
    /// The probability that the cell, or a half that stands for it, may be proven wrongly.
    pub alpha: f64,
    /// The most draws of the cell and its refinements.
    pub draws: u64,
    /// How often it was halved.
    pub generation: u64,
}

impl Share {
    /// What each of `cells` cells may spend: all of the image's alpha, and an equal part of its draws. Of alpha a trace is
    /// kept back, more than the rounding of its parts can add up to.
    pub fn of_cells(alpha: f64, draws: u64, cells: usize) -> Self {
        Self { alpha: alpha * (1.0 - 1e-12), draws: draws / cells.max(1) as u64, generation: 0 }
    }

    /// The alpha of the cell's own test.
    pub fn test_alpha(&self) -> f64 {
        if self.generation < GENERATIONS { TEST * self.alpha } else { self.alpha }
    }

    /// The most draws of a cell that is tested together with others. Where there is enough for halves most is left to them: what its
    /// neighbours' votes and so many of its own do not prove is proven sooner of a smaller part.
    pub fn pooled_draws(&self) -> u64 {
        if self.draws < ENOUGH_FOR_HALVES { self.draws } else { (self.draws / 8).max(LEAST_POOLED) }
    }

    /// The share of each half after `spent` draws. 0.8 a + 0.2 a = a: the cell's test, and that of the half with the error.
    pub fn of_half(&self, spent: u64) -> Option<Self> {
        let draws = self.draws.saturating_sub(spent) / 2;
        let generation = self.generation + 1;
        (generation <= GENERATIONS).then_some(Self { alpha: HALF * self.alpha, draws, generation })
    }

    /// Whether even unanimous votes could prove a cell that requires `p_star`.
    pub fn can_pass(&self, sampling: &Sampling, p_star: f64) -> bool {
        match sampling.mode {
            Mode::Fixed => self.can_pass_fixed(p_star, sampling.draws),
            Mode::Target => self.can_pass_sequentially(p_star),
        }
    }

    /// Whether even unanimous votes could pass a sequential test of `p_star` within the draws.
    pub fn can_pass_sequentially(&self, p_star: f64) -> bool {
        ConfidenceSequence::new(self.test_alpha()).exceeds(p_star, self.draws, self.draws)
    }

    /// Whether even unanimous votes of a fixed number of draws could pass.
    pub fn can_pass_fixed(&self, p_star: f64, draws: u64) -> bool {
        clopper_pearson::lower_bound(draws, draws, self.test_alpha()) > p_star
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The alphas of a cell's test and of one half's in each generation.
    fn tests_of(share: Share) -> f64 {
        match share.of_half(0) {
            Some(half) => share.test_alpha() + tests_of(half),
            None => share.test_alpha(),
        }
    }

    #[test]
    fn the_alphas_of_the_tests_that_see_one_error_sum_to_alpha_at_most() {
        for cells in [1, 3, 56, 4096] {
            for alpha in [0.001, 0.05, 0.3, 0.7e-9, 0.013] {
                let sum = tests_of(Share::of_cells(alpha, 100_000, cells));
                // Below alpha by more than this sum itself is rounded.
                assert!(sum < alpha * (1.0 - 1e-13) && sum > 0.99 * alpha, "{cells}, {alpha}: {sum}");
            }
        }
    }

    #[test]
    fn draws_of_halves_come_out_of_the_cell_s() {
        let share = Share::of_cells(0.001, 1000, 2);
        assert_eq!(share.draws, 500);
        let half = share.of_half(300).unwrap();
        assert_eq!((half.draws, half.generation), (100, 1));
        assert_eq!(share.of_half(900).unwrap().draws, 0);
    }

    #[test]
    fn a_cell_that_is_tested_with_others_leaves_draws_to_its_halves() {
        for (draws, pooled) in [(30, 30), (99, 99), (100, 60), (5_000, 625)] {
            let share = Share::of_cells(0.001, draws, 1);
            assert_eq!(share.pooled_draws(), pooled);
            let left = share.of_half(pooled).unwrap().draws;
            assert!(left >= 20 || draws < 100, "{left}");
        }
    }

    #[test]
    fn hopeless_tests_are_known_beforehand() {
        let share = Share::of_cells(0.001, 4000, 100);
        assert!(share.can_pass_sequentially(0.75) && !share.can_pass_sequentially(0.83), "40 draws");
        assert!(Share::of_cells(0.001, 10_000, 100).can_pass_sequentially(0.9));
        assert!(!share.can_pass_fixed(0.999_9, 1000) && share.can_pass_fixed(0.9, 1000));
    }
}
