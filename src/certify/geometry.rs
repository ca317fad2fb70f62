//! Geometry of one image (DESIGN 3): how far the law of the smoothed input moves over a box of parameters.
//!
//! No sampling happens here. What comes out are moves; the certificate joins them with the votes.

use std::sync::Arc;

use super::channel::SemanticChannel;
use super::features::{FeatureError, Features};
use super::moves::Move;
use super::oracle::ImageOracle;
use super::ranges::Range;
use crate::host::{Estimator, HostError, Noise};
use crate::stats::normal;

/// Whether a bound is proved, or a maximum over sampled points (DESIGN 3.5). Never mixed up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Rests on points that were evaluated; what lies between them was not bounded.
    Estimated,
    /// Holds at every parameter.
    Proven,
}

/// Why geometry failed for an image; the image then counts as not certified.
#[derive(Debug, thiserror::Error)]
pub enum GeometryError {
    /// A plugin failed.
    #[error(transparent)]
    Host(#[from] HostError),
    /// Features could not be had.
    #[error(transparent)]
    Features(#[from] FeatureError),
}

/// The moves over a box, as seen from an anchor.
#[derive(Debug)]
pub struct Moves<'a> {
    /// If the class survives each of these, it survives every parameter of the box.
    pub worst: Vec<Move<'a>>,
    /// Whether that is proved.
    pub kind: Kind,
}

/// The geometry of one image under one case.
#[derive(Debug)]
pub enum Geometry<'a> {
    /// Parameter space: theta itself is shifted.
    Resolvable(ResolvableGeometry<'a>),
    /// Code space: the code is shifted.
    Semantic(SemanticGeometry<'a>),
}

/// Additive transformations: tau(theta, tau(xi, x)) = tau(theta + xi, x), so the shift is xi (DESIGN 3.2).
#[derive(Debug)]
pub struct ResolvableGeometry<'a> {
    /// The law of theta.
    pub noise: &'a Noise,
}

/// The semantic channel on the real transformation (DESIGN 3.3).
#[derive(Debug)]
pub struct SemanticGeometry<'a> {
    /// Features of the image.
    pub features: Features<'a>,
    /// Measures their differences.
    pub channel: Arc<SemanticChannel>,
    /// Bounds the supremum over a box.
    pub estimator: &'a Estimator,
    /// The range of the case.
    pub range: Range,
}

impl Geometry<'_> {
    /// The moves from `anchor` to every parameter of the box [low, high].
    ///
    /// # Errors
    /// If a plugin or a network fails.
    pub fn moves(&mut self, anchor: &[f64], low: &[f64], high: &[f64]) -> Result<Moves<'_>, GeometryError> {
        match self {
            Self::Resolvable(geometry) => Ok(geometry.moves(anchor, low, high)),
            Self::Semantic(geometry) => geometry.moves(anchor, low, high),
        }
    }

    /// How often F2 was evaluated so far.
    pub fn evaluations(&self) -> u64 {
        match self {
            Self::Resolvable(_) => 0,
            Self::Semantic(geometry) => geometry.features.evaluations(),
        }
    }
}

impl ResolvableGeometry<'_> {
    /// T(p; t) falls as t moves away from 0 on either side, so the two ends of the interval are the worst.
    fn moves(&self, anchor: &[f64], low: &[f64], high: &[f64]) -> Moves<'_> {
        let down = (low[0] - anchor[0]).next_down().min(0.0);
        let up = (high[0] - anchor[0]).next_up().max(0.0);
        // An interval that ends at the anchor needs no move in that direction.
        let ends = [(down, low[0] < anchor[0]), (up, high[0] > anchor[0])];
        let worst =
            ends.into_iter().filter(|(_, needed)| *needed).map(|(by, _)| Move::Shift { law: self.noise, by });
        Moves { worst: worst.collect(), kind: Kind::Proven }
    }
}

impl SemanticGeometry<'_> {
    fn moves(&mut self, anchor: &[f64], low: &[f64], high: &[f64]) -> Result<Moves<'_>, GeometryError> {
        let code_len = self.channel.columns().first().map_or(0, Vec::len);
        let mut oracle = ImageOracle {
            features: &mut self.features,
            channel: &self.channel,
            range: &self.range,
            code_len,
        };
        let bound = self.estimator.bound(&mut oracle, anchor, low, high)?;
        // No growth bound is supplied to estimators here, so nothing that they call proven is (DESIGN 3.5).
        Ok(Moves { worst: vec![Move::Gaussian { distance: bound.value }], kind: Kind::Estimated })
    }
}

impl Moves<'_> {
    /// p*_m of the box: the least p that survives every move, rounded up.
    ///
    /// # Errors
    /// If the noise plugin fails.
    pub fn required_probability(&self, margin: f64) -> Result<f64, HostError> {
        self.worst.iter().try_fold(0.5 + margin, |p, worst| Ok(worst.required_probability(margin)?.max(p)))
    }

    /// The equivalent Gaussian distance Phi^-1(p*_0), the display form of a move (DESIGN 3.3).
    ///
    /// # Errors
    /// If the noise plugin fails.
    pub fn equivalent_distance(&self) -> Result<f64, HostError> {
        let mut distance = 0.0_f64;
        for worst in &self.worst {
            distance = distance.max(match worst {
                Move::Gaussian { distance } => *distance,
                Move::Shift { .. } => normal::quantile(worst.required_probability(0.0)?),
            });
        }
        Ok(distance)
    }
}
