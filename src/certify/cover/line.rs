//! Cells of a single parameter: as few as reach along the path of the smoothed input.
//!
//! The path is sketched on points that follow it closely, cells are laid greedily from one end (the longest cell from a
//! point on is optimal where the move grows along the path), and each is then bounded as a whole by the geometry.

use super::super::geometry::GeometryError;
use super::super::ranges::Range;
use super::{CoverPlan, CoverRule, Moving, PlannedCell};

/// Points that a stretch of the path is first sketched on.
const FIRST_INTERVALS: u32 = 8;
/// How often an interval of the sketch may be halved; what still moves too far then is taken for a jump.
const HALVINGS: u32 = 14;
/// Points of a sketch after which it gets no finer.
const MOST_POINTS: usize = 1 << 16;
/// The part of a cell's reach that two neighbours of the sketch may be apart.
const STEP: f64 = 0.25;
/// How often a cell that requires too much is made shorter.
const SHORTENINGS: u32 = 12;

/// The cells of a range of one parameter up to the last of some radii (ascending); no cell crosses a radius, so that each
/// can be claimed by itself.
///
/// With `outward` no cell crosses the identity either: the range is then covered from the identity outward, as when
/// the largest radius is sought.
///
/// # Errors
/// If a plugin or a network fails.
pub fn cover(
    moving: &mut dyn Moving,
    range: &Range,
    radii: &[f64],
    outward: bool,
    rule: &CoverRule,
) -> Result<CoverPlan, GeometryError> {
    let mut plan = CoverPlan { cells: Vec::new(), limit: radii.last().copied().unwrap_or(0.0) };
    for (from, to) in stretches(range, radii, outward) {
        if range.nearest(&[from.min(to)], &[from.max(to)]) >= plan.limit {
            continue;
        }
        let room = rule.max.saturating_sub(plan.cells.len());
        let mut line = Line { moving: &mut *moving, range, rule, sketch: Vec::new(), from, to };
        let (cells, end) = line.cells(room)?;
        plan.cells.extend(cells);
        if end != to {
            plan.limit = plan.limit.min(range.nearest(&[end.min(to)], &[end.max(to)]));
        }
    }
    plan.cells.retain(|cell| cell.reach < plan.limit);
    plan.cells.sort_by(|a, b| a.low[0].total_cmp(&b.low[0]));
    Ok(plan)
}

/// The stretches of the range between radii, the nearest to the identity first, each from its inner to its outer end.
fn stretches(range: &Range, radii: &[f64], outward: bool) -> Vec<(f64, f64)> {
    let mut all = Vec::new();
    let mut inner = (range.identity[0], range.identity[0]);
    for (number, radius) in radii.iter().enumerate() {
        let (low, high) = range.within(*radius);
        let outer = (low[0], high[0]);
        if number == 0 && !outward {
            all.push(outer);
        } else {
            all.push((inner.1, outer.1));
            all.push((inner.0, outer.0));
        }
        inner = outer;
    }
    all.retain(|(from, to)| from != to);
    all
}

/// One stretch of the path, from one end to the other.
struct Line<'a> {
    moving: &'a mut dyn Moving,
    range: &'a Range,
    rule: &'a CoverRule,
    /// Points along the path, from its beginning to its end.
    sketch: Vec<f64>,
    from: f64,
    to: f64,
}

impl Line<'_> {
    /// At most `room` cells, and where they end.
    fn cells(&mut self, room: usize) -> Result<(Vec<PlannedCell>, f64), GeometryError> {
        self.draw_sketch()?;
        let (mut cells, mut start) = (Vec::new(), 0);
        while start + 1 < self.sketch.len() && cells.len() < room {
            let Some((cell, end)) = self.next_cell(start)? else { break };
            cells.push(cell);
            start = end;
        }
        Ok((cells, self.sketch[start]))
    }

    /// Halves the intervals of the path along which it moves far.
    fn draw_sketch(&mut self) -> Result<(), GeometryError> {
        let step = STEP * self.rule.reach();
        let at = |i: u32| self.from + (self.to - self.from) * f64::from(i) / f64::from(FIRST_INTERVALS);
        self.sketch = (0..FIRST_INTERVALS).map(at).collect();
        self.sketch.push(self.to);
        // An interval that was found short enough needs no second look.
        let mut open: Vec<bool> = vec![true; self.sketch.len() - 1];
        let mut fresh: Vec<Vec<f64>> = self.sketch.iter().map(|x| vec![*x]).collect();
        for _ in 0..HALVINGS {
            if !open.contains(&true) {
                break;
            }
            // New points in one call, so that their codes are computed in batches.
            self.moving.reaches(&[self.from], &fresh)?;
            fresh.clear();
            let points: Vec<Vec<f64>> = self.sketch.iter().map(|x| vec![*x]).collect();
            let (mut finer, mut still_open) = (Vec::new(), Vec::new());
            for (pair, is_open) in points.windows(2).zip(open) {
                finer.push(pair[0][0]);
                let far = is_open && !(self.moving.reaches(&pair[0], &pair[1..])?[0] <= step);
                still_open.push(far);
                if far {
                    let middle = pair[0][0].midpoint(pair[1][0]);
                    finer.push(middle);
                    fresh.push(vec![middle]);
                    still_open.push(true);
                }
            }
            finer.push(self.to);
            (self.sketch, open) = (finer, still_open);
            if self.sketch.len() > MOST_POINTS {
                break;
            }
        }
        self.sketch.dedup();
        Ok(())
    }

    /// The longest cell from a point of the sketch on that the geometry bounds, and the point where it ends.
    fn next_cell(&mut self, start: usize) -> Result<Option<(PlannedCell, usize)>, GeometryError> {
        let aim = self.rule.reach();
        let mut limit = aim;
        for _ in 0..SHORTENINGS {
            let Some((anchor, end)) = self.longest(start, limit)? else { return Ok(None) };
            let (a, b) = (self.sketch[start], self.sketch[end]);
            let (anchor, low, high) = (self.sketch[anchor], a.min(b), a.max(b));
            let cell = if self.rule.pooled {
                PlannedCell::with_sides(self.moving, self.range, anchor, (low, high))?
            } else {
                PlannedCell::new(self.moving, self.range, vec![anchor], vec![low], vec![high])?
            };
            if self.rule.allows(&cell) {
                return Ok(Some((cell, end)));
            }
            limit *= (aim / self.rule.reach_of(&cell)).clamp(0.5, 0.95);
        }
        Ok(None)
    }

    /// The anchor farthest from the start that still reaches back to it, and the farthest point that it reaches.
    fn longest(&mut self, start: usize, limit: f64) -> Result<Option<(usize, usize)>, GeometryError> {
        let last = self.sketch.len() - 1;
        let mut anchor = start;
        while anchor < last && self.reaches_all(anchor + 1, start, anchor, limit)? {
            anchor += 1;
        }
        let mut end = anchor;
        while end < last && self.reaches_all(anchor, end + 1, end + 1, limit)? {
            end += 1;
        }
        Ok((end > start).then_some((anchor, end)))
    }

    /// Whether the points `first` to `last` of the sketch are within `limit` of an anchor.
    fn reaches_all(
        &mut self,
        anchor: usize,
        first: usize,
        last: usize,
        limit: f64,
    ) -> Result<bool, GeometryError> {
        let points: Vec<Vec<f64>> = self.sketch[first..=last].iter().map(|x| vec![*x]).collect();
        let reaches = self.moving.reaches(&[self.sketch[anchor]], &points)?;
        Ok(reaches.iter().all(|reach| *reach <= limit))
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::ranges::Norm;
    use super::super::testing::Path;
    use super::*;
    use proptest::prelude::*;

    const RULE: CoverRule = CoverRule { max: 500, p: 0.75, margin: 0.0, slack: 0.0, pooled: false };

    fn range(low: f64, high: f64) -> Range {
        Range { low: vec![low], high: vec![high], identity: vec![0.0], norm: Norm::L2 }
    }

    /// The cells meet end to end, and the anchors lie inside.
    fn check_tiles(plan: &CoverPlan, low: f64, high: f64) {
        assert_eq!(plan.cells.first().map(|cell| cell.low[0]), Some(low));
        assert_eq!(plan.cells.last().map(|cell| cell.high[0]), Some(high));
        for pair in plan.cells.windows(2) {
            assert_eq!(pair[0].high, pair[1].low);
        }
        assert!(plan.cells.iter().all(|c| c.low[0] <= c.anchor[0] && c.anchor[0] <= c.high[0]));
    }

    #[test]
    fn a_straight_path_gets_hardly_more_cells_than_it_must() {
        for (low, high) in [(0.0, 5.0), (-30.0, 50.0)] {
            let mut path = Path { speed: 3.0, jump: None, asked: 0 };
            for outward in [false, true] {
                let plan =
                    cover(&mut path, &range(low, high), &[2.0, high.max(-low)], outward, &RULE).unwrap();
                check_tiles(&plan, low, high);
                assert_eq!(plan.limit, high.max(-low));
                let least = 3.0 * (high - low) / (2.0 * RULE.reach());
                assert!((plan.cells.len() as f64) < 1.25 * least + 4.0, "{} of {least}", plan.cells.len());
                assert!(plan.cells.iter().all(|cell| cell.p_star <= 0.79));
            }
        }
    }

    #[test]
    fn no_cell_crosses_a_cut() {
        let mut path = Path { speed: 0.4, jump: None, asked: 0 };
        let plan = cover(&mut path, &range(-4.0, 5.0), &[1.0, 3.0, 5.0], false, &RULE).unwrap();
        check_tiles(&plan, -4.0, 5.0);
        for radius in [1.0, 3.0] {
            let inside = |cell: &PlannedCell| cell.low[0] >= -radius - 1e-9 && cell.high[0] <= radius + 1e-9;
            assert!(plan.cells.iter().all(|cell| inside(cell) == (cell.reach < radius)), "{radius}");
        }
        assert!(plan.cells.iter().any(|cell| cell.low[0] < 0.0 && cell.high[0] > 0.0));
    }

    #[test]
    fn a_jump_ends_the_cover_and_limits_the_radius() {
        let mut path = Path { speed: 1.0, jump: Some(3.3), asked: 0 };
        let plan = cover(&mut path, &range(-5.0, 5.0), &[5.0], true, &RULE).unwrap();
        assert!(plan.limit < 3.3 && plan.limit > 3.0, "{}", plan.limit);
        assert!(plan.cells.iter().all(|cell| cell.reach < plan.limit));
    }

    #[test]
    fn the_number_of_cells_is_respected() {
        let mut path = Path { speed: 100.0, jump: None, asked: 0 };
        let rule = CoverRule { max: 7, ..RULE };
        let plan = cover(&mut path, &range(0.0, 5.0), &[5.0], true, &rule).unwrap();
        assert_eq!(plan.cells.len(), 7);
        assert!(plan.limit > 0.0 && plan.limit < 0.1);
    }

    proptest! {
        #[test]
        fn every_range_is_tiled(speed in 0.001_f64..20.0, low in -5.0_f64..0.0, high in 0.1_f64..5.0, cut in 0.01_f64..1.0) {
            let mut path = Path { speed, jump: None, asked: 0 };
            for outward in [false, true] {
                let radii = [cut * high.max(-low), high.max(-low)];
                let plan = cover(&mut path, &range(low, high), &radii, outward, &RULE).unwrap();
                check_tiles(&plan, low, high);
            }
        }
    }
}
