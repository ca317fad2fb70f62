//! The largest local M over a box, times the length of the move.

use gsmooth_plugin_sdk::{Bound, Kind, LocalM, OptionSpec, Options, Oracle, Result};

use crate::ask::Ask;
use crate::grid::{Axis, Grid, axes, level_of};
use crate::line::Estimate;
use crate::options::points;

/// M maximised over a grid, and over a finer one around its maximum, times the largest distance of parameters: what
/// `corollary1` and `corollary1_exact` share.
#[derive(Debug)]
pub struct LargestLocalM {
    points: u64,
}

/// The options of both.
pub const OPTIONS: &[OptionSpec] =
    &[points::spec("Points per parameter, rounded up to a power of two plus one.", 17)];

/// Level of the grid laid around the largest value found: 9 points per parameter over both neighbouring gaps.
const REFINED_LEVEL: u32 = 3;

impl LargestLocalM {
    /// With the options [`OPTIONS`].
    pub fn create(options: &Options<'_>) -> Result<Self> {
        Ok(Self { points: points::read(options)? })
    }

    /// The bound, with the M that `which` picks.
    pub fn bound(
        &self,
        oracle: &Oracle<'_>,
        anchor: &[f64],
        low: &[f64],
        high: &[f64],
        which: impl Fn(LocalM) -> Vec<f64>,
    ) -> Result<Bound> {
        let axes = axes(oracle.parameters(), anchor, low, high)?;
        let mut local_m = |points: &[f64]| oracle.local_m_at(points).map(&which);
        let Estimate { value, evaluations } =
            self.estimate(anchor, &axes, oracle.max_evaluations(), &mut local_m)?;
        // Zero, but for claims about a surrogate: its image at the identity is not the image itself.
        let start: f64 = oracle.distance_at(anchor, anchor)?.into_iter().sum();
        let mut bound = Bound { value: (start + value).next_up(), kind: Kind::Estimated, evaluations };
        // A derivative that was taken too small is found out by the moves themselves: D <= M |xi - anchor|.
        if let Ok(corners) = Grid::finest(&axes, 0, oracle.max_evaluations().saturating_sub(evaluations)) {
            for seen in oracle.distance_at(anchor, &corners.points())? {
                bound.value = if seen.is_nan() { f64::INFINITY } else { bound.value.max(seen) };
            }
            bound.evaluations += corners.len() as u64;
        }
        Ok(bound)
    }

    /// M over the smallest box that holds the anchor and `axes`, times the distance of the farthest corner.
    ///
    /// `D(xi) <= integral over the segment from the anchor to xi of the speed of the code <= M |xi - anchor|_2`, so M has
    /// to be maximised over those segments. They lie in that box, whose maximum is at least theirs.
    fn estimate(
        &self,
        anchor: &[f64],
        axes: &[Axis],
        evaluations: u64,
        local_m: &mut impl Ask,
    ) -> Result<Estimate> {
        let reached: Vec<Axis> = anchor
            .iter()
            .zip(axes)
            .map(|(&anchor, axis)| Axis { low: axis.low.min(anchor), high: axis.high.max(anchor) })
            .collect();
        let length = farthest(anchor, axes);
        if length == 0.0 {
            return Ok(Estimate { value: 0.0, evaluations: 0 });
        }
        let Estimate { value: m, evaluations } = self.largest_m(&reached, evaluations, local_m)?;
        Ok(Estimate { value: (m * length).next_up(), evaluations })
    }

    /// The greatest M on a tensor grid and on a finer one around its maximum; infinite where one is not finite.
    fn largest_m(&self, axes: &[Axis], allowed: u64, local_m: &mut impl Ask) -> Result<Estimate> {
        let grid = Grid::finest(axes, level_of(self.points), allowed)?;
        let values = local_m.ask(&grid.points(), grid.len())?;
        let best = (0..values.len()).max_by(|&a, &b| values[a].total_cmp(&values[b])).unwrap_or(0);
        let around = neighbourhood(&grid, axes, best);
        let mut evaluations = grid.len() as u64;
        let mut all = values;
        if let Ok(finer) = Grid::finest(&around, REFINED_LEVEL, allowed - evaluations) {
            evaluations += finer.len() as u64;
            all.extend(local_m.ask(&finer.points(), finer.len())?);
        }
        let value = if all.iter().all(|value| value.is_finite()) {
            all.into_iter().fold(0.0, f64::max)
        } else {
            f64::INFINITY
        };
        Ok(Estimate { value, evaluations })
    }
}

/// The part of the box within one gap of the grid point `index`.
fn neighbourhood(grid: &Grid, axes: &[Axis], index: usize) -> Vec<Axis> {
    let point = grid.point(index);
    let part = |(number, (&middle, axis)): (usize, (&f64, &Axis))| {
        let gap = grid.gap(number);
        Axis { low: (middle - gap).max(axis.low), high: (middle + gap).min(axis.high) }
    };
    point.iter().zip(axes).enumerate().map(part).collect()
}

/// Greatest distance of a corner of the box of `axes` from `anchor`, rounded up.
fn farthest(anchor: &[f64], axes: &[Axis]) -> f64 {
    let farther = |(&anchor, axis): (&f64, &Axis)| (axis.low - anchor).abs().max((axis.high - anchor).abs());
    let squares: f64 = anchor.iter().zip(axes).map(farther).map(|distance| distance * distance).sum();
    if squares == 0.0 { 0.0 } else { squares.sqrt() * (1.0 + 1e-12) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn estimate(anchor: &[f64], axes: &[Axis], allowed: u64, m: impl Fn(&[f64]) -> f64) -> Result<Estimate> {
        let mut ask =
            |points: &[f64]| -> Result<Vec<f64>> { Ok(points.chunks_exact(axes.len()).map(&m).collect()) };
        LargestLocalM { points: 17 }.estimate(anchor, axes, allowed, &mut ask)
    }

    #[test]
    fn constant_m_gives_the_distance() {
        let axes = [Axis { low: 1.0, high: 4.0 }, Axis { low: -3.0, high: 0.0 }];
        let found = estimate(&[0.0, 1.0], &axes, 10_000, |_| 2.0).unwrap();
        assert!(found.value >= 2.0 * 32f64.sqrt() && found.value < 2.0 * 32f64.sqrt() + 1e-9);
    }

    #[test]
    fn m_counts_on_the_way_from_the_anchor() {
        // A bump at 0.3, outside the box [1, 2] but between it and the anchor at 0.
        let bump = |x: &[f64]| 1.0 + 9.0 * (-200.0 * (x[0] - 0.3).powi(2)).exp();
        let found = estimate(&[0.0], &[Axis { low: 1.0, high: 2.0 }], 1000, bump).unwrap();
        assert!(found.value > 2.0 * 9.7 && found.value <= 20.0 + 1e-9, "{}", found.value);
        // The finer grid around the maximum comes closer than the first one.
        let coarse = (0..=16).map(|k| bump(&[f64::from(k) / 8.0])).fold(0.0, f64::max);
        assert!(found.value > 2.0 * coarse);
    }

    #[test]
    fn the_anchor_itself_needs_no_evaluation() {
        let point = [Axis { low: 1.0, high: 1.0 }];
        assert_eq!(estimate(&[1.0], &point, 100, |_| 7.0).unwrap(), Estimate { value: 0.0, evaluations: 0 });
    }

    #[test]
    fn evaluations_are_respected() {
        let axis = Axis { low: 0.0, high: 1.0 };
        for allowed in [2, 3, 17, 18, 20, 100] {
            assert!(estimate(&[0.0], &[axis], allowed, |x| x[0]).unwrap().evaluations <= allowed);
        }
        assert!(estimate(&[0.0], &[axis], 1, |x| x[0]).is_err());
        assert!(estimate(&[0.0; 3], &[axis; 3], 7, |x| x[0]).is_err());
    }

    #[test]
    fn unknown_m_is_infinite() {
        let axis = Axis { low: 0.0, high: 1.0 };
        assert_eq!(estimate(&[0.0], &[axis], 100, |_| f64::NAN).unwrap().value, f64::INFINITY);
    }
}
