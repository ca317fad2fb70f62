//! Whole shifts: how parameters are rounded to them, and which parameters of a box stand for all of them.

use gsmooth_plugin_sdk::{Error, Parameter, Result};

use crate::domain::Domain;
use crate::error::TransformationError;

/// The most points that one box may be enumerated to.
const MOST_LEVELS: usize = 4_000_000;

/// Shifts down and to the right, in pixels.
#[derive(Debug, Clone, Copy)]
pub struct Shifts {
    /// Domain of the first parameter.
    pub down: Domain,
    /// Domain of the second parameter.
    pub right: Domain,
}

impl Shifts {
    /// The declaration of both parameters; the identity is no shift.
    pub const fn parameters(&self) -> [Parameter; 2] {
        let Self { down, right } = self;
        [
            Parameter::new(down.name, "pixel", "Shift down.", down.low, down.high, 0.0),
            Parameter::new(right.name, "pixel", "Shift to the right.", right.low, right.high, 0.0),
        ]
    }

    /// Both parameters rounded by [`whole`].
    pub fn of(&self, parameters: &[f64]) -> std::result::Result<[f64; 2], TransformationError> {
        match parameters {
            [down, right] => Ok([whole(self.down.value(&[*down])?), whole(self.right.value(&[*right])?)]),
            other => Err(TransformationError::Count { name: self.down.name, count: other.len() }),
        }
    }

    /// Every pair of a level of either axis, given as (low, high) in the order of the parameters.
    pub fn levels(
        &self,
        low: &[f64],
        high: &[f64],
        axes: [&dyn Fn(f64, f64) -> Vec<f64>; 2],
    ) -> Result<Vec<f64>> {
        self.of(low)?;
        self.of(high)?;
        let (down, right) =
            (self.down.interval(&low[..1], &high[..1])?, self.right.interval(&low[1..], &high[1..])?);
        let (rows, columns) = (axes[0](down.0, down.1), axes[1](right.0, right.1));
        if rows.len().saturating_mul(columns.len()) > MOST_LEVELS {
            let (rows, columns) = (rows.len(), columns.len());
            return Err(Error::invalid_argument(format_args!(
                "a box of {rows} x {columns} shifts is too large"
            )));
        }
        let pairs = rows.iter().flat_map(|&down| columns.iter().flat_map(move |&right| [down, right]));
        Ok(pairs.collect())
    }
}

/// The nearest whole number; of two, the upper one.
///
/// Exactly so in floating point: a number of at least 1 in size is a whole multiple of its last digit, which makes its
/// distance from the whole number below it exact, and for smaller ones the distance is at least 1/2 if and only if the
/// exact one is. (`(v + 0.5).floor()` takes 0.5 - 2^-54 to 1.) So `whole(v + k) = whole(v) + k` for every number v and
/// every whole k.
pub fn whole(value: f64) -> f64 {
    let below = value.floor();
    if value - below >= 0.5 { below + 1.0 } else { below }
}

/// A parameter in `[low, high]` for each of the shifts `first` to `last`, which must be what some parameters there are
/// rounded to: the shift itself where it lies inside, and the end of the interval where only that is rounded to it.
pub fn representatives(low: f64, high: f64, first: f64, last: f64) -> Vec<f64> {
    (0..=(last - first) as usize).map(|step| (first + step as f64).clamp(low, high)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn halves_are_rounded_up() {
        assert_eq!([-1.5, -0.5, 0.5, 1.5].map(whole), [-1.0, 0.0, 1.0, 2.0]);
        let below_half = 0.5f64.next_down();
        assert_eq!((whole(below_half), (below_half + 0.5).floor()), (0.0, 1.0));
        assert_eq!([-below_half, (-0.5f64).next_down(), -1e-300, 1e-300].map(whole), [0.0, -1.0, 0.0, 0.0]);
        assert_eq!([1e300, -4503599627370497.0].map(whole), [1e300, -4503599627370497.0]);
    }

    proptest! {
        #[test]
        fn whole_shifts_pass_through(sixteenths in -4000i32..4000, shift in -1000i32..1000) {
            let (value, shift) = (f64::from(sixteenths) / 16.0, f64::from(shift));
            prop_assert_eq!(whole(value + shift), whole(value) + shift);
            let away = whole(value) - value;
            prop_assert!(-0.5 < away && away <= 0.5);
        }
    }
}
