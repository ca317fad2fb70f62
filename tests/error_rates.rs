//! Error rates against alpha, with the smoothed probability exactly at the threshold; and mutations of the rules, each
//! of which the same trial must find out.

#[path = "error_rates/coin.rs"]
mod coin;
#[path = "error_rates/covers.rs"]
mod covers;
#[path = "error_rates/pooled.rs"]
mod pooled;
#[path = "error_rates/rivals.rs"]
mod rivals;

use coin::{Coin, allowed};
use gsmooth::stats::clopper_pearson;
use gsmooth::stats::sequential::{ConfidenceSequence, looks};

/// Trials of each rule.
const TRIALS: u32 = 100_000;

/// How often a rule that looks at some numbers of draws claims p > q at any of them, when p is at most q. `least(n)` is
/// the least number of successes with which it claims at n.
fn claims(seed: u64, p: f64, looks: &[u64], least: impl Fn(u64) -> u64) -> f64 {
    let needed: Vec<(u64, u64)> = looks.iter().map(|n| (*n, least(*n))).collect();
    let mut coin = Coin::new(seed, p);
    let claims = (0..TRIALS).filter(|_| {
        let (mut drawn, mut successes) = (0, 0);
        needed.iter().any(|(n, least)| {
            successes += coin.successes(n - drawn);
            drawn = *n;
            successes >= *least
        })
    });
    claims.count() as f64 / f64::from(TRIALS)
}

/// The least k for which `passes`, which is monotone; n + 1 if none.
fn least(n: u64, passes: impl Fn(u64) -> bool) -> u64 {
    let (mut low, mut high) = (0, n + 1);
    while low < high {
        let middle = low + (high - low) / 2;
        if passes(middle) { high = middle } else { low = middle + 1 }
    }
    low
}

fn fixed(alpha: f64, q: f64) -> impl Fn(u64) -> u64 {
    move |n| least(n, |k| clopper_pearson::lower_bound(k, n, alpha) > q)
}

fn sequential(alpha: f64, q: f64) -> impl Fn(u64) -> u64 {
    let sequence = ConfidenceSequence::new(alpha);
    move |n| least(n, |k| sequence.exceeds(q, k, n))
}

#[test]
fn a_fixed_number_of_draws_errs_with_probability_alpha() {
    for (seed, q) in [(1, 0.75), (2, 0.95)] {
        let rate = claims(seed, q, &[400], fixed(0.001, q));
        assert!(rate <= allowed(0.001, TRIALS), "q = {q}: {rate}");
        // And not much less: the bound is not wasteful.
        let rate = claims(seed, q, &[400], fixed(0.05, q));
        assert!(rate > 0.025 && rate <= allowed(0.05, TRIALS), "q = {q}: {rate}");
    }
}

#[test]
fn a_sequential_test_errs_with_probability_alpha_over_all_its_looks() {
    let looks: Vec<u64> = looks(1_000).collect();
    for (seed, p, q) in [(3, 0.75, 0.75), (4, 0.98, 0.98), (5, 0.65, 0.75)] {
        for alpha in [0.001, 0.05] {
            let rate = claims(seed, p, &looks, sequential(alpha, q));
            assert!(rate <= allowed(alpha, TRIALS), "p = {p}, q = {q}, alpha = {alpha}: {rate}");
        }
    }
}

/// Mutation: Clopper-Pearson at the full alpha after every batch, as published code does.
#[test]
fn recomputing_clopper_pearson_is_found_out() {
    let looks: Vec<u64> = looks(1_000).collect();
    let rate = claims(6, 0.75, &looks, fixed(0.001, 0.75));
    assert!(rate > 2.0 * allowed(0.001, TRIALS), "{rate}");
}

/// Mutation: falling back to Clopper-Pearson when the budget ends.
#[test]
fn clopper_pearson_at_the_end_of_the_budget_is_found_out() {
    let (alpha, q, budget) = (0.05, 0.75, 1_000);
    let looks: Vec<u64> = looks(budget).collect();
    let (during, at_the_end) = (sequential(alpha, q), fixed(alpha, q));
    let rate = claims(7, q, &looks, |n| if n == budget { during(n).min(at_the_end(n)) } else { during(n) });
    assert!(rate > allowed(alpha, TRIALS), "{rate}");
}

/// Mutation: a mixing prior over all of (0, 1) also bets on p below q, and wins there.
#[test]
fn a_prior_over_all_probabilities_is_found_out() {
    let (alpha, p, q) = (0.001_f64, 0.65, 0.75_f64);
    // E = integral of p'^k (1-p')^(n-k) dp' / (q^k (1-q)^(n-k)) = 1 / ((n+1) C(n,k) q^k (1-q)^(n-k)).
    let ln_factorial = |n: u64| (1..=n).map(|i| (i as f64).ln()).sum::<f64>();
    let rejects = |k: u64, n: u64| {
        let ln_choose = ln_factorial(n) - ln_factorial(k) - ln_factorial(n - k);
        let ln_mass = ln_choose + k as f64 * q.ln() + (n - k) as f64 * (1.0 - q).ln();
        -ln_mass - ((n + 1) as f64).ln() >= -alpha.ln()
    };
    let mut coin = Coin::new(8, p);
    let wrong = (0..300).filter(|_| rejects(coin.successes(500), 500)).count();
    assert!(wrong > 100, "{wrong} of 300");
}

/// Mutation: bounding the class on the draws that chose it.
#[test]
fn reusing_the_selection_draws_is_found_out() {
    let (alpha, n) = (0.05, 401);
    let needed = fixed(alpha, 0.5)(n);
    let mut coin = Coin::new(9, 0.5);
    let mut fresh = Coin::new(10, 0.5);
    let (mut reused, mut sound) = (0, 0);
    for _ in 0..TRIALS {
        let heads = coin.successes(n);
        let chosen = heads.max(n - heads);
        reused += u32::from(chosen >= needed);
        let again = fresh.successes(n);
        sound += u32::from((if heads > n - heads { again } else { n - again }) >= needed);
    }
    let rate = |count: u32| f64::from(count) / f64::from(TRIALS);
    assert!(rate(sound) <= allowed(alpha, TRIALS), "{}", rate(sound));
    assert!(rate(reused) > allowed(alpha, TRIALS), "{}", rate(reused));
}
