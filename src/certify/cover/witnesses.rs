//! Anchors that testify of a cell's parameters besides its own: those of the cells next to it (MATHEMATICS 4).
//!
//! If the classifier errs at a parameter, every anchor nearby shows it, the less the farther away it is. A cell is tested on the
//! votes of all of them at once ([`crate::stats::pooled`]), so draws are used for every cell in reach, and not for one. Who
//! testifies is fixed here, by the geometry alone: a witness that could be left out once its votes are known would be worth nothing.

use super::super::certificate::widened;
use super::super::geometry::{GeometryError, Kind};
use super::super::ranges::Range;
use super::{Moving, PlannedCell};
use crate::stats::pooled::Threshold;

/// How many cells away a witness may be.
pub const NEIGHBOURS: usize = 3;
/// The largest threshold that a witness other than the cell's own anchor may have: above it a draw says little for the cell if it is a
/// vote, and much against it if it is not.
pub const MOST: f64 = 0.95;

/// The part of a cell on one side of its anchor.
#[derive(Debug, Clone, PartialEq)]
pub struct Side {
    /// The low end.
    pub low: f64,
    /// The high end.
    pub high: f64,
    /// p*_m of the part, as seen from the cell's own anchor.
    pub p_star: f64,
    /// Whether that bounds the whole part.
    pub kind: Kind,
    /// All who testify of it, the cell's own anchor included, in the order of their cells.
    pub witnesses: Vec<Witness>,
}

/// An anchor with what it must exceed if the classifier is to be right at every parameter of a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Witness {
    /// The number of the anchor's cell.
    pub cell: usize,
    /// p*_m of the part as seen from the anchor, rounded up to the grid.
    pub threshold: Threshold,
}

/// Puts the cells of one parameter in order, and names the witnesses of each.
///
/// Cells of a larger radius are not called for one of a smaller: they are asked later, and what a radius rests on is then known.
///
/// # Errors
/// If a plugin or a network fails.
pub fn call(
    moving: &mut dyn Moving,
    range: &Range,
    radii: &[f64],
    cells: &mut [PlannedCell],
) -> Result<(), GeometryError> {
    cells.sort_by(|a, b| a.low[0].total_cmp(&b.low[0]));
    for cell in cells.iter_mut().filter(|cell| cell.sides.is_empty()) {
        let ends = (cell.low[0], cell.high[0]);
        cell.sides = PlannedCell::with_sides(moving, range, cell.anchor[0], ends)?.sides;
    }
    let group = |cell: &PlannedCell| radii.partition_point(|radius| *radius <= cell.reach);
    for number in 0..cells.len() {
        if cells[number].p_star > MOST {
            // Too much is asked for the grid: the cell's own votes prove it, or nothing does.
            cells[number].sides.clear();
        }
        let mut sides = std::mem::take(&mut cells[number].sides);
        let own = group(&cells[number]);
        let called = |other: &usize| group(&cells[*other]) <= own;
        let below: Vec<usize> = (0..number).rev().take(NEIGHBOURS).filter(called).collect();
        let above: Vec<usize> = (number + 1..cells.len()).take(NEIGHBOURS).filter(called).collect();
        for side in &mut sides {
            let mut testimony = Testimony { moving: &mut *moving, cells, number, side };
            let mut witnesses = vec![Witness { cell: number, threshold: Threshold::at_least(side.p_star) }];
            witnesses.extend(testimony.from(&below)?);
            witnesses.extend(testimony.from(&above)?);
            witnesses.sort_by_key(|witness| witness.cell);
            side.witnesses = witnesses;
        }
        cells[number].sides = sides;
    }
    Ok(())
}

/// What the anchors on one side of a cell have to say of a part of it.
struct Testimony<'a> {
    moving: &'a mut dyn Moving,
    cells: &'a [PlannedCell],
    number: usize,
    side: &'a Side,
}

impl Testimony<'_> {
    /// The witnesses among some cells, the nearest of which comes first.
    fn from(&mut self, others: &[usize]) -> Result<Vec<Witness>, GeometryError> {
        let Some(nearest) = others.first() else { return Ok(Vec::new()) };
        let through = if self.moving.is_norm() { Some(self.through(*nearest < self.number)?) } else { None };
        let mut witnesses = Vec::new();
        for other in others {
            let Some(p_star) = self.required(*other, through)? else { break };
            let threshold = Threshold::at_least(p_star);
            if threshold.value() > MOST {
                break;
            }
            witnesses.push(Witness { cell: *other, threshold });
        }
        Ok(witnesses)
    }

    /// The end of the part that lies towards others, with p*_m of the part as seen from it; where that is the cell's own
    /// anchor it is known.
    fn through(&mut self, from_below: bool) -> Result<(f64, f64, Kind), GeometryError> {
        let Side { low, high, p_star, kind, .. } = *self.side;
        let end = if from_below { low } else { high };
        if end == self.cells[self.number].anchor[0] {
            return Ok((end, p_star, kind));
        }
        let (p_star, kind) = self.moving.required(&[end], &[low], &[high])?;
        Ok((end, p_star, kind))
    }

    /// p*_m of the part as seen from another cell's anchor: by way of the end of the part (D is a norm, MATHEMATICS 3), or at once.
    /// `None` where it is less of a proof than the cell's own.
    fn required(
        &mut self,
        other: usize,
        through: Option<(f64, f64, Kind)>,
    ) -> Result<Option<f64>, GeometryError> {
        let anchor = self.cells[other].anchor.clone();
        let (p_star, kind) = match through {
            Some((end, p_star, kind)) => {
                let added = self.moving.reaches(&anchor, &[vec![end]])?[0];
                (widened(p_star, added), kind)
            }
            None => self.moving.required(&anchor, &[self.side.low], &[self.side.high])?,
        };
        Ok((kind >= self.side.kind).then_some(p_star))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::super::ranges::Norm;
    use super::super::testing::Path;
    use super::super::{CoverRule, line};
    use super::*;
    use crate::stats::normal;

    fn cells(range: &Range, radii: &[f64], path: &mut Path) -> Vec<PlannedCell> {
        let rule = CoverRule { max: 500, p: 0.63, margin: 0.0, slack: 0.0, pooled: true };
        let mut cells = line::cover(path, range, radii, false, &rule).unwrap().cells;
        call(path, range, radii, &mut cells).unwrap();
        cells
    }

    fn range(low: f64, high: f64) -> Range {
        Range { low: vec![low], high: vec![high], identity: vec![0.0], norm: Norm::L2 }
    }

    /// The farthest that a part is from a witness.
    fn farthest(path: &Path, side: &Side, anchor: f64) -> f64 {
        path.between(anchor, side.low).max(path.between(anchor, side.high))
    }

    proptest! {
        /// Every threshold bounds the move from its anchor to any parameter of the part, by way of an end or not, and hardly more.
        #[test]
        fn thresholds_bound_the_moves(speed in 0.05_f64..8.0, low in -5.0_f64..0.0, high in 0.1_f64..5.0, cut in 0.1_f64..1.0) {
            let mut path = Path { speed, jump: None, asked: 0 };
            let last = high.max(-low);
            let cells = cells(&range(low, high), &[cut * last, last], &mut path);
            for (number, cell) in cells.iter().enumerate() {
                prop_assert_eq!(cell.sides.first().map(|side| side.low), Some(cell.low[0]));
                prop_assert_eq!(cell.sides.last().map(|side| side.high), Some(cell.high[0]));
                for side in &cell.sides {
                    prop_assert!(side.witnesses.iter().any(|witness| witness.cell == number));
                    for witness in &side.witnesses {
                        let p_star = normal::cdf(farthest(&path, side, cells[witness.cell].anchor[0]));
                        let threshold = witness.threshold.value();
                        prop_assert!(p_star <= threshold && threshold < p_star + 0.0011, "{p_star} {threshold}");
                    }
                }
            }
        }
    }

    /// A path on which proofs are had from the anchors of cells alone, and only of parameters around them.
    struct HardlyProven {
        path: Path,
        is_norm: bool,
        anchors: Vec<f64>,
    }

    impl Moving for HardlyProven {
        fn reaches(&mut self, anchor: &[f64], points: &[Vec<f64>]) -> Result<Vec<f64>, GeometryError> {
            self.path.reaches(anchor, points)
        }

        fn required(
            &mut self,
            from: &[f64],
            low: &[f64],
            high: &[f64],
        ) -> Result<(f64, Kind), GeometryError> {
            let (p_star, kind) = self.path.required(from, low, high)?;
            let proven = self.anchors.contains(&from[0]) && low[0] <= from[0] && from[0] <= high[0];
            Ok((p_star, if proven { kind } else { Kind::Estimated }))
        }

        fn is_norm(&self) -> bool {
            self.is_norm
        }
    }

    /// What is estimated must not help to prove a cell.
    #[test]
    fn an_estimate_does_not_testify_of_a_cell_that_is_proven() {
        for is_norm in [false, true] {
            let mut path = Path { speed: 2.0, jump: None, asked: 0 };
            let (range, radii) = (range(0.0, 4.0), [4.0]);
            let mut cells = cells(&range, &radii, &mut path);
            let anchors = cells.iter().map(|cell| cell.anchor[0]).collect();
            call(&mut HardlyProven { path, is_norm, anchors }, &range, &radii, &mut cells).unwrap();
            let lower =
                |cell: &PlannedCell| cell.sides[0].witnesses.iter().map(|w| w.cell).collect::<Vec<_>>();
            // By way of the cell's own anchor those on the other side are as good as it.
            assert_eq!(lower(&cells[5]), if is_norm { vec![5, 6, 7] } else { vec![5] }, "{is_norm}");
            assert!(cells.iter().all(|cell| cell.kind == Kind::Proven));
        }
    }

    #[test]
    fn cells_of_a_larger_radius_are_not_called() {
        let mut path = Path { speed: 2.0, jump: None, asked: 0 };
        let cells = cells(&range(0.0, 4.0), &[2.0, 4.0], &mut path);
        let inner = cells.iter().filter(|cell| cell.reach < 2.0).count();
        let called = |cell: &PlannedCell| {
            let mut all = cell.sides.iter().flat_map(|side| &side.witnesses).map(|witness| witness.cell);
            all.clone().max().zip(all.by_ref().min()).unwrap()
        };
        assert!(cells[..inner].iter().all(|cell| called(cell).0 < inner));
        assert!(called(&cells[inner]).1 < inner, "outer cells call inner ones");
    }

    #[test]
    fn a_middle_cell_has_neighbours_on_both_sides_and_a_jump_has_none_across() {
        let mut path = Path { speed: 2.0, jump: None, asked: 0 };
        let middle = cells(&range(0.0, 4.0), &[4.0], &mut path).remove(5);
        let numbers = |side: &Side| side.witnesses.iter().map(|witness| witness.cell).collect::<Vec<_>>();
        assert_eq!(middle.sides.iter().map(numbers).collect::<Vec<_>>(), [[3, 4, 5, 6, 7]; 2]);
        let mut path = Path { speed: 2.0, jump: Some(2.0), asked: 0 };
        let limit = cells(&range(0.0, 4.0), &[4.0], &mut path);
        assert!(limit.iter().all(|cell| cell.high[0] <= 2.0));
    }
}
