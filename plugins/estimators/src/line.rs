//! The estimated supremum of a function of one variable on an adaptive grid.

use crate::ask::Ask;
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

/// Estimates the supremum of `distance` over `axis`.
///
/// Between neighbours i, i+1 at distance g the function is taken to stay below
/// `(D_i + D_(i+1) + L g) / 2`, the peak of the two lines of slope L through them, where L is the largest slope seen
/// on that gap and on the gaps to its left and right. Gaps in which this may exceed the greatest value found by
/// more than the tolerance are halved, the most promising first, until there are none or the evaluations are
/// spent. The estimate is the greatest of these peaks; it is never below the greatest value found, and infinite
/// where a value is not a finite number.
pub fn supremum(axis: Axis, refinement: Refinement, distance: &mut impl Ask) -> Result<Estimate> {
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
        let peaks = peaks(axis, &nodes);
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

/// What the function may reach in each gap.
fn peaks(axis: Axis, nodes: &[Node]) -> Vec<f64> {
    let unit = axis.length() / (1u64 << FINEST) as f64;
    let gaps: Vec<f64> =
        nodes.windows(2).map(|pair| (pair[1].numerator - pair[0].numerator) as f64 * unit).collect();
    let slopes: Vec<f64> =
        nodes.windows(2).zip(&gaps).map(|(pair, gap)| (pair[1].value - pair[0].value).abs() / gap).collect();
    nodes
        .windows(2)
        .enumerate()
        .map(|(index, pair)| {
            let around = &slopes[index.saturating_sub(1)..(index + 2).min(slopes.len())];
            let slope = around.iter().copied().fold(0.0, f64::max);
            0.5 * (pair[0].value + pair[1].value + slope * gaps[index])
        })
        .collect()
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
        supremum(UNIT, refinement, &mut ask).unwrap()
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
