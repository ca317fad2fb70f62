//! `records.jsonl`: a header line, then a line per case and image, appended whole and flushed.
//!
//! Nothing in it depends on batch size, threads or time, so two runs of one audit give the same bytes. A run that was
//! killed leaves at most one torn last line, which is dropped when it goes on.
//!
//! - here: what a line holds;
//! - [`mod@file`]: lines appended and read back;
//! - [`order`]: which line belongs where.

pub mod file;
pub mod order;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::certify::cover;
use crate::certify::cover::witnesses::Witness;
use crate::certify::geometry::Kind;
use crate::certify::outcome::{Certificate, Status};
use crate::smoothing::question::Counts;

/// What a run is of: a run goes on only if its header is the same.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Header {
    /// The version of gsmooth that wrote the records.
    pub gsmooth: String,
    /// The version of this format.
    pub format: u32,
    /// Digest of the resolved plan, without output folder, batch size and threads.
    pub audit: String,
    /// The seed of all noise.
    pub seed: u64,
    /// SHA-256 of the data's files.
    pub data: String,
    /// Model files with their SHA-256.
    pub models: Map<String, Value>,
    /// Plugins with kind, version and SHA-256 of their library.
    pub plugins: Vec<PluginDigest>,
    /// ONNX Runtime's version.
    pub onnxruntime: String,
    /// By model: the provider that each node really got, with operator counts.
    pub providers: Map<String, Value>,
}

impl Header {
    /// The entries in which another header differs.
    pub fn differing(&self, other: &Self) -> Vec<String> {
        let entries = |header: &Self| match serde_json::to_value(header) {
            Ok(Value::Object(entries)) => entries,
            _ => Map::new(),
        };
        let others = entries(other);
        let differing = entries(self).into_iter().filter(|(key, value)| others.get(key) != Some(value));
        differing.map(|(key, _)| key).collect()
    }
}

/// A plugin that the run uses.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PluginDigest {
    /// The plugin's id.
    pub id: String,
    /// `transformation`, `noise` or `estimator`.
    pub kind: String,
    /// Its own version.
    pub version: String,
    /// SHA-256 of the library file.
    pub digest: String,
}

/// One image of one case.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// The case's name.
    pub case: String,
    /// The image's index in the data set.
    pub index: u64,
    /// The true class.
    pub label: u32,
    /// The class that is certified, or `null`.
    pub predicted: Option<u32>,
    /// Whether the predicted class is the label.
    pub correct: bool,
    /// What became of the image.
    pub status: Status,
    /// The certified radius, rounded down.
    pub radius: f64,
    /// Of a claim about a surrogate with a known error: the radius that holds for the transformation itself.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub radius_real: Option<f64>,
    /// Whether the radius is proven or estimated.
    pub radius_kind: Kind,
    /// Whether the radius ends where the range does.
    pub capped: bool,
    /// The listed radii, and whether each is certified.
    pub radii: Map<String, Value>,
    /// The lower confidence bound of the predicted class's probability.
    pub p_a: Option<f64>,
    /// The upper confidence bound of every rival's, where it was bounded apart.
    pub p_b: Option<f64>,
    /// Votes that chose the class, by class.
    pub selection: CountsRecord,
    /// Votes that bound its probability, by class; of all anchors together.
    pub counts: Vec<u64>,
    /// All draws that the certificate rests on, selection included.
    pub draws: u64,
    /// Failed draws among them.
    pub failures: u64,
    /// The equivalent Gaussian distance of the certified region.
    pub distance: Option<f64>,
    /// Evaluations of F2 that the geometry took.
    pub evaluations: u64,
    /// The cells of the cover, among which the image's draws were shared out.
    #[serde(skip_serializing_if = "is_zero", default)]
    pub planned_cells: usize,
    /// Anchors and cells that were asked.
    pub cells: Vec<CellRecord>,
    /// What failed, for status `error`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub error: Option<String>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
fn is_zero(count: &usize) -> bool {
    *count == 0
}

/// Counts of votes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CountsRecord {
    /// Votes by class.
    pub counts: Vec<u64>,
    /// Draws, failures included.
    pub draws: u64,
    /// Draws without a vote.
    pub failures: u64,
}

impl From<&Counts> for CountsRecord {
    fn from(counts: &Counts) -> Self {
        Self { counts: counts.votes.clone(), draws: counts.draws(), failures: counts.failures }
    }
}

/// One cell of the cover.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CellRecord {
    /// The anchor's parameters.
    pub anchor: Vec<f64>,
    /// The box's low ends.
    pub low: Vec<f64>,
    /// The box's high ends.
    pub high: Vec<f64>,
    /// The probability above which the anchor proves the box.
    pub p_star: f64,
    /// Whether that bounds the whole box.
    pub kind: Kind,
    /// The probability at which its test may err.
    pub alpha: f64,
    /// How often it was refined.
    pub generation: u64,
    /// Votes at the anchor.
    #[serde(flatten)]
    pub votes: CountsRecord,
    /// The cell's place in the plan, where cells are tested together.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub number: Option<usize>,
    /// Who testifies of the parameters on each side of the anchor: the numbers of their cells, and what each must exceed.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub sides: Vec<Vec<(usize, f64)>>,
}

impl From<&cover::Cell> for CellRecord {
    fn from(cell: &cover::Cell) -> Self {
        let testimony = |witness: &Witness| (witness.cell, witness.threshold.value());
        Self {
            anchor: cell.anchor.clone(),
            low: cell.low.clone(),
            high: cell.high.clone(),
            p_star: cell.p_star,
            kind: cell.kind,
            alpha: cell.alpha,
            generation: cell.generation,
            votes: (&cell.counts).into(),
            number: cell.number,
            sides: cell.sides.iter().map(|side| side.iter().map(testimony).collect()).collect(),
        }
    }
}

impl Record {
    /// The record of a certificate. `radii` are those that the case lists.
    pub fn new(case: &str, index: u64, label: u32, radii: &[f64], certificate: &Certificate) -> Self {
        let counts = certificate.cells.iter().fold(Counts::default(), |sum, cell| sum.plus(&cell.counts));
        let reached = |r: f64| certificate.status == Status::Certified && r <= certificate.radius;
        Self {
            case: case.to_owned(),
            index,
            label,
            predicted: certificate.predicted,
            correct: certificate.predicted == Some(label),
            status: certificate.status,
            radius: certificate.radius,
            radius_real: certificate.radius_real,
            radius_kind: certificate.kind,
            capped: certificate.capped,
            radii: radii.iter().map(|r| (r.to_string(), Value::Bool(reached(*r)))).collect(),
            p_a: certificate.evidence.map(|e| e.p_a),
            p_b: certificate.evidence.and_then(|e| e.p_b),
            selection: (&certificate.selection).into(),
            draws: certificate.selection.draws() + counts.draws(),
            failures: certificate.selection.failures + counts.failures,
            counts: counts.votes,
            distance: certificate.distance,
            evaluations: certificate.evaluations,
            planned_cells: certificate.planned,
            cells: certificate.cells.iter().map(CellRecord::from).collect(),
            error: certificate.error.clone(),
        }
    }

    /// Whether the label itself is certified to a radius: what certified accuracy counts.
    pub fn certifies_label(&self, radius: f64) -> bool {
        self.status == Status::Certified && self.correct && self.radius >= radius
    }

    /// Whether, of a claim about a surrogate, the label is certified to a radius for the transformation itself.
    pub fn certifies_label_of_real(&self, radius: f64) -> bool {
        self.status == Status::Certified
            && self.correct
            && self.radius_real.is_some_and(|real| real >= radius)
    }
}
