//! How the law of the smoothed input moves, and what a set of probability p keeps of it.

use crate::host::{HostError, Noise};
use crate::stats::law::ScalarLaw;
use crate::stats::normal::StandardNormal;
use crate::stats::tradeoff;

/// One move of the law of the smoothed input.
#[derive(Debug, Clone, Copy)]
pub enum Move<'a> {
    /// A scalar noise law shifted by `by`, in the law's units (additive transformations, DESIGN 3.2).
    Shift {
        /// The law of theta.
        law: &'a Noise,
        /// The shift, signed.
        by: f64,
    },
    /// A Gaussian shifted by `distance` standard deviations (the semantic channel, DESIGN 3.3).
    Gaussian {
        /// D, not negative.
        distance: f64,
    },
}

impl Move<'_> {
    /// T(p): the least mass that a set of mass p keeps, rounded down.
    ///
    /// # Errors
    /// If the noise plugin fails.
    pub fn kept_mass(&self, p: f64) -> Result<f64, HostError> {
        match self {
            Self::Shift { law, by } => tradeoff::kept_mass(*law, p, *by),
            Self::Gaussian { distance } => {
                let Ok(kept) = tradeoff::kept_mass(&StandardNormal, p, *distance);
                Ok(kept)
            }
        }
    }

    /// 1 - T(1 - p): the most that a set of mass at most p may reach, rounded up.
    ///
    /// # Errors
    /// If the noise plugin fails.
    pub fn reached_mass(&self, p: f64) -> Result<f64, HostError> {
        match self {
            Self::Shift { law, by } => tradeoff::reached_mass(*law, p, *by),
            Self::Gaussian { distance } => {
                let Ok(reached) = tradeoff::reached_mass(&StandardNormal, p, *distance);
                Ok(reached)
            }
        }
    }

    /// p*_m = inf{p : T(p) > 1/2 + margin}, rounded up.
    ///
    /// # Errors
    /// If the noise plugin fails.
    pub fn required_probability(&self, margin: f64) -> Result<f64, HostError> {
        match self {
            Self::Shift { law, by } => tradeoff::required_probability(*law, *by, margin),
            Self::Gaussian { distance } => {
                let Ok(p) = tradeoff::required_probability(&StandardNormal, *distance, margin);
                Ok(p)
            }
        }
    }
}

impl ScalarLaw for Noise {
    type Error = HostError;

    fn cdf(&self, x: f64) -> Result<f64, HostError> {
        self.cdf_at(x)
    }

    fn sf(&self, x: f64) -> Result<f64, HostError> {
        self.sf_at(x)
    }

    fn quantile(&self, p: f64) -> Result<f64, HostError> {
        self.quantile_at(p)
    }

    fn isf(&self, p: f64) -> Result<f64, HostError> {
        self.isf_at(p)
    }
}
