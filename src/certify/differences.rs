//! Derivatives of F2(tau(xi, x)) by finite differences (MATHEMATICS 6): ONNX Runtime runs forward only.
//!
//! Central differences with Richardson extrapolation, one-sided at the ends of the range. Always estimates: across a
//! ReLU kink extrapolation overshoots.

use super::features::{FeatureError, Features, difference};
use super::ranges::Range;

/// Relative noise of a float32 network's outputs, in units of their size.
const FLOAT32_NOISE: f64 = 1.2e-7;
/// Steps as a share of the range's width.
const STEP_SHARES: (f64, f64) = (1e-4, 5e-2);
/// Steps as a share of the box in question. A path that turns within a step is longer than its chord, and a derivative
/// taken over that step would be too small for the box.
const BOX_SHARE: f64 = 1.0 / 32.0;

/// A directional derivative with an estimate of its error.
#[derive(Debug, Clone)]
pub struct Derivative {
    /// d F2(tau(xi + s u, x)) / ds at s = 0.
    pub value: Vec<f64>,
    /// The l2 norm of its estimated error: truncation by the last extrapolation, and rounding of the features.
    pub error: f64,
}

/// The derivative at each point along each point's direction; all points go to the network in one call. `sides` are those
/// of the box that the derivatives are to tell of: steps are much shorter.
///
/// # Errors
/// If features can't be had.
pub fn derivatives(
    features: &mut Features<'_>,
    range: &Range,
    sides: &[f64],
    points: &[Vec<f64>],
    directions: &[Vec<f64>],
) -> Result<Vec<Derivative>, FeatureError> {
    let widths = range.low.iter().zip(&range.high).map(|(low, high)| high - low);
    let longest = step_share(features, range)? * widths.fold(0.0, f64::max);
    let stencils: Vec<Stencil> = points
        .iter()
        .zip(directions)
        .map(|(point, direction)| {
            Stencil::new(range, point, direction, step_along(longest, sides, direction))
        })
        .collect();
    let wanted: Vec<Vec<f64>> = stencils.iter().flat_map(|s| s.points.iter().cloned()).collect();
    let values = features.at(&wanted)?;
    let groups = values.chunks_exact(4);
    Ok(stencils.iter().zip(groups).map(|(stencil, values)| stencil.extrapolate(values)).collect())
}

/// A step, as a share of the range, that balances the features' float32 noise against the extrapolated truncation
/// error of fourth order: (noise / change over the range)^(1/5).
fn step_share(features: &mut Features<'_>, range: &Range) -> Result<f64, FeatureError> {
    let ends = features.at(&[range.low.clone(), range.high.clone()])?;
    let change = norm(&difference(&ends[1], &ends[0]));
    let size = norm(&ends[0].iter().map(|v| f64::from(*v)).collect::<Vec<_>>());
    let share = (FLOAT32_NOISE * size / change.max(f64::MIN_POSITIVE)).powf(0.2);
    Ok(share.clamp(STEP_SHARES.0, STEP_SHARES.1))
}

/// A step along a direction, in multiples of it: at most `longest`, and a small part of every side of the box that has a
/// length.
fn step_along(longest: f64, sides: &[f64], direction: &[f64]) -> f64 {
    let of_sides = sides.iter().zip(direction).filter(|(side, u)| **side > 0.0 && **u != 0.0);
    of_sides
        .map(|(side, u)| BOX_SHARE * side / u.abs())
        .fold(longest / norm(direction).max(f64::MIN_POSITIVE), f64::min)
}

/// Four points around (or to one side of) a point, for steps h and h/2.
struct Stencil {
    points: [Vec<f64>; 4],
    /// Step h, signed when one-sided.
    step: f64,
    one_sided: bool,
}

impl Stencil {
    fn new(range: &Range, point: &[f64], direction: &[f64], step: f64) -> Self {
        let at = |s: f64| -> Vec<f64> { point.iter().zip(direction).map(|(p, u)| p + s * u).collect() };
        let inside =
            |s: f64| at(s).iter().enumerate().all(|(i, v)| *v >= range.low[i] && *v <= range.high[i]);
        if inside(step) && inside(-step) {
            return Self {
                points: [at(step), at(-step), at(step / 2.0), at(-step / 2.0)],
                step,
                one_sided: false,
            };
        }
        let step = if inside(2.0 * step) { step } else { -step };
        // Where not even the other side has room the points leave the range; the transformation may then refuse.
        Self { points: [at(0.0), at(step / 2.0), at(step), at(2.0 * step)], step, one_sided: true }
    }

    fn extrapolate(&self, values: &[std::sync::Arc<[f32]>]) -> Derivative {
        let h = self.step;
        let v = |i: usize, j: usize| f64::from(values[i][j]);
        let count = values[0].len();
        let pair = |j: usize| {
            if self.one_sided {
                let coarse = (-3.0 * v(0, j) + 4.0 * v(2, j) - v(3, j)) / (2.0 * h);
                let fine = (-3.0 * v(0, j) + 4.0 * v(1, j) - v(2, j)) / h;
                (coarse, fine)
            } else {
                ((v(0, j) - v(1, j)) / (2.0 * h), (v(2, j) - v(3, j)) / h)
            }
        };
        // Both formulas err by c h^2 at first order: Richardson's combination removes it.
        let value: Vec<f64> =
            (0..count).map(&pair).map(|(coarse, fine)| (4.0 * fine - coarse) / 3.0).collect();
        let truncation = norm(&(0..count).map(|j| value[j] - pair(j).1).collect::<Vec<_>>());
        let size = norm(&values[0].iter().map(|x| f64::from(*x)).collect::<Vec<_>>());
        Derivative { value, error: truncation + 8.0 * FLOAT32_NOISE * size / h.abs() }
    }
}

fn norm(values: &[f64]) -> f64 {
    values.iter().map(|v| v * v).sum::<f64>().sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_short_beside_the_box_and_the_range() {
        assert_eq!(step_along(0.5, &[0.0], &[1.0]), 0.5);
        assert_eq!(step_along(0.5, &[32.0], &[1.0]), 0.5);
        assert_eq!(step_along(0.5, &[0.32], &[1.0]), 0.01);
        assert_eq!(step_along(0.5, &[0.32, 0.0], &[0.0, 2.0]), 0.25);
        assert_eq!(step_along(9.0, &[3.2, 0.32], &[1.0, -1.0]), 0.01);
    }
}
