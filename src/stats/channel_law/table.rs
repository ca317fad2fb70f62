//! What a displacement requires, looked up.

use std::sync::OnceLock;

use super::density::Density;
use super::{ChannelLaw, reach};
use crate::stats::law::ScalarLaw;

/// The least and the largest |t| that have corners, in widths of u1.
const T_RANGE: (f64, f64) = (0.03, 8.0);
/// From one |t| to the next; what a look-up loses at most.
const T_RATIO: f64 = 1.008;
/// The least and the largest r that have corners, in units of sigma2.
const R_RANGE: (f64, f64) = (0.03, 8.0);
/// From one r to the next.
const R_RATIO: f64 = 1.06;
/// Accuracy asked of a corner: 1e-4 of its reach or better.
const TOLERANCE: f64 = 1e-5;

/// The reach z(t, r) = Phi^-1(p*_m) - Phi^-1(1/2 + m) of one channel and margin m, for thousands of displacements.
///
/// Exact values lie on the corners of a grid, each computed when first needed. z grows with r, and with |t| on either side:
/// a Gaussian coordinate moved less is a garbling of one moved more, the shifts of a log-concave law have monotone
/// likelihood ratios, and independent products keep Blackwell's order. So the next corner in t and r is an upper bound.
/// So is the corner before it in r with the rest of r added, r taking effect through a Gaussian of its own.
#[derive(Debug)]
pub struct ChannelTable<L: ScalarLaw> {
    law: L,
    a_norm: f64,
    sigma2: f64,
    margin: f64,
    density: Option<Density>,
    /// |t| in units of sigma2, by rows.
    t: Vec<f64>,
    /// r in units of sigma2, 0 first, by columns.
    r: Vec<f64>,
    /// For t > 0, then for t < 0, row by row.
    corners: Vec<OnceLock<f64>>,
}

impl<L: ScalarLaw + Clone> ChannelTable<L> {
    /// The table of a channel for `margin` in [0, 1/2).
    ///
    /// # Errors
    /// Whatever the law's own evaluation gives.
    pub fn new(channel: ChannelLaw<'_, L>, margin: f64) -> Result<Self, L::Error> {
        let density = if channel.makes_sense(0.0, 0.0) && channel.a_norm > 0.0 {
            Density::new(&channel)?
        } else {
            None
        };
        let width = density.as_ref().map_or(1.0, Density::width);
        let t = steps(T_RANGE, T_RATIO).map(|t| t * width).collect::<Vec<_>>();
        let r: Vec<f64> = std::iter::once(0.0).chain(steps(R_RANGE, R_RATIO)).collect();
        let corners = (0..2 * t.len() * r.len()).map(|_| OnceLock::new()).collect();
        let ChannelLaw { law, a_norm, sigma2 } = channel;
        Ok(Self { law: law.clone(), a_norm, sigma2, margin, density, t, r, corners })
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
        // Rounded up, as the corners are.
        let [x, y] = [t.abs(), r].map(|length| length / self.sigma2 * (1.0 + 1e-15));
        let tabulated = self.density.as_ref().and_then(|density| self.look_up(density, t > 0.0, x, y));
        // Without help from theta's noise.
        let gaussian = x.hypot(y) * (1.0 + 1e-15);
        match tabulated {
            Some(tabulated) => Ok(tabulated.min(gaussian)),
            None => {
                let required = self.channel().split(t, r).map(|split| split.required_probability(wanted));
                let required = required.transpose()?.unwrap_or(1.0);
                Ok(reach((1.0 - required).next_down().max(0.0), wanted).min(gaussian))
            }
        }
    }

    /// The bound by the corners around (x, y); None outside the grid.
    fn look_up(&self, density: &Density, forward: bool, x: f64, y: f64) -> Option<f64> {
        let row = self.t.partition_point(|t| *t < x);
        let column = self.r.partition_point(|r| *r < y);
        if row == self.t.len() || column == self.r.len() {
            return None;
        }
        let above = self.corner(density, forward, row, column);
        let Some(before) = column.checked_sub(1) else { return Some(above) };
        let rest = (y - self.r[before]).next_up();
        Some(above.min((self.corner(density, forward, row, before) + rest).next_up()))
    }

    fn corner(&self, density: &Density, forward: bool, row: usize, column: usize) -> f64 {
        let side = if forward { 0 } else { self.t.len() };
        *self.corners[(side + row) * self.r.len() + column].get_or_init(|| {
            let sigma2 = self.sigma2;
            let t = if forward { self.t[row] } else { -self.t[row] } * sigma2;
            let wanted = 0.5 + self.margin;
            let ask = |tolerance| {
                self.channel().ask(density, t, self.r[column] * sigma2, tolerance, |pair| {
                    pair.missing_probability(wanted)
                })
            };
            reach(ask(TOLERANCE), wanted)
        })
    }
}

/// A geometric sequence that ends at or beyond the end of `range`.
fn steps(range: (f64, f64), ratio: f64) -> impl Iterator<Item = f64> {
    let count = ((range.1 / range.0).ln() / ratio.ln()).ceil() as i32;
    (0..=count).map(move |i| range.0 * ratio.powi(i))
}
