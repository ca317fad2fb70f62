//! Tensors that depend on the image: how fast, how large, and how far float32 takes them from what they should be.

use super::float32::{gamma_f32, linear_underflow};
use super::growth::Growth;
use super::linear_map::LinearMap;
use super::upward::{Upper, euclidean};

/// What is known of a tensor t(x).
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Bound {
    /// |t(x) - t(x')| <= lipschitz |x - x'|, in exact arithmetic.
    pub(super) lipschitz: Upper,
    /// |t(x)| for |x| <= r, in exact arithmetic.
    pub(super) norm: Growth,
    /// |t~(x) - t(x)| for |x| <= r, where t~ is computed in float32.
    pub(super) error: Growth,
}

impl Bound {
    /// The image itself.
    pub(super) const IMAGE: Self = Self { lipschitz: Upper::ONE, norm: Growth::RADIUS, error: Growth::ZERO };

    /// A constant of a norm.
    pub(super) fn constant(norm: Upper) -> Self {
        Self { lipschitz: Upper::ZERO, norm: Growth::constant(norm), error: Growth::ZERO }
    }

    /// Several tensors side by side.
    pub(super) fn joined(parts: &[Self]) -> Self {
        let collected = |part: fn(&Self) -> Growth| parts.iter().map(part).collect::<Vec<_>>();
        Self {
            lipschitz: euclidean(parts.iter().map(|part| part.lipschitz.get())),
            norm: Growth::joined(&collected(|part| part.norm)),
            error: Growth::joined(&collected(|part| part.error)),
        }
    }

    /// The same after an exact map, linear or not, that stretches nothing by more than `factor`, and leaves zero
    /// where it is.
    pub(super) fn times(self, factor: Upper) -> Self {
        Self {
            lipschitz: self.lipschitz * factor,
            norm: self.norm.times(factor),
            error: self.error.times(factor),
        }
    }
}

/// An affine layer W t + b.
#[derive(Debug, Clone)]
pub(super) struct Layer {
    pub(super) map: LinearMap,
    /// Bounds the norm of W's absolute values.
    pub(super) absolute: Upper,
    /// Bounds |b|.
    pub(super) bias: Upper,
    /// Products summed for one element; 0 where values are only moved or added to.
    pub(super) terms: usize,
    /// Roundings that a term may go through.
    pub(super) roundings: usize,
    /// Elements of the input and of the output.
    pub(super) elements: (usize, usize),
}

/// A tensor that depends on the image: a linear map, not yet bounded so that it can be joined with the next one,
/// of a tensor that is, plus a constant.
#[derive(Debug, Clone)]
pub(super) struct Live {
    start: Bound,
    map: LinearMap,
    /// Bounds the norm of the constant.
    offset: Upper,
    /// Bounds the norm of what the maps' absolute values make of the absolute values of the start, as computed, and of
    /// the constants: the sum of the sizes of all terms that are added up on the way here.
    magnitude: Growth,
    /// Roundings since the start that a term may go through.
    roundings: usize,
    /// What underflow since the start may add.
    underflow: Growth,
}

impl From<Bound> for Live {
    fn from(start: Bound) -> Self {
        Self {
            start,
            map: LinearMap::IDENTITY,
            offset: Upper::ZERO,
            magnitude: start.norm + start.error,
            roundings: 0,
            underflow: Growth::ZERO,
        }
    }
}

impl Live {
    pub(super) fn bound(&self) -> Bound {
        self.bound_after(self.roundings)
    }

    /// The bound, if terms may go through so many roundings before they are added up.
    ///
    /// A term that goes through n roundings is off by gamma_n of its size (Higham, Accuracy and Stability of Numerical
    /// Algorithms, section 3.1). This holds in whatever order terms are added, and also where an implementation
    /// joins layers: a scale folded into weights, or a bias that a sum starts from.
    pub(super) fn bound_after(&self, roundings: usize) -> Bound {
        let norm = self.map.norm();
        Bound {
            lipschitz: self.start.lipschitz * norm,
            norm: self.start.norm.times(norm) + Growth::constant(self.offset),
            error: self.start.error.times(norm) + self.magnitude.times(gamma_f32(roundings)) + self.underflow,
        }
    }

    /// Bounds every partial sum on the way here.
    pub(super) fn magnitude(&self) -> Growth {
        self.magnitude
    }

    pub(super) fn roundings(&self) -> usize {
        self.roundings
    }

    /// The tensor after one more layer.
    pub(super) fn then(&self, layer: &Layer) -> Self {
        let (before, map) = match self.map.followed_by(&layer.map) {
            Some(joined) => (self.clone(), joined),
            None => (Self::from(self.bound()), layer.map.clone()),
        };
        let computed = before.magnitude.times(Upper::ONE + gamma_f32(before.roundings)) + before.underflow;
        let (inputs, outputs) = layer.elements;
        let lost = linear_underflow(computed, inputs, outputs, layer.terms, layer.absolute);
        Self {
            start: before.start,
            map,
            offset: before.offset * layer.absolute + layer.bias,
            magnitude: before.magnitude.times(layer.absolute) + Growth::constant(layer.bias),
            roundings: before.roundings.saturating_add(layer.roundings),
            underflow: before.underflow.times(layer.absolute) + lost,
        }
    }
}
