//! How the law of the smoothed input moves, and what a set of probability p keeps of it.

use std::sync::Arc;

use crate::host::{HostError, Noise};
use crate::stats::law::ScalarLaw;
use crate::stats::normal::{self, StandardNormal};
use crate::stats::tradeoff;

/// One move of the law of the smoothed input.
#[derive(Debug, Clone)]
pub enum Move<'a> {
    /// Independent coordinates of theta, each shifted by its own amount in its law's units (additive transformations,
    /// DESIGN 3.2).
    Shift {
        /// The laws of theta's coordinates.
        laws: &'a [Arc<Noise>],
        /// The shift of each, signed.
        by: Vec<f64>,
    },
    /// A Gaussian shifted by `distance` standard deviations (the semantic channel, DESIGN 3.3).
    Gaussian {
        /// D, not negative.
        distance: f64,
    },
}

impl<'a> Move<'a> {
    /// A shift of each coordinate.
    pub fn shift(laws: &'a [Arc<Noise>], by: Vec<f64>) -> Self {
        Self::Shift { laws, by }
    }

    /// T(p): the least mass that a set of mass p keeps, rounded down.
    ///
    /// Independent coordinates compose in any order, T2(T1(p; t1); t2) (DESIGN 3.1).
    ///
    /// # Errors
    /// If the noise plugin fails.
    pub fn kept_mass(&self, p: f64) -> Result<f64, HostError> {
        match self {
            Self::Shift { laws, by } => {
                laws.iter().zip(by).try_fold(p, |p, (law, by)| tradeoff::kept_mass(&**law, p, *by))
            }
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
        // Rounding 1 - p down can only enlarge what is reached.
        let rest = (1.0 - p).next_down();
        Ok((1.0 - self.kept_mass(rest)?).next_up().min(1.0))
    }

    /// p*_m = inf{p : T(p) > 1/2 + margin}, rounded up: the coordinates undone in the opposite order.
    ///
    /// # Errors
    /// If the noise plugin fails.
    pub fn required_probability(&self, margin: f64) -> Result<f64, HostError> {
        match self {
            Self::Shift { laws, by } => {
                laws.iter().zip(by).rev().try_fold(0.5 + margin, |wanted, (law, by)| {
                    tradeoff::required_probability(&**law, *by, wanted - 0.5)
                })
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
            Self::Shift { .. } => {
                Ok(normal::quantile(self.required_probability(margin)?) - normal::quantile(0.5 + margin))
            }
        }
    }
}

/// The vertices of a box of shifts, without repetitions.
pub fn vertices(low: &[f64], high: &[f64]) -> Vec<Vec<f64>> {
    let mut all: Vec<Vec<f64>> = vec![Vec::new()];
    for (low, high) in low.iter().zip(high) {
        let ends = if low == high { vec![*low] } else { vec![*low, *high] };
        all = all
            .into_iter()
            .flat_map(|head| ends.iter().map(move |end| head.iter().copied().chain([*end]).collect()))
            .collect();
    }
    all
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
