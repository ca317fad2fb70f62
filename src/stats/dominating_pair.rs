//! Neyman-Pearson values of a pair of laws and an independent Gaussian coordinate, bounded from below.
//!
//! P is the law of the noise, Q the law it is moved to, T(p) the least Q-mass of a set of P-mass p. By weak duality
//! (Neyman and Pearson, 1933, as a linear program), for EVERY multiplier lambda > 0
//!
//! ```text
//! T(p) >= 1 - lambda (1 - p) - B(lambda),    B(lambda) = integral of (q - lambda p)_+,
//! ```
//!
//! so an inexact lambda costs tightness, never soundness, and only B has to be bounded from above. That needs no
//! quadrature error estimate either: B is convex in the likelihood ratio q/p, so where the ratio is monotone in a
//! statistic, each bin of it may be replaced by two atoms at the ratios of its ends with the same two masses. The
//! resulting finite pair is the easier one to tell apart (Blackwell, 1953; "connect the dots" in Doroshenko et al.,
//! 2022), and stays so beside any independent coordinate. With a Gaussian coordinate shifted by rho standard
//! deviations B is a finite sum in closed form (that of Black and Scholes' put).

use super::bins::{Split, refine};
use super::concave_search::{Tangent, largest};
use super::normal;

/// Rounding of sums of positive terms and of likelihood ratios, as masses.
const ROUNDING: f64 = 1e-12;

/// Phi(-FAR) is 1e-19.
const FAR: f64 = 9.0;

/// P and Q below and above one value of the statistic.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Edge {
    /// P-mass at or below.
    pub p_below: f64,
    /// P-mass above.
    pub p_above: f64,
    /// Q-mass at or below.
    pub q_below: f64,
    /// Q-mass above.
    pub q_above: f64,
    /// ln q/p at this value; does not fall as the statistic grows.
    pub log_ratio: f64,
}

/// A finite pair of laws that is at least as easy to tell apart as the pair it stands for.
#[derive(Debug, Clone)]
pub struct DominatingPair {
    atoms: Vec<Atom>,
    /// Q-mass where P has none.
    singular: f64,
    /// How far masses may be off.
    error: f64,
    /// The equivalent Gaussian distance without a coordinate beside it; a scale for searches.
    alone: f64,
}

/// An atom of both laws, neither mass 0.
#[derive(Debug, Clone, Copy)]
struct Atom {
    log_ratio: f64,
    p: f64,
    q: f64,
}

/// P- and Q-mass of the set {q > lambda p}, which is what the least-mass set leaves out.
#[derive(Debug, Clone, Copy)]
struct Outside {
    p: f64,
    q: f64,
}

impl DominatingPair {
    /// The pair from its statistic's `edge`s between `low` and `high`, in bins that cost T at most `loss`. `error` is
    /// how far the masses of the edges may be off.
    pub fn new(edge: impl FnMut(f64) -> Edge, (low, high): (f64, f64), loss: f64, error: f64) -> Self {
        let edges = refine(edge, low, high, loss);
        let (Some(first), Some(last)) = (edges.first(), edges.last()) else {
            return Self { atoms: Vec::new(), singular: 1.0, error, alone: 1.0 };
        };
        let mut masses = vec![(0.0, 0.0); edges.len()];
        let mut singular = 0.0;
        let mut add = |lower: Option<usize>, split: Split| {
            let shares = [(lower, split.low), (Some(lower.map_or(0, |lower| lower + 1)), split.high)];
            for (at, (p, q)) in shares {
                if let Some((total_p, total_q)) = at.and_then(|at| masses.get_mut(at)) {
                    *total_p += p;
                    *total_q += q;
                }
            }
            singular += split.singular;
        };
        // Below the first edge ratios go down to 0, and an atom there never lies in {q > lambda p}; above the last one
        // they go up to infinity.
        add(None, Split::between((0.0, first.log_ratio.exp()), first.p_below, first.q_below));
        for (lower, bin) in edges.windows(2).enumerate() {
            add(Some(lower), Split::of(&bin[0], &bin[1]));
        }
        add(
            Some(edges.len() - 1),
            Split::between((last.log_ratio.exp(), f64::INFINITY), last.p_above, last.q_above),
        );
        Self::from_masses(&masses, singular, error + ROUNDING)
    }

    fn from_masses(masses: &[(f64, f64)], mut singular: f64, error: f64) -> Self {
        let mut atoms = Vec::with_capacity(masses.len());
        for &(p, q) in masses {
            let log_ratio = (q / p).ln();
            if log_ratio.is_finite() {
                atoms.push(Atom { log_ratio, p, q });
            } else {
                singular += q;
            }
        }
        atoms.sort_by(|a, b| a.log_ratio.total_cmp(&b.log_ratio));
        let mut pair = Self { atoms, singular, error, alone: 1.0 };
        pair.alone = (-normal::quantile(pair.missing_probability(0.0, 0.0))).clamp(1e-6, 8.0);
        pair
    }

    /// How many atoms there are: what an evaluation costs.
    pub fn atoms(&self) -> usize {
        self.atoms.len()
    }

    /// The largest difference that a set's masses have: B at lambda = 1.
    pub fn variation_distance(&self) -> f64 {
        self.singular + self.atoms.iter().map(|atom| (atom.q - atom.p).max(0.0)).sum::<f64>()
    }

    /// A lower bound of T(p) with a Gaussian coordinate beside it that moves by `rho` >= 0 standard deviations.
    pub fn kept_mass(&self, p: f64, rho: f64) -> f64 {
        if !(p > 0.0 && p <= 1.0 && rho >= 0.0) {
            return 0.0;
        }
        let missing = 1.0 - p + self.error;
        let distance = self.distance(rho);
        let start = distance * (bounded_quantile(p) - 0.5 * distance);
        let wanted = normal::quantile(missing);
        // Concave in lambda, with what the set outside has too much of P as its slope.
        let bound = |log_multiplier: f64| {
            let (at, outside) = (log_multiplier.exp(), self.outside(log_multiplier, rho));
            Tangent {
                at,
                value: 1.0 - at * (missing - outside.p) - outside.q - self.error,
                slope: outside.p - missing,
                excess: normal::quantile(outside.p) - wanted,
            }
        };
        largest(bound, start, distance, self.log_multipliers(rho)).min(p)
    }

    /// A lower bound of 1 - inf{p : T(p) > 1/2 + margin} with the same Gaussian coordinate beside it: what a probability may
    /// miss at most; 0 where no p suffices.
    pub fn missing_probability(&self, rho: f64, margin: f64) -> f64 {
        let wanted = 0.5 + margin;
        if !(wanted < 1.0 && rho >= 0.0) {
            return 0.0;
        }
        let left = 1.0 - wanted - self.error;
        // What P never sees lies outside of every set.
        if self.singular >= left {
            return 0.0;
        }
        let distance = self.distance(rho);
        let start = distance * (bounded_quantile(wanted) + 0.5 * distance);
        let wanted_outside = normal::quantile(left);
        // T(p) > 1/2 + margin once 1 - p is below the bound, which is concave in 1/lambda.
        let bound = |log_inverse: f64| {
            let (at, outside) = (log_inverse.exp(), self.outside(-log_inverse, rho));
            Tangent {
                at,
                value: (left - outside.q) * at + outside.p - self.error,
                slope: left - outside.q,
                excess: wanted_outside - normal::quantile(outside.q),
            }
        };
        let (low, high) = self.log_multipliers(rho);
        largest(bound, -start, distance, (-high, -low)).min(1.0 - wanted)
    }

    /// Where the best ln lambda lies.
    fn log_multipliers(&self, rho: f64) -> (f64, f64) {
        let reach = rho * (0.5 * rho + 9.0) + 1e-9;
        let end = |atom: Option<&Atom>| atom.map_or(0.0, |atom| atom.log_ratio);
        (end(self.atoms.first()) - reach, end(self.atoms.last()) + reach)
    }

    /// The distance of Gaussians like these; ln lambda grows by it per unit of a mass' quantile.
    fn distance(&self, rho: f64) -> f64 {
        self.alone.hypot(rho).min(40.0)
    }

    /// Masses of {q > lambda p}: at an atom of ratio m, the half-line of y on which m exp(rho y - rho^2/2) > lambda, for y
    /// ~ N(0, 1) under P and N(rho, 1) under Q.
    fn outside(&self, log_multiplier: f64, rho: f64) -> Outside {
        let mut outside = Outside { p: 0.0, q: self.singular };
        for atom in &self.atoms {
            let excess = log_multiplier - atom.log_ratio;
            if rho > 0.0 {
                let edge = excess / rho + 0.5 * rho;
                let (p, q) = (tail(edge), tail(edge - rho));
                outside.p += atom.p * p;
                outside.q += atom.q * q;
            } else if excess < 0.0 {
                outside.p += atom.p;
                outside.q += atom.q;
            }
        }
        outside
    }
}

/// 1 - Phi(x), without computing what does not show beside [`ROUNDING`].
fn tail(x: f64) -> f64 {
    if x < -FAR {
        1.0
    } else if x > FAR {
        0.0
    } else {
        normal::cdf(-x)
    }
}

/// Phi^-1, cut where the search would leave the range of doubles.
fn bounded_quantile(p: f64) -> f64 {
    normal::quantile(p).clamp(-8.0, 8.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// N(0, 1) against N(shift, 1), in bins that cost at most `loss`.
    fn gaussian(shift: f64, loss: f64) -> DominatingPair {
        let edge = |x: f64| Edge {
            p_below: normal::cdf(x),
            p_above: normal::cdf(-x),
            q_below: normal::cdf(x - shift),
            q_above: normal::cdf(shift - x),
            log_ratio: shift * (x - 0.5 * shift),
        };
        DominatingPair::new(edge, (shift - 8.0, 8.0), loss, 0.0)
    }

    proptest! {
        #[test]
        fn gaussian_coordinates_add_in_squares(
            shift in 0.001_f64..4.0, rho in 0.0_f64..4.0, p in 0.01_f64..0.9999, margin in 0.0_f64..0.3,
        ) {
            let pair = gaussian(shift, 1e-6);
            let distance = shift.hypot(rho);
            let truth = normal::cdf(normal::quantile(p) - distance);
            let kept = pair.kept_mass(p, rho);
            prop_assert!(kept <= truth && truth - kept < 1e-6, "{kept} {truth}");
            let truth = normal::quantile(0.5 + margin) + distance;
            let required = -normal::quantile(pair.missing_probability(rho, margin));
            // Masses are rounded by 1e-12, which shows where 1 - p is not far above it.
            let room = 1e-5 + 2e-12 / normal::density(truth);
            prop_assert!(required >= truth - 1e-9 && required - truth < room, "{required} {truth}");
        }

        #[test]
        fn coarse_bins_cost_tightness_only(shift in 0.1_f64..2.0, rho in 0.0_f64..2.0, p in 0.5_f64..0.999) {
            let truth = normal::cdf(normal::quantile(p) - shift.hypot(rho));
            let kept = gaussian(shift, 1e-2).kept_mass(p, rho);
            prop_assert!(kept <= truth && truth - kept < 1e-2, "{kept} {truth}");
        }
    }

    #[test]
    fn nonsense_keeps_nothing() {
        let pair = gaussian(1.0, 1e-4);
        for (p, rho) in [(0.0, 1.0), (f64::NAN, 1.0), (0.9, f64::NAN), (0.9, -1.0), (1.5, 0.0)] {
            assert_eq!(pair.kept_mass(p, rho), 0.0);
        }
        assert_eq!(pair.missing_probability(f64::NAN, 0.0), 0.0);
        assert_eq!(pair.missing_probability(0.0, 0.5), 0.0);
        let apart = gaussian(100.0, 1e-4);
        assert_eq!((apart.kept_mass(0.99, 0.0), apart.missing_probability(0.0, 0.0)), (0.0, 0.0));
        let same = DominatingPair::new(
            |_| Edge { log_ratio: f64::NAN, p_below: 0.0, p_above: 1.0, q_below: 0.0, q_above: 1.0 },
            (0.0, 1.0),
            1e-4,
            0.0,
        );
        assert_eq!(same.kept_mass(0.99, 0.0), 0.0);
    }
}
