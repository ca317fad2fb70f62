//! A claim about the votes at a site, put to the test: refuted, seen to hold, or open.
//!
//! The test is the confidence sequence of the failures (MATHEMATICS 8), valid however often it is looked at. A refutation of
//! a true claim has probability at most alpha, provided that the claim and the site were chosen before the draws.

use super::question::{Counts, FUTILITY};
use crate::stats::sequential::ConfidenceSequence;

/// What is claimed of the class in question at a site.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Claimed {
    /// Its probability is above 1/2 + m.
    Majority {
        /// m.
        margin: f64,
    },
    /// Its probability is above that of one rival, to whom failed draws are given.
    Ahead {
        /// The rival.
        of: u32,
    },
}

/// Draws until a claim is refuted or clearly holds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RefutationRule {
    /// The class in question.
    pub class: u32,
    /// What is claimed of it.
    pub claimed: Claimed,
    /// The probability that a true claim is refuted.
    pub alpha: f64,
    /// The most draws.
    pub budget: u64,
}

/// What some draws say of a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// The claim is false, but for an error of probability alpha.
    Refuted,
    /// The claim is most likely true: nothing more is to be learnt. This is no proof.
    Holds,
    /// Neither.
    Open,
}

impl RefutationRule {
    /// What the counts say.
    pub fn verdict(&self, counts: &Counts) -> Verdict {
        let votes = counts.of(self.class);
        let (trials, threshold) = match self.claimed {
            Claimed::Majority { margin } => (counts.draws(), 0.5 + margin),
            // Given that a draw is for one of the two, it is for the class with probability above 1/2.
            Claimed::Ahead { of } => (votes + counts.of(of) + counts.failures, 0.5),
        };
        if ConfidenceSequence::new(self.alpha).falls_short(threshold, votes, trials) {
            Verdict::Refuted
        } else if ConfidenceSequence::new(FUTILITY).exceeds(threshold, votes, trials) {
            Verdict::Holds
        } else {
            Verdict::Open
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::question::Rule;
    use super::*;
    use rand_core::{Rng, SeedableRng};
    use std::sync::Arc;

    fn rule(claimed: Claimed, alpha: f64) -> RefutationRule {
        RefutationRule { class: 0, claimed, alpha, budget: 2_000 }
    }

    fn counts(votes: &[u64], failures: u64) -> Counts {
        Counts { votes: votes.to_vec(), failures }
    }

    const MAJORITY: Claimed = Claimed::Majority { margin: 0.0 };

    #[test]
    fn clear_counts_decide_and_close_ones_do_not() {
        let majority = rule(MAJORITY, 1e-10);
        assert_eq!(majority.verdict(&counts(&[10, 190, 0], 0)), Verdict::Refuted);
        assert_eq!(majority.verdict(&counts(&[190, 10, 0], 0)), Verdict::Holds);
        assert_eq!(majority.verdict(&counts(&[100, 100, 0], 0)), Verdict::Open);
        assert_eq!(majority.verdict(&counts(&[0, 0, 0], 0)), Verdict::Open);
        // A margin asks for more; failed draws count against.
        let margin = rule(Claimed::Majority { margin: 0.4 }, 1e-10);
        assert_eq!(margin.verdict(&counts(&[1_200, 800, 0], 0)), Verdict::Refuted);
        assert_eq!(majority.verdict(&counts(&[10, 0, 0], 190)), Verdict::Refuted);
    }

    #[test]
    fn to_be_ahead_needs_no_majority() {
        let ahead = rule(Claimed::Ahead { of: 1 }, 1e-10);
        assert_eq!(ahead.verdict(&counts(&[400, 100, 500], 0)), Verdict::Holds);
        assert_eq!(ahead.verdict(&counts(&[100, 400, 500], 0)), Verdict::Refuted);
        assert_eq!(ahead.verdict(&counts(&[0, 0, 1_000], 0)), Verdict::Open, "nothing is known of the two");
        assert_eq!(ahead.verdict(&counts(&[100, 0, 500], 400)), Verdict::Refuted, "failures are the rival's");
    }

    #[test]
    fn a_question_ends_with_its_verdict_or_its_budget() {
        let question = Rule::Refutation(Arc::new(rule(MAJORITY, 1e-3)));
        assert_eq!(question.next_look(&counts(&[0, 0], 0)), Some(20));
        assert_eq!(question.next_look(&counts(&[0, 50], 0)), None, "refuted");
        assert_eq!(question.next_look(&counts(&[50, 0], 0)), None, "holds");
        assert_eq!(question.next_look(&counts(&[1_000, 1_000], 0)), None, "spent");
    }

    /// With a probability of exactly 1/2 a stream that is looked at again and again is refuted in at most alpha of all cases.
    #[test]
    fn a_claim_at_its_edge_is_hardly_ever_refuted() {
        let (alpha, streams) = (0.05, 2_000);
        let question = Rule::Refutation(Arc::new(rule(MAJORITY, alpha)));
        let mut random = rand_chacha::ChaCha8Rng::seed_from_u64(11);
        let mut refuted = 0;
        for _ in 0..streams {
            let mut seen = counts(&[0, 0], 0);
            while let Some(look) = question.next_look(&seen) {
                while seen.draws() < look {
                    seen.add(Some(u32::from(random.next_u64() >> 63 == 1)));
                }
            }
            refuted += u64::from(rule(MAJORITY, alpha).verdict(&seen) == Verdict::Refuted);
        }
        let bound = alpha + 3.0 * (alpha * (1.0 - alpha) / f64::from(streams)).sqrt();
        assert!(refuted as f64 / f64::from(streams) <= bound, "{refuted} of {streams}");
    }
}
