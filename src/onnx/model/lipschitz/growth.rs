//! Bounds that grow with the norm of the image.

use std::ops::Add;

use super::upward::{Upper, euclidean};

/// A bound of the form `slope r + constant`, for all images of l2 norm at most r.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Growth {
    pub(super) slope: Upper,
    pub(super) constant: Upper,
}

impl Growth {
    pub(super) const ZERO: Self = Self::constant(Upper::ZERO);
    /// r itself.
    pub(super) const RADIUS: Self = Self { slope: Upper::ONE, constant: Upper::ZERO };

    pub(super) const fn constant(constant: Upper) -> Self {
        Self { slope: Upper::ZERO, constant }
    }

    pub(super) fn times(self, factor: Upper) -> Self {
        Self { slope: self.slope * factor, constant: self.constant * factor }
    }

    /// The larger of both at every radius, or more.
    pub(super) fn max(self, other: Self) -> Self {
        Self { slope: self.slope.max(other.slope), constant: self.constant.max(other.constant) }
    }

    /// The root of the sum of squares: |(s_i r + c_i)| <= r |s| + |c|.
    pub(super) fn joined(parts: &[Self]) -> Self {
        Self {
            slope: euclidean(parts.iter().map(|part| part.slope.get())),
            constant: euclidean(parts.iter().map(|part| part.constant.get())),
        }
    }

    /// The value at a radius; infinity where the radius is none.
    pub(super) fn at(self, radius: f64) -> Upper {
        if radius >= 0.0 { self.slope * Upper::of(radius) + self.constant } else { Upper::INFINITY }
    }
}

impl Add for Growth {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self { slope: self.slope + other.slope, constant: self.constant + other.constant }
    }
}

impl std::iter::Sum for Growth {
    fn sum<I: Iterator<Item = Self>>(terms: I) -> Self {
        terms.fold(Self::ZERO, |sum, term| sum + term)
    }
}
