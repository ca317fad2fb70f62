//! Anchors and cells (MATHEMATICS 4): where the smoothed classifier is sampled, and what each place must prove.
//!
//! - here: what a cell is, before and after its draws;
//! - [`choice`], [`mod@line`], [`boxes`], [`levels`]: cells chosen by the geometry alone, before any draw, for one parameter,
//!   for several, and for finitely many values;
//! - [`witnesses`]: what the anchors of neighbouring cells have to say of a cell's parameters;
//! - [`shares`]: at which alpha a cell is tested, and with how many draws;
//! - [`order`]: which cells are asked first, and the radius that the proven ones leave;
//! - [`pooling`]: how often cells that are tested together are asked;
//! - [`asking`]: what is asked next, and what the votes say of such cells.

pub mod asking;
pub mod boxes;
pub mod choice;
pub mod levels;
pub mod line;
pub mod order;
pub mod pooling;
pub mod shares;
#[cfg(test)]
mod testing;
pub mod witnesses;

use super::geometry::{Geometry, GeometryError, Kind};
use super::ranges::Range;
use crate::smoothing::question::Counts;
use crate::stats::normal;
use witnesses::{Side, Witness};

/// A box of parameters with the anchor that proves it, and what that took.
#[derive(Debug, Clone, PartialEq)]
pub struct Cell {
    /// The anchor's parameters.
    pub anchor: Vec<f64>,
    /// The box's low ends.
    pub low: Vec<f64>,
    /// The box's high ends.
    pub high: Vec<f64>,
    /// p*_m: the smoothed probability at the anchor above which the box is proven.
    pub p_star: f64,
    /// Whether p* bounds the whole box, or the points that were looked at.
    pub kind: Kind,
    /// The probability at which the cell's test may err.
    pub alpha: f64,
    /// How often the cell was refined.
    pub generation: u64,
    /// The votes at the anchor.
    pub counts: Counts,
    /// The cell's place in the plan, by which witnesses name it; absent where no cell is tested together with others.
    pub number: Option<usize>,
    /// Who testifies of the parameters on each side of the anchor; empty where the cell's own votes alone prove it.
    pub sides: Vec<Vec<Witness>>,
}

/// The anchor of the paper: the identity.
pub fn single_anchor(range: &Range) -> Vec<f64> {
    range.identity.clone()
}

/// The low and the high ends of a box.
pub type Ends = (Vec<f64>, Vec<f64>);

/// The two halves of a box along its longest side in units of the range; `None` if it can't be halved.
pub fn halves_of_box(range: &Range, low: &[f64], high: &[f64]) -> Option<[Ends; 2]> {
    let width = |i: usize| (high[i] - low[i]) / (range.high[i] - range.low[i]);
    let longest = (0..low.len()).max_by(|a, b| width(*a).total_cmp(&width(*b))).unwrap_or(0);
    let middle = low[longest].midpoint(high[longest]);
    if !(low[longest] < middle && middle < high[longest]) {
        return None;
    }
    let (mut lower_high, mut upper_low) = (high.to_vec(), low.to_vec());
    lower_high[longest] = middle;
    upper_low[longest] = middle;
    Some([(low.to_vec(), lower_high), (upper_low, high.to_vec())])
}

/// A cell that the geometry chose, without a draw.
#[derive(Debug, Clone, PartialEq)]
pub struct PlannedCell {
    /// The anchor's parameters.
    pub anchor: Vec<f64>,
    /// The box's low ends.
    pub low: Vec<f64>,
    /// The box's high ends.
    pub high: Vec<f64>,
    /// p*_m: the smoothed probability at the anchor above which the box is proven.
    pub p_star: f64,
    /// Whether p* bounds the whole box.
    pub kind: Kind,
    /// The radius that is left if the cell is not proven: the least |xi| of the box, or less where parameters outside the
    /// box act like ones inside.
    pub reach: f64,
    /// Whether parameters outside the box may act like ones inside ([`mod@levels`]): then parts of it leave no larger
    /// radius than the whole.
    pub rounded: bool,
    /// The parts on each side of the anchor with all who testify of them; empty where its own votes alone prove the cell.
    pub sides: Vec<Side>,
}

/// The cells of a cover.
#[derive(Debug, Clone, PartialEq)]
pub struct CoverPlan {
    /// The cells, in the order of their parameters.
    pub cells: Vec<PlannedCell>,
    /// The radius up to which they cover the range; beyond it no cell could be made.
    pub limit: f64,
}

/// How a cover is chosen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CoverRule {
    /// The most cells.
    pub max: usize,
    /// p_t, the probability that every cell may require.
    pub p: f64,
    /// m of the claim G_y > 1/2 + m.
    pub margin: f64,
    /// What the claim's slack adds to every move; cells are as large as without it, and require more.
    pub slack: f64,
    /// Whether neighbouring cells are tested together ([`witnesses`]).
    pub pooled: bool,
}

/// How far above its aim a cell may require: the draws grow by little, and the bound need not be met exactly.
const TOLERANCE: f64 = 1.12;

impl CoverRule {
    /// The reach that p_t leaves: Phi^-1(p_t) - Phi^-1(1/2 + m).
    pub fn reach(&self) -> f64 {
        normal::quantile(self.p) - normal::quantile(0.5 + self.margin)
    }

    /// The reach of a cell's own moves, slack apart, by what it requires.
    fn reach_of(&self, cell: &PlannedCell) -> f64 {
        normal::quantile(cell.p_star) - normal::quantile(0.5 + self.margin) - self.slack
    }

    /// Whether a cell requires no more than it may.
    fn allows(&self, cell: &PlannedCell) -> bool {
        self.reach_of(cell) <= self.reach() * TOLERANCE
    }
}

/// What a cover is made by: how far the smoothed input's law moves from an anchor.
pub trait Moving {
    /// The reach of the move from an anchor to each of some points (Phi^-1 of what is required, above 1/2 + m), slack
    /// apart.
    ///
    /// # Errors
    /// If a plugin or a network fails.
    fn reaches(&mut self, anchor: &[f64], points: &[Vec<f64>]) -> Result<Vec<f64>, GeometryError>;

    /// p*_m over a box, as seen from an anchor, and whether it is proven.
    ///
    /// # Errors
    /// If a plugin or a network fails.
    fn required(&mut self, anchor: &[f64], low: &[f64], high: &[f64]) -> Result<(f64, Kind), GeometryError>;

    /// Whether reaches are a norm's: then the reach of two moves one after the other is at most their sum.
    fn is_norm(&self) -> bool;
}

/// An image's geometry with the margin in force.
#[derive(Debug)]
pub struct WithMargin<'a, 'b> {
    /// The geometry.
    pub geometry: &'a mut Geometry<'b>,
    /// m of the claim.
    pub margin: f64,
}

impl Moving for WithMargin<'_, '_> {
    fn reaches(&mut self, anchor: &[f64], points: &[Vec<f64>]) -> Result<Vec<f64>, GeometryError> {
        self.geometry.reaches(anchor, points, self.margin)
    }

    fn required(&mut self, anchor: &[f64], low: &[f64], high: &[f64]) -> Result<(f64, Kind), GeometryError> {
        let moves = self.geometry.moves(anchor, low, high)?;
        Ok((moves.required_probability(self.margin)?, moves.kind))
    }

    fn is_norm(&self) -> bool {
        self.geometry.is_norm()
    }
}

impl PlannedCell {
    /// A cell with what its box requires of the anchor.
    ///
    /// # Errors
    /// If a plugin or a network fails.
    pub fn new(
        moving: &mut dyn Moving,
        range: &Range,
        anchor: Vec<f64>,
        low: Vec<f64>,
        high: Vec<f64>,
    ) -> Result<Self, GeometryError> {
        let (p_star, kind) = moving.required(&anchor, &low, &high)?;
        let reach = range.nearest(&low, &high);
        Ok(Self { reach, anchor, low, high, p_star, kind, rounded: false, sides: Vec::new() })
    }

    /// A cell of one parameter with what each of its sides requires of the anchor.
    ///
    /// # Errors
    /// If a plugin or a network fails.
    pub fn with_sides(
        moving: &mut dyn Moving,
        range: &Range,
        anchor: f64,
        (low, high): (f64, f64),
    ) -> Result<Self, GeometryError> {
        let mut parts = vec![(low, anchor), (anchor, high)];
        // An anchor at an end has one side; a cell of one parameter is its anchor's own.
        parts.retain(|(low, high)| low < high);
        if parts.is_empty() {
            parts.push((low, high));
        }
        let mut side = |(low, high): (f64, f64)| {
            let (p_star, kind) = moving.required(&[anchor], &[low], &[high])?;
            Ok::<_, GeometryError>(Side { low, high, p_star, kind, witnesses: Vec::new() })
        };
        let sides: Vec<Side> = parts.into_iter().map(&mut side).collect::<Result<_, _>>()?;
        let p_star = sides.iter().map(|side| side.p_star).fold(0.0, f64::max);
        let kind = sides.iter().map(|side| side.kind).min().unwrap_or(Kind::Estimated);
        let (reach, anchor) = (range.nearest(&[low], &[high]), vec![anchor]);
        Ok(Self { reach, anchor, low: vec![low], high: vec![high], p_star, kind, rounded: false, sides })
    }

    /// The cell's two halves along its longest side in units of the range, with anchors in their middles; `None` if it
    /// can't be halved.
    ///
    /// # Errors
    /// If a plugin or a network fails.
    pub fn halves(
        &self,
        moving: &mut dyn Moving,
        range: &Range,
    ) -> Result<Option<[PlannedCell; 2]>, GeometryError> {
        let Some([lower, upper]) = halves_of_box(range, &self.low, &self.high) else { return Ok(None) };
        let mut half = |(low, high): (Vec<f64>, Vec<f64>)| {
            let half = Self::new(moving, range, boxes::centre(&low, &high), low, high)?;
            let reach = if self.rounded { self.reach } else { half.reach };
            Ok::<_, GeometryError>(Self { reach, rounded: self.rounded, ..half })
        };
        Ok(Some([half(lower)?, half(upper)?]))
    }
}
