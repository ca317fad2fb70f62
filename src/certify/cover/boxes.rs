//! Cells of several parameters: boxes, halved along the side that moves the most until each requires little enough.

use super::super::geometry::GeometryError;
use super::super::ranges::Range;
use super::{CoverPlan, CoverRule, Moving, PlannedCell};

/// How often a side may be halved; what still moves too far then is taken for a jump.
const HALVINGS: u32 = 16;

/// The middle of a box.
pub fn centre(low: &[f64], high: &[f64]) -> Vec<f64> {
    low.iter().zip(high).map(|(low, high)| low.midpoint(*high)).collect()
}

/// The cells of a range of several parameters within a radius of the identity, those nearest to it first.
///
/// # Errors
/// If a plugin or a network fails.
pub fn cover(
    moving: &mut dyn Moving,
    range: &Range,
    radius: f64,
    rule: &CoverRule,
) -> Result<CoverPlan, GeometryError> {
    let (low, high) = range.within(radius);
    let mut plan = CoverPlan { cells: Vec::new(), limit: radius };
    let mut open = vec![Open { low, high, halvings: 0 }];
    while let Some(next) = open.pop() {
        let reach = range.nearest(&next.low, &next.high);
        if reach >= plan.limit {
            continue;
        }
        if plan.cells.len() >= rule.max || next.halvings > HALVINGS * next.low.len() as u32 {
            plan.limit = plan.limit.min(reach);
            continue;
        }
        match next.cell_or_halves(moving, range, rule)? {
            Ok(cell) => plan.cells.push(cell),
            Err(halves) => open.extend(halves),
        }
        // The nearest box is taken first, so that a shortage of cells ends the cover far from the identity.
        open.sort_by(|a, b| range.nearest(&b.low, &b.high).total_cmp(&range.nearest(&a.low, &a.high)));
    }
    plan.cells.retain(|cell| cell.reach < plan.limit);
    Ok(plan)
}

/// How far the middles of the two faces of each side of a box are from an anchor in it.
///
/// # Errors
/// If a plugin or a network fails.
pub fn side_reaches(
    moving: &mut dyn Moving,
    anchor: &[f64],
    low: &[f64],
    high: &[f64],
) -> Result<Vec<f64>, GeometryError> {
    let face = |side: usize, end: &[f64]| {
        let mut point = anchor.to_vec();
        point[side] = end[side];
        point
    };
    let faces: Vec<Vec<f64>> =
        (0..anchor.len()).flat_map(|side| [face(side, low), face(side, high)]).collect();
    let reaches = moving.reaches(anchor, &faces)?;
    let worse =
        |pair: &[f64]| if pair.iter().any(|r| r.is_nan()) { f64::INFINITY } else { pair[0].max(pair[1]) };
    Ok(reaches.chunks_exact(2).map(worse).collect())
}

/// A box that is no cell yet.
struct Open {
    low: Vec<f64>,
    high: Vec<f64>,
    halvings: u32,
}

impl Open {
    fn cell_or_halves(
        self,
        moving: &mut dyn Moving,
        range: &Range,
        rule: &CoverRule,
    ) -> Result<Result<PlannedCell, [Self; 2]>, GeometryError> {
        let anchor = centre(&self.low, &self.high);
        let sides = side_reaches(moving, &anchor, &self.low, &self.high)?;
        // A box whose own faces are too far away need not be bounded as a whole.
        if sides.iter().all(|reach| *reach <= rule.reach() * super::TOLERANCE) {
            let cell = PlannedCell::new(moving, range, anchor.clone(), self.low.clone(), self.high.clone())?;
            if rule.allows(&cell) {
                return Ok(Ok(cell));
            }
        }
        Ok(Err(self.halved(&anchor, &sides)))
    }

    fn halved(self, anchor: &[f64], sides: &[f64]) -> [Self; 2] {
        let farthest = (0..sides.len()).max_by(|a, b| sides[*a].total_cmp(&sides[*b])).unwrap_or(0);
        let (mut lower, mut upper) = (self.high.clone(), self.low.clone());
        lower[farthest] = anchor[farthest];
        upper[farthest] = anchor[farthest];
        let halvings = self.halvings + 1;
        [Self { low: self.low, high: lower, halvings }, Self { low: upper, high: self.high, halvings }]
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::geometry::Kind;
    use super::super::super::ranges::Norm;
    use super::*;
    use crate::stats::normal;

    /// A plane whose code moves by a different speed along each parameter.
    struct Plane([f64; 2]);

    impl Plane {
        fn between(&self, a: &[f64], b: &[f64]) -> f64 {
            (0..2).map(|i| (self.0[i] * (a[i] - b[i])).powi(2)).sum::<f64>().sqrt()
        }
    }

    impl Moving for Plane {
        fn is_norm(&self) -> bool {
            true
        }

        fn reaches(&mut self, anchor: &[f64], points: &[Vec<f64>]) -> Result<Vec<f64>, GeometryError> {
            Ok(points.iter().map(|point| self.between(anchor, point)).collect())
        }

        fn required(
            &mut self,
            anchor: &[f64],
            low: &[f64],
            high: &[f64],
        ) -> Result<(f64, Kind), GeometryError> {
            let corners = [[low[0], low[1]], [low[0], high[1]], [high[0], low[1]], [high[0], high[1]]];
            let far = corners.iter().map(|corner| self.between(anchor, corner)).fold(0.0, f64::max);
            Ok((normal::cdf(far), Kind::Proven))
        }
    }

    fn range(norm: Norm) -> Range {
        Range { low: vec![-1.0, -2.0], high: vec![1.0, 2.0], identity: vec![0.0, 0.0], norm }
    }

    const RULE: CoverRule = CoverRule { max: 1000, p: 0.75, margin: 0.0, slack: 0.0, pooled: false };

    #[test]
    fn every_point_within_the_radius_lies_in_a_cell() {
        for norm in [Norm::L1, Norm::L2, Norm::Linf] {
            let range = range(norm);
            let plan = cover(&mut Plane([4.0, 0.5]), &range, 1.5, &RULE).unwrap();
            assert_eq!(plan.limit, 1.5);
            for i in 0..=40 {
                for j in 0..=40 {
                    let point = [-1.0 + f64::from(i) / 20.0, -2.0 + f64::from(j) / 10.0];
                    let inside =
                        |c: &PlannedCell| (0..2).all(|k| c.low[k] <= point[k] && point[k] <= c.high[k]);
                    let near = norm.of(point.into_iter()) <= 1.5;
                    assert!(!near || plan.cells.iter().any(inside), "{norm:?} {point:?}");
                }
            }
        }
    }

    #[test]
    fn a_shortage_of_cells_limits_the_radius() {
        let rule = CoverRule { max: 20, ..RULE };
        let plan = cover(&mut Plane([4.0, 4.0]), &range(Norm::Linf), 2.0, &rule).unwrap();
        assert!(plan.limit > 0.0 && plan.limit < 1.0 && plan.cells.len() <= 20, "{}", plan.limit);
    }
}
