//! Counter-based noise (MATHEMATICS 9): every draw's noise is a pure function of what the draw is for.
//!
//! A site's key is a BLAKE3 hash of (audit seed, case, image index, purpose, anchor, refinement generation); draw k
//! of the site is stream k of ChaCha8 under that key. So batch size, threads, order, resume and sharding change
//! nothing.

use rand_chacha::ChaCha8Rng;
use rand_core::{Rng, SeedableRng};
use rand_distr::{Distribution, StandardNormal};

/// What draws are used for; draws for different purposes are independent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Purpose {
    /// Choosing the class (n0 draws, MATHEMATICS 8).
    Selection,
    /// Bounding the probability of the chosen class.
    Estimation,
    /// Sampling the smoothed classifier on a transformed image, to test a certificate.
    Probe,
    /// Bounding the probability of the chosen class at an anchor of a cover.
    Anchor,
    /// Looking for a transformed image that the smoothed classifier gets wrong.
    Attack,
    /// Testing what an attack has found, on fresh draws.
    Confirmation,
    /// The smoothed prediction on a corrupted image.
    Evaluation,
    /// Predicting the class of an image as a deployment does, without a certificate.
    Prediction,
}

impl Purpose {
    fn code(self) -> u8 {
        match self {
            Self::Selection => 0,
            Self::Estimation => 1,
            Self::Probe => 2,
            Self::Anchor => 3,
            Self::Attack => 5,
            Self::Confirmation => 6,
            Self::Evaluation => 7,
            Self::Prediction => 4,
        }
    }
}

/// All that names a site: what its noise is a pure function of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct StreamName<'a> {
    /// The audit's seed.
    pub seed: u64,
    /// The case's name.
    pub case: &'a str,
    /// The image's index in the data set.
    pub index: u64,
    /// What the draws are for.
    pub purpose: Purpose,
    /// The anchor's number in its cover, with its place in the parent's cell after refinements; 0 for the identity.
    pub anchor: u64,
    /// How often the anchor's cell was refined.
    pub generation: u64,
}

/// The key of a site's noise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamKey([u8; 32]);

impl StreamKey {
    /// Hashes a name into a key.
    pub fn new(name: StreamName<'_>) -> Self {
        let mut hasher = blake3::Hasher::new_derive_key("gsmooth 2026 noise of a site, version 1");
        hasher.update(&name.seed.to_le_bytes());
        hasher.update(&(name.case.len() as u64).to_le_bytes());
        hasher.update(name.case.as_bytes());
        hasher.update(&name.index.to_le_bytes());
        hasher.update(&[name.purpose.code()]);
        hasher.update(&name.anchor.to_le_bytes());
        hasher.update(&name.generation.to_le_bytes());
        Self(*hasher.finalize().as_bytes())
    }

    /// The noise of one draw.
    pub fn draw(&self, number: u64) -> DrawStream {
        let mut generator = ChaCha8Rng::from_seed(self.0);
        generator.set_stream(number);
        DrawStream { generator }
    }
}

/// The random numbers of one draw, in order: first theta's words, then the semantic noise.
#[derive(Debug, Clone)]
pub struct DrawStream {
    generator: ChaCha8Rng,
}

impl DrawStream {
    /// The next uniform 64-bit word.
    pub fn word(&mut self) -> u64 {
        self.generator.next_u64()
    }

    /// The next standard normal number, with 52 random bits before the law's shape is applied (ziggurat).
    pub fn normal(&mut self) -> f64 {
        StandardNormal.sample(&mut self.generator)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(case: &str) -> StreamName<'_> {
        StreamName { seed: 7, case, index: 3, purpose: Purpose::Estimation, anchor: 0, generation: 0 }
    }

    #[test]
    fn a_draw_is_a_pure_function_of_its_name_and_number() {
        let key = StreamKey::new(name("defocus"));
        let mut first = key.draw(5);
        let _ = key.draw(6).word();
        assert_eq!(first.word(), StreamKey::new(name("defocus")).draw(5).word());
    }

    #[test]
    fn every_part_of_the_name_matters() {
        let base = name("defocus");
        let variants = [
            StreamName { seed: 8, ..base },
            name("defocus2"),
            StreamName { index: 4, ..base },
            StreamName { purpose: Purpose::Selection, ..base },
            StreamName { anchor: 1, ..base },
            StreamName { generation: 1, ..base },
        ];
        for variant in variants {
            assert_ne!(StreamKey::new(base), StreamKey::new(variant), "{variant:?}");
        }
        let key = StreamKey::new(base);
        assert_ne!(key.draw(0).word(), key.draw(1).word());
    }

    #[test]
    fn normals_have_the_law_and_more_than_40_bits() {
        let key = StreamKey::new(name("law"));
        let values: Vec<f64> = (0..20_000).map(|draw| key.draw(draw).normal()).collect();
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        let variance = values.iter().map(|x| x * x).sum::<f64>() / values.len() as f64;
        assert!(mean.abs() < 0.03 && (variance - 1.0).abs() < 0.05, "{mean}, {variance}");
        let beyond = values.iter().filter(|x| x.abs() > 1.959_964).count() as f64 / values.len() as f64;
        assert!((beyond - 0.05).abs() < 0.007, "{beyond}");
        // Rounded to f32 (24 bits) almost no value would survive unchanged.
        let coarse = values.iter().filter(|x| f64::from(**x as f32) == **x).count();
        assert!(coarse < 5, "{coarse} values have 24 bits only");
    }

    /// The noise must stay what it is: old records are re-drawn bit for bit.
    #[test]
    fn the_stream_is_pinned() {
        let mut draw = StreamKey::new(name("pinned")).draw(1);
        assert_eq!((draw.word(), draw.word()), (PINNED.0, PINNED.1));
        assert_eq!(draw.normal().to_bits(), PINNED.2);
    }
    const PINNED: (u64, u64, u64) = (7179505716727817580, 15135415146777297290, 4598507185090935538);
}
