//! The images of a case that fare worst, and the parameters that they are shown at.

use crate::audit::case_description::CaseDescription;
use crate::audit::records::Record;
use crate::certify::outcome::Status;

/// Images that are shown of a case.
pub const MOST: usize = 8;

/// What befell an image, the worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rank {
    /// Something failed.
    Error,
    /// Another class than the label was established.
    Wrong,
    /// No class was established.
    Abstained,
    /// The label was established, but no radius.
    Refused,
    /// Certified, but not over the whole range.
    Short,
}

impl Rank {
    /// Of an image that is shown; `None` for one that is certified over the whole range, for its label.
    pub fn of(record: &Record) -> Option<Self> {
        match record.status {
            Status::Error => Some(Self::Error),
            Status::Abstained => Some(Self::Abstained),
            Status::Certified | Status::Refused if !record.correct => Some(Self::Wrong),
            Status::Refused => Some(Self::Refused),
            Status::Certified if record.capped => None,
            Status::Certified => Some(Self::Short),
        }
    }

    /// In words.
    pub fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Wrong => "wrong class",
            Self::Abstained => "abstained",
            Self::Refused => "refused",
            Self::Short => "certified",
        }
    }
}

/// The worst images of a case, the worst first: by what befell them, then by radius, then by index.
pub fn worst<'a>(records: &[&'a Record]) -> Vec<(Rank, &'a Record)> {
    let mut ranked: Vec<(Rank, &Record)> =
        records.iter().filter_map(|record| Some((Rank::of(record)?, *record))).collect();
    ranked.sort_by(|(a, left), (b, right)| {
        a.cmp(b).then(left.radius.total_cmp(&right.radius)).then(left.index.cmp(&right.index))
    });
    ranked.truncate(MOST);
    ranked
}

/// The radius at which an image is shown: its certified one, or the first that was asked for.
pub fn shown_radius(record: &Record, first_listed: Option<f64>, cap: f64) -> f64 {
    if record.status == Status::Certified && record.radius > 0.0 {
        record.radius
    } else {
        first_listed.unwrap_or(cap)
    }
}

/// The parameters at a radius, towards the high ends of the range and towards its low ends; where the range has only one
/// side, one of them. Several parameters go along the diagonal of the range.
pub fn edges(description: &CaseDescription, radius: f64) -> Vec<Vec<f64>> {
    let range = description.range();
    let towards = |corner: &[f64]| -> Option<Vec<f64>> {
        let step: Vec<f64> =
            corner.iter().zip(&range.identity).map(|(end, identity)| end - identity).collect();
        let length = range.norm.of(step.iter().copied());
        if !(length > 0.0) {
            return None;
        }
        let share = (radius / length).min(1.0);
        Some(range.identity.iter().zip(&step).map(|(identity, step)| identity + share * step).collect())
    };
    [&range.high, &range.low].into_iter().filter_map(|corner| towards(corner)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::certify::ranges::Norm;
    use crate::report::testing::{blur, certified, rotation, status};

    #[test]
    fn the_worst_come_first() {
        let capped = Record { capped: true, ..certified(0, 36.0) };
        let wrong = Record { correct: false, predicted: Some(1), ..certified(5, 36.0) };
        let records = [
            capped,
            certified(1, 4.0),
            certified(2, 2.0),
            status(3, Status::Refused),
            status(4, Status::Error),
            wrong,
            status(6, Status::Abstained),
            certified(7, 2.0),
        ];
        let found: Vec<(Rank, u64)> = worst(&records.iter().collect::<Vec<_>>())
            .iter()
            .map(|(rank, record)| (*rank, record.index))
            .collect();
        use Rank::{Abstained, Error, Refused, Short, Wrong};
        assert_eq!(
            found,
            [(Error, 4), (Wrong, 5), (Abstained, 6), (Refused, 3), (Short, 2), (Short, 7), (Short, 1)]
        );
    }

    #[test]
    fn edges_lie_at_the_radius_and_in_the_range() {
        assert_eq!(edges(&blur(), 9.0), [[9.0]]);
        assert_eq!(edges(&rotation(), 10.0), [[10.0], [-10.0]]);
        assert_eq!(edges(&rotation(), 500.0), [[50.0], [-50.0]]);
        let mut plane = rotation();
        plane.parameters.push(plane.parameters[0].clone());
        plane.norm = Norm::Linf;
        assert_eq!(edges(&plane, 10.0), [[10.0, 10.0], [-10.0, -10.0]]);
    }

    #[test]
    fn images_without_a_radius_are_shown_at_the_first_one_asked() {
        assert_eq!(shown_radius(&status(0, Status::Refused), Some(4.0), 36.0), 4.0);
        assert_eq!(shown_radius(&certified(0, 9.0), Some(4.0), 36.0), 9.0);
        assert_eq!(shown_radius(&status(0, Status::Abstained), None, 36.0), 36.0);
    }
}
