//! What a displacement requires, looked up.

use std::sync::OnceLock;

use super::interpolated::SmoothedTable;
use super::{ChannelLaw, in_deviations, reach};
use crate::stats::dominating_pair::DominatingPair;
use crate::stats::law::ScalarLaw;

/// From one |t| to the next: what a look-up loses at most, about.
const RATIO: f64 = 1.003;
/// The least |t| that is prepared, as a share of the width of the law of u1.
const LEAST: f64 = 3e-5;
/// What bins may cost: a share of the mass that the shift costs, and a mass.
const RELATIVE_LOSS: f64 = 2e-3;
const LOSS: f64 = 5e-4;

/// The reach z(t, r) = Phi^-1(p*_m) - Phi^-1(1/2 + m) of one channel and margin m, for thousands of displacements.
///
/// z grows with |t| on either side of 0: the least-mass set of u1 is a half-line, whose shifted mass falls, and an independent
/// coordinate beside it keeps the order (Blackwell, 1953). So t is rounded away from 0 to the next of a geometric
/// sequence, each with a dominating pair that is prepared when first needed. r is taken as it is.
#[derive(Debug)]
pub struct ChannelTable<L: ScalarLaw> {
    law: L,
    a_norm: f64,
    sigma2: f64,
    margin: f64,
    code: Option<SmoothedTable>,
    /// |t|, rising.
    t: Vec<f64>,
    /// For t > 0, then for t < 0.
    pairs: Vec<OnceLock<DominatingPair>>,
}

impl<L: ScalarLaw + Clone> ChannelTable<L> {
    /// The table of a channel for `margin` in [0, 1/2).
    ///
    /// # Errors
    /// Whatever the law's own evaluation gives.
    pub fn new(channel: ChannelLaw<'_, L>, margin: f64) -> Result<Self, L::Error> {
        let code = if channel.makes_sense(0.0, 0.0) { channel.code()? } else { None };
        let t = code.as_ref().map_or_else(Vec::new, sizes);
        let pairs = (0..2 * t.len()).map(|_| OnceLock::new()).collect();
        let ChannelLaw { law, a_norm, sigma2 } = channel;
        Ok(Self { law: law.clone(), a_norm, sigma2, margin, code, t, pairs })
    }

    fn channel(&self) -> ChannelLaw<'_, L> {
        ChannelLaw { law: &self.law, a_norm: self.a_norm, sigma2: self.sigma2 }
    }

    /// An upper bound of z(t, r), infinite where no probability suffices: a class of probability p keeps more than 1/2 + m
    /// if Phi^-1(p) - Phi^-1(1/2 + m) exceeds it.
    ///
    /// # Errors
    /// Whatever the law's own evaluation gives.
    pub fn reach(&self, t: f64, r: f64) -> Result<f64, L::Error> {
        let wanted = 0.5 + self.margin;
        if !(self.channel().makes_sense(t, r) && wanted > 0.0 && wanted < 1.0) {
            return Ok(f64::INFINITY);
        }
        if let Some(distance) = self.channel().gaussian_distance(t, r) {
            return Ok(distance);
        }
        // Without help from theta's noise.
        let gaussian = in_deviations(t.hypot(r), self.sigma2) * (1.0 + 1e-15);
        match self.pair(t) {
            Some(pair) => {
                let missing = pair.missing_probability(in_deviations(r, self.sigma2), self.margin);
                Ok(reach(missing, wanted).min(gaussian))
            }
            None => {
                let required = self.channel().split(t, r).map(|split| split.required_probability(wanted));
                let required = required.transpose()?.unwrap_or(1.0);
                Ok(reach((1.0 - required).next_down().max(0.0), wanted).min(gaussian))
            }
        }
    }

    /// The pair of the next size that is not below |t|; none beyond the last.
    fn pair(&self, t: f64) -> Option<&DominatingPair> {
        let code = self.code.as_ref()?;
        let row = self.t.partition_point(|size| *size < t.abs());
        let size = *self.t.get(row)?;
        let (side, shift) = if t > 0.0 { (0, size) } else { (self.t.len(), -size) };
        Some(self.pairs[side + row].get_or_init(|| prepare(code, shift)))
    }
}

/// Sizes of shifts up to where next to nothing is kept.
fn sizes(code: &SmoothedTable) -> Vec<f64> {
    let (low, high) = code.range();
    let width = high - low;
    let count = (-LEAST.ln() / RATIO.ln()).ceil() as i32;
    (0..=count).map(|i| LEAST * width * RATIO.powi(i)).collect()
}

/// The pair of a shift, in bins as fine as the shift is small.
fn prepare(code: &SmoothedTable, shift: f64) -> DominatingPair {
    let coarse = code.pair(shift, LOSS);
    let loss = RELATIVE_LOSS * coarse.variation_distance();
    if loss < LOSS { code.pair(shift, loss) } else { coarse }
}
