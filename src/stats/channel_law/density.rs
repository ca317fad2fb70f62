//! The density g of u1 / sigma2 = (|A1| / sigma2) theta + N(0, 1), tabulated.

use super::ChannelLaw;
use super::mixture::Mixture;
use crate::stats::law::ScalarLaw;
use crate::stats::neyman_pearson::{Errors, Marginals};
use crate::stats::normal;

/// Spacing of the table in units of sigma2, in which g is smooth whatever theta's law.
const STEP: f64 = 0.05;
/// How far the table goes beyond theta's part.
const MARGIN: f64 = 9.0;
/// The mass of a unit Gaussian beyond [`MARGIN`] on both sides, rounded up.
const BEYOND: f64 = 3e-19;
/// Mixture points further away add less than e^-200.
const WINDOW: f64 = 20.0;
/// Share of the mixture below the break points of quadratures.
const SHARES: [f64; 9] = [1e-6, 1e-3, 0.02, 0.2, 0.5, 0.8, 0.98, 0.999, 0.999_999];

/// ln g by cubic Hermite interpolation.
#[derive(Debug)]
pub(super) struct Density {
    low: f64,
    high: f64,
    /// ln g and its derivative times [`STEP`].
    nodes: Vec<(f64, f64)>,
    /// From `low` to `high`.
    breaks: Vec<f64>,
    errors: Errors,
}

impl Density {
    /// None where theta's part is too wide to tabulate, or there is no Gaussian part.
    pub(super) fn new<L: ScalarLaw + ?Sized>(channel: &ChannelLaw<'_, L>) -> Result<Option<Self>, L::Error> {
        let scale = channel.a_norm / channel.sigma2;
        if !scale.is_finite() {
            return Ok(None);
        }
        Ok(Mixture::new(channel.law, scale)?.map(|mixture| Self::of(&mixture)))
    }

    fn of(mixture: &Mixture) -> Self {
        let (first, last) = (mixture.points[0].0, mixture.points[mixture.points.len() - 1].0);
        let steps = ((last - first + 2.0 * MARGIN) / STEP).ceil() as usize;
        let low = first - MARGIN;
        let nodes = (0..=steps)
            .map(|i| {
                let (value, slope) = log_convolved(&mixture.points, low + STEP * i as f64);
                (value, slope * STEP)
            })
            .collect();
        let errors = Errors { outside: mixture.outside + BEYOND, absolute: mixture.error, relative: 0.0 };
        let mut density = Self { low, high: low + STEP * steps as f64, nodes, breaks: Vec::new(), errors };
        density.breaks = density.breaks_of(mixture);
        density.errors.relative = density.interpolation_error(mixture);
        density
    }

    /// Four times the largest error at the middles between nodes, where Hermite's is largest.
    fn interpolation_error(&self, mixture: &Mixture) -> f64 {
        let middles = (0..self.nodes.len() - 1).map(|i| self.low + STEP * (i as f64 + 0.5));
        let worst =
            middles.map(|x| (self.log(x) - log_convolved(&mixture.points, x).0).abs()).fold(0.0, f64::max);
        4.0 * worst + 1e-13
    }

    fn breaks_of(&self, mixture: &Mixture) -> Vec<f64> {
        let total: f64 = mixture.points.iter().map(|(_, weight)| weight).sum();
        let mut breaks = vec![self.low, mixture.points[0].0 - 3.0];
        let (mut below, mut share) = (0.0, 0);
        for (place, weight) in &mixture.points {
            below += weight;
            while share < SHARES.len() && below >= SHARES[share] * total {
                breaks.push(*place);
                share += 1;
            }
        }
        breaks.extend([mixture.points[mixture.points.len() - 1].0 + 3.0, self.high]);
        breaks
    }

    /// ln g(x); minus infinity outside the table.
    fn log(&self, x: f64) -> f64 {
        let place = (x - self.low) / STEP;
        if !(place >= 0.0 && x <= self.high) {
            return f64::NEG_INFINITY;
        }
        let i = (place as usize).min(self.nodes.len() - 2);
        let (u, (a, da), (b, db)) = (place - i as f64, self.nodes[i], self.nodes[i + 1]);
        let rise = b - a;
        a + u * (da + u * (3.0 * rise - 2.0 * da - db + u * (da + db - 2.0 * rise)))
    }

    /// Half the distance between the 16 % and 84 % points, about: the unit in which shifts along A1 matter.
    pub(super) fn width(&self) -> f64 {
        // The breaks hold the 20 % and 80 % points of theta's part.
        let theta = 0.5 * (self.breaks[7] - self.breaks[5]) / 0.84;
        theta.hypot(1.0)
    }
}

/// ln of the mixture of unit Gaussians, and its derivative.
fn log_convolved(points: &[(f64, f64)], x: f64) -> (f64, f64) {
    let from = points.partition_point(|(place, _)| *place < x - WINDOW);
    let to = points.partition_point(|(place, _)| *place <= x + WINDOW);
    let near = if from < to { &points[from..to] } else { points };
    // Relative to the nearest point, so that nothing underflows.
    let nearest = near.iter().map(|(place, _)| (x - place).abs()).fold(f64::INFINITY, f64::min);
    let (mut sum, mut moment) = (0.0, 0.0);
    for (place, weight) in near {
        let offset = x - place;
        let term = weight * (0.5 * (nearest - offset.abs()) * (nearest + offset.abs())).exp();
        sum += term;
        moment -= offset * term;
    }
    (sum.ln() + normal::log_density(nearest), moment / sum)
}

/// g under P and moved by `shift` under Q, in the coordinate v = u1 / sigma2 - shift of Q.
pub(super) struct Shifted<'a> {
    density: &'a Density,
    shift: f64,
    breaks: Vec<f64>,
}

impl<'a> Shifted<'a> {
    pub(super) fn new(density: &'a Density, shift: f64) -> Self {
        let moved = density.breaks.iter().map(|at| at - shift);
        let inside = |at: &f64| density.low < *at && *at < density.high;
        let mut breaks: Vec<f64> = moved.filter(inside).chain(density.breaks.iter().copied()).collect();
        breaks.sort_by(f64::total_cmp);
        Self { density, shift, breaks }
    }
}

impl Marginals for Shifted<'_> {
    fn log_densities(&self, v: f64) -> (f64, f64) {
        (self.density.log(v), self.density.log(v + self.shift))
    }

    fn breaks(&self) -> &[f64] {
        &self.breaks
    }

    /// The ratio is monotone, since g is log-concave: one crossing at most, by bisection.
    fn crossings(&self, ratio: f64, points: &mut Vec<f64>) {
        let excess = |v: f64| {
            let (log_q, log_p) = self.log_densities(v);
            (log_q - log_p - ratio) * self.shift.signum()
        };
        let mut low = self.density.low.max(self.density.low - self.shift);
        let mut high = self.density.high.min(self.density.high - self.shift);
        if !(low < high && excess(low) < 0.0 && excess(high) > 0.0) {
            return;
        }
        while high - low > 1e-9 * (1.0 + low.abs()) {
            let middle = 0.5 * (low + high);
            if excess(middle) < 0.0 {
                low = middle;
            } else {
                high = middle;
            }
        }
        points.push(0.5 * (low + high));
    }

    fn errors(&self) -> Errors {
        self.density.errors
    }
}
