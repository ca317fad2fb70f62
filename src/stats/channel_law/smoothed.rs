//! The law of a theta + sigma n: a scalar log-concave theta, scaled and blurred by independent Gaussian noise.
//!
//! This is the coordinate of the semantic channel's code along A1 (MATHEMATICS 3). The law of theta is resolved once by
//! quadrature nodes; what follows is then a mixture of Gaussians, G(u) = sum of w_k Phi((u - a theta_k) / sigma), whose
//! terms are all positive, so that tails keep their relative accuracy.

use crate::stats::law::ScalarLaw;
use crate::stats::normal;
use crate::stats::panels::{Accuracy, Panel, Rule};

/// Mass of theta left out at either end.
const CUT: f64 = 1e-20;
/// Mass of a theta and of sigma n beyond [`SmoothedLaw::range`], at either end.
const OUTER: f64 = 1e-15;
/// Nodes farther than this many sigma from u count as wholly on one side, without density: e^(-72) is 5e-32.
const WINDOW: f64 = 12.0;
/// A panel may be this many sigma wide, so that the Gaussian kernel is resolved to rounding.
const PANEL_WIDTH: f64 = 2.0;
const PANEL_ERROR: f64 = 1e-15;
const MOST_PANELS: usize = 20_000;
/// Rounding of a mass: sums of positive terms, each accurate to some ulps.
const ROUNDING: f64 = 1e-13;

/// The law of a theta + sigma n, resolved.
#[derive(Debug, Clone)]
pub(super) struct SmoothedLaw {
    sigma: f64,
    /// a theta_k in ascending order.
    positions: Vec<f64>,
    weights: Vec<f64>,
    /// Sums of the weights before, and from, each node; one more than nodes.
    before: Vec<f64>,
    from: Vec<f64>,
    range: (f64, f64),
    error: f64,
}

/// The law at one place.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct SmoothedPoint {
    /// Mass below.
    pub(super) below: f64,
    /// Mass above.
    pub(super) above: f64,
    /// The density and its first two derivatives.
    pub(super) density: [f64; 3],
}

impl SmoothedLaw {
    /// Resolves the law of `scale` theta + `sigma` n, for positive finite `scale` and `sigma`.
    ///
    /// `None` where that would take too many nodes (theta some 10,000 times as wide as sigma), or the law's quantiles
    /// are not finite.
    ///
    /// # Errors
    /// The law's own.
    pub(super) fn new<L: ScalarLaw + ?Sized>(
        law: &L,
        scale: f64,
        sigma: f64,
    ) -> Result<Option<Self>, L::Error> {
        let (low, high) = (law.quantile(CUT)?, law.isf(CUT)?);
        let widest = PANEL_WIDTH * sigma / scale;
        let panels = (high - low) / widest;
        if !(low < high && panels < MOST_PANELS as f64 / 2.0) {
            return Ok(None);
        }
        let accuracy = Accuracy { panel_error: PANEL_ERROR, widest, most_panels: MOST_PANELS };
        let mut density = |theta| Ok(law.log_density(theta)?.exp());
        let rule = Rule::adaptive(&mut density, &breakpoints(low, law.quantile(0.5)?, high), accuracy)?;
        let error = rule.error() + mass_error(law, &rule.panels)? + 2.0 * CUT + ROUNDING;
        let blur = -sigma * normal::quantile(OUTER);
        let (first, last) = (law.quantile(OUTER)?.clamp(low, high), law.isf(OUTER)?.clamp(low, high));
        let range = (scale * first - blur, scale * last + blur);
        if !(range.0 < range.1 && (range.1 - range.0).is_finite()) {
            return Ok(None);
        }
        let mut smoothed = Self::from_rule(&rule, scale, sigma, range, error);
        smoothed.range = smoothed.inner_range();
        Ok(Some(smoothed))
    }

    /// The range, cut to where the masses beyond its ends are [`OUTER`]: the sum of two quantiles lies far outside, where
    /// densities are so small that neither the cut of theta nor the window leaves them right.
    fn inner_range(&self) -> (f64, f64) {
        let end = |outside: f64, inside: f64, beyond: &dyn Fn(SmoothedPoint) -> f64| {
            let (mut outside, mut inside) = (outside, inside);
            for _ in 0..40 {
                let middle = 0.5 * (outside + inside);
                if beyond(self.at(middle)) < OUTER {
                    outside = middle;
                } else {
                    inside = middle;
                }
            }
            outside
        };
        let (low, high) = self.range;
        let middle = self.positions[self.positions.len() / 2].clamp(low, high);
        (end(low, middle, &|point| point.below), end(high, middle, &|point| point.above))
    }

    fn from_rule(rule: &Rule, scale: f64, sigma: f64, range: (f64, f64), error: f64) -> Self {
        let positions: Vec<f64> = rule.nodes().map(|node| scale * node.x).collect();
        let weights: Vec<f64> = rule.nodes().map(|node| node.weight).collect();
        let mut before = vec![0.0; weights.len() + 1];
        let mut from = before.clone();
        for (k, weight) in weights.iter().enumerate() {
            before[k + 1] = before[k] + weight;
        }
        for (k, weight) in weights.iter().enumerate().rev() {
            from[k] = from[k + 1] + weight;
        }
        Self { sigma, positions, weights, before, from, range, error }
    }

    /// How far the mass of any set may be off. Infinite or large if `log_density` does not belong to `cdf`.
    pub(super) fn error(&self) -> f64 {
        self.error
    }

    /// The standard deviation of the blur.
    pub(super) fn sigma(&self) -> f64 {
        self.sigma
    }

    /// An interval with a mass of at most 1e-15 beyond either end.
    pub(super) fn range(&self) -> (f64, f64) {
        self.range
    }

    /// Masses and density at u.
    pub(super) fn at(&self, u: f64) -> SmoothedPoint {
        let reach = WINDOW * self.sigma;
        let first = self.positions.partition_point(|position| *position < u - reach);
        let last = self.positions.partition_point(|position| *position <= u + reach);
        let (mut below, mut above) = (self.before[first], self.from[last]);
        let mut density = [0.0; 3];
        for k in first..last {
            let (z, weight) = ((u - self.positions[k]) / self.sigma, self.weights[k]);
            let tail = normal::cdf(-z.abs());
            let (left, right) = if z < 0.0 { (tail, 1.0 - tail) } else { (1.0 - tail, tail) };
            below += weight * left;
            above += weight * right;
            let bell = weight * normal::density(z) / self.sigma;
            density[0] += bell;
            density[1] -= bell * z / self.sigma;
            density[2] += bell * (z * z - 1.0) / (self.sigma * self.sigma);
        }
        SmoothedPoint { below, above, density }
    }
}

/// The ends with the places where densities tend to have a kink: the median and 0.
fn breakpoints(low: f64, median: f64, high: f64) -> Vec<f64> {
    let mut points = vec![low, median, 0.0, high];
    points.retain(|x| low <= *x && *x <= high);
    points.sort_by(f64::total_cmp);
    points.dedup();
    points
}

/// What the panels' masses miss of F's, in sum: a check of the quadrature, and of a density that is not F's.
fn mass_error<L: ScalarLaw + ?Sized>(law: &L, panels: &[Panel]) -> Result<f64, L::Error> {
    let mut error = 0.0;
    for panel in panels {
        let mass = if law.cdf(panel.low)? < 0.5 {
            law.cdf(panel.high)? - law.cdf(panel.low)?
        } else {
            law.sf(panel.low)? - law.sf(panel.high)?
        };
        error += (panel.value - mass).abs();
    }
    Ok(if error.is_nan() { f64::INFINITY } else { error })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::normal::StandardNormal;
    use crate::stats::testing::{Exponential, Laplace, Uniform};
    use proptest::prelude::*;
    use std::convert::Infallible;

    fn smoothed<L: ScalarLaw<Error = Infallible>>(law: &L, scale: f64, sigma: f64) -> SmoothedLaw {
        let Ok(law) = SmoothedLaw::new(law, scale, sigma);
        law.unwrap()
    }

    proptest! {
        #[test]
        fn a_blurred_gaussian_is_a_gaussian(scale in 0.01_f64..20.0, sigma in 0.1_f64..2.0, z in -7.0_f64..7.0) {
            let law = smoothed(&StandardNormal, scale, sigma);
            let deviation = scale.hypot(sigma);
            let point = law.at(z * deviation);
            prop_assert!(law.error() < 1e-12, "{}", law.error());
            prop_assert!((point.below / normal::cdf(z) - 1.0).abs() < 1e-5);
            prop_assert!((point.above / normal::cdf(-z) - 1.0).abs() < 1e-5);
            prop_assert!((point.below - normal::cdf(z)).abs() < 1e-13);
            let density = normal::density(z) / deviation;
            prop_assert!((point.density[0] / density - 1.0).abs() < 1e-5);
            prop_assert!((point.density[1] + z / deviation * density).abs() < 1e-10 / deviation.powi(2));
        }

        /// E e^-(theta + sigma n) has a closed form: F(u) = Phi(u/s) - e^(s^2/2 - u) Phi(u/s - s).
        #[test]
        fn a_blurred_exponential_has_its_closed_form(sigma in 0.05_f64..2.0, u in -3.0_f64..9.0) {
            let law = smoothed(&Exponential(1.0), 1.0, sigma);
            let truth = normal::cdf(u / sigma)
                - (sigma * sigma / 2.0 - u).exp() * normal::cdf(u / sigma - sigma);
            prop_assert!((law.at(u).below - truth).abs() < 1e-12, "{} {truth}", law.at(u).below);
        }
    }

    #[test]
    fn totals_are_one_and_ranges_hold_the_mass() {
        for law in [
            smoothed(&Laplace(0.7), 1.3, 0.2),
            smoothed(&Uniform(2.0), 0.7, 0.05),
            smoothed(&Exponential(3.0), 100.0, 1.0),
        ] {
            assert!(law.error() < 2e-12, "{}", law.error());
            let (low, high) = law.range();
            assert!(law.at(low).below < 2e-15 && law.at(high).above < 2e-15);
            for share in [0.1, 0.3, 0.5, 0.9] {
                let point = law.at(low + share * (high - low));
                assert!((point.below + point.above - 1.0).abs() < 1e-12);
            }
        }
    }

    /// A standard normal law whose density is that of another.
    struct Wrong;

    impl ScalarLaw for Wrong {
        type Error = Infallible;
        fn cdf(&self, x: f64) -> Result<f64, Infallible> {
            StandardNormal.cdf(x)
        }
        fn sf(&self, x: f64) -> Result<f64, Infallible> {
            StandardNormal.sf(x)
        }
        fn quantile(&self, p: f64) -> Result<f64, Infallible> {
            StandardNormal.quantile(p)
        }
        fn isf(&self, p: f64) -> Result<f64, Infallible> {
            StandardNormal.isf(p)
        }
        fn log_density(&self, x: f64) -> Result<f64, Infallible> {
            Ok(normal::log_density(x / 0.9) - 0.9_f64.ln())
        }
    }

    #[test]
    fn a_density_that_is_not_that_of_the_cdf_shows() {
        assert!(smoothed(&Wrong, 1.0, 1.0).error() > 0.01);
        assert!(SmoothedLaw::new(&Uniform(1.0), 1e6, 1.0).unwrap().is_none());
    }
}
