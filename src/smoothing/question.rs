//! What the state machines of images ask, and what they are answered.

use std::sync::Arc;

use super::ballot::Vote;
use super::site::Site;

/// How many draws a question asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// Exactly this many draws, numbered from 0.
    Fixed(u64),
}

impl Rule {
    /// The number of draws that this rule wants in all.
    pub fn draws(self) -> u64 {
        match self {
            Self::Fixed(draws) => draws,
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
