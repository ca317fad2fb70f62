//! Anchors and cells (DESIGN 3.4): where the smoothed classifier is sampled, and what each place must prove.
//!
//! This version places one anchor, the identity, whose cell is the whole certified region: the paper's single point.

use super::geometry::Kind;
use super::ranges::Range;
use crate::smoothing::question::Counts;

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
    /// The share of alpha that the cell's test owns.
    pub alpha: f64,
    /// How often the cell was refined.
    pub generation: u64,
    /// The votes at the anchor.
    pub counts: Counts,
}

/// The anchor of the paper: the identity.
pub fn single_anchor(range: &Range) -> Vec<f64> {
    range.identity.clone()
}
