//! Arithmetic on upper bounds: every operation rounds up, so that what comes out still bounds what was meant.

use std::ops::{Add, Mul};

/// Half the distance from 1 to the next f64: the largest relative error of one rounding.
pub(super) const UNIT_F64: f64 = f64::EPSILON / 2.0;

/// A number that bounds a non-negative one from above; infinity bounds everything.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub(super) struct Upper(f64);

impl Upper {
    pub(super) const ZERO: Self = Self(0.0);
    pub(super) const ONE: Self = Self(1.0);
    pub(super) const INFINITY: Self = Self(f64::INFINITY);

    /// Bounds the absolute value of a number that is known exactly; NaN is bounded by infinity alone.
    pub(super) fn of(value: f64) -> Self {
        if value.is_nan() { Self::INFINITY } else { Self(value.abs()) }
    }

    /// Bounds the absolute value of a number that a single rounding, or none, has led to `value`.
    pub(super) fn rounded(value: f64) -> Self {
        match value.abs() {
            size if size.is_nan() => Self::INFINITY,
            size => Self(size.next_up()),
        }
    }

    pub(super) fn count(number: usize) -> Self {
        // Up to 2^53 the conversion is exact.
        let value = number as f64;
        if number <= 1 << f64::MANTISSA_DIGITS { Self(value) } else { Self(value.next_up()) }
    }

    pub(super) fn get(self) -> f64 {
        self.0
    }

    pub(super) fn sqrt(self) -> Self {
        if self == Self::ZERO || self == Self::ONE { self } else { Self::rounded(self.0.sqrt()) }
    }

    pub(super) fn min(self, other: Self) -> Self {
        if other < self { other } else { self }
    }

    pub(super) fn max(self, other: Self) -> Self {
        if other > self { other } else { self }
    }
}

impl Add for Upper {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        match (self, other) {
            (Self::ZERO, exact) | (exact, Self::ZERO) => exact,
            _ => Self::rounded(self.0 + other.0),
        }
    }
}

impl Mul for Upper {
    type Output = Self;

    fn mul(self, other: Self) -> Self {
        match (self, other) {
            (Self::ONE, exact) | (exact, Self::ONE) => exact,
            (Self::ZERO, finite) | (finite, Self::ZERO) if finite < Self::INFINITY => Self::ZERO,
            // NaN, from zero times infinity, becomes infinity.
            _ => Self::rounded(self.0 * other.0),
        }
    }
}

impl std::iter::Sum for Upper {
    fn sum<I: Iterator<Item = Self>>(terms: I) -> Self {
        terms.fold(Self::ZERO, |sum, term| sum + term)
    }
}

/// gamma_n = n u / (1 - n u): the relative error of a sum of n terms, or of a chain of n operations, in arithmetic
/// of unit roundoff u, whatever the order (Higham, Accuracy and Stability of Numerical Algorithms, lemma 3.1).
pub(super) fn gamma(operations: usize, unit: f64) -> Upper {
    if operations == 0 {
        return Upper::ZERO;
    }
    let accumulated = (Upper::count(operations) * Upper::of(unit)).get();
    let rest = (1.0 - accumulated).next_down();
    if rest > 0.0 { Upper::rounded(accumulated / rest) } else { Upper::INFINITY }
}

/// Bounds the Euclidean norm of exact values.
pub(super) fn euclidean(values: impl IntoIterator<Item = f64>) -> Upper {
    let (mut squares, mut count) = (0.0_f64, 0_usize);
    for value in values.into_iter().filter(|value| *value != 0.0) {
        squares += value * value;
        count += 1;
    }
    // A square below the normal range loses less than the smallest normal number.
    let lost = Upper::count(count) * Upper::of(f64::MIN_POSITIVE);
    (Upper::of(squares) * (Upper::ONE + gamma(count + 1, UNIT_F64)) + lost).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn exact_values_stay_exact() {
        assert_eq!(Upper::ZERO + Upper::of(-3.0), Upper::of(3.0));
        assert_eq!(Upper::ONE * Upper::of(0.1), Upper::of(0.1));
        assert_eq!(Upper::ZERO * Upper::of(7.0), Upper::ZERO);
        assert_eq!(Upper::ONE.sqrt(), Upper::ONE);
        assert_eq!(gamma(0, UNIT_F64), Upper::ZERO);
    }

    #[test]
    fn what_is_not_a_number_bounds_nothing() {
        assert_eq!(Upper::of(f64::NAN), Upper::INFINITY);
        assert_eq!(Upper::ZERO * Upper::INFINITY, Upper::INFINITY);
        assert_eq!(Upper::INFINITY + Upper::ONE, Upper::INFINITY);
        assert_eq!(gamma(1 << 24, f64::from(f32::EPSILON) / 2.0), Upper::INFINITY);
        assert_eq!(euclidean([1.0, f64::NAN]), Upper::INFINITY);
    }

    proptest! {
        #[test]
        fn results_are_never_below_the_truth(a in 0.0..1e6f64, b in 0.0..1e6f64) {
            let (sum, product) = (Upper::of(a) + Upper::of(b), Upper::of(a) * Upper::of(b));
            prop_assert!(sum.get() >= a + b && sum.get() <= (a + b).next_up());
            // The exact product lies above the rounded one by the remainder that a fused operation shows.
            prop_assert!(a.mul_add(b, -product.get()) <= 0.0);
            let root = Upper::of(a).sqrt().get();
            prop_assert!(root.mul_add(root, -a) >= 0.0);
            let norm = euclidean([a, b, -a]).get();
            prop_assert!(norm >= (2.0 * a * a + b * b).sqrt() && norm <= (2.0 * a * a + b * b).sqrt() * (1.0 + 1e-14) + 1e-150);
        }
    }
}
