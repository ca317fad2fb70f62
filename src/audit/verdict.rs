//! Whether a run reached what its audit requires.

use super::diagnostic::AuditText;
use super::plan::targets::Requirement;
use super::summary::Summary;

/// A requirement that was not met.
#[derive(Debug, Clone, PartialEq)]
pub struct Unmet {
    /// The case's name.
    pub case: String,
    /// What was required.
    pub require: Requirement,
    /// The certified accuracy that was reached at the radius.
    pub reached: f64,
}

/// The requirements that the figures of a whole run do not meet. `requirements` names each case with its own, if it has one.
pub fn unmet<'a>(
    requirements: impl Iterator<Item = (&'a str, Option<&'a Requirement>)>,
    summary: &Summary,
) -> Vec<Unmet> {
    let judged = requirements.filter_map(|(name, require)| {
        let require = require?;
        let figures = summary.cases.iter().find(|figures| figures.name == name);
        let reached = figures.and_then(|figures| figures.accuracy_at(require.radius)).unwrap_or(0.0);
        let met = reached >= require.certified_accuracy;
        (!met).then(|| Unmet { case: name.to_owned(), require: require.clone(), reached })
    });
    judged.collect()
}

/// Whether an image of the run ended in an error.
pub fn has_errors(summary: &Summary) -> bool {
    summary.cases.iter().any(|figures| figures.errors > 0)
}

/// The line of the audit file, from 1, on which a requirement is written.
pub fn line_of(require: &Requirement, text: &AuditText) -> usize {
    let before = text.text.get(..require.span.start).unwrap_or_default();
    before.matches('\n').count() + 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::summary::{CaseSummary, CertifiedAccuracy};

    fn figures(name: &str, accuracy: f64) -> CaseSummary {
        let entry = CertifiedAccuracy { radius: 2.0, accuracy, interval: [0.0, 1.0], real_accuracy: None };
        CaseSummary { certified_accuracy: vec![entry], ..CaseSummary::new(name, &[], &[]) }
    }

    #[test]
    fn each_case_is_held_to_its_own_requirement() {
        let summary = Summary {
            cases: vec![figures("a", 0.5), figures("b", 0.5), figures("c", 0.5)],
            ..Summary::default()
        };
        let require = |certified_accuracy| Requirement { radius: 2.0, certified_accuracy, span: 4..9 };
        let (met, missed) = (require(0.5), require(0.51));
        let cases = [("a", Some(&met)), ("b", Some(&missed)), ("c", None)];
        let found = unmet(cases.into_iter(), &summary);
        assert_eq!(found, [Unmet { case: "b".into(), require: missed.clone(), reached: 0.5 }]);
        // What is not in the figures at all was not reached.
        assert_eq!(unmet([("d", Some(&met))].into_iter(), &summary)[0].reached, 0.0);
        let text = AuditText { path: "audit.toml".into(), text: "a\nb\nc\n".into() };
        assert_eq!(line_of(&missed, &text), 3);
    }
}
