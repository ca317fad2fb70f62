//! What an attack leaves: a line an image (`attack.jsonl`), and the figures with everything that fell (`attack.json`).

use serde::Serialize;

use super::hunt::worst_within;
use super::image::Attacked;
use super::seen::Seen;
use crate::audit::plan::attack::Attack;
use crate::audit::records::Record;
use crate::audit::summary::interval;
use crate::certify::geometry::Kind;
use crate::certify::outcome::Status;
use crate::smoothing::refutation::{Claimed, Verdict};
use crate::smoothing::stream::Purpose;

/// The lines, one an image.
pub const LINES: &str = "attack.jsonl";
/// The figures.
pub const REPORT: &str = "attack.json";

/// The worst point within a radius.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Worst {
    /// The radius.
    pub radius: f64,
    /// xi.
    pub parameters: Vec<f64>,
    /// |xi|.
    pub size: f64,
    /// Votes for the class under attack.
    pub votes: u64,
    /// The class with the most votes besides it, if any has one.
    pub rival: Option<u32>,
    /// Its votes.
    pub rival_votes: u64,
    /// Draws without a vote.
    pub failures: u64,
    /// All draws at the point.
    pub draws: u64,
    /// The mean of a draw's score of the class less the best other; `null` if no draw gave scores.
    pub margin: f64,
}

/// One classifier of one image under attack.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Side {
    /// The class under attack.
    pub class: u32,
    /// Points that were tried.
    pub points: u64,
    /// Draws that were made.
    pub draws: u64,
    /// The worst point within each listed radius.
    pub worst: Vec<Worst>,
}

/// A line of `attack.jsonl`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Line {
    /// The case's name.
    pub case: String,
    /// The image's index in the data set.
    pub index: u64,
    /// The true class.
    pub label: u32,
    /// The class on record.
    pub predicted: Option<u32>,
    /// What became of the image when it was certified.
    pub status: Status,
    /// The radius on record.
    pub radius: f64,
    /// Whether that is proven or estimated.
    pub radius_kind: Kind,
    /// The bare classifier's answer on the image itself.
    pub clean: Option<u32>,
    /// The bare classifier.
    pub vanilla: Option<Side>,
    /// The smoothed classifier.
    pub smoothed: Option<Side>,
    /// What failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// A certificate that does not hold.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Fall {
    /// The case's name.
    pub case: String,
    /// The image's index in the data set.
    pub index: u64,
    /// The class that is certified.
    pub class: u32,
    /// To this radius.
    pub radius: f64,
    /// Whether that is proven, or estimated: an estimate may be wrong.
    pub radius_kind: Kind,
    /// xi, where the class does not hold.
    pub parameters: Vec<f64>,
    /// |xi|.
    pub size: f64,
    /// The evidence; `None` of the bare classifier, which answers something else.
    pub evidence: Option<Evidence>,
}

/// Fresh draws at a point, with all that it takes to make them again.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Evidence {
    /// The claim that they test.
    pub claimed: Claimed,
    /// What they say of it.
    pub verdict: Verdict,
    /// Votes by class of the draws numbered from 0.
    pub counts: Vec<u64>,
    /// Draws without a vote.
    pub failures: u64,
    /// All draws.
    pub draws: u64,
    /// The probability that they refute a true claim.
    pub alpha: f64,
    /// The name of their noise.
    pub stream: Stream,
}

/// The name of a site's noise.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Stream {
    /// The audit's seed.
    pub seed: u64,
    /// The case's name.
    pub case: String,
    /// The image's index.
    pub index: u64,
    /// What the draws are for.
    pub purpose: Purpose,
    /// The trial's number among those of the image.
    pub anchor: u64,
    /// 0.
    pub generation: u64,
}

/// A share of the images.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Share {
    /// Images.
    pub count: u64,
    /// Their share.
    pub share: f64,
    /// The 95 % Clopper-Pearson interval, for images drawn as these were.
    pub interval: [f64; 2],
}

/// A row of the table.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Row {
    /// The radius.
    pub radius: f64,
    /// Images that the bare classifier gets right at every point that was tried.
    pub vanilla: Share,
    /// Images of which no draws show that the smoothed classifier gets a point wrong; `None` where nothing is smoothed.
    pub smoothed: Option<Share>,
    /// Images whose label is certified.
    pub certified: Share,
    /// Images whose certificate falls at a point within the radius; in the last row, within the certified one.
    pub falls: u64,
    /// Images that all draws of a trial leave undecided; they count as right.
    pub undecided: u64,
}

/// The figures of a case.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CaseReport {
    /// The case's name.
    pub name: String,
    /// How it certifies.
    pub method: String,
    /// `real`, or `surrogate`: the attacks move the imitation.
    pub claim: &'static str,
    /// Images that were to be attacked.
    pub wanted: u64,
    /// Images attacked: those of them that are on record, unless the attack was interrupted.
    pub images: u64,
    /// Certificates among them, whatever class they are for.
    pub certificates: u64,
    /// Whether they are proven, all of them.
    pub kind: Option<Kind>,
    /// Images that the bare classifier gets right as they are.
    pub clean: Share,
    /// By radius.
    pub rows: Vec<Row>,
    /// Points at which the smoothed classifier was tried.
    pub points: u64,
    /// Draws of the search.
    pub draws: u64,
    /// Images whose attack failed; they count as wrong.
    pub errors: u64,
    /// Certificates that do not hold.
    pub falls: Vec<Fall>,
    /// Tests on fresh draws, of which one refuted a certificate for each fall of a smoothed classifier.
    pub trials: Vec<Tried>,
}

/// A test on fresh draws.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Tried {
    /// The image's index.
    pub index: u64,
    /// The class in question.
    pub class: u32,
    /// Whether a certificate says so.
    pub certified: bool,
    /// xi.
    pub parameters: Vec<f64>,
    /// The draws.
    #[serde(flatten)]
    pub evidence: Evidence,
    /// What failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// `attack.json`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// The version of gsmooth.
    pub gsmooth: String,
    /// The digest of the audit, as in the records' header.
    pub audit: String,
    /// How was searched.
    pub settings: Attack,
    /// Points at which smoothed classifiers were tried, in all.
    pub points: u64,
    /// The probability that a test refutes a true claim: one in a million over all points and tests.
    pub alpha: f64,
    /// Whether the attack was interrupted, and nothing was tested.
    pub stopped: bool,
    /// By case.
    pub cases: Vec<CaseReport>,
}

impl Worst {
    fn of(radius: f64, seen: &Seen) -> Self {
        Self {
            radius,
            parameters: seen.parameters.clone(),
            size: seen.size,
            votes: seen.counts.of(seen.class),
            rival: Some(seen.rival()).filter(|rival| seen.counts.of(*rival) > 0),
            rival_votes: seen.counts.of(seen.rival()),
            failures: seen.counts.failures,
            draws: seen.counts.draws(),
            margin: seen.margin,
        }
    }
}

impl Side {
    /// What was tried; `None` if nothing was.
    fn of(tried: &[Seen], radii: &[f64]) -> Option<Self> {
        let class = tried.first()?.class;
        let worst = |radius: &f64| worst_within(tried, *radius).map(|seen| Worst::of(*radius, seen));
        let draws = tried.iter().map(|seen| seen.counts.draws()).sum();
        Some(Self {
            class,
            points: tried.len() as u64,
            draws,
            worst: radii.iter().filter_map(worst).collect(),
        })
    }
}

impl Line {
    /// The line of an image.
    pub fn new(record: &Record, radii: &[f64], attacked: &Attacked) -> Self {
        Self {
            case: record.case.clone(),
            index: record.index,
            label: record.label,
            predicted: record.predicted,
            status: record.status,
            radius: record.radius,
            radius_kind: record.radius_kind,
            clean: attacked.clean,
            vanilla: Side::of(&attacked.bare, radii),
            smoothed: Side::of(&attacked.smoothed, radii),
            error: attacked.error.clone(),
        }
    }
}

impl Share {
    /// `count` of `images`.
    pub fn of(count: u64, images: u64) -> Self {
        let share = if images == 0 { 0.0 } else { count as f64 / images as f64 };
        Self { count, share, interval: interval(count, images) }
    }
}
