//! An anytime-valid confidence sequence for a binomial proportion (MATHEMATICS 8, mode `target`).
//!
//! The e-value of q after k votes of n is E_q = integral of (1 + (1/q - 1) u)^k (1 - u)^(n-k) dnu(u) with a FIXED mixing
//! measure nu on (0, 1]: the likelihood ratio of the alternatives p' = q + (1 - q) u, all above q. Under every p <= q it is
//! a non-negative supermartingale of mean at most 1, so by Ville's inequality it ever reaches 1/alpha with probability at
//! most alpha. It decreases in q, hence L_n = sup{q : E_q >= 1/alpha} holds at all n at once, for every threshold that
//! shares the stream, at one alpha. A mixing measure over all of (0, 1) would be invalid for the composite null, and so is
//! re-computing Clopper-Pearson as draws come in.

/// The atoms u of nu with their weights.
///
/// Half of the mass is spread over alternatives near 1 (1 - u log-spaced, a clear decision), half over those near q
/// (u log-spaced, a close one). Fixed once: a measure that depended on q or on the data would void the bound.
#[derive(Debug, Clone)]
pub(super) struct Mixture {
    atoms: Vec<(f64, f64)>,
}

impl Mixture {
    pub(super) fn atoms(&self) -> &[(f64, f64)] {
        &self.atoms
    }

    pub(super) fn new() -> Self {
        const NEAR_ONE: usize = 12;
        const NEAR_Q: usize = 12;
        let mut atoms = vec![(1.0, 0.25)];
        // 1 - u from 1e-3 to 1/2.
        for i in 0..NEAR_ONE {
            let exponent = -3.0 + 2.7 * (i as f64 / (NEAR_ONE - 1) as f64);
            atoms.push((1.0 - 10f64.powf(exponent), 0.45 / NEAR_ONE as f64));
        }
        // u from 0.4 down to 0.004.
        for i in 0..NEAR_Q {
            let exponent = -0.4 - 2.0 * (i as f64 / (NEAR_Q - 1) as f64);
            atoms.push((10f64.powf(exponent), 0.3 / NEAR_Q as f64));
        }
        Self { atoms }
    }
}

/// The confidence sequence of one stream of draws.
#[derive(Debug, Clone)]
pub struct ConfidenceSequence {
    mixture: Mixture,
    alpha: f64,
}

impl ConfidenceSequence {
    /// A sequence that is wrong, at any time and for any threshold, with probability at most `alpha` in (0, 1).
    pub fn new(alpha: f64) -> Self {
        Self { mixture: Mixture::new(), alpha }
    }

    /// L_n after `successes` of `trials`, rounded down; 0 without information.
    ///
    /// Callers that look several times may keep the largest value so far: the sequence holds at all times at once.
    pub fn lower_bound(&self, successes: u64, trials: u64) -> f64 {
        if successes == 0 || successes > trials || !(self.alpha > 0.0 && self.alpha < 1.0) {
            return 0.0;
        }
        let wanted = wanted(self.alpha);
        let (mut reached, mut missed) = (0.0_f64, 1.0_f64);
        while missed - reached > f64::EPSILON * missed {
            let middle = reached + 0.5 * (missed - reached);
            if middle <= reached || middle >= missed {
                break;
            }
            if self.log_e_value(middle, successes, trials) >= wanted {
                reached = middle;
            } else {
                missed = middle;
            }
        }
        reached
    }

    /// Whether p > q is decided: E_q >= 1/alpha. The same as `lower_bound > q`, at the cost of one evaluation.
    pub fn exceeds(&self, q: f64, successes: u64, trials: u64) -> bool {
        let possible = successes > 0 && successes <= trials && self.alpha > 0.0 && self.alpha < 1.0;
        possible && q < 1.0 && (q <= 0.0 || self.log_e_value(q, successes, trials) >= wanted(self.alpha))
    }

    /// Whether p < q is decided by the mirrored test, E'_(1-q) of the failures.
    pub fn falls_short(&self, q: f64, successes: u64, trials: u64) -> bool {
        successes <= trials && self.exceeds(1.0 - q, trials - successes, trials)
    }

    /// U_n, the mirrored bound from above, rounded up: used to refuse early, which costs no confidence.
    pub fn upper_bound(&self, successes: u64, trials: u64) -> f64 {
        if successes > trials {
            return 1.0;
        }
        (1.0 - self.lower_bound(trials - successes, trials)).next_up().min(1.0)
    }

    /// ln E_q, rounded down.
    fn log_e_value(&self, q: f64, successes: u64, trials: u64) -> f64 {
        let (k, rest) = (successes as f64, (trials - successes) as f64);
        // 1 - q is exact above 1/2, where the odds would otherwise cancel.
        let odds = (1.0 - q) / q;
        let terms = self.mixture.atoms.iter().map(|(u, weight)| {
            let gained = k * (odds * u).ln_1p();
            let lost = if rest > 0.0 { rest * (-u).ln_1p() } else { 0.0 };
            // The argument and the function err by some ulps each, and so does every product and sum.
            let rounding = 8.0 * f64::EPSILON * (gained + 1.0 - if lost.is_finite() { lost } else { 0.0 });
            weight.ln() + gained + lost - rounding
        });
        log_sum_exp(terms) - 32.0 * f64::EPSILON
    }
}

/// ln(1/alpha), rounded up: the evidence that a test at alpha takes.
pub(super) fn wanted(alpha: f64) -> f64 {
    -alpha.ln() * (1.0 + 1e-12) + 1e-12
}

pub(super) fn log_sum_exp(terms: impl Iterator<Item = f64> + Clone) -> f64 {
    let largest = terms.clone().fold(f64::NEG_INFINITY, f64::max);
    if !largest.is_finite() {
        return largest;
    }
    largest + terms.map(|term| (term - largest).exp()).sum::<f64>().ln()
}

/// The draw counts at which a sequential rule looks: 20, 23, 27, .., growing by about 15 %, and the budget at last.
///
/// Fixed beforehand, so that neither verdicts nor counts depend on how batches were packed.
pub fn looks(budget: u64) -> impl Iterator<Item = u64> {
    let mut next = 20_u64.min(budget);
    std::iter::from_fn(move || {
        if next == 0 {
            return None;
        }
        let look = next;
        let grown = look + (look * 15).div_ceil(100).max(1);
        next = if look >= budget { 0 } else { grown.min(budget) };
        Some(look)
    })
}

#[cfg(test)]
mod tests {
    use super::super::clopper_pearson;
    use super::*;
    use proptest::prelude::*;
    use rand_core::{Rng, SeedableRng};

    #[test]
    fn the_mixture_is_a_probability_measure_on_alternatives_above_q() {
        let mixture = Mixture::new();
        let mass: f64 = mixture.atoms.iter().map(|(_, weight)| weight).sum();
        assert!((mass - 1.0).abs() < 1e-12 && mass <= 1.0 + 1e-15, "{mass}");
        assert!(mixture.atoms.iter().all(|(u, weight)| *u > 0.0 && *u <= 1.0 && *weight > 0.0));
    }

    #[test]
    fn looks_grow_by_about_15_percent_and_end_at_the_budget() {
        let all: Vec<u64> = looks(100).collect();
        assert_eq!(all, [20, 23, 27, 32, 37, 43, 50, 58, 67, 78, 90, 100]);
        assert_eq!(looks(7).collect::<Vec<_>>(), [7]);
        assert_eq!(looks(0).count(), 0);
    }

    /// E_q summed over all outcomes of n draws under p = q has mean at most 1 (it is a martingale there).
    #[test]
    fn the_e_value_has_mean_at_most_one_under_the_null() {
        let sequence = ConfidenceSequence::new(0.001);
        for n in [1_u64, 5, 30] {
            for q in [0.05, 0.5, 0.75, 0.99] {
                let (mut mean, mut choose) = (0.0, 1.0);
                for k in 0..=n {
                    if k > 0 {
                        choose *= (n - k + 1) as f64 / k as f64;
                    }
                    let mass = choose * f64::powi(q, k as i32) * f64::powi(1.0 - q, (n - k) as i32);
                    mean += mass * sequence.log_e_value(q, k, n).exp();
                }
                assert!((mean - 1.0).abs() < 1e-9, "n = {n}, q = {q}: mean {mean}");
            }
        }
    }

    /// With p exactly at the threshold, a stream that is looked at up to 2,000 draws ever passes it in at most alpha.
    #[test]
    fn the_error_over_all_looks_is_at_most_alpha() {
        let (alpha, trials) = (0.02, 4_000);
        let sequence = ConfidenceSequence::new(alpha);
        for (seed, p) in [(1_u64, 0.5), (2, 0.75), (3, 0.98)] {
            let needed: Vec<(u64, u64)> = looks(2_000).map(|n| (n, least_passing(&sequence, p, n))).collect();
            let mut random = rand_chacha::ChaCha8Rng::seed_from_u64(seed);
            let wrong = (0..trials).filter(|_| passes(&mut random, p, &needed)).count() as f64;
            let bound = alpha + 3.0 * (alpha * (1.0 - alpha) / f64::from(trials)).sqrt();
            assert!(wrong / f64::from(trials) <= bound, "p = {p}: {wrong} of {trials} wrong");
        }
    }

    fn least_passing(sequence: &ConfidenceSequence, q: f64, n: u64) -> u64 {
        (0..=n).find(|k| sequence.exceeds(q, *k, n)).unwrap_or(n + 1)
    }

    fn passes(random: &mut impl Rng, p: f64, needed: &[(u64, u64)]) -> bool {
        let (mut drawn, mut successes) = (0, 0);
        needed.iter().any(|(n, least)| {
            while drawn < *n {
                successes += u64::from((random.next_u64() >> 11) as f64 / (1_u64 << 53) as f64 <= p);
                drawn += 1;
            }
            successes >= *least
        })
    }

    /// The mutation that published code makes: Clopper-Pearson at every look, each at the full alpha.
    #[test]
    fn recomputing_clopper_pearson_would_be_invalid() {
        let (alpha, trials, p) = (0.02, 4_000, 0.75);
        let least =
            |n: u64| (0..=n).find(|k| clopper_pearson::lower_bound(*k, n, alpha) > p).unwrap_or(n + 1);
        let needed: Vec<(u64, u64)> = looks(2_000).map(|n| (n, least(n))).collect();
        let mut random = rand_chacha::ChaCha8Rng::seed_from_u64(4);
        let wrong = (0..trials).filter(|_| passes(&mut random, p, &needed)).count() as f64;
        assert!(wrong / f64::from(trials) > 2.0 * alpha, "{wrong} of {trials} wrong");
    }

    #[test]
    fn a_clear_stream_is_decided_within_some_fifty_draws() {
        let sequence = ConfidenceSequence::new(0.001 / 20.0);
        let n = (1..200).find(|n| sequence.exceeds(0.75, *n, *n)).unwrap();
        assert!(n <= 45, "{n}");
    }

    proptest! {
        #[test]
        fn lies_below_clopper_pearson_and_grows_with_successes(trials in 1_u64..500, share in 0.0_f64..=1.0) {
            let successes = (share * trials as f64) as u64;
            let sequence = ConfidenceSequence::new(0.01);
            let bound = sequence.lower_bound(successes, trials);
            prop_assert!(bound <= clopper_pearson::lower_bound(successes, trials, 0.01) + 1e-12);
            prop_assert!(bound <= sequence.lower_bound((successes + 1).min(trials), trials) + 1e-12);
            prop_assert!(sequence.upper_bound(successes, trials) >= successes as f64 / trials as f64);
        }

        #[test]
        fn one_threshold_is_decided_as_the_bounds_say(trials in 1_u64..2000, share in 0.0_f64..=1.0, q in 0.01_f64..0.999) {
            let successes = (share * trials as f64) as u64;
            let sequence = ConfidenceSequence::new(0.001);
            let (lower, upper) = (sequence.lower_bound(successes, trials), sequence.upper_bound(successes, trials));
            if (q - lower).abs() > 1e-12 {
                prop_assert_eq!(sequence.exceeds(q, successes, trials), q < lower);
            }
            if (q - upper).abs() > 1e-12 {
                prop_assert_eq!(sequence.falls_short(q, successes, trials), q > upper);
            }
        }
    }
}
