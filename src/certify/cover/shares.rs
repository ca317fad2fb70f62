//! Who owns how much of alpha, and how many draws (MATHEMATICS 4). Fixed before the draws they pay for, never re-divided.

use super::super::case::{Mode, Sampling};
use crate::stats::clopper_pearson;
use crate::stats::sequential::ConfidenceSequence;

/// The part of a cell's alpha that its own test may use; the rest pays for its halves.
const TEST: f64 = 0.8;
/// The part of a cell's alpha that each of its halves owns.
const HALF: f64 = 0.1;
/// How often a cell may be halved.
pub const GENERATIONS: u64 = 3;

/// What one cell may spend.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Share {
    /// The alpha that the cell owns, its refinements included.
    pub alpha: f64,
    /// The most draws of the cell and its refinements.
    pub draws: u64,
    /// How often it was halved.
    pub generation: u64,
}

impl Share {
    /// Each of `cells` cells' share of an image's alpha and draws; the sum of the alphas is at most `alpha`.
    pub fn of_cells(alpha: f64, draws: u64, cells: usize) -> Self {
        let cells = cells.max(1);
        Self { alpha: (alpha / cells as f64).next_down(), draws: draws / cells as u64, generation: 0 }
    }

    /// The alpha of the cell's own test.
    pub fn test_alpha(&self) -> f64 {
        if self.generation < GENERATIONS { TEST * self.alpha } else { self.alpha }
    }

    /// The share of each half after `spent` draws: 0.8 a + 2 * 0.1 a = a.
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

    fn tests_of(share: Share) -> f64 {
        match share.of_half(0) {
            Some(half) => share.test_alpha() + 2.0 * tests_of(half),
            None => share.test_alpha(),
        }
    }

    #[test]
    fn the_alphas_of_all_tests_sum_to_alpha_at_most() {
        for cells in [1, 3, 56, 4096] {
            let share = Share::of_cells(0.001, 100_000, cells);
            let sum = cells as f64 * tests_of(share);
            assert!(sum <= 0.001 * (1.0 + 1e-12) && sum > 0.000_99, "{cells}: {sum}");
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
    fn hopeless_tests_are_known_beforehand() {
        let share = Share::of_cells(0.001, 4000, 100);
        assert!(!share.can_pass_sequentially(0.75), "40 draws are too few");
        assert!(Share::of_cells(0.001, 10_000, 100).can_pass_sequentially(0.75));
        assert!(!share.can_pass_fixed(0.999_9, 1000) && share.can_pass_fixed(0.9, 1000));
    }
}
