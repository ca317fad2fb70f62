//! Geometry of one image (MATHEMATICS): how far the law of the smoothed input moves over a box of parameters.
//!
//! No sampling happens here. What comes out is the probability that the class must have at an anchor; the certificate
//! joins it with the votes.

use std::sync::Arc;

use super::case::Composition;
use super::features::{FeatureError, Features, Images, difference};
use super::growth::Growth;
use super::metric::Metric;
use super::moves::Move;
use super::oracle::ImageOracle;
use super::ranges::Range;
use crate::host::{BoundKind, Estimator, HostError, Noise};
use crate::stats::normal;
use crate::stats::product::Shifts;
use crate::transformation::{Transformation, TransformationError};

/// Whether a bound is proved, or a maximum over sampled points (MATHEMATICS 5). Never mixed up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Rests on points that were evaluated; what lies between them was not bounded.
    Estimated,
    /// Holds at every parameter.
    Proven,
}

impl Kind {
    /// The name in records and tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Estimated => "estimated",
            Self::Proven => "proven",
        }
    }
}

/// Why geometry failed for an image; the image then counts as not certified.
#[derive(Debug, thiserror::Error)]
pub enum GeometryError {
    /// A plugin failed.
    #[error(transparent)]
    Host(#[from] HostError),
    /// The transformation failed.
    #[error(transparent)]
    Transformation(#[from] TransformationError),
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
    /// Code space, or pixel space: the code is shifted.
    Channel(Box<ChannelGeometry<'a>>),
}

/// Transformations with tau(theta, tau(xi, x)) = tau(gamma(theta, xi), x): only the law of gamma counts (MATHEMATICS 2).
#[derive(Debug)]
pub struct ResolvableGeometry<'a> {
    /// The law of each coordinate of theta.
    pub noise: &'a [Arc<Noise>],
    /// What gamma is.
    pub composition: Composition,
    /// States the shifts of a transformation with finitely many parameters; unused for others.
    pub transformation: &'a Transformation,
    /// Channels, height and width of the image.
    pub shape: [usize; 3],
}

/// The semantic channel on the real transformation (MATHEMATICS 3); in pixel space with the identity for F2.
#[derive(Debug)]
pub struct ChannelGeometry<'a> {
    /// Features of the image.
    pub features: Features<'a>,
    /// The code that moves are measured from at the identity; the feature there if absent. An imitation at the identity
    /// is not the image (MATHEMATICS 10).
    pub origin: Option<Arc<[f32]>>,
    /// What is proven about them between computed points.
    pub growth: Growth<'a>,
    /// Measures their differences.
    pub metric: &'a Metric,
    /// Bounds the supremum over a box.
    pub estimator: &'a Estimator,
    /// The range of the case.
    pub range: &'a Range,
    /// What the claim's slack adds to every distance, L_F2 slack / sigma2.
    pub slack: f64,
}

impl Geometry<'_> {
    /// The moves from `anchor` to every parameter of the box [low, high].
    ///
    /// # Errors
    /// If a plugin or a network fails.
    pub fn moves(&mut self, anchor: &[f64], low: &[f64], high: &[f64]) -> Result<Moves<'_>, GeometryError> {
        match self {
            Self::Resolvable(geometry) => Ok(geometry.moves(anchor, low, high)?),
            Self::Channel(geometry) => geometry.moves(anchor, low, high),
        }
    }

    /// The move from `anchor` to each of some points, in the equivalent distance that a margin leaves: the z by which
    /// Phi^-1 of the class's probability must exceed Phi^-1(1/2 + margin). The claim's slack comes on top.
    ///
    /// # Errors
    /// If a plugin or a network fails.
    pub fn reaches(
        &mut self,
        anchor: &[f64],
        points: &[Vec<f64>],
        margin: f64,
    ) -> Result<Vec<f64>, GeometryError> {
        match self {
            Self::Resolvable(geometry) => {
                let reach = |point: &Vec<f64>| Ok(geometry.to(anchor, point)?.reach(margin)?);
                points.iter().map(reach).collect()
            }
            Self::Channel(geometry) => geometry.distances(anchor, points),
        }
    }

    /// Whether reaches are a norm's, as those of Gaussian noise in a channel are.
    pub fn is_norm(&self) -> bool {
        match self {
            Self::Resolvable(_) => false,
            Self::Channel(geometry) => geometry.metric.gaussian().is_some(),
        }
    }

    /// What the claim's slack adds to every move.
    pub fn slack(&self) -> f64 {
        match self {
            Self::Resolvable(_) => 0.0,
            Self::Channel(geometry) => geometry.slack,
        }
    }

    /// How often F2 was evaluated so far.
    pub fn evaluations(&self) -> u64 {
        match self {
            Self::Resolvable(_) => 0,
            Self::Channel(geometry) => geometry.features.store.evaluations(),
        }
    }
}

impl ResolvableGeometry<'_> {
    /// The move from an anchor to one parameter.
    fn to(&self, anchor: &[f64], point: &[f64]) -> Result<Move<'_>, HostError> {
        self.over_box(anchor, point, point)
    }

    /// All moves from an anchor to a box.
    fn moves(&self, anchor: &[f64], low: &[f64], high: &[f64]) -> Result<Moves<'_>, HostError> {
        Ok(Moves { worst: vec![self.over_box(anchor, low, high)?], kind: Kind::Proven })
    }

    /// Where a box holds finitely many transformations, as translation by whole pixels does, the shifts are those of its
    /// levels: gamma(theta, xi) = theta + gamma(0, xi) and not theta + xi (MATHEMATICS 2).
    fn over_box(&self, anchor: &[f64], low: &[f64], high: &[f64]) -> Result<Move<'_>, HostError> {
        let levels = match self.composition {
            Composition::Additive => self.transformation.levels(self.shape, low, high)?,
            Composition::BrightnessContrast { .. } => None,
        };
        let Some(levels) = levels else { return Ok(self.over(anchor, low, high)) };
        let m = low.len();
        let (mut least, mut greatest) = (vec![f64::INFINITY; m], vec![f64::NEG_INFINITY; m]);
        for (place, shift) in self.transformation.shift(&levels.concat())?.into_iter().enumerate() {
            least[place % m] = least[place % m].min(shift);
            greatest[place % m] = greatest[place % m].max(shift);
        }
        Ok(self.over(&self.transformation.shift(anchor)?, &least, &greatest))
    }

    fn over(&self, anchor: &[f64], low: &[f64], high: &[f64]) -> Move<'_> {
        let interval = |((anchor, low), high): ((&f64, &f64), &f64)| Shifts {
            low: outward_down(*low, *anchor),
            high: outward_up(*high, *anchor),
        };
        let by: Vec<Shifts> = anchor.iter().zip(low).zip(high).map(interval).collect();
        match (self.composition, &by[..]) {
            (Composition::BrightnessContrast { sigma, tau }, [contrast, brightness]) => {
                // From tau(a, x) to tau(xi, x) it is (k - k_a, e^k_a (b - b_a)).
                let factor = anchor[0].exp();
                let outward = |b: f64| b * factor * (1.0 + 8.0 * f64::EPSILON);
                let brightness = Shifts { low: outward(brightness.low), high: outward(brightness.high) };
                Move::BrightnessContrast { contrast: *contrast, brightness, sigma, tau }
            }
            _ => Move::Shift { laws: self.noise, by },
        }
    }
}

/// The shift from an anchor to the low end of a box, rounded away from it; to 0 where it lies above.
fn outward_down(low: f64, anchor: f64) -> f64 {
    if low < anchor { (low - anchor).next_down() } else { (low - anchor).next_down().max(0.0) }
}

/// The shift from an anchor to the high end of a box, rounded away from it; to 0 where it lies below.
fn outward_up(high: f64, anchor: f64) -> f64 {
    if high > anchor { (high - anchor).next_up() } else { (high - anchor).next_up().min(0.0) }
}

impl ChannelGeometry<'_> {
    /// D between the codes at `anchor` and at each of some points (MATHEMATICS 3).
    ///
    /// # Errors
    /// If a plugin or a network fails.
    pub fn distances(&mut self, anchor: &[f64], points: &[Vec<f64>]) -> Result<Vec<f64>, GeometryError> {
        let from = start(&mut self.features, self.origin.as_ref(), self.range, anchor)?;
        let to = self.features.at(points)?;
        to.iter().map(|to| Ok(self.metric.distance(&difference(to, &from))?)).collect()
    }

    /// The moves from an anchor to a box.
    ///
    /// # Errors
    /// If a plugin or a network fails.
    pub fn moves(&mut self, anchor: &[f64], low: &[f64], high: &[f64]) -> Result<Moves<'_>, GeometryError> {
        let levels = match &self.features.images {
            Images::Real(transformation) => transformation.levels(self.features.shape, low, high)?,
            Images::Imitated { .. } => None,
        };
        let (distance, kind) = match levels {
            Some(levels) => (self.over_levels(anchor, &levels)?, Kind::Proven),
            None => self.over_continuum(anchor, low, high)?,
        };
        Ok(Moves { worst: vec![Move::Gaussian { distance: (distance + self.slack).next_up() }], kind })
    }

    /// The largest distance to finitely many parameters, all of which are computed.
    fn over_levels(&mut self, anchor: &[f64], levels: &[Vec<f64>]) -> Result<f64, GeometryError> {
        let distances = self.distances(anchor, levels)?.into_iter();
        // A distance that is no number must not be lost in a maximum.
        Ok(distances.fold(0.0, |largest, d| if d.is_nan() { f64::INFINITY } else { d.max(largest) }))
    }

    fn over_continuum(
        &mut self,
        anchor: &[f64],
        low: &[f64],
        high: &[f64],
    ) -> Result<(f64, Kind), GeometryError> {
        let code_len = self.features.one(anchor)?.len();
        let ends = anchor.iter().zip(low).zip(high);
        let sides = ends.map(|((anchor, low), high)| high.max(*anchor) - low.min(*anchor)).collect();
        let mut oracle = ImageOracle {
            features: &mut self.features,
            growth: &mut self.growth,
            origin: self.origin.clone(),
            metric: self.metric,
            range: self.range,
            sides,
            code_len,
        };
        let bound = self.estimator.bound(&mut oracle, anchor, low, high)?;
        if bound.kind == BoundKind::Proven
            && let Some(rounding) = self.growth.rounding()?
        {
            return Ok(((bound.value + rounding).next_up(), Kind::Proven));
        }
        Ok((bound.value, Kind::Estimated))
    }
}

/// The code that moves from an anchor are measured from.
pub(super) fn start(
    features: &mut Features<'_>,
    origin: Option<&Arc<[f32]>>,
    range: &Range,
    anchor: &[f64],
) -> Result<Arc<[f32]>, FeatureError> {
    match origin {
        Some(origin) if anchor == range.identity => Ok(origin.clone()),
        _ => features.one(anchor),
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

    /// The equivalent Gaussian distance Phi^-1(p*_0), the display form of a move (MATHEMATICS 3).
    ///
    /// # Errors
    /// If the noise plugin fails.
    pub fn equivalent_distance(&self) -> Result<f64, HostError> {
        let mut distance = 0.0_f64;
        for worst in &self.worst {
            distance = distance.max(match worst {
                Move::Gaussian { distance } => *distance,
                _ => normal::quantile(worst.required_probability(0.0)?),
            });
        }
        Ok(distance)
    }
}
