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

/// Names the witnesses of all cells of one parameter, which must be in order.
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
    for cell in cells.iter_mut().filter(|cell| cell.sides.is_empty()) {
        let sides =
            PlannedCell::with_sides(moving, range, cell.anchor[0], (cell.low[0], cell.high[0]))?.sides;
        cell.sides = sides;
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
            let mut witnesses = testimony.from(&below)?;
            witnesses.push(Witness { cell: number, threshold: Threshold::at_least(side.p_star) });
            let mut testimony = Testimony { moving: &mut *moving, cells, number, side };
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
