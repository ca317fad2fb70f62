use std::fmt::Display;

use super::options::GivenOption;
use super::random::Random;

/// What the tests of a process share.
pub struct Context<'a> {
    /// What all inputs are made from.
    pub seed: u64,
    /// Options that the user gives, for the plugins that have them.
    pub options: &'a [GivenOption],
    /// Told each input before a plugin sees it: a process that dies has said what it died of.
    pub trying: &'a dyn Fn(&str),
}

impl Context<'_> {
    /// Random numbers for one purpose.
    pub(super) fn random(&self, purpose: u64) -> Random {
        Random::new(self.seed, purpose)
    }

    pub(super) fn try_on(&self, input: &impl Display) {
        (self.trying)(&input.to_string());
    }
}

impl std::fmt::Debug for Context<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Context")
            .field("seed", &self.seed)
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}
