//! From votes to the class that a smoothed classifier answers, or none.

use crate::smoothing::question::Counts;
use crate::stats::binomial::lower_tail_upper_bound;

/// The class with the most votes, unless chance could have put it before the next one: then the classifier abstains.
///
/// The two-sided binomial test of Cohen, Rosenfeld and Kolter (2019), Prop. 2: an answer that is not the smoothed
/// classifier's most likely class has probability at most `alpha`. Failed draws are given to the rival.
pub fn prediction(counts: &Counts, alpha: f64) -> Option<u32> {
    let class = counts.most_votes()?;
    let (votes, rival) = (counts.of(class), counts.largest_rival(class));
    let chance = 2.0 * lower_tail_upper_bound(rival, votes + rival, 0.5);
    (rival < votes && chance <= alpha).then_some(class)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(votes: &[u64], failures: u64) -> Counts {
        Counts { votes: votes.to_vec(), failures }
    }

    #[test]
    fn a_clear_majority_answers_and_a_close_one_abstains() {
        assert_eq!(prediction(&counts(&[2, 98, 0], 0), 0.001), Some(1));
        assert_eq!(prediction(&counts(&[48, 52, 0], 0), 0.001), None);
        assert_eq!(prediction(&counts(&[50, 50, 0], 0), 0.9), None, "a tie is no answer");
        // 2 P(Bin(100, 1/2) <= 33) = 0.00087, and 0.0018 for 34.
        assert_eq!(prediction(&counts(&[33, 67, 0], 0), 0.001), Some(1));
        assert_eq!(prediction(&counts(&[34, 66, 0], 0), 0.001), None);
        assert_eq!(prediction(&counts(&[0, 5], 0), 0.001), None, "too few draws");
        assert_eq!(prediction(&counts(&[0, 0], 100), 0.001), None);
    }

    #[test]
    fn failures_are_the_rivals() {
        assert_eq!(prediction(&counts(&[20, 80], 0), 0.001), Some(1));
        assert_eq!(prediction(&counts(&[20, 80], 40), 0.001), None);
    }
}
