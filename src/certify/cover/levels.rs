//! Cells of a transformation with finitely many parameters: one for each, with its anchor there.

use super::super::geometry::GeometryError;
use super::super::ranges::Range;
use super::{CoverPlan, Moving, PlannedCell};

/// The cells of the levels of some radii: `levels[i]` acts like every parameter within `radii[i]` (ascending).
///
/// A level counts for the first radius that it appears at; without it the radius before that one is left.
///
/// # Errors
/// If a plugin or a network fails.
pub fn cover(
    moving: &mut dyn Moving,
    range: &Range,
    radii: &[f64],
    levels: &[Vec<Vec<f64>>],
    max: usize,
) -> Result<CoverPlan, GeometryError> {
    let mut plan = CoverPlan { cells: Vec::new(), limit: 0.0 };
    for (radius, levels) in radii.iter().zip(levels) {
        for level in levels {
            if plan.cells.iter().any(|cell: &PlannedCell| cell.anchor == *level) {
                continue;
            }
            if plan.cells.len() == max {
                plan.cells.retain(|cell| cell.reach < plan.limit);
                return Ok(plan);
            }
            let cell = PlannedCell::new(moving, range, level.clone(), level.clone(), level.clone())?;
            plan.cells.push(PlannedCell { reach: plan.limit, ..cell });
        }
        plan.limit = *radius;
    }
    Ok(plan)
}

#[cfg(test)]
mod tests {
    use super::super::super::geometry::Kind;
    use super::super::super::ranges::Norm;
    use super::*;

    struct Still;

    impl Moving for Still {
        fn reaches(&mut self, _: &[f64], points: &[Vec<f64>]) -> Result<Vec<f64>, GeometryError> {
            Ok(vec![0.0; points.len()])
        }

        fn required(&mut self, _: &[f64], _: &[f64], _: &[f64]) -> Result<(f64, Kind), GeometryError> {
            Ok((0.5, Kind::Proven))
        }
    }

    #[test]
    fn a_level_counts_for_the_radius_that_brings_it() {
        let range = Range { low: vec![-2.0], high: vec![2.0], identity: vec![0.0], norm: Norm::L2 };
        let points = |values: &[f64]| values.iter().map(|value| vec![*value]).collect::<Vec<_>>();
        let levels = [points(&[-1.0, 0.0, 1.0]), points(&[-2.0, -1.0, 0.0, 1.0, 2.0])];
        let plan = cover(&mut Still, &range, &[1.0, 2.0], &levels, 100).unwrap();
        assert_eq!(plan.limit, 2.0);
        let reaches: Vec<f64> = plan.cells.iter().map(|cell| cell.reach).collect();
        assert_eq!(reaches, [0.0, 0.0, 0.0, 1.0, 1.0]);
        let plan = cover(&mut Still, &range, &[1.0, 2.0], &levels, 4).unwrap();
        assert_eq!((plan.limit, plan.cells.len()), (1.0, 3));
    }
}
