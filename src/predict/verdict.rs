//! From counts to a prediction: Cohen et al.'s PREDICT (arXiv 1902.02918, section 3.2.1), failing closed.

use crate::smoothing::question::Counts;
use crate::stats::binomial::lower_tail_upper_bound;

/// What the votes at an image say.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict {
    /// The class with the most votes, the lowest of several; `None` without a vote.
    pub leading: Option<u32>,
    /// Its votes.
    pub votes: u64,
    /// The class with the most votes after it, the lowest of several; `None` without such a vote.
    pub second: Option<u32>,
    /// The votes of the second class, with every failed draw given to it.
    pub rival: u64,
    /// All draws, failures included.
    pub draws: u64,
    /// The p-value of the two-sided binomial test that both are equally likely, rounded up.
    pub p_value: f64,
}

impl Verdict {
    /// The verdict of some votes.
    pub fn of(counts: &Counts) -> Self {
        let leading = counts.most_votes();
        let votes = leading.map_or(0, |class| counts.of(class));
        let others = counts.votes.iter().enumerate().map(|(class, count)| match leading {
            Some(leading) if leading as usize == class => 0,
            _ => *count,
        });
        let second = Counts { votes: others.collect(), failures: 0 }.most_votes();
        let rival = leading.map_or(counts.failures, |class| counts.largest_rival(class));
        Self { leading, votes, second, rival, draws: counts.draws(), p_value: p_value(votes, rival) }
    }

    /// The class that is answered, wrong with probability at most `alpha`; `None` to abstain.
    ///
    /// Wrong means: not the class that the smoothed classifier prefers (Hung and Fithian 2019, theorem 1, for the two-sided
    /// test of the two classes with the most votes).
    pub fn answer(&self, alpha: f64) -> Option<u32> {
        self.leading.filter(|_| self.p_value <= alpha)
    }

    /// The share of the draws that voted for the leading class.
    pub fn share(&self) -> f64 {
        if self.draws == 0 { 0.0 } else { self.votes as f64 / self.draws as f64 }
    }
}

/// 2 P(Bin(votes + rival, 1/2) >= votes), at most 1 and rounded up: how likely equal classes are to be as far apart.
pub fn p_value(votes: u64, rival: u64) -> f64 {
    if votes <= rival {
        return 1.0;
    }
    // By symmetry the upper tail from `votes` on is the lower tail up to `rival`.
    (2.0 * lower_tail_upper_bound(rival, votes + rival, 0.5)).min(1.0)
}

#[cfg(test)]
mod tests {
    use rand_core::{Rng, SeedableRng};

    use super::*;

    fn verdict(votes: &[u64], failures: u64) -> Verdict {
        Verdict::of(&Counts { votes: votes.to_vec(), failures })
    }

    /// By hand: 2 * (1 + 10) / 2^10, and 2 / 2^10.
    #[test]
    fn the_p_value_is_the_exact_two_sided_tail() {
        for (votes, rival, exact) in [(9, 1, 22.0 / 1024.0), (10, 0, 2.0 / 1024.0), (6, 4, 772.0 / 1024.0)] {
            let found = p_value(votes, rival);
            assert!(found >= exact && found - exact < 1e-11, "{votes}, {rival}: {found}");
        }
        for (votes, rival) in [(5, 5), (4, 6), (0, 0)] {
            assert_eq!(p_value(votes, rival), 1.0);
        }
        assert!(p_value(1_000_000, 0) < 1e-300);
    }

    #[test]
    fn the_top_two_are_compared_and_failures_help_the_second() {
        let clear = verdict(&[3, 90, 7], 0);
        assert_eq!((clear.leading, clear.second, clear.votes, clear.rival), (Some(1), Some(2), 90, 7));
        assert_eq!((clear.answer(0.001), clear.share()), (Some(1), 0.9));
        let failing = verdict(&[3, 90, 7], 60);
        assert_eq!((failing.rival, failing.draws), (67, 160));
        assert!(failing.p_value > clear.p_value && failing.answer(0.001).is_none());
        assert_eq!(failing, verdict(&[3, 90, 7], 60));
        let tie = verdict(&[50, 50], 0);
        assert_eq!((tie.leading, tie.second, tie.p_value, tie.answer(0.4)), (Some(0), Some(1), 1.0, None));
    }

    #[test]
    fn without_votes_nothing_is_answered() {
        for nothing in [verdict(&[0, 0], 0), verdict(&[0, 0], 100)] {
            assert_eq!((nothing.leading, nothing.second, nothing.answer(0.499)), (None, None, None));
            assert_eq!((nothing.p_value, nothing.share()), (1.0, 0.0));
        }
        let alone = verdict(&[0, 100], 0);
        assert_eq!((alone.leading, alone.second, alone.answer(0.001)), (Some(1), None, Some(1)));
    }

    /// Votes drawn from known probabilities: an answer other than the likeliest class must come in at most alpha of the
    /// trials, where the two likeliest are as good as equal and a third and failures take their part.
    #[test]
    fn a_wrong_answer_comes_with_probability_alpha_at_most() {
        let (alpha, trials, draws) = (0.05, 4_000, 60);
        for (seed, top, second, third) in [(1, 0.5, 0.5, 0.0), (2, 0.36, 0.35, 0.2), (3, 0.45, 0.44, 0.01)] {
            let mut random = rand_chacha::ChaCha8Rng::seed_from_u64(seed);
            let (mut wrong, mut answered) = (0, 0);
            for _ in 0..trials {
                let mut counts = Counts::new(3);
                for _ in 0..draws {
                    let u = (random.next_u64() >> 11) as f64 / (1_u64 << 53) as f64;
                    let classes = [top, top + second, top + second + third];
                    counts.add(classes.iter().position(|edge| u < *edge).map(|class| class as u32));
                }
                let answer = Verdict::of(&counts).answer(alpha);
                answered += u32::from(answer.is_some());
                wrong += u32::from(answer.is_some_and(|class| class != 0));
            }
            let bound = alpha + 3.0 * (alpha * (1.0 - alpha) / f64::from(trials)).sqrt();
            assert!(f64::from(wrong) / f64::from(trials) <= bound, "{wrong} of {trials} wrong");
            assert!(answered < trials / 2, "the classes are too near for a test of this size");
        }
    }

    /// The mutation that the test must find: the plain majority is wrong half the time.
    #[test]
    fn answering_the_majority_would_be_wrong_far_more_often() {
        let mut random = rand_chacha::ChaCha8Rng::seed_from_u64(4);
        let wrong = (0..1000)
            .filter(|_| {
                let ones: u32 = (0..60).map(|_| (random.next_u64() & 1) as u32).sum();
                let counts = Counts { votes: vec![u64::from(60 - ones), u64::from(ones)], failures: 0 };
                counts.most_votes() == Some(1)
            })
            .count();
        assert!(wrong > 300, "{wrong} of 1000");
    }
}
