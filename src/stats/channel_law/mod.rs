//! The semantic channel with one scalar noise theta of any log-concave law (MATHEMATICS 3).
//!
//! The classifier sees z = mean + A1 theta + theta', theta' ~ N(0, sigma2^2 I), and an image that is transformed moves the mean by
//! delta. Only span(A1, delta) matters: there u1 = |A1| theta + sigma2 n1 is moved by t (along A1, signed) and u2 = sigma2 n2
//! by r >= 0, independently. The law of u1 is resolved by quadrature and tabulated; the exact Neyman-Pearson value of the two
//! coordinates is bounded by weak duality on a finite dominating pair ([`super::dominating_pair`]).

mod interpolated;
mod smoothed;
mod split;
mod table;
#[cfg(test)]
mod tests;

use interpolated::SmoothedTable;
use smoothed::SmoothedLaw;
use split::Split;

use super::law::ScalarLaw;
use super::normal::{self, StandardNormal};
use super::tradeoff;

pub use table::ChannelTable;

/// What one exact value may lose to bins, as a mass.
const LOSS: f64 = 1e-6;

/// The law of the channel's output.
#[derive(Debug)]
pub struct ChannelLaw<'a, L: ScalarLaw + ?Sized> {
    /// The law of theta, log-concave.
    pub law: &'a L,
    /// |A1|, the length of the direction in which theta acts; not negative.
    pub a_norm: f64,
    /// sigma2, the standard deviation of theta'; not negative.
    pub sigma2: f64,
}

impl<L: ScalarLaw + ?Sized> Clone for ChannelLaw<'_, L> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<L: ScalarLaw + ?Sized> Copy for ChannelLaw<'_, L> {}

impl<L: ScalarLaw + ?Sized> ChannelLaw<'_, L> {
    /// The closed lower bound of T(p; t, r): a shift of theta by s and a Gaussian one for the rest, in both orders, for the
    /// best s that a search finds. Every s is sound.
    ///
    /// # Errors
    /// Whatever the law's own evaluation gives.
    pub fn kept_mass_split(&self, p: f64, t: f64, r: f64) -> Result<f64, L::Error> {
        match self.split(t, r) {
            Some(split) if p > 0.0 => Ok(split.kept_mass(p.min(1.0))?.clamp(0.0, p.min(1.0))),
            _ => Ok(0.0),
        }
    }

    /// The Neyman-Pearson value T(p; t, r), rounded down: 1e-6 below the truth or less.
    ///
    /// Sound without being the best wherever quadrature cannot follow: 0 where theta's part is thousands of sigma2
    /// wide, or sigma2 is 0.
    ///
    /// # Errors
    /// Whatever the law's own evaluation gives.
    pub fn kept_mass_exact(&self, p: f64, t: f64, r: f64) -> Result<f64, L::Error> {
        if !self.makes_sense(t, r) || !(p > 0.0) {
            return Ok(0.0);
        }
        let p = p.min(1.0);
        if let Some(distance) = self.gaussian_distance(t, r) {
            let Ok(kept) = tradeoff::kept_mass(&StandardNormal, p, distance);
            return Ok(kept);
        }
        Ok(self.code()?.map_or(0.0, |code| code.pair(t, LOSS).kept_mass(p, in_deviations(r, self.sigma2))))
    }

    /// The better of [`Self::kept_mass_exact`] and [`Self::kept_mass_split`].
    ///
    /// # Errors
    /// Whatever the law's own evaluation gives.
    pub fn kept_mass(&self, p: f64, t: f64, r: f64) -> Result<f64, L::Error> {
        Ok(self.kept_mass_exact(p, t, r)?.max(self.kept_mass_split(p, t, r)?))
    }

    /// p*_m = inf{p : T(p; t, r) > 1/2 + margin}, rounded up; 1 where no p suffices.
    ///
    /// # Errors
    /// Whatever the law's own evaluation gives.
    pub fn required_probability(&self, t: f64, r: f64, margin: f64) -> Result<f64, L::Error> {
        let wanted = 0.5 + margin;
        let Some(split) = self.split(t, r).filter(|_| wanted > 0.0 && wanted < 1.0) else { return Ok(1.0) };
        let by_split = split.required_probability(wanted)?;
        if self.gaussian_distance(t, r).is_some() {
            return Ok(by_split);
        }
        let Some(code) = self.code()? else { return Ok(by_split) };
        let missing = code.pair(t, LOSS).missing_probability(in_deviations(r, self.sigma2), margin);
        Ok((1.0 - missing).next_up().min(by_split).clamp(wanted, 1.0))
    }

    /// The law of u1; none where theta's part is too wide to resolve, or there is no Gaussian part.
    fn code(&self) -> Result<Option<SmoothedTable>, L::Error> {
        if !(self.a_norm > 0.0 && self.sigma2 > 0.0) {
            return Ok(None);
        }
        let smoothed = SmoothedLaw::new(self.law, self.a_norm, self.sigma2)?;
        Ok(smoothed.filter(|law| law.error() < LOSS).map(|law| SmoothedTable::new(&law)))
    }

    fn split(&self, t: f64, r: f64) -> Option<Split<'_, L>> {
        self.makes_sense(t, r).then(|| Split::new(*self, t, r))
    }

    fn makes_sense(&self, t: f64, r: f64) -> bool {
        let scales = [self.a_norm, self.sigma2, r];
        t.is_finite() && scales.iter().all(|scale| *scale >= 0.0 && scale.is_finite())
    }

    /// The distance in standard deviations where theta plays no part.
    fn gaussian_distance(&self, t: f64, r: f64) -> Option<f64> {
        if t == 0.0 || self.a_norm == 0.0 { Some(in_deviations(t.hypot(r), self.sigma2)) } else { None }
    }
}

/// `length` in units of `deviation`, rounded up; infinite for a length without noise.
fn in_deviations(length: f64, deviation: f64) -> f64 {
    if length == 0.0 { 0.0 } else { length / deviation * (1.0 + 1e-15) }
}

/// Phi^-1(1 - missing) - Phi^-1(wanted), rounded up.
fn reach(missing: f64, wanted: f64) -> f64 {
    let (up, down) = (-normal::quantile(missing), normal::quantile(wanted));
    (up - down + 1e-13 * (1.0 + up.abs() + down.abs())).max(0.0)
}
