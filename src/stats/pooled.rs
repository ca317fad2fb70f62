//! One anytime-valid test of several streams of draws at once (MATHEMATICS 4): what all anchors near a parameter say of it.
//!
//! If the classifier errs at a parameter, then p_a <= q_a holds at EVERY anchor a, with q_a what the move from that anchor to the
//! parameter requires. So against "p_a <= q_a for all a" the evidence of the anchors multiplies, as their draws are independent:
//! E = integral of the product over a of (1 + (1/q_a - 1) u)^k_a (1 - u)^(n_a - k_a) dnu(u), k_a votes of n_a draws, with the
//! fixed measure nu of [`super::sequential`]. Each factor has mean at most 1 for p_a <= q_a, however the anchor of the next draw is
//! chosen from the draws before, so E is a non-negative supermartingale and ever reaches 1/alpha with probability at most
//! alpha (Ville). It decreases in every q_a: thresholds are rounded up.

use std::sync::LazyLock;

use super::sequential::{self, Mixture};

/// Steps of the grid of thresholds between 0 and 1.
const STEPS: u16 = 2000;

/// A probability q of a grid, 0 < q <= 1, that a stream must exceed. A threshold of 1 can't be exceeded; votes then count for
/// nothing, and draws without a vote still count against.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Threshold(u16);

impl Threshold {
    /// The least threshold of the grid that is not below `q`; 1 for what is no probability.
    pub fn at_least(q: f64) -> Self {
        if q <= 0.0 {
            return Self(1);
        }
        // The product is rounded: what it says is where to look.
        let found = (q * f64::from(STEPS)).floor();
        let first = if found < f64::from(STEPS) { (found as u16).saturating_sub(1).max(1) } else { STEPS };
        Self((first..STEPS).find(|step| Self(*step).value() >= q).unwrap_or(STEPS))
    }

    /// The threshold with exactly this value, if the grid has it.
    pub fn exactly(q: f64) -> Option<Self> {
        let found = Self::at_least(q);
        (found.value() == q).then_some(found)
    }

    /// q.
    pub fn value(self) -> f64 {
        f64::from(self.0) / f64::from(STEPS)
    }
}

/// What one stream has voted so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Ballot {
    /// Votes for the class in question.
    pub votes: u64,
    /// All draws, failures included.
    pub draws: u64,
}

/// The test at one level alpha.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PooledTest {
    wanted: f64,
}

impl PooledTest {
    /// A test that is wrong, at any time, with probability at most `alpha`. Nothing passes one whose alpha is not in (0, 1).
    pub fn new(alpha: f64) -> Self {
        let possible = alpha > 0.0 && alpha < 1.0;
        Self { wanted: if possible { sequential::wanted(alpha) } else { f64::INFINITY } }
    }

    /// Whether it is refuted that every stream's probability is at most its threshold: E >= 1/alpha.
    pub fn rejects(self, streams: impl Iterator<Item = (Threshold, Ballot)>) -> bool {
        log_e_value(streams) >= self.wanted
    }
}

/// ln E, rounded down.
fn log_e_value(streams: impl Iterator<Item = (Threshold, Ballot)>) -> f64 {
    let tables: &Tables = &TABLES;
    let mut gained = vec![0.0; tables.weights.len()];
    let (mut failures, mut parts) = (0_u64, 0_u32);
    for (threshold, ballot) in streams {
        let Some(lost) = ballot.draws.checked_sub(ballot.votes) else { return f64::NEG_INFINITY };
        let row = &tables.gains[usize::from(threshold.0)];
        gained.iter_mut().zip(row).for_each(|(sum, gain)| *sum += ballot.votes as f64 * gain);
        failures += lost;
        parts += 1;
    }
    // Logarithms, products and sums err by some ulps of what they are made of.
    let ulps = f64::from(16 + parts) * f64::EPSILON;
    let terms = gained.iter().zip(&tables.weights).zip(&tables.losses).map(|((gained, weight), loss)| {
        let lost = if failures > 0 { failures as f64 * loss } else { 0.0 };
        let size = gained + 1.0 - if lost.is_finite() { lost } else { 0.0 };
        weight + gained + lost - ulps * size
    });
    sequential::log_sum_exp(terms) - 32.0 * f64::EPSILON
}

/// Logarithms that every evaluation needs.
struct Tables {
    /// ln w of each atom of nu.
    weights: Vec<f64>,
    /// ln(1 - u) of each atom.
    losses: Vec<f64>,
    /// ln(1 + (1/q - 1) u) of each atom, by threshold.
    gains: Vec<Vec<f64>>,
}

static TABLES: LazyLock<Tables> = LazyLock::new(|| {
    let mixture = Mixture::new();
    let gains_of = |step: u16| {
        let q = Threshold(step.max(1)).value();
        mixture.atoms().iter().map(|(u, _)| ((1.0 - q) / q * u).ln_1p()).collect()
    };
    Tables {
        weights: mixture.atoms().iter().map(|(_, weight)| weight.ln()).collect(),
        losses: mixture.atoms().iter().map(|(u, _)| (-u).ln_1p()).collect(),
        gains: (0..=STEPS).map(gains_of).collect(),
    }
});

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rand_core::{Rng, SeedableRng};

    use super::super::sequential::ConfidenceSequence;
    use super::*;

    fn stream(q: f64, votes: u64, draws: u64) -> (Threshold, Ballot) {
        (Threshold::at_least(q), Ballot { votes, draws })
    }

    #[test]
    fn thresholds_are_rounded_up_to_the_grid() {
        for (q, value) in [(0.75, 0.75), (0.750_1, 0.7505), (0.999_9, 1.0), (1.5, 1.0), (-1.0, 0.0005)] {
            assert_eq!(Threshold::at_least(q).value(), value, "{q}");
        }
        assert_eq!(Threshold::at_least(f64::NAN).value(), 1.0);
        assert_eq!(Threshold::exactly(0.6), Some(Threshold(1200)));
        assert_eq!(Threshold::exactly(0.600_01), None);
        for step in 1..=STEPS {
            assert_eq!(Threshold::exactly(Threshold(step).value()), Some(Threshold(step)));
        }
    }

    #[test]
    fn neighbours_halve_the_draws() {
        let test = PooledTest::new(0.001);
        let passes = |streams: &[(f64, u64)]| test.rejects(streams.iter().map(|(q, n)| stream(*q, *n, *n)));
        assert!(passes(&[(0.75, 29)]) && !passes(&[(0.75, 23)]));
        assert!(passes(&[(0.655, 10), (0.788, 10), (0.885, 10), (0.945, 10)]));
        // A threshold of 1 adds nothing.
        assert!(!passes(&[(0.75, 23), (1.0, 1000)]));
    }

    #[test]
    fn what_can_t_be_is_never_rejected() {
        assert!(!PooledTest::new(0.5).rejects([stream(0.6, 11, 10)].into_iter()));
        assert!(!PooledTest::new(0.001).rejects(std::iter::empty()));
        for alpha in [0.0, 1.0, -1.0, f64::NAN] {
            assert!(!PooledTest::new(alpha).rejects([stream(0.5, 1000, 1000)].into_iter()), "{alpha}");
        }
    }

    /// E over all outcomes of two streams, each exactly at its threshold, has mean 1.
    #[test]
    fn the_e_value_has_mean_at_most_one_under_the_null() {
        let binomial = |n: u64, k: u64, q: f64| {
            let choose = (1..=k).fold(1.0, |c, i| c * (n - k + i) as f64 / i as f64);
            choose * q.powi(k as i32) * (1.0 - q).powi((n - k) as i32)
        };
        for (first, second) in [((0.6, 5), (0.8, 7)), ((0.5, 1), (0.95, 12)), ((0.7, 4), (1.0, 3))] {
            let mut mean = 0.0;
            for a in 0..=first.1 {
                for b in 0..=second.1 {
                    let streams = [stream(first.0, a, first.1), stream(second.0, b, second.1)];
                    mean += binomial(first.1, a, first.0)
                        * binomial(second.1, b, second.0)
                        * log_e_value(streams.into_iter()).exp();
                }
            }
            assert!((mean - 1.0).abs() < 1e-9, "{first:?}, {second:?}: {mean}");
        }
    }

    /// Five streams at their thresholds, drawn from where it looks best so far: they pass, ever, in at most alpha of all cases.
    #[test]
    fn the_error_is_at_most_alpha_though_the_next_stream_is_chosen_by_the_draws() {
        let (alpha, trials, thresholds) = (0.02, 3_000, [0.6, 0.7, 0.7, 0.85, 0.95]);
        let test = PooledTest::new(alpha);
        let mut random = rand_chacha::ChaCha8Rng::seed_from_u64(5);
        let mut uniform = || (random.next_u64() >> 11) as f64 / (1_u64 << 53) as f64;
        let mut wrong = 0;
        for _ in 0..trials {
            let mut streams = thresholds.map(|q| stream(q, 0, 0));
            for _ in 0..300 {
                let rate =
                    |s: &(Threshold, Ballot)| (s.1.votes + 1) as f64 / (s.1.draws + 1) as f64 / s.0.value();
                let best = (0..5).max_by(|a, b| rate(&streams[*a]).total_cmp(&rate(&streams[*b]))).unwrap();
                streams[best].1.draws += 1;
                streams[best].1.votes += u64::from(uniform() < thresholds[best]);
                if test.rejects(streams.into_iter()) {
                    wrong += 1;
                    break;
                }
            }
        }
        let bound = alpha + 3.0 * (alpha * (1.0 - alpha) / f64::from(trials)).sqrt();
        assert!(f64::from(wrong) / f64::from(trials) <= bound, "{wrong} of {trials} wrong");
    }

    proptest! {
        #[test]
        fn one_stream_is_tested_as_alone(steps in 1000_u16..1999, draws in 1_u64..500, share in 0.0_f64..=1.0) {
            let votes = (share * draws as f64) as u64;
            let threshold = Threshold(steps);
            let pooled = PooledTest::new(0.001).rejects([(threshold, Ballot { votes, draws })].into_iter());
            prop_assert_eq!(pooled, ConfidenceSequence::new(0.001).exceeds(threshold.value(), votes, draws));
        }

        #[test]
        fn higher_thresholds_prove_less(q in 0.5_f64..0.9, more in 0.001_f64..0.09, votes in 0_u64..60, draws in 0_u64..60) {
            let other = stream(0.7, 20, 21);
            let value = |q| log_e_value([stream(q, votes.min(draws), draws), other].into_iter());
            prop_assert!(value(q + more) <= value(q));
        }
    }
}
