//! The exact Neyman-Pearson test of two laws that differ by a Gaussian shift in one coordinate and anyhow in another.
//!
//! Let P and Q be laws of (v, n), v and n independent: v has density p or q, n is N(0, 1) under P and N(R, 1) under Q.
//! T(p), the least Q-mass of a set of P-mass p, obeys for EVERY c > 0 (weak duality)
//!
//! T(p) >= 1 - c (1 - p) - K(c),   K(c) = integral of (dQ - c dP)_+,
//!
//! with equality for the best c: whatever c a search ends with, the bound is sound, and only K must be bounded from
//! above. At fixed v the set {dQ > c dP} is a half-line of n, n > kappa / R + R / 2 with kappa = ln c - ln(q/p)(v), so
//! K(c) = Q(set) - c P(set) is one integral over v.

use super::normal;
use super::quadrature::{Estimate, integrate};

/// The distance of the quadrature rules is counted this many times.
const QUADRATURE_SAFETY: f64 = 2.0;
/// At |x| above it Phi(x) is 0 or 1 to quadrature's eye; break points are set there and in between.
const LEVELS: [f64; 5] = [-7.0, -2.5, 0.0, 2.5, 7.0];
/// Steps of the search for c at most.
const STEPS: usize = 40;

/// The coordinate v under both laws.
pub trait Marginals {
    /// (ln q, ln p) at v; minus infinity where a density is, or is rounded down to, 0 (for p that only costs).
    fn log_densities(&self, v: f64) -> (f64, f64);

    /// Points in rising order between which both densities are smooth, from end to end of what is integrated.
    fn breaks(&self) -> &[f64];

    /// Appends the v at which ln q - ln p passes `ratio`: where the integrand turns. Only speed depends on them.
    fn crossings(&self, ratio: f64, points: &mut Vec<f64>);

    /// What is not known of the densities.
    fn errors(&self) -> Errors;
}

/// How far the densities of [`Marginals`] may lie from the truth.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Errors {
    /// The Q-mass outside the integrated interval.
    pub outside: f64,
    /// The L1 distance of each density from its true one; p rounded down need not count.
    pub absolute: f64,
    /// A relative error of both densities on top.
    pub relative: f64,
}

/// A bound of {dQ > c dP}, for one c.
#[derive(Debug, Clone, Copy)]
struct Test {
    c: f64,
    /// Q of the set, about.
    q: f64,
    /// P of the set, about.
    p: f64,
    /// An upper bound of K(c).
    excess: f64,
}

/// The two laws, with the accuracy that is wanted.
#[derive(Debug, Clone, Copy)]
pub struct Pair<'a, M> {
    /// The coordinate v.
    pub marginals: &'a M,
    /// R, the shift of n in its standard deviations; not negative.
    pub shift: f64,
    /// The absolute error wanted of K(c). It bounds tightness only.
    pub tolerance: f64,
}

impl<M: Marginals> Pair<'_, M> {
    /// A lower bound of T(p), for p in [0, 1].
    pub fn kept_mass(&self, p: f64) -> f64 {
        let missing = 1.0 - p;
        let bound = |test: &Test| 1.0 - test.c * missing * (1.0 + 1e-14) - test.excess;
        self.best(|test| test.p, missing, bound).unwrap_or(0.0).clamp(0.0, p)
    }

    /// A lower bound of 1 - inf{p : T(p) > wanted}: what the probability may miss at most; 0 where no p suffices.
    ///
    /// From the same inequality, solved for p: 1 - p < (1 - wanted - K(c)) / c for any c > 0.
    pub fn missing_probability(&self, wanted: f64) -> f64 {
        let rest = 1.0 - wanted;
        let bound = |test: &Test| (rest - test.excess) / test.c * (1.0 - 1e-14);
        self.best(|test| test.q, rest, bound).unwrap_or(0.0).clamp(0.0, rest)
    }

    /// The largest `bound` met on the way to the c at which `mass` is `target`; the optimum, by duality.
    fn best(&self, mass: impl Fn(&Test) -> f64, target: f64, bound: impl Fn(&Test) -> f64) -> Option<f64> {
        if !(target > 0.0 && target < 1.0 && self.shift >= 0.0) {
            return None;
        }
        let mut best: Option<f64> = None;
        // In these coordinates a Gaussian pair is a straight line, so that few steps are needed.
        let goal = normal::quantile(target);
        let miss = |log_c: f64| {
            let test = self.test(log_c);
            let value = bound(&test);
            if value.is_finite() {
                best = Some(best.map_or(value, |best| best.max(value)));
            }
            normal::quantile(mass(&test).clamp(1e-300, 1.0 - 1e-16)) - goal
        };
        find_root(miss, self.start(goal));
        best
    }

    /// A first guess of ln c, as if v had the same law under P and Q.
    fn start(&self, goal: f64) -> f64 {
        (0.5 * self.shift * self.shift - goal * self.shift).clamp(-20.0, 20.0)
    }

    fn test(&self, log_c: f64) -> Test {
        let c = log_c.exp();
        let breaks = self.breaks(log_c);
        // Divided by c, so that the P-mass counts only as far as it matters to K.
        let masses = |v| self.masses_at(v, log_c);
        let Estimate { value: [q, cp], error: [q_error, cp_error] } =
            integrate(masses, &breaks, 0.25 * self.tolerance);
        let errors = self.marginals.errors();
        let excess = q - cp
            + QUADRATURE_SAFETY * (q_error + cp_error)
            + errors.outside
            + (1.0 + c) * errors.absolute
            // c P(set) <= Q(set) <= 1, so that relative errors need no c.
            + 2.0 * errors.relative
            + 1e-14;
        Test { c, q, p: cp / c, excess }
    }

    /// q(v) and c p(v), each times the probability of the half-line of n.
    fn masses_at(&self, v: f64, log_c: f64) -> [f64; 2] {
        let (log_q, log_p) = self.marginals.log_densities(v);
        if log_q < -700.0 {
            return [0.0, 0.0];
        }
        let kappa = log_c - log_q + log_p;
        let (under_q, under_p) = self.half_line(kappa);
        [log_q.exp() * under_q, if under_p == 0.0 { 0.0 } else { (log_c + log_p).exp() * under_p }]
    }

    /// The probability of n > kappa / R + R / 2 under Q and P.
    fn half_line(&self, kappa: f64) -> (f64, f64) {
        let half = 0.5 * self.shift;
        let level = kappa / self.shift;
        if self.shift == 0.0 || level.is_nan() || level.is_infinite() {
            return if kappa < 0.0 { (1.0, 1.0) } else { (0.0, 0.0) };
        }
        (normal::cdf(half - level), normal::cdf(-half - level))
    }

    /// The marginals' breaks with the points where the half-line's probability turns.
    fn breaks(&self, log_c: f64) -> Vec<f64> {
        let mut points = self.marginals.breaks().to_vec();
        let (low, high) = (points[0], points[points.len() - 1]);
        for level in if self.shift == 0.0 { &LEVELS[2..3] } else { &LEVELS[..] } {
            self.marginals.crossings(log_c - level * self.shift, &mut points);
        }
        points.retain(|point| low <= *point && *point <= high);
        points.sort_by(f64::total_cmp);
        points
    }
}

/// Runs a secant search, bracketed by bisection, for the zero of a falling function; the caller watches its values.
fn find_root(mut falling: impl FnMut(f64) -> f64, start: f64) {
    const CLOSE: f64 = 1e-4;
    let (mut low, mut high) = ((f64::NEG_INFINITY, 0.0), (f64::INFINITY, 0.0));
    let (mut at, mut stride) = (start, 0.5);
    for _ in 0..STEPS {
        let value = falling(at);
        if value.is_nan() || value.abs() < CLOSE {
            return;
        }
        if value > 0.0 {
            low = (at, value);
        } else {
            high = (at, value);
        }
        if low.0.is_finite() && high.0.is_finite() {
            let width = high.0 - low.0;
            if width < 1e-7 {
                return;
            }
            let secant = low.0 + width * low.1 / (low.1 - high.1);
            // Kept off the ends, so that a flat piece cannot stall the search.
            at = secant.clamp(low.0 + 0.05 * width, high.0 - 0.05 * width);
        } else {
            at += if value > 0.0 { stride } else { -stride };
            stride *= 2.0;
        }
        if at.abs() > 300.0 {
            return;
        }
    }
}
