//! Sweeps: certified accuracy over the grid of an ablation.

use crate::audit::summary::{CaseSummary, Summary};

/// The cases of one sweep.
#[derive(Debug, Clone, PartialEq)]
pub struct Sweep<'a> {
    /// The case that is swept, as the audit file names it.
    pub case: &'a str,
    /// The keys that differ.
    pub keys: Vec<&'a str>,
    /// Its points, in the audit's order: a value of each key, and what was found.
    pub points: Vec<(Vec<&'a str>, &'a CaseSummary)>,
}

/// The sweeps of a run, in the audit's order.
pub fn sweeps(summary: &Summary) -> Vec<Sweep<'_>> {
    let mut found: Vec<Sweep<'_>> = Vec::new();
    for case in &summary.cases {
        let Some(point) = case.description.as_ref().and_then(|description| description.sweep.as_ref()) else {
            continue;
        };
        let keys: Vec<&str> = point.values.iter().map(|(key, _)| key.as_str()).collect();
        let values = point.values.iter().map(|(_, value)| value.as_str()).collect();
        match found.iter_mut().find(|sweep| sweep.case == point.case && sweep.keys == keys) {
            Some(sweep) => sweep.points.push((values, case)),
            None => found.push(Sweep { case: &point.case, keys, points: vec![(values, case)] }),
        }
    }
    found
}

impl<'a> Sweep<'a> {
    /// The values of one key: numbers ascending, else in the order found.
    pub fn values(&self, key: usize) -> Vec<&'a str> {
        let mut values: Vec<&str> = Vec::new();
        for (point, _) in &self.points {
            if !values.contains(&point[key]) {
                values.push(point[key]);
            }
        }
        if values.iter().all(|value| value.parse::<f64>().is_ok()) {
            let number = |value: &&str| value.parse::<f64>().unwrap_or(0.0);
            values.sort_by(|a, b| number(a).total_cmp(&number(b)));
        }
        values
    }

    /// The radii that all points report, ascending.
    pub fn radii(&self) -> Vec<f64> {
        let of =
            |case: &CaseSummary| case.certified_accuracy.iter().map(|entry| entry.radius).collect::<Vec<_>>();
        let mut radii = self.points.first().map(|(_, case)| of(case)).unwrap_or_default();
        radii.retain(|radius| self.points.iter().all(|(_, case)| case.accuracy_at(*radius).is_some()));
        radii
    }

    /// The share certified to a radius at a point.
    pub fn share(&self, values: &[&str], radius: f64) -> Option<f64> {
        self.points.iter().find(|(point, _)| point == values)?.1.accuracy_at(radius)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::plan::case::SweepPoint;
    use crate::report::testing::{blur, certified, summary};
    use std::collections::BTreeMap;

    fn point(scale: &str, noise: &str, radius: f64) -> CaseSummary {
        let mut description = blur();
        let values = [("noise.scale", scale), ("semantic_noise", noise)];
        description.sweep = Some(SweepPoint {
            case: "blur".to_owned(),
            values: values.map(|(key, value)| (key.to_owned(), value.to_owned())).to_vec(),
        });
        summary(description, &[4.0], &[certified(0, radius)])
    }

    #[test]
    fn points_are_gathered_and_found_again() {
        let cases = vec![point("0.5", "0.1", 9.0), point("0.25", "0.1", 1.0), point("10.0", "0.2", 4.0)];
        let all = Summary { cases, class_names: BTreeMap::new() };
        let found = sweeps(&all);
        assert_eq!(found.len(), 1);
        let sweep = &found[0];
        assert_eq!((sweep.case, &sweep.keys[..]), ("blur", &["noise.scale", "semantic_noise"][..]));
        assert_eq!(sweep.values(0), ["0.25", "0.5", "10.0"]);
        assert_eq!(sweep.radii(), [4.0]);
        assert_eq!(sweep.share(&["0.25", "0.1"], 4.0), Some(0.0));
        assert_eq!(sweep.share(&["10.0", "0.2"], 4.0), Some(1.0));
        assert_eq!(sweep.share(&["10.0", "0.1"], 4.0), None);
    }
}
