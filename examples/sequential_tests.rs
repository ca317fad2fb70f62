//! Anytime-valid tests of p > q compared: how many draws each takes to decide, by simulation.
//!
//! ```sh
//! cargo run --release --example sequential_tests
//! ```
//!
//! All look at the same draws, at the looks of mode `target`, and all err with probability at most alpha however often they look:
//!
//! - **mixture**: the likelihood ratio against a fixed mixture of alternatives above q, which mode `target` uses (MATHEMATICS 8);
//! - **betting**: wealth that grows by 1 + lambda (x - q) with each draw x, lambda from the draws before (a Krichevsky-Trofimov
//!   estimate of p, and the growth-optimal bet against q on it);
//! - **union bound**: Clopper-Pearson at each look, alpha shared out among all looks of the budget in equal parts;
//! - **decreasing union bound**: the same with alpha / (k (k + 1)) at look k, so that the first looks get most.

use gsmooth::stats::clopper_pearson;
use gsmooth::stats::sequential::{ConfidenceSequence, looks};
use rand_chacha::ChaCha8Rng;
use rand_core::{Rng, SeedableRng};

const ALPHA: f64 = 0.001;
const BUDGET: u64 = 20_000;
const STREAMS: u64 = 2_000;

/// p of the draws and q of the test: cells of a cover at the cheapest q and at a harder one, then single anchors.
const PAIRS: [(f64, f64); 8] = [
    (1.0, 0.75),
    (0.99, 0.75),
    (0.95, 0.75),
    (0.85, 0.75),
    (0.99, 0.9),
    (1.0, 0.95),
    (0.999, 0.98),
    (0.99, 0.97),
];

/// Whether p > q is decided after so many draws of which so many were successes.
type Test = fn(&mut State, f64, &Look) -> bool;

const TESTS: [(&str, Test); 4] = [
    ("mixture", mixture),
    ("betting", betting),
    ("union bound", union_bound),
    ("decreasing union bound", decreasing_union_bound),
];

/// What a test sees: which look it is, and the draws so far.
struct Look<'a> {
    number: usize,
    count: usize,
    draws: &'a [bool],
    successes: u64,
}

/// What a test carries from look to look.
struct State {
    sequence: ConfidenceSequence,
    log_wealth: f64,
    seen: usize,
    successes: f64,
}

fn main() {
    let names: Vec<&str> = TESTS.iter().map(|(name, _)| *name).collect();
    println!(
        "Mean draws to decide p > q at alpha = {ALPHA}, and the share of streams decided within {BUDGET}"
    );
    println!("| p | q | {} |\n|---|---|---|---|---|---|", names.join(" | "));
    for (p, q) in PAIRS {
        let mut totals = [(0_u64, 0_u64); TESTS.len()];
        for stream in 0..STREAMS {
            let draws = draw(p, stream);
            for ((_, test), (sum, decided)) in TESTS.iter().zip(&mut totals) {
                let found = decide(*test, q, &draws);
                *sum += found.unwrap_or(BUDGET);
                *decided += u64::from(found.is_some());
            }
        }
        let cell = |(sum, decided): &(u64, u64)| {
            let (mean, share) = (*sum as f64 / STREAMS as f64, *decided as f64 / STREAMS as f64);
            format!("{mean:.1} ({:.1} %)", 100.0 * share)
        };
        let cells: Vec<String> = totals.iter().map(cell).collect();
        println!("| {p} | {q} | {} |", cells.join(" | "));
    }
}

fn draw(p: f64, stream: u64) -> Vec<bool> {
    let mut random = ChaCha8Rng::seed_from_u64(stream);
    (0..BUDGET).map(|_| (random.next_u64() >> 11) as f64 / (1_u64 << 53) as f64).map(|u| u < p).collect()
}

fn decide(test: Test, q: f64, draws: &[bool]) -> Option<u64> {
    let sequence = ConfidenceSequence::new(ALPHA);
    let mut state = State { sequence, log_wealth: 0.0, seen: 0, successes: 0.0 };
    let count = looks(BUDGET).count();
    let mut successes = 0;
    let mut before = 0;
    looks(BUDGET).enumerate().find_map(|(number, look)| {
        successes += draws[before..look as usize].iter().filter(|draw| **draw).count() as u64;
        before = look as usize;
        let seen = Look { number, count, draws: &draws[..before], successes };
        test(&mut state, q, &seen).then_some(look)
    })
}

fn mixture(state: &mut State, q: f64, look: &Look<'_>) -> bool {
    state.sequence.exceeds(q, look.successes, look.draws.len() as u64)
}

fn betting(state: &mut State, q: f64, look: &Look<'_>) -> bool {
    for draw in &look.draws[state.seen..] {
        let p = ((state.successes + 0.5) / (state.seen as f64 + 1.0)).max(q);
        // The bet with the largest expected log wealth under p; 1 + lambda (0 - q) stays positive.
        let lambda = (p - q) / (q * (1.0 - q));
        let value = if *draw { 1.0 } else { 0.0 };
        state.log_wealth += (lambda * (value - q)).ln_1p();
        state.successes += value;
        state.seen += 1;
        if state.log_wealth >= -ALPHA.ln() {
            return true;
        }
    }
    false
}

fn union_bound(_: &mut State, q: f64, look: &Look<'_>) -> bool {
    passes(q, look, ALPHA / look.count as f64)
}

fn decreasing_union_bound(_: &mut State, q: f64, look: &Look<'_>) -> bool {
    passes(q, look, ALPHA / ((look.number + 1) * (look.number + 2)) as f64)
}

fn passes(q: f64, look: &Look<'_>, alpha: f64) -> bool {
    clopper_pearson::lower_bound(look.successes, look.draws.len() as u64, alpha) > q
}
