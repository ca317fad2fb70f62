//! What the state machines of images ask, and what they are answered.

use std::sync::Arc;

use super::ballot::Vote;
use super::refutation::{RefutationRule, Verdict};
use super::site::Site;
use crate::stats::sequential::{ConfidenceSequence, looks};

/// How many draws a question asks for.
#[derive(Debug, Clone, PartialEq)]
pub enum Rule {
    /// Exactly this many draws, numbered from 0.
    Fixed(u64),
    /// At most this many: enough to see which class has the majority, if one has it. Chooses a class and bounds nothing, so the
    /// draws need no confidence beyond being worth their cost.
    Majority(u64),
    /// As many as it takes to decide, looked at after fixed numbers of draws.
    Sequential(Arc<SequentialRule>),
    /// As many as it takes to refute a claim, or to see that it holds; looked at as often.
    Refutation(Arc<RefutationRule>),
}

/// Draws until it is decided whether the probability of a class exceeds each of some thresholds (MATHEMATICS 8).
#[derive(Debug, Clone, PartialEq)]
pub struct SequentialRule {
    /// The class whose probability is in question.
    pub class: u32,
    /// The probabilities p* to exceed.
    pub thresholds: Vec<f64>,
    /// The probability that any threshold is ever exceeded wrongly.
    pub alpha: f64,
    /// The most draws.
    pub budget: u64,
}

/// Level of the mirrored test that gives a threshold up. A wrong refusal costs a certificate, never confidence.
pub const FUTILITY: f64 = 0.01;

impl SequentialRule {
    /// Whether a class has the majority, by the test that costs no confidence to be wrong with.
    pub fn of_majority(class: u32, budget: u64) -> Self {
        Self { class, thresholds: vec![0.5], alpha: FUTILITY, budget }
    }

    /// Whether nothing more is to be learnt: every threshold is passed or out of reach.
    pub fn is_decided(&self, counts: &Counts) -> bool {
        let (votes, draws) = (counts.of(self.class), counts.draws());
        let passing = ConfidenceSequence::new(self.alpha);
        let decided = |q: &f64| passing.exceeds(*q, votes, draws) || self.is_out_of_reach(*q, votes, draws);
        draws > 0 && self.thresholds.iter().all(decided)
    }

    /// Whether a threshold is given up: the votes refute it, or refute the share of votes that all draws to come would have to
    /// show for it to be passed within the budget.
    pub fn is_out_of_reach(&self, threshold: f64, votes: u64, draws: u64) -> bool {
        let failing = ConfidenceSequence::new(FUTILITY);
        if failing.falls_short(threshold, votes, draws) {
            return true;
        }
        let Some(left) = self.budget.checked_sub(draws).filter(|left| *left > 0) else { return false };
        let missing = self.votes_to_pass(threshold).saturating_sub(votes);
        missing > left || failing.falls_short(missing as f64 / left as f64, votes, draws)
    }

    /// The fewest votes with which a threshold is passed at the end of the budget; more than there can be if none are enough.
    fn votes_to_pass(&self, threshold: f64) -> u64 {
        let passing = ConfidenceSequence::new(self.alpha);
        let (mut low, mut high) = (0, self.budget + 1);
        while low < high {
            let middle = low.midpoint(high);
            if passing.exceeds(threshold, middle, self.budget) { high = middle } else { low = middle + 1 }
        }
        low
    }
}

/// The draws after which a sequential test of one threshold ends if every vote is for the class.
pub fn fewest_draws(threshold: f64, alpha: f64, budget: u64) -> u64 {
    let sequence = ConfidenceSequence::new(alpha);
    looks(budget).find(|draws| sequence.exceeds(threshold, *draws, *draws)).unwrap_or(budget)
}

impl Rule {
    /// The number of draws, in all, after which the question is looked at again; `None` once it is answered.
    ///
    /// A pure function of the counts at the last look, so that neither verdicts nor counts depend on how batches
    /// were packed.
    pub fn next_look(&self, counts: &Counts) -> Option<u64> {
        let drawn = counts.draws();
        match self {
            Self::Fixed(draws) => (drawn < *draws).then_some(*draws),
            Self::Majority(most) if counts.majority_is_clear(*most) => None,
            Self::Majority(most) => looks(*most).find(|look| *look > drawn),
            Self::Sequential(rule) if rule.is_decided(counts) => None,
            Self::Sequential(rule) => looks(rule.budget).find(|look| *look > drawn),
            Self::Refutation(rule) if rule.verdict(counts) != Verdict::Open => None,
            Self::Refutation(rule) => looks(rule.budget).find(|look| *look > drawn),
        }
    }
}

/// Where to draw, and how often.
#[derive(Debug, Clone)]
pub struct Question {
    /// Image or anchor, its noise, and the key of its noise.
    pub site: Arc<Site>,
    /// How to draw.
    pub rule: Rule,
    /// What the site's first draws voted, where it was asked before: the draws go on from there, and the answer holds them all.
    pub so_far: Counts,
}

impl Question {
    /// A question to a site that was not asked before.
    pub fn new(site: Site, rule: Rule) -> Self {
        Self::again(site, rule, Counts::default())
    }

    /// A question to a site whose first draws voted `so_far`.
    pub fn again(site: Site, rule: Rule, so_far: Counts) -> Self {
        Self { site: Arc::new(site), rule, so_far }
    }
}

/// The votes of a question's draws. Always counts, never single votes: a pure function turns them into a verdict.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Counts {
    /// Votes by class.
    pub votes: Vec<u64>,
    /// Draws without a vote: NaN, infinity, a tie at the top, or an error of the runtime or a plugin.
    pub failures: u64,
}

impl Counts {
    /// No draws yet, of `classes` classes.
    pub fn new(classes: usize) -> Self {
        Self { votes: vec![0; classes], failures: 0 }
    }

    /// Adds one draw. A vote for a class that does not exist is a failure.
    pub fn add(&mut self, vote: Vote) {
        match vote.and_then(|class| self.votes.get_mut(class as usize)) {
            Some(count) => *count += 1,
            None => self.failures += 1,
        }
    }

    /// These draws and others together.
    #[must_use]
    pub fn plus(mut self, other: &Self) -> Self {
        self.votes.resize(self.votes.len().max(other.votes.len()), 0);
        self.votes.iter_mut().zip(&other.votes).for_each(|(sum, votes)| *sum += votes);
        self.failures += other.failures;
        self
    }

    /// All draws, failures included.
    pub fn draws(&self) -> u64 {
        self.votes.iter().sum::<u64>() + self.failures
    }

    /// The class with the most votes, the lowest of several; `None` if nobody has a vote.
    pub fn most_votes(&self) -> Option<u32> {
        let top = self.votes.iter().copied().max().filter(|top| *top > 0)?;
        let class = self.votes.iter().position(|count| *count == top)?;
        u32::try_from(class).ok()
    }

    /// Whether the class with the most votes has the majority of the law they were drawn from, or `most` draws would hardly
    /// show it.
    pub fn majority_is_clear(&self, most: u64) -> bool {
        self.most_votes().is_some_and(|class| SequentialRule::of_majority(class, most).is_decided(self))
    }

    /// The votes of one class.
    pub fn of(&self, class: u32) -> u64 {
        self.votes.get(class as usize).copied().unwrap_or(0)
    }

    /// The most that any other class may have: the largest rival count, with every failure given to that rival.
    pub fn largest_rival(&self, class: u32) -> u64 {
        let others = self.votes.iter().enumerate().filter(|(other, _)| *other != class as usize);
        others.map(|(_, count)| *count).max().unwrap_or(0) + self.failures
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(thresholds: &[f64], budget: u64) -> Rule {
        Rule::Sequential(Arc::new(SequentialRule {
            class: 0,
            thresholds: thresholds.to_vec(),
            alpha: 0.001,
            budget,
        }))
    }

    fn counts(votes: u64, others: u64) -> Counts {
        Counts { votes: vec![votes, others], failures: 0 }
    }

    #[test]
    fn a_fixed_rule_looks_once() {
        assert_eq!(Rule::Fixed(7).next_look(&counts(0, 0)), Some(7));
        assert_eq!(Rule::Fixed(7).next_look(&counts(7, 0)), None);
        assert_eq!(Rule::Fixed(0).next_look(&counts(0, 0)), None);
    }

    #[test]
    fn a_majority_is_looked_for_until_it_is_clear() {
        let rule = Rule::Majority(100);
        assert_eq!(rule.next_look(&counts(0, 0)), Some(20));
        assert_eq!(rule.next_look(&counts(20, 0)), None, "all agree");
        assert_eq!(rule.next_look(&counts(11, 9)), Some(23), "a close one");
        assert_eq!(rule.next_look(&counts(51, 49)), None, "all are drawn");
        let nobody = Counts { votes: vec![0, 0], failures: 20 };
        assert_eq!(rule.next_look(&nobody), Some(23));
        let many = Counts { votes: vec![20; 4], failures: 0 };
        assert_eq!(rule.next_look(&many), None, "none has it");
    }

    #[test]
    fn a_sequential_rule_ends_when_every_threshold_is_decided() {
        let one = rule(&[0.75], 1000);
        assert_eq!(one.next_look(&counts(0, 0)), Some(20));
        assert_eq!(one.next_look(&counts(20, 0)), Some(23));
        assert_eq!(one.next_look(&counts(43, 0)), None, "passed");
        assert_eq!(one.next_look(&counts(3, 17)), None, "out of reach");
        let two = rule(&[0.75, 0.999], 100_000);
        assert_eq!(two.next_look(&counts(43, 0)), Some(50), "the second is open");
        assert_eq!(two.next_look(&counts(40, 3)), Some(50));
        assert_eq!(two.next_look(&counts(990, 10)), None);
    }

    /// A threshold that p lies at costs a part of the budget only; no draw is saved where it may yet be passed.
    #[test]
    fn what_the_budget_would_not_pass_is_given_up() {
        let close = |budget| SequentialRule { class: 0, thresholds: vec![0.9], alpha: 0.001, budget };
        let first_end = |rule: &SequentialRule, rate: f64| {
            looks(rule.budget)
                .find(|n| rule.is_decided(&counts((rate * *n as f64) as u64, n - (rate * *n as f64) as u64)))
        };
        let end = first_end(&close(10_000), 0.9).unwrap();
        assert!((2_000..5_000).contains(&end), "{end}");
        // With p a little above it is passed: at the same look whatever the budget.
        let passed = first_end(&close(100_000), 0.92).unwrap();
        assert_eq!(first_end(&close(10_000), 0.92), Some(passed));
        assert!(close(30).is_out_of_reach(0.9, 20, 20), "30 votes of 30 are not enough");
        assert!(!close(100).is_out_of_reach(0.9, 20, 20));
        assert!(!close(20).is_out_of_reach(0.9, 20, 20), "there is nothing left to foresee");
    }

    #[test]
    fn the_budget_ends_a_sequential_rule() {
        let close = rule(&[0.9], 1_000);
        assert_eq!(close.next_look(&counts(18, 2)), Some(23));
        assert!((0..=1_000).all(|votes| close.next_look(&counts(votes, 1_000 - votes)).is_none()));
    }

    #[test]
    fn failures_count_as_draws_and_for_every_rival() {
        let mut counts = Counts::new(3);
        for vote in [Some(1), Some(1), Some(2), None, Some(9)] {
            counts.add(vote);
        }
        assert_eq!((counts.draws(), counts.failures), (5, 2));
        assert_eq!(counts.most_votes(), Some(1));
        assert_eq!(counts.largest_rival(1), 3);
        assert_eq!(counts.of(7), 0);
        assert_eq!(Counts::new(3).most_votes(), None);
    }
}
