//! The estimated supremum of a function of one variable on an adaptive grid.

use crate::ask::Ask;
use crate::error::EstimatorError;
use crate::grid::{Axis, FINEST};
use gsmooth_plugin_sdk::Result;

/// Estimate and effort.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// The estimated supremum.
    pub value: f64,
    /// Points evaluated.
    pub evaluations: u64,
}

/// How an estimate is refined.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Refinement {
    /// Level of the grid to start from.
    pub level: u32,
    /// The allowance at which to stop, relative to the maximum found.
    pub tolerance: f64,
    /// How many points may be evaluated.
    pub evaluations: u64,
}

/// Maxima below this are as good as zero: the tolerance is relative to it then. (A distance of 0.1 is proven by
/// 54 % of the votes.)
const NEGLIGIBLE: f64 = 0.1;

impl Refinement {
    /// The same from the finest grid up to its level that may be evaluated.
    pub fn affordable(self) -> Result<Self> {
        let level = (0..=self.level).rev().find(|&level| (1u64 << level) < self.evaluations);
        let level = level.ok_or(EstimatorError::Evaluations { allowed: self.evaluations })?;
        Ok(Self { level, ..self })
    }

    /// The value below which an allowance need not be refined, given the greatest value found.
    pub fn target(&self, found: f64) -> f64 {
        found + self.tolerance * found.max(NEGLIGIBLE)
    }
}

/// A dyadic point, its numerator over `2^FINEST`, and the value there.
#[derive(Debug, Clone, Copy)]
struct Node {
    numerator: u64,
    value: f64,
}

/// How fast a function may change between neighbours.
pub trait Slopes {
    /// A slope for each gap: `ends` holds the parameters of the nodes, `values` the function there.
    fn of_gaps(&mut self, ends: &[f64], values: &[f64]) -> Result<Vec<f64>>;
}

/// Slopes as seen: on each gap the largest of its own and of the gaps to its left and right.
#[derive(Debug)]
pub struct Seen;

impl Slopes for Seen {
    fn of_gaps(&mut self, ends: &[f64], values: &[f64]) -> Result<Vec<f64>> {
        let rises = values.windows(2).map(|pair| (pair[1] - pair[0]).abs());
        let own: Vec<f64> =
            rises.zip(ends.windows(2)).map(|(rise, pair)| rise / (pair[1] - pair[0])).collect();
        let around = |gap: usize| own[gap.saturating_sub(1)..(gap + 2).min(own.len())].iter();
        Ok((0..own.len()).map(|gap| around(gap).copied().fold(0.0, f64::max)).collect())
    }
}

/// Bounds the supremum of `distance` over `axis`.
///
/// Between neighbours i, i+1 at distance g the function is taken to stay below
/// `(D_i + D_(i+1) + L g) / 2`, the peak of the two lines of slope L through them, where `slopes` gives L: as seen
/// ([`Seen`]), which makes an estimate, or as proven, which makes a proof. Gaps in which this may exceed the greatest
/// value found by more than the tolerance are halved, the most promising first, until there are none or the
/// evaluations are spent. The bound is the greatest of these peaks; it is never below the greatest value found, and
/// infinite where a value is not a finite number.
pub fn supremum(
    axis: Axis,
    refinement: Refinement,
    slopes: &mut impl Slopes,
    distance: &mut impl Ask,
) -> Result<Estimate> {
    let steps = 1u64 << refinement.level;
    let stride = 1u64 << (FINEST - refinement.level);
    let numerators: Vec<u64> = (0..=steps).map(|step| step * stride).collect();
    let mut nodes = evaluate(axis, &numerators, distance)?;
    loop {
        let evaluations = nodes.len() as u64;
        let found = nodes.iter().map(|node| node.value).fold(0.0, f64::max);
        if nodes.iter().any(|node| !node.value.is_finite()) {
            return Ok(Estimate { value: f64::INFINITY, evaluations });
        }
        let peaks = peaks(axis, &nodes, slopes)?;
        let value = peaks.iter().copied().fold(found, f64::max);
        let midpoints = promising(
            &nodes,
            &peaks,
            refinement.target(found),
            refinement.evaluations.saturating_sub(evaluations),
        );
        if midpoints.is_empty() {
            return Ok(Estimate { value, evaluations });
        }
        nodes.extend(evaluate(axis, &midpoints, distance)?);
        nodes.sort_unstable_by_key(|node| node.numerator);
    }
}

fn evaluate(axis: Axis, numerators: &[u64], distance: &mut impl Ask) -> Result<Vec<Node>> {
    let points: Vec<f64> = numerators.iter().map(|&numerator| axis.at(numerator, FINEST)).collect();
    let values = distance.ask(&points, points.len())?;
    Ok(numerators.iter().zip(values).map(|(&numerator, value)| Node { numerator, value }).collect())
}

/// What the function may reach in each gap, rounded up.
fn peaks(axis: Axis, nodes: &[Node], slopes: &mut impl Slopes) -> Result<Vec<f64>> {
    let ends: Vec<f64> = nodes.iter().map(|node| axis.at(node.numerator, FINEST)).collect();
    let values: Vec<f64> = nodes.iter().map(|node| node.value).collect();
    let slopes = slopes.of_gaps(&ends, &values)?;
    let peak = |((values, ends), slope): ((&[f64], &[f64]), f64)| {
        let peak = 0.5 * (values[0] + values[1] + slope * (ends[1] - ends[0]).next_up());
        peak * (1.0 + 4.0 * f64::EPSILON)
    };
    // A slope that is no number must not be lost in a maximum.
    let known = |peak: f64| if peak.is_nan() { f64::INFINITY } else { peak };
    Ok(values.windows(2).zip(ends.windows(2)).zip(slopes).map(peak).map(known).collect())
}

/// Midpoints of the gaps whose peak lies above `target`: at most `allowed`, the highest peaks first.
fn promising(nodes: &[Node], peaks: &[f64], target: f64, allowed: u64) -> Vec<u64> {
    let mut gaps: Vec<usize> = (0..peaks.len())
        .filter(|&gap| peaks[gap] > target && nodes[gap + 1].numerator - nodes[gap].numerator > 1)
        .collect();
    gaps.sort_by(|&a, &b| peaks[b].total_cmp(&peaks[a]));
    gaps.truncate(usize::try_from(allowed).unwrap_or(usize::MAX));
    gaps.into_iter().map(|gap| nodes[gap].numerator.midpoint(nodes[gap + 1].numerator)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const UNIT: Axis = Axis { low: 0.0, high: 1.0 };

    fn estimate(level: u32, evaluations: u64, function: impl Fn(f64) -> f64) -> Estimate {
        let refinement = Refinement { level, tolerance: 0.01, evaluations };
        let mut ask =
            |points: &[f64]| -> Result<Vec<f64>> { Ok(points.iter().map(|&x| function(x)).collect()) };
        supremum(UNIT, refinement, &mut Seen, &mut ask).unwrap()
    }

    proptest! {
        #[test]
        fn smooth_peaks_are_found_from_above(place in 0.0f64..1.0, width in 0.05f64..1.0, height in 0.2f64..9.0) {
            let peak = |x: f64| height * (-((x - place) / width).powi(2)).exp();
            let found = estimate(5, 4096, peak);
            prop_assert!(found.value >= height * (1.0 - 1e-3) && found.value <= height * 1.0101 + 1e-3);
            prop_assert!(found.evaluations < 150, "{}", found.evaluations);
        }

        #[test]
        fn kinks_are_found_from_above(place in 0.0f64..1.0, slope in 0.5f64..9.0) {
            // The two sides have the same slope: the allowance meets the kink exactly.
            let found = estimate(3, 4096, |x| 5.0 - slope * (x - place).abs());
            prop_assert!(found.value >= 5.0 - 1e-9 && found.value <= 5.0 * 1.0101);
        }
    }

    #[test]
    fn never_below_the_greatest_value_found() {
        let found = estimate(2, 5, |x| if x == 0.75 { 4.0 } else { 0.0 });
        assert_eq!(found.evaluations, 5);
        assert!(found.value >= 4.0);
    }

    #[test]
    fn refines_only_where_it_matters() {
        let uniform = 2f64.powi(12);
        let found = estimate(5, 4096, |x| 1.0 - (x - 1.0 / 3.0).powi(2));
        assert!((found.evaluations as f64) < 0.05 * uniform);
    }

    #[test]
    fn evaluations_are_respected_on_jumps() {
        let found = estimate(4, 100, |x| if x < 0.3 { 1.0 } else { 2.0 });
        assert!(found.evaluations <= 100 && found.value >= 2.0 && found.value <= 2.51);
    }

    #[test]
    fn zero_and_infinity() {
        assert_eq!(estimate(5, 4096, |_| 0.0), Estimate { value: 0.0, evaluations: 33 });
        assert_eq!(estimate(5, 4096, |x| 1.0 / (x - 0.5)).value, f64::INFINITY);
        assert_eq!(estimate(5, 4096, |_| f64::NAN).value, f64::INFINITY);
    }
}
