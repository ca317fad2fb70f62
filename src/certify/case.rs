//! A case made ready: everything that the images of one case share.

use std::sync::{Arc, OnceLock};

use super::certificate::VoteBound;
use super::cover::CoverPlan;
use super::geometry::{Geometry, ResolvableGeometry};
use super::growth::EncoderGrowth;
use super::metric::Metric;
use super::ranges::Range;
use crate::host::{Estimator, Noise};
use crate::smoothing::question::Rule;
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
    /// Radii that are reported, ascending; mode `target` decides each.
    pub radii: Vec<f64>,
    /// The law of each coordinate of theta.
    pub noise: Vec<Arc<Noise>>,
    /// How the smoothed input is made, and what moves it.
    pub method: Method,
    /// Draws and confidence.
    pub sampling: Sampling,
    /// Where the smoothed classifier is sampled.
    pub anchors: Anchors,
    /// Channels, height, width of the images.
    pub shape: [usize; 3],
    /// Number of classes K.
    pub classes: usize,
    /// In parameter space the geometry knows no image, and all images share one cover; made when first needed.
    pub shared_cover: OnceLock<CoverPlan>,
}

/// How a case certifies.
#[derive(Debug)]
pub enum Method {
    /// Parameter space (MATHEMATICS 2): the law of gamma is a shift of theta's, or brightness with contrast.
    Resolvable(Composition),
    /// The semantic channel (MATHEMATICS 3), in code space or in pixel space.
    Channel(ChannelParts),
    /// Every value of a finite set of parameters on the bare classifier: no noise, no draws.
    Enumerate,
}

/// How a resolvable transformation composes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Composition {
    /// gamma = theta + xi.
    Additive,
    /// gamma = (k_theta + k_xi, b_xi + e^-k_xi b_theta) with Gaussian theta (MATHEMATICS 7).
    BrightnessContrast {
        /// Standard deviation of k_theta.
        sigma: f64,
        /// Standard deviation of b_theta.
        tau: f64,
    },
}

/// What a claim is about (MATHEMATICS 10).
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Claim {
    /// The transformation itself.
    Real,
    /// The surrogate's imitation of it.
    Surrogate {
        /// epsilon: the transformation and its imitation differ by at most this l2 distance, if anything is known of it.
        error: Option<f64>,
    },
}

/// What a channel needs besides the networks.
#[derive(Debug)]
pub struct ChannelParts {
    /// Measures displacements: A1 with the noise laws; in pixel space A1 has no columns.
    pub metric: Arc<Metric>,
    /// The columns of A1, as the sampler uses them.
    pub columns: Arc<Vec<Vec<f64>>>,
    /// b1, of the code's dimension; zeros in pixel space.
    pub offset: Vec<f64>,
    /// Whether F2 stands before the channel; in pixel space none does.
    pub encoded: bool,
    /// What is proven of F2.
    pub growth: EncoderGrowth,
    /// Bounds the supremum of the distance.
    pub estimator: Arc<Estimator>,
    /// What the claim is about.
    pub claim: Claim,
    /// What the claim's slack adds to every distance, L_F2 slack / sigma2.
    pub slack: f64,
}

impl ChannelParts {
    /// What a further l2 distance of images adds to every D, L_F2 distance / sigma2, rounded up; `None` without L_F2.
    pub fn added_distance(&self, images: f64) -> Option<f64> {
        let lipschitz = self.growth.lipschitz()?;
        Some(lipschitz * images / self.metric.semantic_noise() * (1.0 + 4.0 * f64::EPSILON))
    }

    /// What the surrogate's error adds to every D before a claim holds for the transformation itself.
    fn distance_to_real(&self) -> Option<f64> {
        match self.claim {
            Claim::Surrogate { error: Some(error) } => self.added_distance(error),
            _ => None,
        }
    }
}

/// Where the smoothed classifier of an image is sampled (MATHEMATICS 4).
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Anchors {
    /// At the image itself: the paper's single point.
    Single,
    /// At anchors of a cover: at most `max` of them, each of which may require `p`.
    Cover {
        /// The most anchors of an image.
        max: usize,
        /// p_t.
        p: f64,
    },
}

/// How draws are made (MATHEMATICS 8).
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// n draws an anchor, and the largest radius that they prove.
    Fixed,
    /// As few draws as decide the listed radii.
    Target,
}

impl Mode {
    /// The name in audit files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Fixed => "fixed",
            Self::Target => "target",
        }
    }
}

/// Draws and confidence of one image.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Sampling {
    /// How draws are made.
    pub mode: Mode,
    /// The probability that an image's certificate may be wrong.
    pub alpha: f64,
    /// n0, the draws that choose the class; the most of them where [`Self::selection_rule`] ends earlier.
    pub select: u64,
    /// n, the fresh draws an anchor; in mode `target` the most draws an image.
    pub draws: u64,
    /// Which probabilities are bounded.
    pub bound: VoteBound,
    /// m, the margin of the claim G_y > 1/2 + m.
    pub margin: f64,
}

impl Sampling {
    /// Whether the cells of a cover over so many parameters are tested together with their neighbours (MATHEMATICS 4).
    pub fn tests_cells_together(&self, parameters: usize) -> bool {
        self.mode == Mode::Target && parameters == 1
    }

    /// How the class is chosen. Mode `fixed` draws as many as the paper does; a rival's bound needs the votes of all of them.
    pub fn selection_rule(&self) -> Rule {
        match (self.mode, self.bound) {
            (Mode::Target, VoteBound::Top1) => Rule::Majority(self.select),
            _ => Rule::Fixed(self.select),
        }
    }
}

impl Case {
    /// The law of the smoothed input of an image: around the image itself, or around its code.
    ///
    /// `code` is F2 of the image for cases in code space, the image in pixel space, and ignored otherwise.
    pub fn source(&self, image: Arc<[f32]>, code: &[f32]) -> Source {
        match &self.method {
            Method::Resolvable(_) | Method::Enumerate => Source::Parameter(ParameterNoise {
                image,
                shape: self.shape,
                transformation: self.transformation.clone(),
                noise: self.noise.clone(),
            }),
            Method::Channel(parts) => Source::Code(CodeNoise {
                mean: code.iter().zip(&parts.offset).map(|(code, b1)| f64::from(*code) + b1).collect(),
                columns: parts.columns.clone(),
                noise: self.noise.clone(),
                semantic_noise: parts.metric.semantic_noise(),
            }),
        }
    }

    /// The geometry of noise on the parameter, which knows no image; `None` where the geometry is an image's own.
    pub fn parameter_geometry(&self) -> Option<Geometry<'_>> {
        let composition = match &self.method {
            Method::Resolvable(composition) => *composition,
            Method::Enumerate => Composition::Additive,
            Method::Channel(_) => return None,
        };
        Some(Geometry::Resolvable(ResolvableGeometry {
            noise: &self.noise,
            composition,
            transformation: &self.transformation,
            shape: self.shape,
        }))
    }

    /// The alpha of each claim about an image's cover. Where there is a second claim, about the transformation that a surrogate
    /// imitates, its first error lies in another cell than that of the first claim.
    pub fn alpha_of_claim(&self) -> f64 {
        match self.distance_to_real() {
            None => self.sampling.alpha,
            Some(_) => 0.5 * self.sampling.alpha,
        }
    }

    /// What the error of a surrogate adds to every D before a claim holds for the transformation itself; `None` where
    /// nothing is known of it, or the claim is about the transformation anyway.
    pub fn distance_to_real(&self) -> Option<f64> {
        match &self.method {
            Method::Channel(parts) => parts.distance_to_real(),
            _ => None,
        }
    }

    /// Whether the claim is about the imitation of the transformation.
    pub fn is_about_surrogate(&self) -> bool {
        matches!(&self.method, Method::Channel(parts) if parts.claim != Claim::Real)
    }

    /// The key of the noise of an image's draws at the identity.
    pub fn stream_key(&self, index: u64, purpose: Purpose) -> StreamKey {
        self.anchor_key(index, purpose, 0, 0)
    }

    /// The key of the noise of an image's draws at an anchor.
    pub fn anchor_key(&self, index: u64, purpose: Purpose, anchor: u64, generation: u64) -> StreamKey {
        let (seed, case) = (self.seed, self.name.as_str());
        StreamKey::new(StreamName { seed, case, index, purpose, anchor, generation })
    }
}
