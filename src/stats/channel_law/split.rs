//! The closed bound: delta = s A1 + rest, a shift of theta by s and a Gaussian shift for the rest.

use super::{ChannelLaw, in_deviations};
use crate::stats::law::ScalarLaw;
use crate::stats::normal::StandardNormal;
use crate::stats::tradeoff;

/// Points of the first look at s.
const GRID: usize = 16;
/// Golden sections after it.
const SECTIONS: usize = 24;

/// Which shift comes first.
#[derive(Debug, Clone, Copy)]
enum Order {
    ThetaFirst,
    GaussFirst,
}

/// A displacement (t, r) of a channel, split in two.
pub(super) struct Split<'a, L: ScalarLaw + ?Sized> {
    channel: ChannelLaw<'a, L>,
    t: f64,
    r: f64,
}

impl<'a, L: ScalarLaw + ?Sized> Split<'a, L> {
    pub(super) fn new(channel: ChannelLaw<'a, L>, t: f64, r: f64) -> Self {
        Self { channel, t, r }
    }

    /// The best lower bound of T(p).
    pub(super) fn kept_mass(&self, p: f64) -> Result<f64, L::Error> {
        let mut best: f64 = 0.0;
        for order in [Order::ThetaFirst, Order::GaussFirst] {
            best = best.max(self.largest(|share| self.kept_mass_at(p, share, order))?);
        }
        Ok(best)
    }

    /// The least upper bound of inf{p : T(p) > wanted}.
    pub(super) fn required_probability(&self, wanted: f64) -> Result<f64, L::Error> {
        let mut best: f64 = 1.0;
        for order in [Order::ThetaFirst, Order::GaussFirst] {
            let enough = self.largest(|share| Ok(-self.required_probability_at(wanted, share, order)?))?;
            best = best.min(-enough);
        }
        Ok(best)
    }

    fn kept_mass_at(&self, p: f64, share: f64, order: Order) -> Result<f64, L::Error> {
        let distance = self.rest(share);
        let gauss = |p| {
            let Ok(kept) = tradeoff::kept_mass(&StandardNormal, p, distance);
            kept
        };
        let theta = |p| tradeoff::kept_mass(self.channel.law, p, share);
        match order {
            Order::ThetaFirst => Ok(gauss(theta(p)?)),
            Order::GaussFirst => theta(gauss(p)),
        }
    }

    /// The same undone, the last shift first.
    fn required_probability_at(&self, wanted: f64, share: f64, order: Order) -> Result<f64, L::Error> {
        let distance = self.rest(share);
        let gauss = |wanted: f64| {
            let Ok(required) = tradeoff::required_probability(&StandardNormal, distance, wanted - 0.5);
            required
        };
        let theta = |wanted: f64| tradeoff::required_probability(self.channel.law, share, wanted - 0.5);
        match order {
            Order::ThetaFirst => theta(gauss(wanted)),
            Order::GaussFirst => Ok(gauss(theta(wanted)?)),
        }
    }

    /// What is left for the Gaussian when theta takes `share`, in its standard deviations, rounded up.
    fn rest(&self, share: f64) -> f64 {
        let theta_alone = self.r == 0.0 && self.channel.sigma2 == 0.0 && self.channel.a_norm > 0.0;
        if theta_alone && share == self.all() {
            // `all` is rounded away from 0, hence nothing is left.
            return 0.0;
        }
        let taken = share * self.channel.a_norm;
        let rounding = 2.0 * f64::EPSILON * (self.t.abs() + taken.abs());
        in_deviations(((self.t - taken).abs() + rounding).hypot(self.r), self.channel.sigma2)
    }

    /// The shift of theta that makes up all of t, rounded away from 0; 0 where theta cannot.
    fn all(&self) -> f64 {
        if self.t == 0.0 || self.channel.a_norm == 0.0 {
            return 0.0;
        }
        let all = self.t / self.channel.a_norm;
        if all > 0.0 { all.next_up() } else { all.next_down() }
    }

    /// The largest value met over the shares from none to all of t: less than none and more than all only add to both
    /// shifts. A grid first, since the value need not have one peak only.
    fn largest(&self, mut value: impl FnMut(f64) -> Result<f64, L::Error>) -> Result<f64, L::Error> {
        let all = self.all();
        let (mut best, mut at) = (value(0.0)?, 0);
        if all == 0.0 {
            return Ok(best);
        }
        for i in 1..=GRID {
            let here = value(if i == GRID { all } else { all * i as f64 / GRID as f64 })?;
            if here > best {
                (best, at) = (here, i);
            }
        }
        let around = |i: usize| all * i as f64 / GRID as f64;
        let (low, high) = (around(at.saturating_sub(1)), around((at + 1).min(GRID)));
        Ok(best.max(golden(&mut value, low, high)?))
    }
}

/// The largest value met by golden sections of [low, high].
fn golden<E>(value: &mut impl FnMut(f64) -> Result<f64, E>, low: f64, high: f64) -> Result<f64, E> {
    const RATIO: f64 = 0.618_033_988_749_894_9;
    let (mut low, mut high) = (low, high);
    let (mut left, mut right) = (high - RATIO * (high - low), low + RATIO * (high - low));
    let (mut at_left, mut at_right) = (value(left)?, value(right)?);
    let mut best = at_left.max(at_right);
    for _ in 0..SECTIONS {
        if at_left > at_right {
            (high, right, at_right) = (right, left, at_left);
            left = high - RATIO * (high - low);
            at_left = value(left)?;
        } else {
            (low, left, at_left) = (left, right, at_right);
            right = low + RATIO * (high - low);
            at_right = value(right)?;
        }
        best = best.max(at_left).max(at_right);
    }
    Ok(best)
}
