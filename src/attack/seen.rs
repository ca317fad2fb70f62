//! What a classifier's scores at a point say of a class.

use crate::smoothing::ballot;
use crate::smoothing::question::Counts;
use crate::smoothing::refutation::{Claimed, RefutationRule, Verdict};

/// The error of calling a point clear while the search goes on; fresh draws are what counts in the end.
const CLEAR: f64 = 1e-3;

/// A point that was tried.
#[derive(Debug, Clone, PartialEq)]
pub struct Seen {
    /// xi.
    pub parameters: Vec<f64>,
    /// |xi|.
    pub size: f64,
    /// The class in question.
    pub class: u32,
    /// Votes of the draws at the point; one, of the bare classifier.
    pub counts: Counts,
    /// The mean of a draw's score of the class less the best other score, over the draws that did not fail.
    pub margin: f64,
    /// The mean of a smooth step in that difference, from 0 (wrong) to 1 (right): what gradient descent makes small.
    pub soft: f64,
}

/// Votes and margins of the draws at one point, as they come in.
#[derive(Debug, Clone)]
pub struct Tally {
    class: u32,
    counts: Counts,
    /// NaN of draws that failed.
    margins: Vec<f64>,
}

impl Tally {
    /// Nothing yet, for a class of `classes`.
    pub fn new(class: u32, classes: usize) -> Self {
        Self { class, counts: Counts::new(classes), margins: Vec::new() }
    }

    /// Adds a draw by its scores.
    pub fn add(&mut self, scores: &[f32]) {
        self.counts.add(ballot::vote(scores));
        let others = scores.iter().enumerate().filter(|(class, _)| *class != self.class as usize);
        let best = others.map(|(_, score)| f64::from(*score)).fold(f64::NEG_INFINITY, f64::max);
        let own = scores.get(self.class as usize).map_or(f64::NAN, |score| f64::from(*score));
        let finite = scores.iter().all(|score| score.is_finite());
        self.margins.push(if finite { own - best } else { f64::NAN });
    }

    /// The size of the differences, which the smooth step is stretched to.
    pub fn scale(tallies: &[Self]) -> f64 {
        let sizes = tallies.iter().flat_map(|t| &t.margins).filter(|m| m.is_finite()).map(|m| m.abs());
        let (sum, count) = sizes.fold((0.0, 0_u64), |(sum, count), size| (sum + size, count + 1));
        let mean = sum / count.max(1) as f64;
        if mean > 0.0 { mean } else { 1.0 }
    }

    /// What was seen at xi of size |xi|.
    pub fn seen(self, parameters: Vec<f64>, size: f64, scale: f64) -> Seen {
        let finite = self.margins.iter().filter(|margin| margin.is_finite());
        let (sum, count) = finite.fold((0.0, 0_u64), |(sum, count), margin| (sum + margin, count + 1));
        // A draw that failed counts as a wrong one.
        let step =
            |margin: &f64| if margin.is_finite() { 1.0 / (1.0 + (-margin / scale).exp()) } else { 0.0 };
        let soft = self.margins.iter().map(step).sum::<f64>() / self.margins.len().max(1) as f64;
        let margin = if count > 0 { sum / count as f64 } else { f64::NEG_INFINITY };
        Seen { parameters, size, class: self.class, counts: self.counts, margin, soft }
    }
}

impl Seen {
    /// The class with the most votes besides the one in question, the lowest of several.
    pub fn rival(&self) -> u32 {
        let others = (0..self.counts.votes.len() as u32).filter(|class| *class != self.class);
        others.max_by_key(|class| (self.counts.of(*class), std::cmp::Reverse(*class))).unwrap_or(self.class)
    }

    /// By how large a share of the draws the class leads its best rival, to whom failed draws are given.
    pub fn lead(&self) -> f64 {
        let (own, rival) = (self.counts.of(self.class), self.counts.of(self.rival()) + self.counts.failures);
        (own as f64 - rival as f64) / self.counts.draws().max(1) as f64
    }

    /// What the draws of the search say of a claim about the class. No more than a hint: the points were chosen by them.
    pub fn hint(&self, claimed: Claimed) -> Verdict {
        RefutationRule { class: self.class, claimed, alpha: CLEAR, budget: 0 }.verdict(&self.counts)
    }

    /// Whether the class is clearly not the answer: of the bare classifier, whether it is not.
    pub fn is_clearly_wrong(&self) -> bool {
        match self.counts.draws() {
            1 => self.counts.of(self.class) == 0,
            _ => self.hint(Claimed::Ahead { of: self.rival() }) == Verdict::Refuted,
        }
    }

    /// Orders points from the one that the class does worst at.
    pub fn by_lead(a: &Self, b: &Self) -> std::cmp::Ordering {
        a.lead().total_cmp(&b.lead()).then(Self::by_softness(a, b))
    }

    /// The same by the smooth objective.
    pub fn by_softness(a: &Self, b: &Self) -> std::cmp::Ordering {
        a.soft.total_cmp(&b.soft).then(a.size.total_cmp(&b.size))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(rows: &[[f32; 3]]) -> Seen {
        let mut tally = Tally::new(1, 3);
        rows.iter().for_each(|row| tally.add(row));
        let scale = Tally::scale(std::slice::from_ref(&tally));
        tally.seen(vec![0.5], 0.5, scale)
    }

    #[test]
    fn margins_votes_and_the_smooth_step() {
        let two = seen(&[[0.0, 3.0, 1.0], [0.0, 1.0, 3.0]]);
        assert_eq!((two.counts.of(1), two.rival(), two.margin), (1, 2, 0.0));
        assert_eq!((two.soft, two.lead()), (0.5, 0.0));
        // Twice as sure scores say the same.
        let sure = seen(&[[0.0, 6.0, 2.0], [0.0, 2.0, 6.0]]);
        assert_eq!((sure.soft, sure.lead()), (two.soft, two.lead()));
    }

    #[test]
    fn failed_draws_are_wrong_and_the_rivals() {
        let failed = seen(&[[0.0, 3.0, 1.0], [0.0, f32::NAN, 1.0]]);
        assert_eq!((failed.margin, failed.lead(), failed.counts.failures), (2.0, 0.0, 1));
        assert!(failed.soft < 0.5);
        let nothing = seen(&[[f32::NAN; 3]]);
        assert!(nothing.is_clearly_wrong() && nothing.margin == f64::NEG_INFINITY && nothing.soft == 0.0);
    }

    #[test]
    fn one_draw_is_the_bare_classifier_and_many_must_be_clear() {
        assert!(!seen(&[[0.0, 1.0, 0.5]]).is_clearly_wrong());
        assert!(seen(&[[0.0, 1.0, 1.0]]).is_clearly_wrong(), "a tie is no answer");
        assert!(!seen(&[[1.0, 0.0, 0.5]; 4]).is_clearly_wrong());
        assert!(seen(&[[1.0, 0.0, 0.5]; 60]).is_clearly_wrong());
    }
}
