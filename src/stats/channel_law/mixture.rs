//! The law of |A1| theta as points with weights, near enough for a Gaussian of unit variance on top not to tell.

use crate::stats::law::ScalarLaw;
use crate::stats::quadrature::gauss_legendre;

/// The probability left out in each tail.
const TAIL: f64 = 1e-14;
/// Panels at the start at most; a law wider than as many times two sigma2 is left to the split bound.
const WIDEST: f64 = 1000.0;
/// Panels at most, once halved.
const PANELS: usize = 20_000;
/// A panel is fine when Gauss's rule finds its probability this well, relatively.
const ACCURACY: f64 = 1e-11;

/// Points and weights, with what they leave out.
#[derive(Debug, Default)]
pub(super) struct Mixture {
    /// (place, weight) by place, in units of sigma2.
    pub(super) points: Vec<(f64, f64)>,
    /// The probability beyond the points on both sides.
    pub(super) outside: f64,
    /// An estimate of the L1 distance, after convolution with N(0, 1), from the law without its tails.
    pub(super) error: f64,
}

impl Mixture {
    /// The law of `scale` theta; None where it is too wide.
    pub(super) fn new<L: ScalarLaw + ?Sized>(law: &L, scale: f64) -> Result<Option<Self>, L::Error> {
        let (low, high) = (law.quantile(TAIL)?, law.isf(TAIL)?);
        let panels = (0.5 * (high - low) * scale).ceil().max(8.0);
        if !(low < high && panels <= WIDEST && low.is_finite() && high.is_finite()) {
            return Ok(None);
        }
        let mut mixture = Self { outside: law.cdf(low)? + law.sf(high)?, ..Self::default() };
        let end = |i: f64| if i == panels { high } else { low + (high - low) * i / panels };
        let mut open: Vec<(f64, f64)> =
            (0..panels as usize).map(|i| (end(i as f64), end(i as f64 + 1.0))).collect();
        let mut seen = open.len();
        while let Some((low, high)) = open.pop() {
            let middle = 0.5 * (low + high);
            let last = seen >= PANELS || !(low < middle && middle < high);
            if !mixture.add(law, scale, (low, high), last)? {
                open.extend([(low, middle), (middle, high)]);
                seen += 2;
            }
        }
        mixture.points.sort_by(|a, b| a.0.total_cmp(&b.0));
        Ok((!mixture.points.is_empty()).then_some(mixture))
    }

    /// Adds a panel of theta, unless its halves would do better.
    ///
    /// The law's own cdf says how much probability the panel holds; the density only spreads it within.
    fn add<L: ScalarLaw + ?Sized>(
        &mut self,
        law: &L,
        scale: f64,
        (low, high): (f64, f64),
        last: bool,
    ) -> Result<bool, L::Error> {
        let mass = probability(law, low, high)?;
        if mass.is_nan() || mass <= 0.0 {
            return Ok(true);
        }
        let mut nodes = gauss_legendre(low, high);
        for (place, weight) in &mut nodes {
            *weight *= law.log_density(*place)?.exp();
            *place *= scale;
        }
        let found: f64 = nodes.iter().map(|(_, weight)| weight).sum();
        let miss = (found - mass).abs();
        let width = (high - low) * scale;
        // Wherever the mass lies in a narrow panel, a unit Gaussian moved by its width changes by 0.8 of it in L1.
        let within = mass * (0.8 * width).min(2.0);
        if miss <= ACCURACY * mass + 1e-16 {
            self.error += (4.0 * miss + 1e-13 * mass).min(2.0 * mass);
        } else if last || within <= ACCURACY {
            self.error += within;
        } else {
            return Ok(false);
        }
        let usable = found > 0.0 && found.is_finite();
        let weigh = |weight: f64| if usable { weight / found * mass } else { 0.1 * mass };
        self.points.extend(nodes.iter().map(|(place, weight)| (*place, weigh(*weight))));
        Ok(true)
    }
}

/// P(low < theta <= high), from the nearer tail.
fn probability<L: ScalarLaw + ?Sized>(law: &L, low: f64, high: f64) -> Result<f64, L::Error> {
    let below = law.cdf(low)?;
    if below < 0.5 { Ok(law.cdf(high)? - below) } else { Ok(law.sf(low)? - law.sf(high)?) }
}
