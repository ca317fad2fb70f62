//! What a case is to reach, and where the smoothed classifier is sampled for it.

use toml::{Spanned, Value};

use super::super::error::{Fault, Problem};
use super::super::hint;
use super::super::schema;
use super::parameters::number;
use crate::certify::case::{Anchors, Mode, Sampling};
use crate::certify::certificate::VoteBound;

/// The most anchors of an image, unless the audit says otherwise.
const MOST_ANCHORS: usize = 4096;

/// Above this, the votes that prove a cell are beyond any number of draws.
const LARGEST_P: f64 = 0.999_999;

/// A certified accuracy that a run must reach.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Requirement {
    /// At this radius
    pub radius: f64,
    /// at least this share.
    pub certified_accuracy: f64,
    /// Bytes of the audit file.
    pub span: std::ops::Range<usize>,
}

/// The radii that are reported, ascending: those listed and the one required; without any, the end of the range.
pub(super) fn radii(
    table: &schema::Case,
    cap: f64,
    require: Option<&Requirement>,
) -> Result<Vec<f64>, Fault> {
    let mut radii: Vec<f64> = require.iter().map(|require| require.radius).collect();
    for radius in &table.radii {
        let value = *radius.get_ref();
        if !(value > 0.0 && value <= cap) {
            let expected = format!("above 0 and at most {cap}, the end of the range");
            return Err(Problem::Value { key: "radii", found: value.to_string(), expected }.at(radius.span()));
        }
        radii.push(value);
    }
    radii.sort_by(f64::total_cmp);
    radii.dedup();
    Ok(if radii.is_empty() { vec![cap] } else { radii })
}

/// What the case must reach.
pub(super) fn requirement(table: &schema::Case, cap: f64) -> Result<Option<Requirement>, Fault> {
    let Some(require) = &table.require else {
        return Ok(None);
    };
    let (radius, share) = (&require.get_ref().radius, &require.get_ref().certified_accuracy);
    if !(*radius.get_ref() > 0.0 && *radius.get_ref() <= cap) {
        let (found, expected) = (radius.get_ref().to_string(), format!("above 0 and at most {cap}"));
        return Err(Problem::Value { key: "radius", found, expected }.at(radius.span()));
    }
    if !(0.0..=1.0).contains(share.get_ref()) {
        let (found, expected) = (share.get_ref().to_string(), "a share between 0 and 1".to_owned());
        return Err(Problem::Value { key: "certified_accuracy", found, expected }.at(share.span()));
    }
    Ok(Some(Requirement {
        radius: *radius.get_ref(),
        certified_accuracy: *share.get_ref(),
        span: require.span(),
    }))
}

/// The certified accuracy that the case is shown beside.
pub(super) fn published(table: &schema::Case) -> Result<Option<f64>, Fault> {
    let Some(published) = &table.published else { return Ok(None) };
    let share = *published.get_ref();
    if (0.0..=1.0).contains(&share) {
        return Ok(Some(share));
    }
    let (found, expected) = (share.to_string(), "a share between 0 and 1".to_owned());
    Err(Problem::Value { key: "published", found, expected }.at(published.span()))
}

/// `anchors = 1`, `anchors = { max = .., p = .. }`, or the cover with its defaults.
pub(super) fn anchors(
    table: &schema::Case,
    parameters: usize,
    sampling: &Sampling,
) -> Result<Anchors, Fault> {
    let least = 0.5 + sampling.margin;
    let p = least
        + (1.0 - least) * if sampling.tests_cells_together(parameters) { PART_TOGETHER } else { PART_ALONE };
    let anchors = match &table.anchors {
        None => cover(&toml::Table::new(), 0..0, least, p)?,
        Some(value) => match value.get_ref() {
            Value::Integer(1) => Anchors::Single,
            Value::Table(keys) => cover(keys, value.span(), least, p)?,
            other => {
                let expected =
                    "`1`, the paper's single point, or a cover such as `{ max = 4096, p = 0.75 }`".to_owned();
                let found = format!("`{other}`");
                return Err(Problem::Value { key: "anchors", found, expected }.at(value.span()));
            }
        },
    };
    if anchors != Anchors::Single && sampling.bound == VoteBound::Top2 {
        let what = "`bound = \"top2\"` with a cover".to_owned();
        let span = table.anchors.as_ref().map_or_else(|| table.name.span(), Spanned::span);
        return Err(
            Problem::NotAvailable { what, instead: "write `anchors = 1`, or `bound = \"top1\"`" }.at(span)
        );
    }
    Ok(anchors)
}

/// Of the way from what is claimed to certainty, how much each cell may require where it takes the fewest draws: cells that are
/// tested alone (0.75 without a margin), and such that are tested together (0.63).
const PART_ALONE: f64 = 0.5;
const PART_TOGETHER: f64 = 0.26;

/// The cover that `keys` describe, each cell of which may require `p` if they do not say otherwise.
fn cover(keys: &toml::Table, span: std::ops::Range<usize>, least: f64, mut p: f64) -> Result<Anchors, Fault> {
    let mut max = MOST_ANCHORS;
    for (key, value) in keys {
        let number = number(value).unwrap_or(f64::NAN);
        let problem = match key.as_str() {
            "max" if number >= 1.0 && number.fract() == 0.0 && number <= 1e6 => {
                max = number as usize;
                continue;
            }
            "p" if number > least && number <= LARGEST_P => {
                p = number;
                continue;
            }
            "max" => Problem::Value {
                key: "max",
                found: value.to_string(),
                expected: "a whole number of anchors, from 1 to 1000000".to_owned(),
            },
            "p" => {
                let expected = format!("above {least}, which is claimed, and at most {LARGEST_P}");
                Problem::Value { key: "p", found: value.to_string(), expected }
            }
            other => {
                let nearest = hint::nearest(other, ["max", "p"].into_iter());
                let known = vec!["max".to_owned(), "p".to_owned()];
                Problem::Name { key: "anchors", found: other.to_owned(), nearest, known }
            }
        };
        return Err(problem.at(span));
    }
    Ok(Anchors::Cover { max, p })
}

/// Whether a rule of draws fits the mode: `top2` needs a fixed number of draws.
pub(super) fn check_bound(mode: Mode, bound: VoteBound) -> Result<(), &'static str> {
    match (mode, bound) {
        (Mode::Target, VoteBound::Top2) => Err("`top1`, or `mode = \"fixed\"`"),
        _ => Ok(()),
    }
}
