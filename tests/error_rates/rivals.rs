//! Several classes: the bounds of `top2`.

use gsmooth::certify::certificate::{Evidence, VoteBound};
use gsmooth::smoothing::question::Counts;
use gsmooth::stats::clopper_pearson;
use rand_core::{Rng, SeedableRng};

use super::coin::allowed;

/// A class that is no better than a rival, and three more close behind.
const PROBABILITIES: [f64; 5] = [0.22, 0.22, 0.19, 0.19, 0.18];
const TRIALS: u32 = 4_000;
const ALPHA: f64 = 0.02;

struct Dice(rand_chacha::ChaCha8Rng);

impl Dice {
    fn throw(&mut self, times: u64) -> Counts {
        let mut counts = Counts::new(PROBABILITIES.len());
        for _ in 0..times {
            let mut u = (self.0.next_u64() >> 11) as f64 / (1_u64 << 53) as f64;
            let face = PROBABILITIES.iter().position(|p| {
                u -= p;
                u < 0.0
            });
            counts.add(Some(face.unwrap_or(0) as u32));
        }
        counts
    }
}

fn runner_up(counts: &Counts, class: u32) -> u32 {
    let others = (0..PROBABILITIES.len() as u32).filter(|other| *other != class);
    others.max_by_key(|other| counts.of(*other)).unwrap_or(0)
}

/// Claims that the chosen class leads, in trials where that is false: with every rival bounded, and with one named on the
/// selection draws.
fn false_claims() -> (f64, f64) {
    let mut dice = Dice(rand_chacha::ChaCha8Rng::seed_from_u64(12));
    let (mut sound, mut named) = (0_u32, 0_u32);
    for _ in 0..TRIALS {
        let selection = dice.throw(20);
        let Some(class) = selection.most_votes() else { continue };
        let fresh = dice.throw(3_000);
        // Whichever class was chosen, another one is at least as probable.
        let evidence = Evidence::from_counts(&fresh, class, ALPHA, VoteBound::Top2, 0.0);
        sound += u32::from(evidence.p_b.is_some_and(|p_b| evidence.p_a > p_b));
        let rival = fresh.of(runner_up(&selection, class));
        named += u32::from(evidence.p_a > clopper_pearson::upper_bound(rival, 3_000, ALPHA / 2.0));
    }
    (f64::from(sound) / f64::from(TRIALS), f64::from(named) / f64::from(TRIALS))
}

/// Mutation: bounding only a runner-up that was named beforehand.
#[test]
fn a_runner_up_named_beforehand_is_found_out() {
    let (sound, named) = false_claims();
    assert!(sound <= allowed(ALPHA, TRIALS), "{sound}");
    assert!(named > allowed(ALPHA, TRIALS), "{named}");
}
