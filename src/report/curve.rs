//! Certified accuracy as a function of the radius.

use crate::audit::records::Record;

use super::histogram::radius_of_label;

/// Certified accuracy by radius: a falling staircase.
#[derive(Debug, Clone, PartialEq)]
pub struct Curve {
    /// Each step's last radius, ascending, with the share certified to it. Beyond the last one nothing is certified.
    pub steps: Vec<[f64; 2]>,
}

impl Curve {
    /// The curve of some records: at r the share of images whose label is certified to r or further.
    pub fn of(records: &[&Record]) -> Self {
        let mut radii: Vec<f64> =
            records.iter().map(|record| radius_of_label(record)).filter(|radius| *radius > 0.0).collect();
        radii.sort_by(f64::total_cmp);
        let whole = records.len() as f64;
        let mut steps: Vec<[f64; 2]> = Vec::new();
        for (below, radius) in radii.iter().enumerate() {
            if steps.last().is_none_or(|[last, _]| last < radius) {
                steps.push([*radius, (radii.len() - below) as f64 / whole]);
            }
        }
        Self { steps }
    }

    /// The share certified to a radius.
    pub fn at(&self, radius: f64) -> f64 {
        self.steps.iter().find(|[end, _]| radius <= *end).map_or(0.0, |[_, share]| *share)
    }

    /// The steps up to the end of the range, with one of nothing where the last radius falls short of it.
    pub fn steps_to(&self, cap: f64) -> Vec<[f64; 2]> {
        let mut steps = self.steps.clone();
        if steps.last().is_none_or(|[end, _]| *end < cap) {
            steps.push([cap, 0.0]);
        }
        steps
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::certify::outcome::Status;
    use crate::report::testing::{certified, status};

    #[test]
    fn the_curve_counts_labels_certified_to_a_radius_or_further() {
        let mut wrong = certified(3, 5.0);
        wrong.correct = false;
        let records =
            [certified(0, 2.0), certified(1, 5.0), certified(2, 2.0), wrong, status(4, Status::Refused)];
        let curve = Curve::of(&records.iter().collect::<Vec<_>>());
        assert_eq!(curve.steps, [[2.0, 0.6], [5.0, 0.2]]);
        assert_eq!([0.5, 2.0, 2.1, 5.0, 5.1].map(|r| curve.at(r)), [0.6, 0.6, 0.2, 0.2, 0.0]);
        assert_eq!(curve.steps_to(6.0).last(), Some(&[6.0, 0.0]));
        assert_eq!(curve.steps_to(5.0).len(), 2);
        for record in &records {
            for radius in [0.5, 2.0, 3.0, 5.0] {
                let counted = records.iter().filter(|record| record.certifies_label(radius)).count();
                assert_eq!(curve.at(radius), counted as f64 / 5.0, "{record:?}");
            }
        }
    }

    #[test]
    fn no_images_make_an_empty_curve() {
        assert_eq!(Curve::of(&[]).steps_to(3.0), [[3.0, 0.0]]);
    }
}
