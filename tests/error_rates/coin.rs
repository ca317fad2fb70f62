//! A seeded coin, and how often a rule of error alpha may err in so many trials.

use rand_core::{Rng, SeedableRng};

/// A coin that shows heads with a given probability.
pub struct Coin {
    random: rand_chacha::ChaCha8Rng,
    threshold: u64,
}

impl Coin {
    pub fn new(seed: u64, p: f64) -> Self {
        // A probability of p, to 2^-53.
        let threshold = (p * (1_u64 << 53) as f64) as u64;
        Self { random: rand_chacha::ChaCha8Rng::seed_from_u64(seed), threshold }
    }

    /// Heads among so many throws.
    pub fn successes(&mut self, throws: u64) -> u64 {
        (0..throws).filter(|_| (self.random.next_u64() >> 11) < self.threshold).count() as u64
    }
}

/// alpha and three standard errors of so many trials.
pub fn allowed(alpha: f64, trials: u32) -> f64 {
    alpha + 3.0 * (alpha * (1.0 - alpha) / f64::from(trials)).sqrt()
}

/// A source of successes of any probability.
pub struct Uniform(rand_chacha::ChaCha8Rng);

impl Uniform {
    pub fn new(seed: u64) -> Self {
        Self(rand_chacha::ChaCha8Rng::seed_from_u64(seed))
    }

    /// Successes, each of probability `p`, among so many trials.
    pub fn successes(&mut self, p: f64, trials: u64) -> u64 {
        let uniform =
            |random: &mut rand_chacha::ChaCha8Rng| (random.next_u64() >> 11) as f64 / (1_u64 << 53) as f64;
        (0..trials).filter(|_| uniform(&mut self.0) < p).count() as u64
    }
}
