//! Whether a sequential test can have ended with the draws that are on record.

use super::super::finding::Finding;
use crate::smoothing::question::{Counts, Rule, SequentialRule};
use crate::stats::sequential::{ConfidenceSequence, looks};
use std::sync::Arc;

/// Checks the draws of a test: they must be a number at which it looks, it must be over there, and it can't have been over
/// before. `complete` says that the rule has all thresholds; with some of them only the first two can be told.
pub fn check(
    field: &str,
    rule: SequentialRule,
    counts: &Counts,
    complete: bool,
    findings: &mut Vec<Finding>,
) {
    let (found, budget) = (counts.draws(), rule.budget);
    let field = field.to_owned();
    let mut before = 0;
    for look in looks(budget).take_while(|look| *look <= found) {
        if look == found {
            if complete && before > 0 && was_over(&rule, counts, before) {
                findings.push(Finding::Overdrawn { field: field.clone(), found, expected: before });
            }
            if let Some(expected) = Rule::Sequential(Arc::new(rule)).next_look(counts) {
                findings.push(Finding::Undecided { field, found, expected });
            }
            return;
        }
        before = look;
    }
    findings.push(Finding::Look { field, found, budget });
}

/// Checks the draws that chose a class in mode `target`: at most `most`, as many as show who has the majority.
pub fn check_selection(field: &str, most: u64, counts: &Counts, findings: &mut Vec<Finding>) {
    let Some(class) = counts.most_votes() else {
        if counts.draws() != most {
            let (field, found) = (field.to_owned(), counts.draws());
            findings.push(Finding::Draws { field, found, expected: most });
        }
        return;
    };
    // What the rule asks once its leading class is known.
    check(field, SequentialRule::of_majority(class, most), counts, true, findings);
}

/// Whether a test was over at an earlier look, however the votes were spread: each threshold is passed with the fewest votes
/// that there can have been by then, or out of reach with the most.
fn was_over(rule: &SequentialRule, counts: &Counts, look: u64) -> bool {
    let (votes, draws) = (counts.of(rule.class), counts.draws());
    let (fewest, most) = (votes.saturating_sub(draws - look), votes.min(look));
    let passing = ConfidenceSequence::new(rule.alpha);
    let decided = |q: &f64| passing.exceeds(*q, fewest, look) || rule.is_out_of_reach(*q, most, look);
    rule.thresholds.iter().all(decided)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn findings(votes: u64, others: u64, budget: u64) -> Vec<Finding> {
        let rule = SequentialRule { class: 0, thresholds: vec![0.75], alpha: 0.001, budget };
        let counts = Counts { votes: vec![votes, others], failures: 0 };
        let mut findings = Vec::new();
        check("cells[0]", rule, &counts, true, &mut findings);
        findings
    }

    #[test]
    fn draws_must_be_those_of_a_test_that_is_over() {
        assert_eq!(findings(27, 0, 1000), [], "passed");
        assert_eq!(findings(3, 17, 1000), [], "out of reach");
        assert_eq!(findings(19, 1, 30), [], "30 draws would not be enough");
        assert!(matches!(findings(22, 8, 30)[..], [Finding::Overdrawn { found: 30, .. }]));
        assert!(matches!(findings(44, 0, 1000)[..], [Finding::Look { found: 44, budget: 1000, .. }]));
        assert!(matches!(findings(40, 3, 1000)[..], [Finding::Undecided { found: 43, expected: 50, .. }]));
        assert!(matches!(findings(43, 0, 1000)[..], [Finding::Overdrawn { found: 43, expected: 37, .. }]));
        assert!(matches!(findings(23, 0, 1000)[..], [Finding::Undecided { found: 23, expected: 27, .. }]));
        assert!(matches!(findings(0, 0, 1000)[..], [Finding::Look { found: 0, .. }]));
    }
}
