//! Intervals of real numbers, for bounds over boxes.
//!
//! Ends are not rounded outwards operation by operation; whoever turns them into a bound adds the allowance
//! of [`crate::speed::inflated`] once.

use std::ops::{Add, Mul};

/// The numbers from `low` to `high`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

impl Interval {
    /// The interval that holds only `value`.
    pub const fn point(value: f64) -> Self {
        Self { low: value, high: value }
    }

    /// The numbers at most `reach` away from `middle`.
    pub fn around(middle: f64, reach: f64) -> Self {
        Self { low: middle - reach, high: middle + reach }
    }

    /// The smallest interval with both numbers.
    pub fn between(a: f64, b: f64) -> Self {
        Self { low: a.min(b), high: a.max(b) }
    }

    /// The smallest interval that holds both intervals.
    pub fn hull(self, other: Self) -> Self {
        Self { low: self.low.min(other.low), high: self.high.max(other.high) }
    }

    /// The interval with both ends moved into `[low, high]`.
    pub fn clamp(self, low: f64, high: f64) -> Self {
        Self { low: self.low.clamp(low, high), high: self.high.clamp(low, high) }
    }

    /// Largest absolute value.
    pub fn magnitude(self) -> f64 {
        self.low.abs().max(self.high.abs())
    }
}

impl Add for Interval {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self { low: self.low + other.low, high: self.high + other.high }
    }
}

impl Mul for Interval {
    type Output = Self;

    fn mul(self, other: Self) -> Self {
        let (a, b) = (self.low * other.low, self.low * other.high);
        let (c, d) = (self.high * other.low, self.high * other.high);
        Self { low: a.min(b).min(c.min(d)), high: a.max(b).max(c.max(d)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn holds_every_sum_and_product(a in -9.0f64..9.0, b in -9.0f64..9.0, c in -9.0f64..9.0, d in -9.0f64..9.0,
                                       s in 0.0f64..1.0, t in 0.0f64..1.0) {
            let (first, second) = (Interval::between(a, b), Interval::between(c, d));
            let (x, y) = (a + s * (b - a), c + t * (d - c));
            let (sum, product) = (first + second, first * second);
            prop_assert!(sum.low - 1e-9 <= x + y && x + y <= sum.high + 1e-9);
            prop_assert!(product.low - 1e-9 <= x * y && x * y <= product.high + 1e-9);
            prop_assert!(x.abs() <= first.magnitude() + 1e-9);
            let hull = first.hull(second);
            prop_assert!(hull.low <= x && y <= hull.high);
        }
    }
}
