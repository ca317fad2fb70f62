//! The estimated supremum of a function of several variables on tensor grids.

use gsmooth_plugin_sdk::Result;

use crate::ask::Ask;
use crate::grid::{Axis, FINEST, Grid};
use crate::line::{Estimate, Refinement};

/// Estimates the supremum of `distance` over the box of `axes`.
///
/// Every point of the box is within half a gap, along each axis, of a grid point; around a grid point the function is
/// taken to stay below `D + sum_i L_i g_i / 2` with L_i the largest slope seen along axis i to its neighbours and their
/// neighbours. The whole grid is halved until this exceeds the greatest value found by no more than the
/// tolerance, or the next grid would exceed the evaluations allowed. The estimate is the greatest of these values.
pub fn supremum(axes: &[Axis], refinement: Refinement, distance: &mut impl Ask) -> Result<Estimate> {
    let mut grid = Grid::finest(axes, refinement.level, refinement.evaluations)?;
    let mut values = distance.ask(&grid.points(), grid.len())?;
    loop {
        let evaluations = grid.len() as u64;
        if values.iter().any(|value| !value.is_finite()) {
            return Ok(Estimate { value: f64::INFINITY, evaluations });
        }
        let found = values.iter().copied().fold(0.0, f64::max);
        let value = (0..values.len()).map(|index| allowance(&grid, &values, index)).fold(found, f64::max);
        let finer = Grid::new(axes, grid.level() + 1, refinement.evaluations);
        match finer.filter(|finer| value > refinement.target(found) && finer.level() <= FINEST) {
            Some(finer) => {
                values = refine(&grid, &values, &finer, distance)?;
                grid = finer;
            }
            None => return Ok(Estimate { value, evaluations }),
        }
    }
}

/// What the function may reach around point `index`.
fn allowance(grid: &Grid, values: &[f64], index: usize) -> f64 {
    let growth = (0..grid.dimension()).map(|axis| {
        let around = grid.neighbours(index, axis).into_iter().flatten().chain([index]);
        let rise = around.map(|point| rise(grid, values, point, axis)).fold(0.0, f64::max);
        // Half a gap at slope rise / gap.
        0.5 * rise
    });
    values[index] + growth.sum::<f64>()
}

/// The largest difference to a neighbour along `axis`.
fn rise(grid: &Grid, values: &[f64], index: usize, axis: usize) -> f64 {
    let neighbours = grid.neighbours(index, axis).into_iter().flatten();
    neighbours.map(|neighbour| (values[neighbour] - values[index]).abs()).fold(0.0, f64::max)
}

/// The values on `finer`, one level above `grid`; only its new points are asked for.
fn refine(grid: &Grid, values: &[f64], finer: &Grid, distance: &mut impl Ask) -> Result<Vec<f64>> {
    let known: Vec<Option<f64>> =
        (0..finer.len()).map(|index| known(grid, values, &finer.position(index))).collect();
    let new: Vec<usize> = (0..finer.len()).filter(|&index| known[index].is_none()).collect();
    let points: Vec<f64> = new.iter().flat_map(|&index| finer.point(index)).collect();
    let mut answers = distance.ask(&points, new.len())?.into_iter();
    // As many answers as unknown points: `ask` has checked that.
    Ok(known.into_iter().map(|value| value.or_else(|| answers.next()).unwrap_or(f64::INFINITY)).collect())
}

/// The value on the coarse grid of a position of the grid one level finer, if it is there.
fn known(grid: &Grid, values: &[f64], position: &[u64]) -> Option<f64> {
    position
        .iter()
        .all(|place| place % 2 == 0)
        .then(|| values[grid.index(position.iter().map(|place| place / 2))])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const AXES: [Axis; 2] = [Axis { low: -1.0, high: 1.0 }, Axis { low: 0.0, high: 3.0 }];

    fn estimate(axes: &[Axis], evaluations: u64, function: impl Fn(&[f64]) -> f64) -> Estimate {
        let refinement = Refinement { level: 3, tolerance: 0.05, evaluations };
        let mut ask = |points: &[f64]| -> Result<Vec<f64>> {
            Ok(points.chunks_exact(axes.len()).map(&function).collect())
        };
        supremum(axes, refinement, &mut ask).unwrap()
    }

    proptest! {
        #[test]
        fn peaks_are_found_from_above(x in -1.0f64..1.0, y in 0.0f64..3.0, height in 0.5f64..5.0) {
            let found = estimate(&AXES, 20_000, |point| height * (-(point[0] - x).powi(2) - (point[1] - y).powi(2)).exp());
            prop_assert!(found.value >= 0.999 * height && found.value <= 1.06 * height);
            prop_assert!(found.evaluations <= 20_000);
        }
    }

    #[test]
    fn degenerate_axes_are_allowed() {
        let axes = [Axis { low: 1.0, high: 1.0 }, Axis { low: 0.0, high: 1.0 }];
        let found = estimate(&axes, 2000, |point| point[0] + point[1]);
        assert!(found.value >= 2.0 && found.value < 2.11);
        let point = [Axis { low: 1.0, high: 1.0 }; 2];
        assert_eq!(estimate(&point, 1, |point| point[0] + point[1]), Estimate { value: 2.0, evaluations: 1 });
    }

    #[test]
    fn evaluations_bound_the_grid() {
        let found = estimate(&AXES, 30, |point| point[1]);
        assert_eq!(found.evaluations, 25);
        assert!(found.value >= 3.0);
    }

    #[test]
    fn new_points_only_are_asked_for() {
        let mut asked = 0;
        let mut ask = |points: &[f64]| -> Result<Vec<f64>> {
            asked += points.len() / 2;
            Ok(points.chunks_exact(2).map(|point| (9.0 * point[0]).sin() + 2.0 * point[1]).collect())
        };
        let refinement = Refinement { level: 2, tolerance: 0.01, evaluations: 5000 };
        let found = supremum(&AXES, refinement, &mut ask).unwrap();
        assert_eq!(asked as u64, found.evaluations);
        assert!(found.evaluations > 25);
    }

    #[test]
    fn unknown_values_are_infinite() {
        assert_eq!(estimate(&AXES, 100, |_| f64::NAN).value, f64::INFINITY);
    }
}
