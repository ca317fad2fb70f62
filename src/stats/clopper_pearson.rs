//! One-sided Clopper-Pearson bounds on a binomial proportion.
//!
//! No library beta quantile is trusted: several lie above the truth, which is unsound. The binomial tail is
//! bounded from above by a positive series ([`super::binomial`]) and inverted by bisection to adjacent doubles.

use super::binomial::lower_tail_upper_bound;

/// Taken off alpha so that the rounding errors of the tail bound cannot lift the confidence bound above the truth.
const TAIL_SLACK: f64 = 1e-11;

/// A lower confidence bound of p after `successes` of `trials`, wrong with probability at most `alpha`.
///
/// The Clopper-Pearson bound rounded down: the largest p with P(Bin(trials, p) >= successes) <= alpha. Returns 0
/// without information (no successes, no trials, alpha outside (0, 1)).
///
/// ```
/// let bound = gsmooth::stats::clopper_pearson::lower_bound(990, 1000, 0.001);
/// assert!((0.97..0.98).contains(&bound));
/// ```
pub fn lower_bound(successes: u64, trials: u64, alpha: f64) -> f64 {
    if successes == 0 || successes > trials || !(alpha > 0.0 && alpha < 1.0) {
        return 0.0;
    }
    let failures = trials - successes;
    let level = alpha * (1.0 - TAIL_SLACK);
    let upper_failure_rate = least_rejected(failures, trials, level);
    // 1 - q rounds to nearest; one step down keeps it below the exact difference.
    (1.0 - upper_failure_rate).next_down().max(0.0)
}

/// An upper confidence bound of p after `successes` of `trials`, wrong with probability at most `alpha`.
///
/// The Clopper-Pearson bound rounded up; returns 1 without information.
pub fn upper_bound(successes: u64, trials: u64, alpha: f64) -> f64 {
    if successes >= trials || !(alpha > 0.0 && alpha < 1.0) {
        return 1.0;
    }
    least_rejected(successes, trials, alpha * (1.0 - TAIL_SLACK))
}

/// The least double q with P(Bin(n, q) <= k) <= level, by bisection (the tail falls as q grows).
fn least_rejected(k: u64, n: u64, level: f64) -> f64 {
    let (mut kept, mut rejected) = (0.0_f64, 1.0_f64);
    loop {
        let middle = midpoint(kept, rejected);
        if middle <= kept || middle >= rejected {
            return rejected;
        }
        if lower_tail_upper_bound(k, n, middle) <= level {
            rejected = middle;
        } else {
            kept = middle;
        }
    }
}

/// Halves the interval; geometrically where the ends differ by orders of magnitude, so that small q converge.
fn midpoint(low: f64, high: f64) -> f64 {
    if low > 0.0 && high / low > 4.0 { (low * high).sqrt() } else { low + 0.5 * (high - low) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn all_successes_have_the_closed_form() {
        for n in [1_u64, 10, 100, 100_000] {
            let bound = lower_bound(n, n, 0.001);
            let closed = 0.001_f64.powf(1.0 / n as f64);
            assert!(bound <= closed && closed - bound < 1e-9, "n = {n}: {bound} against {closed}");
        }
    }

    #[test]
    fn no_information_certifies_nothing() {
        assert_eq!(lower_bound(0, 100, 0.001), 0.0);
        assert_eq!(lower_bound(0, 0, 0.001), 0.0);
        assert_eq!(lower_bound(5, 4, 0.001), 0.0);
        assert_eq!(lower_bound(5, 5, 0.0), 0.0);
        assert_eq!(lower_bound(5, 5, f64::NAN), 0.0);
        assert_eq!(upper_bound(7, 7, 0.001), 1.0);
        assert_eq!(upper_bound(0, 0, 0.001), 1.0);
    }

    proptest! {
        #[test]
        fn grows_with_successes_and_lies_below_the_frequency(trials in 1_u64..2000, share in 0.0_f64..1.0) {
            let successes = (share * trials as f64) as u64;
            let bound = lower_bound(successes, trials, 0.01);
            prop_assert!(bound <= successes as f64 / trials as f64);
            prop_assert!(bound <= lower_bound((successes + 1).min(trials), trials, 0.01));
            prop_assert!(upper_bound(successes, trials, 0.01) >= successes as f64 / trials as f64);
        }

        #[test]
        fn upper_mirrors_lower(trials in 1_u64..2000, share in 0.0_f64..1.0) {
            let successes = (share * trials as f64) as u64;
            let mirrored = 1.0 - lower_bound(trials - successes, trials, 0.01);
            prop_assert!((upper_bound(successes, trials, 0.01) - mirrored).abs() < 1e-12);
        }
    }
}
