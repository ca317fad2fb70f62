//! Brightness with contrast (MATHEMATICS 7): what a set of probability p keeps when tau((k, b), x) = e^k (x + b) acts.
//!
//! With theta ~ N(0, sigma^2) x N(0, tau^2), smoothing after the transformation draws from N(k, sigma^2) x N(b, (s tau)^2),
//! s = e^-k: the contrast shifts one coordinate, and shifts and rescales the other.

mod cover;

pub use cover::required_over_box;

use super::neyman_pearson::{Errors, Marginals, Pair};
use super::normal::{self, StandardNormal};
use super::tradeoff;

/// Standard deviations of Q on either side that are integrated; 2 Phi(-9) lies beyond.
const REACH: f64 = 9.0;
/// The mass beyond [`REACH`], rounded up.
const OUTSIDE: f64 = 3e-19;
/// Accuracy asked of the quadrature.
const TOLERANCE: f64 = 1e-9;
/// Relative error allowed for in the closed forms.
const SLACK: f64 = 1e-12;

/// A transformation under its noise, in units of the noise.
#[derive(Debug, Clone, Copy)]
struct Shift {
    /// |k| / sigma.
    contrast: f64,
    /// |b| / tau: a sign of b mirrors both laws.
    brightness: f64,
    /// ln s = -k.
    log_ratio: f64,
}

impl Shift {
    fn new(contrast: f64, brightness: f64, sigma: f64, tau: f64) -> Option<Self> {
        let shift = Self {
            contrast: (contrast / sigma).abs().next_up(),
            brightness: (brightness / tau).abs().next_up(),
            log_ratio: -contrast,
        };
        // Beyond e^+-20 nothing is kept anyway.
        let fits = sigma > 0.0 && tau > 0.0 && shift.contrast.is_finite() && shift.brightness.is_finite();
        (fits && contrast.abs() < 20.0).then_some(shift)
    }

    fn ratio(&self) -> f64 {
        self.log_ratio.exp()
    }

    /// The distances of the two closed bounds: shift before the rescaling (in units of P), and after it (of Q).
    fn distances(&self) -> [f64; 2] {
        [self.brightness, self.brightness / self.ratio()].map(|b| self.contrast.hypot(b) * (1.0 + SLACK))
    }

    fn closed(&self, p: f64) -> f64 {
        let [before, after] = self.distances();
        let shift_first = rescaled(shifted(p, before), self.ratio());
        let rescale_first = shifted(rescaled(p, self.ratio()), after);
        shift_first.max(rescale_first)
    }

    fn exact<T>(&self, ask: impl FnOnce(Pair<'_, Rescaled>) -> T) -> T {
        let marginals = Rescaled::new(self);
        ask(Pair { marginals: &marginals, shift: self.contrast, tolerance: TOLERANCE })
    }

    fn kept_mass(&self, p: f64) -> f64 {
        self.closed(p).max(self.exact(|pair| pair.kept_mass(p)))
    }

    /// The p with T(p) = wanted, rounded up: the best of the exact test and both closed bounds undone.
    fn required(&self, wanted: f64) -> f64 {
        let [before, after] = self.distances();
        let shift_first = required_of_shift(required_of_rescaling(wanted, self.ratio()), before);
        let rescale_first = required_of_rescaling(required_of_shift(wanted, after), self.ratio());
        let exact = (1.0 - self.exact(|pair| pair.missing_probability(wanted))).next_up();
        shift_first.min(rescale_first).min(exact).clamp(wanted, 1.0)
    }
}

/// A lower bound of what a set of mass p keeps when a Gaussian shifts by `distance` standard deviations.
fn shifted(p: f64, distance: f64) -> f64 {
    let Ok(kept) = tradeoff::kept_mass(&StandardNormal, p, distance);
    kept
}

/// The inverse of [`shifted`], rounded up.
fn required_of_shift(wanted: f64, distance: f64) -> f64 {
    let Ok(required) = tradeoff::required_probability(&StandardNormal, distance, wanted - 0.5);
    required
}

/// V(p; s), a lower bound of what a set of mass p keeps when the standard deviation of a Gaussian is multiplied by s:
/// the least set lies outside an interval for s < 1 and inside one for s > 1.
fn rescaled(p: f64, s: f64) -> f64 {
    let kept = if s < 1.0 {
        2.0 * normal::cdf(normal::quantile(0.5 * p) / s * (1.0 + SLACK))
    } else {
        let edge = -normal::quantile(0.5 * (1.0 - p)) / s * (1.0 - SLACK);
        1.0 - 2.0 * normal::cdf(-edge) * (1.0 + SLACK)
    };
    (kept * (1.0 - SLACK)).clamp(0.0, p)
}

/// The inverse of [`rescaled`] at `wanted`, rounded up.
fn required_of_rescaling(wanted: f64, s: f64) -> f64 {
    let required = if s < 1.0 {
        2.0 * normal::cdf(normal::quantile(0.5 * wanted) * s * (1.0 - SLACK)) * (1.0 + SLACK)
    } else {
        let edge = -normal::quantile(0.5 * (1.0 - wanted)) * s * (1.0 + SLACK);
        1.0 - 2.0 * normal::cdf(-edge) * (1.0 - SLACK)
    };
    required.next_up().clamp(wanted, 1.0)
}

/// The brightness coordinate in units of tau: N(0, 1) under P, N(y, s^2) under Q.
struct Rescaled {
    brightness: f64,
    log_ratio: f64,
    ratio: f64,
    breaks: [f64; 5],
}

impl Rescaled {
    fn new(shift: &Shift) -> Self {
        let ratio = shift.ratio();
        let breaks = [-REACH, -2.5, 0.0, 2.5, REACH].map(|z| shift.brightness + ratio * z);
        Self { brightness: shift.brightness, log_ratio: shift.log_ratio, ratio, breaks }
    }
}

impl Marginals for Rescaled {
    fn log_densities(&self, v: f64) -> (f64, f64) {
        let z = (v - self.brightness) / self.ratio;
        (normal::log_density(z) - self.log_ratio, normal::log_density(v))
    }

    fn breaks(&self) -> &[f64] {
        &self.breaks
    }

    /// ln q - ln p is a parabola.
    fn crossings(&self, ratio: f64, points: &mut Vec<f64>) {
        let variance = self.ratio * self.ratio;
        let (a, b) = (0.5 - 0.5 / variance, self.brightness / variance);
        let c = -0.5 * self.brightness * self.brightness / variance - self.log_ratio - ratio;
        let root = (b * b - 4.0 * a * c).sqrt();
        // Without cancellation, and so that a = 0 leaves the one root of the line.
        let sum = -0.5 * (b + root.copysign(b));
        points.extend([sum / a, c / sum].into_iter().filter(|point| point.is_finite()));
    }

    fn errors(&self) -> Errors {
        Errors { outside: OUTSIDE, absolute: 0.0, relative: SLACK }
    }
}

/// A lower bound of T(p): what a set of probability `p` keeps under contrast k and brightness b.
///
/// The best of the exact Neyman-Pearson test and both closed bounds. `sigma` and `tau` are the standard deviations of
/// the noise of k and b, positive; arguments that make no sense give 0.
pub fn kept_mass(contrast: f64, brightness: f64, sigma: f64, tau: f64, p: f64) -> f64 {
    if !(p > 0.0 && p <= 1.0) {
        return 0.0;
    }
    Shift::new(contrast, brightness, sigma, tau).map_or(0.0, |shift| shift.kept_mass(p))
}

/// inf{p : T(p) > 1/2 + margin}, rounded up; 1 where no p suffices or the arguments make no sense.
pub fn required_probability(contrast: f64, brightness: f64, sigma: f64, tau: f64, margin: f64) -> f64 {
    let wanted = 0.5 + margin;
    if !(wanted > 0.0 && wanted < 1.0) {
        return 1.0;
    }
    Shift::new(contrast, brightness, sigma, tau).map_or(1.0, |shift| shift.required(wanted))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{number, theory};
    use super::*;

    #[test]
    fn reference_values_to_1e_3_and_hardly_above() {
        let mut worst: (f64, f64) = (0.0, 0.0);
        for row in theory("brightness_contrast_neyman_pearson") {
            let [k, b, sigma, tau, p, truth] =
                ["contrast", "brightness", "sigma", "tau", "p", "lower"].map(|key| number(&row, key));
            let kept = kept_mass(k, b, sigma, tau, p);
            worst = (worst.0.max(truth - kept), worst.1.max(kept - truth));
            let required = required_probability(k, b, sigma, tau, kept - 0.5);
            assert!(required >= p - 1e-9 && required <= p + 1e-5, "{row}: {required}");
        }
        println!("worst below {:e}, above {:e}", worst.0, worst.1);
        assert!(worst.0 <= 1e-3 && worst.1 <= 2e-4, "{worst:?}");
    }

    #[test]
    fn the_documented_example() {
        let shift = Shift::new(-0.5, 0.5, 0.8, 0.8).unwrap();
        let [before, after] = shift.distances();
        assert!((rescaled(shifted(0.999, before), shift.ratio()) - 0.865).abs() < 5e-4);
        assert!((shifted(rescaled(0.999, shift.ratio()), after) - 0.830).abs() < 5e-4);
        assert!((shift.kept_mass(0.999) - 0.923).abs() < 5e-4);
    }

    #[test]
    fn closed_bounds_never_beat_the_exact_test() {
        for i in 0..60 {
            let f = |scale: f64, n: usize| scale * ((i * n % 17) as f64 / 8.0 - 1.0);
            let shift = Shift::new(f(0.7, 3), f(0.9, 5), 0.5, 0.6).unwrap();
            for p in [0.2, 0.6, 0.9, 0.999] {
                let exact = shift.exact(|pair| pair.kept_mass(p));
                assert!(shift.closed(p) <= exact + 1e-6, "{shift:?} {p}: {} {exact}", shift.closed(p));
            }
        }
    }

    #[test]
    fn no_contrast_is_a_gaussian_shift() {
        let kept = kept_mass(0.0, 0.4, 0.5, 0.8, 0.9);
        let closed = normal::cdf(normal::quantile(0.9) - 0.5);
        assert!(kept <= closed && closed - kept < 1e-8, "{kept} {closed}");
        assert_eq!(kept_mass(f64::NAN, 0.4, 0.5, 0.8, 0.9), 0.0);
        assert_eq!(kept_mass(0.1, 0.4, 0.0, 0.8, 0.9), 0.0);
        assert_eq!(required_probability(0.1, 0.1, 0.5, 0.5, 0.5), 1.0);
    }

    #[test]
    fn a_box_covers_every_point_in_it_and_hardly_more() {
        for (k, b, margin) in
            [((-0.4, 0.3), (-0.2, 0.1), 0.0), ((0.1, 0.2), (0.0, 0.3), 0.05), ((0.0, 0.0), (0.1, 0.1), 0.0)]
        {
            let required = required_over_box(k, b, 0.4, 0.5, margin);
            let mut worst = 0.0_f64;
            for i in 0..=20 {
                for j in 0..=4 {
                    let at = |(low, high): (f64, f64), share: f64| low + (high - low) * share;
                    let (k, b) = (at(k, f64::from(i) / 20.0), at(b, f64::from(j) / 4.0));
                    let here = required_probability(k, b, 0.4, 0.5, margin);
                    assert!(required >= here, "{k} {b}: {here} above {required}");
                    worst = worst.max(here);
                }
            }
            let gap = normal::quantile(required) - normal::quantile(worst);
            assert!(gap < 0.03, "{required} against {worst}");
        }
    }
}
