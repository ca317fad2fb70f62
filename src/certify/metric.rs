//! How far a displacement of the code moves the law of the smoothed input, whatever the law of theta.

use super::channel::{ChannelError, SemanticChannel};
use crate::host::{HostError, Noise};
use crate::stats::channel_law::{ChannelLaw, ChannelTable};

/// Measures displacements of a code.
#[derive(Debug)]
pub enum Metric {
    /// Gaussian theta, of any number of parameters: an exact norm.
    Gaussian(SemanticChannel),
    /// One parameter with any log-concave law: exact Neyman-Pearson values, tabulated.
    Law(LawMetric),
}

/// The metric of one parameter with a log-concave law (MATHEMATICS 3).
#[derive(Debug)]
pub struct LawMetric {
    table: ChannelTable<Noise>,
    /// A1 / |A1|.
    direction: Vec<f64>,
    sigma2: f64,
}

impl LawMetric {
    /// The metric for a margin, from the law of theta, A1 as a vector, and sigma2.
    ///
    /// # Errors
    /// If the noise plugin fails, or A1 or sigma2 are unfit.
    pub fn new(law: &Noise, column: &[f64], sigma2: f64, margin: f64) -> Result<Self, LawMetricError> {
        // The same conditions as for a Gaussian of any scale.
        SemanticChannel::new(&[column.to_vec()], &[1.0], sigma2)?;
        let a_norm = column.iter().map(|a| a * a).sum::<f64>().sqrt();
        let table = ChannelTable::new(ChannelLaw { law, a_norm, sigma2 }, margin)?;
        let scale = if a_norm > 0.0 { 1.0 / a_norm } else { 0.0 };
        Ok(Self { table, direction: column.iter().map(|a| a * scale).collect(), sigma2 })
    }

    /// The reach of a displacement, its components along A1 and across it rounded away from 0.
    fn distance(&self, delta: &[f64]) -> Result<f64, HostError> {
        let along: f64 = delta.iter().zip(&self.direction).map(|(delta, a)| delta * a).sum();
        let across = delta.iter().zip(&self.direction).map(|(delta, a)| (delta - along * a).powi(2));
        let across = across.sum::<f64>().sqrt();
        let length = delta.iter().map(|delta| delta * delta).sum::<f64>().sqrt();
        // A sum of d products errs by at most d ulps of what it is made of.
        let rounding = 4.0 * (delta.len() + 16) as f64 * f64::EPSILON * length;
        let outward = along + rounding.copysign(along);
        self.table.reach(outward, across + rounding)
    }
}

/// Why there is no metric.
#[derive(Debug, thiserror::Error)]
pub enum LawMetricError {
    /// A1 or a scale is unfit.
    #[error(transparent)]
    Channel(#[from] ChannelError),
    /// The noise plugin failed.
    #[error(transparent)]
    Host(#[from] HostError),
}

impl Metric {
    /// The reach of a displacement: the z by which Phi^-1 of the class's probability must exceed Phi^-1(1/2 + m); D for
    /// Gaussian theta. Rounded up; not a number where the displacement is none.
    ///
    /// # Errors
    /// If the noise plugin fails.
    pub fn distance(&self, delta: &[f64]) -> Result<f64, HostError> {
        match self {
            Self::Gaussian(channel) => Ok(channel.distance(delta)),
            Self::Law(metric) => metric.distance(delta),
        }
    }

    /// The standard deviation sigma2 of the semantic noise theta'.
    pub fn semantic_noise(&self) -> f64 {
        match self {
            Self::Gaussian(channel) => channel.semantic_noise(),
            Self::Law(metric) => metric.sigma2,
        }
    }

    /// The channel of Gaussian theta, which alone has a local M.
    pub fn gaussian(&self) -> Option<&SemanticChannel> {
        match self {
            Self::Gaussian(channel) => Some(channel),
            Self::Law(_) => None,
        }
    }
}
