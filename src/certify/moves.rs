//! How the law of the smoothed input moves, and what a set of probability p keeps of it.

use std::sync::Arc;

use crate::host::{HostError, Noise};
use crate::stats::brightness_contrast::required_over_box;
use crate::stats::law::ScalarLaw;
use crate::stats::normal::{self, StandardNormal};
use crate::stats::product::{self, Shifts};
use crate::stats::tradeoff;

/// One move of the law of the smoothed input, or all moves of a box.
#[derive(Debug, Clone)]
pub enum Move<'a> {
    /// Independent coordinates of theta, each shifted by any amount of an interval in its law's units (additive
    /// transformations, MATHEMATICS 2).
    Shift {
        /// The laws of theta's coordinates.
        laws: &'a [Arc<Noise>],
        /// The shifts of each.
        by: Vec<Shifts>,
    },
    /// Brightness with contrast under Gaussian noise: shift and scale of its law (MATHEMATICS 7).
    BrightnessContrast {
        /// Contrasts, relative to the anchor.
        contrast: Shifts,
        /// Brightnesses, relative to the anchor.
        brightness: Shifts,
        /// Standard deviation of the noise on the contrast.
        sigma: f64,
        /// Standard deviation of the noise on the brightness.
        tau: f64,
    },
    /// A Gaussian shifted by `distance` standard deviations (the semantic channel, MATHEMATICS 3).
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
            Self::Shift { laws, by } => product::kept_over_box(&coordinates(laws, by), p),
            // Only what is required is known over a box; `top2` is not offered here.
            Self::BrightnessContrast { .. } => Ok(0.0),
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
            Self::Shift { laws, by } => product::reached_over_box(&coordinates(laws, by), p),
            Self::BrightnessContrast { .. } => Ok(1.0),
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
            Self::Shift { laws, by } => product::over_box(&coordinates(laws, by), margin),
            Self::BrightnessContrast { contrast, brightness, sigma, tau } => {
                let ends = |shifts: &Shifts| (shifts.low, shifts.high);
                Ok(required_over_box(ends(contrast), ends(brightness), *sigma, *tau, margin))
            }
            Self::Gaussian { distance } => {
                let Ok(p) = tradeoff::required_probability(&StandardNormal, *distance, margin);
                Ok(p)
            }
        }
    }

    /// The z by which Phi^-1 of the class's probability must exceed Phi^-1(1/2 + margin); D itself for a Gaussian.
    ///
    /// # Errors
    /// If the noise plugin fails.
    pub fn reach(&self, margin: f64) -> Result<f64, HostError> {
        match self {
            Self::Gaussian { distance } => Ok(*distance),
            _ => Ok(normal::quantile(self.required_probability(margin)?) - normal::quantile(0.5 + margin)),
        }
    }
}

/// Each law with its shifts.
fn coordinates<'a>(laws: &'a [Arc<Noise>], by: &[Shifts]) -> Vec<(&'a Noise, Shifts)> {
    laws.iter().map(|law| &**law).zip(by.iter().copied()).collect()
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

    fn log_density(&self, x: f64) -> Result<f64, HostError> {
        self.log_density_at(x)
    }
}
