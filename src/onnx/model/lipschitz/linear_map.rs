//! Linear maps between tensors, and which of them join into one.

use std::rc::Rc;

use super::convolution::{Convolution, Side};
use super::dense::Dense;
use super::upward::{UNIT_F64, Upper, gamma};

/// Factors along one axis.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Scale {
    /// The axis, and `None` for a single factor.
    pub(super) axis: Option<usize>,
    pub(super) factors: Vec<f64>,
    /// Bounds the relative error of each factor.
    pub(super) relative: Upper,
}

/// A linear map. Joining two before a norm is taken gives sharper bounds than the product of their norms.
#[derive(Debug, Clone)]
pub(super) enum LinearMap {
    /// Any map with at most this norm; the identity where it is 1.
    Norm(Upper),
    Scale(Rc<Scale>),
    Convolution(Rc<Convolution>),
    Dense(Rc<Dense>),
}

impl LinearMap {
    pub(super) const IDENTITY: Self = Self::Norm(Upper::ONE);

    /// Bounds the spectral norm.
    pub(super) fn norm(&self) -> Upper {
        match self {
            Self::Norm(norm) => *norm,
            Self::Scale(scale) => scale.norm(),
            Self::Convolution(convolution) => convolution.norm(),
            Self::Dense(dense) => dense.norm(),
        }
    }

    /// `next` after this map, as one map; `None` if the two do not join.
    pub(super) fn followed_by(&self, next: &Self) -> Option<Self> {
        Some(match (self, next) {
            (Self::Norm(Upper::ONE), map) | (map, Self::Norm(Upper::ONE)) => map.clone(),
            (Self::Norm(first), Self::Norm(second)) => Self::Norm(*first * *second),
            (Self::Scale(first), Self::Scale(second)) => Self::Scale(Rc::new(first.followed_by(second)?)),
            (Self::Convolution(convolution), Self::Scale(scale)) => scaled(convolution, Side::Output, scale)?,
            (Self::Scale(scale), Self::Convolution(convolution)) => scaled(convolution, Side::Input, scale)?,
            (Self::Dense(dense), Self::Scale(scale)) => {
                let factors = scale.along(dense.axis?, dense.matrix.rows)?;
                Self::Dense(Rc::new(dense.scaled(true, &factors, scale.relative)))
            }
            (Self::Scale(scale), Self::Dense(dense)) => {
                let factors = scale.along(dense.axis?, dense.matrix.columns)?;
                Self::Dense(Rc::new(dense.scaled(false, &factors, scale.relative)))
            }
            (Self::Dense(first), Self::Dense(second)) => {
                let fits = first.axis.is_some() && first.axis == second.axis;
                let joins = fits && first.matrix.rows == second.matrix.columns;
                return joins.then(|| Self::Dense(Rc::new(first.followed_by(second))));
            }
            _ => return None,
        })
    }
}

fn scaled(convolution: &Convolution, side: Side, scale: &Scale) -> Option<LinearMap> {
    const CHANNELS: usize = 1;
    let factors = scale.along(CHANNELS, convolution.channels(side))?;
    Some(LinearMap::Convolution(Rc::new(convolution.with_channels_scaled(side, &factors, scale.relative))))
}

impl Scale {
    pub(super) fn norm(&self) -> Upper {
        let largest = self.factors.iter().fold(Upper::ZERO, |most, factor| most.max(Upper::of(*factor)));
        largest * (Upper::ONE + self.relative)
    }

    /// The factors along an axis of a given size, if that is the axis they are for.
    fn along(&self, axis: usize, size: usize) -> Option<Vec<f64>> {
        match (self.axis, &self.factors[..]) {
            (None, [single]) => Some(vec![*single; size]),
            (Some(own), factors) if own == axis && factors.len() == size => Some(factors.to_vec()),
            _ => None,
        }
    }

    fn followed_by(&self, next: &Self) -> Option<Self> {
        let axis = self.axis.or(next.axis);
        let size = self.factors.len().max(next.factors.len());
        let along = |scale: &Self| match axis {
            Some(axis) => scale.along(axis, size),
            None => Some(scale.factors.clone()),
        };
        let factors = along(self)?.iter().zip(along(next)?).map(|(a, b)| a * b).collect();
        // (1 + e1)(1 + e2) - 1 and a rounding.
        let relative = self.relative + next.relative + self.relative * next.relative + gamma(2, UNIT_F64);
        Some(Self { axis, factors, relative })
    }
}
