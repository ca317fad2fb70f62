//! A case made ready: everything that the images of one case share.

use std::sync::Arc;

use super::certificate::VoteBound;
use super::channel::SemanticChannel;
use super::ranges::Range;
use crate::host::{Estimator, Noise};
use crate::smoothing::site::{CodeNoise, ParameterNoise, Source};
use crate::smoothing::stream::{Purpose, StreamKey, StreamName};
use crate::transformation::Transformation;

/// Everything that certifying the images of one case needs, besides the networks of the workers.
#[derive(Debug)]
pub struct Case {
    /// The case's name; part of the noise's name.
    pub name: String,
    /// The audit's seed.
    pub seed: u64,
    /// tau.
    pub transformation: Arc<Transformation>,
    /// The parameters that the claim is about.
    pub range: Range,
    /// The law of each coordinate of theta.
    pub noise: Vec<Arc<Noise>>,
    /// How the smoothed input is made, and what moves it.
    pub method: Method,
    /// Draws and confidence.
    pub sampling: Sampling,
    /// Channels, height, width of the images.
    pub shape: [usize; 3],
    /// Number of classes K.
    pub classes: usize,
}

/// How a case certifies.
#[derive(Debug)]
pub enum Method {
    /// Additive transformations in parameter space (DESIGN 3.2).
    Resolvable,
    /// The semantic channel (DESIGN 3.3).
    Semantic(SemanticParts),
}

/// What the semantic channel needs besides the networks.
#[derive(Debug)]
pub struct SemanticParts {
    /// A1 with the noise scales.
    pub channel: Arc<SemanticChannel>,
    /// The columns of A1, as the sampler uses them.
    pub columns: Arc<Vec<Vec<f64>>>,
    /// b1, of the code's dimension.
    pub offset: Vec<f64>,
    /// Bounds the supremum of the distance.
    pub estimator: Arc<Estimator>,
}

/// Draws and confidence of one image.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sampling {
    /// The probability that an image's certificate may be wrong.
    pub alpha: f64,
    /// n0, the draws that choose the class.
    pub select: u64,
    /// n, the fresh draws that bound its probability.
    pub draws: u64,
    /// Which probabilities are bounded.
    pub bound: VoteBound,
    /// m, the margin of the claim G_y > 1/2 + m.
    pub margin: f64,
}

impl Case {
    /// The law of the smoothed input of an image: around the image itself, or around its code F2(x).
    ///
    /// `code` is F2 of the image for semantic cases, and ignored otherwise.
    pub fn source(&self, image: Arc<[f32]>, code: &[f32]) -> Source {
        match &self.method {
            Method::Resolvable => Source::Parameter(ParameterNoise {
                image,
                shape: self.shape,
                transformation: self.transformation.clone(),
                noise: self.noise.clone(),
            }),
            Method::Semantic(parts) => Source::Code(CodeNoise {
                mean: code.iter().zip(&parts.offset).map(|(code, b1)| f64::from(*code) + b1).collect(),
                columns: parts.columns.clone(),
                noise: self.noise.clone(),
                semantic_noise: parts.channel.semantic_noise(),
            }),
        }
    }

    /// The key of the noise of an image's draws at the identity.
    pub fn stream_key(&self, index: u64, purpose: Purpose) -> StreamKey {
        let (seed, case) = (self.seed, self.name.as_str());
        StreamKey::new(StreamName { seed, case, index, purpose, anchor: 0, generation: 0 })
    }
}
