//! Cells of a transformation with finitely many parameters: groups of them, each with its anchor in the middle.

use super::super::geometry::GeometryError;
use super::super::ranges::Range;
use super::{CoverPlan, CoverRule, Moving, PlannedCell, boxes};

/// The cells of the levels of some radii: `levels[i]` acts like every parameter within `radii[i]` (ascending).
///
/// A level counts for the first radius that it appears at; without it the radius before that one is left. The levels that
/// a radius adds are parted until the box around each group requires little enough, or is a single level.
///
/// # Errors
/// If a plugin or a network fails.
pub fn cover(
    moving: &mut dyn Moving,
    range: &Range,
    radii: &[f64],
    levels: &[Vec<Vec<f64>>],
    rule: &CoverRule,
) -> Result<CoverPlan, GeometryError> {
    let mut plan = CoverPlan { cells: Vec::new(), limit: 0.0 };
    let mut known: Vec<&Vec<f64>> = Vec::new();
    for (radius, levels) in radii.iter().zip(levels) {
        let added: Vec<Vec<f64>> = levels
            .iter()
            .filter(|level| known.binary_search_by(|k| compare(k, level)).is_err())
            .cloned()
            .collect();
        known.extend(levels);
        known.sort_by(|a, b| compare(a, b));
        let mut open = vec![added];
        while let Some(group) = open.pop() {
            if plan.cells.len() + open.len() >= rule.max {
                plan.cells.retain(|cell| cell.reach < plan.limit);
                return Ok(plan);
            }
            match cell_or_halves(moving, range, rule, group)? {
                Ok(Some(cell)) => {
                    plan.cells.push(PlannedCell { reach: plan.limit, rounded: true, ..cell });
                }
                Ok(None) => {}
                // The half of the lower levels is next.
                Err([lower, upper]) => open.extend([upper, lower]),
            }
        }
        plan.limit = *radius;
    }
    Ok(plan)
}

fn compare(a: &[f64], b: &[f64]) -> std::cmp::Ordering {
    let differ = |(a, b): (&f64, &f64)| Some(a.total_cmp(b)).filter(|order| order.is_ne());
    a.iter().zip(b).find_map(differ).unwrap_or(std::cmp::Ordering::Equal)
}

type Group = Vec<Vec<f64>>;

/// A cell around a group, if it requires little enough or there is nothing to part; none around none.
fn cell_or_halves(
    moving: &mut dyn Moving,
    range: &Range,
    rule: &CoverRule,
    group: Group,
) -> Result<Result<Option<PlannedCell>, [Group; 2]>, GeometryError> {
    let Some(first) = group.first() else { return Ok(Ok(None)) };
    let (mut low, mut high) = (first.clone(), first.clone());
    for (i, value) in group.iter().flat_map(|level| level.iter().enumerate()) {
        low[i] = low[i].min(*value);
        high[i] = high[i].max(*value);
    }
    let anchor = middle(&group, &low, &high);
    let sides = boxes::side_reaches(moving, &anchor, &low, &high)?;
    if group.len() == 1 || sides.iter().all(|reach| *reach <= rule.reach() * super::TOLERANCE) {
        let cell = PlannedCell::new(moving, range, anchor, low.clone(), high.clone())?;
        if group.len() == 1 || rule.allows(&cell) {
            return Ok(Ok(Some(cell)));
        }
    }
    let wide = |i: &usize| low[*i] < high[*i];
    let farthest = (0..low.len()).filter(wide).max_by(|a, b| sides[*a].total_cmp(&sides[*b])).unwrap_or(0);
    let mut values: Vec<f64> = group.iter().map(|level| level[farthest]).collect();
    values.sort_by(f64::total_cmp);
    values.dedup();
    let cut = values[(values.len() - 1) / 2];
    let (lower, upper) = group.into_iter().partition(|level| level[farthest] <= cut);
    Ok(Err([lower, upper]))
}

/// The level next to the middle of the box around its group, in units of the box.
fn middle(group: &[Vec<f64>], low: &[f64], high: &[f64]) -> Vec<f64> {
    let off_centre = |level: &Vec<f64>| -> f64 {
        let share =
            |i: usize| (level[i] - low[i].midpoint(high[i])) / (high[i] - low[i]).max(f64::MIN_POSITIVE);
        (0..low.len()).map(|i| share(i).powi(2)).sum()
    };
    group.iter().min_by(|a, b| off_centre(a).total_cmp(&off_centre(b))).cloned().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::super::super::geometry::Kind;
    use super::super::super::ranges::Norm;
    use super::*;
    use crate::stats::normal;

    /// Moves by so much for each unit of a parameter.
    struct Steps(f64);

    impl Moving for Steps {
        fn is_norm(&self) -> bool {
            true
        }

        fn reaches(&mut self, anchor: &[f64], points: &[Vec<f64>]) -> Result<Vec<f64>, GeometryError> {
            let reach = |point: &Vec<f64>| {
                self.0 * Norm::L2.of((0..anchor.len()).map(|i| (point[i] - anchor[i]).abs()))
            };
            Ok(points.iter().map(reach).collect())
        }

        fn required(
            &mut self,
            anchor: &[f64],
            low: &[f64],
            high: &[f64],
        ) -> Result<(f64, Kind), GeometryError> {
            let far = (0..anchor.len()).map(|i| (high[i] - anchor[i]).max(anchor[i] - low[i]));
            Ok((normal::cdf(self.0 * Norm::L2.of(far)), Kind::Proven))
        }
    }

    fn rule(max: usize) -> CoverRule {
        CoverRule { max, p: 0.75, margin: 0.0, slack: 0.0, pooled: false }
    }

    #[test]
    fn a_level_counts_for_the_radius_that_brings_it() {
        let range = Range { low: vec![-2.0], high: vec![2.0], identity: vec![0.0], norm: Norm::L2 };
        let points = |values: &[f64]| values.iter().map(|value| vec![*value]).collect::<Vec<_>>();
        let levels = [points(&[-1.0, 0.0, 1.0]), points(&[-2.0, -1.0, 0.0, 1.0, 2.0])];
        let plan = cover(&mut Steps(9.0), &range, &[1.0, 2.0], &levels, &rule(100)).unwrap();
        assert_eq!(plan.limit, 2.0);
        let reaches: Vec<f64> = plan.cells.iter().map(|cell| cell.reach).collect();
        assert_eq!(reaches, [0.0, 0.0, 0.0, 1.0, 1.0]);
        let plan = cover(&mut Steps(9.0), &range, &[1.0, 2.0], &levels, &rule(4)).unwrap();
        assert_eq!((plan.limit, plan.cells.len()), (1.0, 3));
    }

    /// What moves by little shares an anchor; every level lies in a cell, and no cell requires more than it may.
    #[test]
    fn near_levels_share_an_anchor() {
        let range =
            Range { low: vec![-4.0; 2], high: vec![4.0; 2], identity: vec![0.0; 2], norm: Norm::Linf };
        let square = |reach: i32| -> Vec<Vec<f64>> {
            let side = || (-reach..=reach).map(f64::from);
            side().flat_map(|a| side().map(move |b| vec![a, b])).collect()
        };
        let levels = [square(1), square(4)];
        let plan = cover(&mut Steps(0.3), &range, &[1.0, 4.0], &levels, &rule(100)).unwrap();
        assert!(plan.cells.len() < 40, "{} cells", plan.cells.len());
        for (levels, reach) in levels.iter().zip([0.0, 1.0]) {
            for level in levels {
                let holds =
                    |cell: &&PlannedCell| (0..2).all(|i| cell.low[i] <= level[i] && level[i] <= cell.high[i]);
                assert!(plan.cells.iter().filter(holds).any(|cell| cell.reach <= reach), "{level:?}");
            }
        }
        assert!(plan.cells.iter().all(|cell| cell.rounded && rule(100).allows(cell)));
        // Its halves leave no larger radius than the cell does, though their boxes lie farther out.
        let cell = plan.cells.iter().find(|cell| cell.low[0] < cell.high[0]).unwrap();
        let halves = cell.halves(&mut Steps(0.3), &range).unwrap().unwrap();
        assert!(halves.iter().all(|half| half.rounded && half.reach == cell.reach));
    }
}
