//! What is claimed of one image.

use super::certificate::Evidence;
use super::cover::Cell;
use super::geometry::Kind;
use crate::smoothing::question::Counts;

/// What became of an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// A positive radius is certified.
    Certified,
    /// No radius is certified.
    Refused,
    /// The votes establish no class.
    Abstained,
    /// Something failed; counts as not certified.
    Error,
}

/// What is claimed of one image, and on what it rests.
#[derive(Debug, Clone, PartialEq)]
pub struct Certificate {
    /// The class chosen on the selection draws.
    pub predicted: Option<u32>,
    /// What became of it.
    pub status: Status,
    /// The largest r such that every xi of the range with |xi| <= r is certified; 0 if none.
    pub radius: f64,
    /// Of a claim about a surrogate with a known error: the radius that holds for the transformation itself.
    pub radius_real: Option<f64>,
    /// Whether the radius ends where the range does.
    pub capped: bool,
    /// Whether the radius is proven or estimated.
    pub kind: Kind,
    /// p_A and p_B, where votes were counted; the least of all proven cells, each cell's at its own confidence.
    pub evidence: Option<Evidence>,
    /// The votes that chose the class.
    pub selection: Counts,
    /// The equivalent Gaussian distance of the certified region; the largest of all cells.
    pub distance: Option<f64>,
    /// Evaluations of F2 that the geometry took.
    pub evaluations: u64,
    /// The cells of the cover, among which the image's draws were shared out; 0 without one.
    pub planned: usize,
    /// The cells whose anchors were asked, one for the paper's single point.
    pub cells: Vec<Cell>,
    /// What failed.
    pub error: Option<String>,
}

impl Certificate {
    /// Nothing is claimed; the votes that chose the class are kept.
    pub fn nothing(status: Status, predicted: Option<u32>, selection: Counts) -> Self {
        Self {
            predicted,
            status,
            radius: 0.0,
            radius_real: None,
            capped: false,
            kind: Kind::Proven,
            evidence: None,
            selection,
            distance: None,
            evaluations: 0,
            planned: 0,
            cells: Vec::new(),
            error: None,
        }
    }

    /// Nothing is claimed, because something failed.
    pub fn failed(message: &str, classes: usize) -> Self {
        let nothing = Self::nothing(Status::Error, None, Counts::new(classes));
        Self { error: Some(message.to_owned()), ..nothing }
    }

    /// Claims a radius, up to the end of the range at most.
    pub fn claim(&mut self, radius: f64, cap: f64, kind: Kind) {
        self.status = if radius > 0.0 { Status::Certified } else { Status::Refused };
        self.radius = radius;
        self.capped = radius >= cap;
        self.kind = kind;
    }
}
