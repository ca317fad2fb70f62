//! Trade-off functions (MATHEMATICS 1): T(p; t), the least mass that a set of mass p keeps when the noise is shifted.
//!
//! For a log-concave law the likelihood ratio of the shifted law to the law grows along the shift, so the least-mass set is a
//! half-line (Neyman-Pearson), hence t >= 0: T(p; t) = F(F^-1(p) - t), and t < 0: T(p; t) = S(S^-1(p) + |t|). This is exact, and
//! for symmetric laws it is Eq. (7) of the paper and the integral of its Theorem 1.
//!
//! Bounded supports need no case of their own. A shifted law has mass where the law has none, which a set of mass p need not hold:
//! so T(1; t) < 1 where the support ends against the shift, and a set of mass 0 may reach some.
//!
//! Two identities keep all digits of masses near 1: what a set of mass p may reach is 1 - T(1 - p; t) = S(S^-1(p) - t) for
//! t >= 0; and T(p; t) > w exactly if 1 - p < T(1 - w; -t), since the two laws change places.

use super::law::{Mirrored, ScalarLaw};

/// Relative error allowed for in a law's cdf and survival function.
const PROBABILITY_SLACK: f64 = 2e-13;
/// Relative error allowed for in a law's quantiles, and in the sum with the shift.
const ARGUMENT_SLACK: f64 = 16.0 * f64::EPSILON;

/// A lower bound of T(p; shift) for a scalar law, rounded down.
///
/// `p` in [0, 1]; `shift` in the units of the law. The sign of the shift matters for one-sided laws.
///
/// ```
/// use gsmooth::stats::{normal::StandardNormal, tradeoff::kept_mass};
///
/// // A shift by one standard deviation: Phi(Phi^-1(0.99) - 1).
/// let Ok(kept) = kept_mass(&StandardNormal, 0.99, 1.0);
/// assert!((kept - 0.9076).abs() < 1e-4);
/// ```
///
/// # Errors
/// Whatever the law's own evaluation gives.
pub fn kept_mass<L: ScalarLaw + ?Sized>(law: &L, p: f64, shift: f64) -> Result<f64, L::Error> {
    if shift >= 0.0 {
        kept_of_forward(law, p, shift)
    } else if shift < 0.0 {
        kept_of_forward(&Mirrored(law), p, -shift)
    } else {
        Ok(0.0)
    }
}

/// F(F^-1(p) - shift) for shift >= 0.
fn kept_of_forward<L: ScalarLaw + ?Sized>(law: &L, p: f64, shift: f64) -> Result<f64, L::Error> {
    if !(p > 0.0) {
        return Ok(0.0);
    }
    let p = p.min(1.0);
    let edge = quantile(law, p)?;
    // Only the whole mass reaches to infinity: with any other p a law has overflowed, and says nothing.
    if edge.is_infinite() && p < 1.0 {
        return Ok(0.0);
    }
    let kept = law.cdf(lowered(edge, shift))? * (1.0 - PROBABILITY_SLACK);
    // In this order a NaN becomes 0.
    Ok(kept.max(0.0).min(p))
}

/// An upper bound of what a set of mass at most p may reach, 1 - T(1 - p; shift), rounded up.
///
/// # Errors
/// Whatever the law's own evaluation gives.
pub fn reached_mass<L: ScalarLaw + ?Sized>(law: &L, p: f64, shift: f64) -> Result<f64, L::Error> {
    if shift >= 0.0 {
        reached_of_forward(law, p, shift)
    } else if shift < 0.0 {
        reached_of_forward(&Mirrored(law), p, -shift)
    } else {
        Ok(1.0)
    }
}

/// S(S^-1(p) - shift) for shift >= 0.
fn reached_of_forward<L: ScalarLaw + ?Sized>(law: &L, p: f64, shift: f64) -> Result<f64, L::Error> {
    if !(p < 1.0) {
        return Ok(1.0);
    }
    let p = p.max(0.0);
    let edge = isf(law, p)?;
    if edge.is_infinite() && p > 0.0 {
        return Ok(1.0);
    }
    let reached = law.sf(lowered(edge, shift))? * (1.0 + PROBABILITY_SLACK);
    Ok(if reached <= 1.0 { reached.max(p) } else { 1.0 })
}

/// p*_m(t) = inf{p : T(p; t) > 1/2 + margin}, rounded up: a set of mass above it keeps a majority by the margin.
///
/// F(F^-1(1/2 + m) + t) for t >= 0, S(S^-1(1/2 + m) - |t|) for t < 0. At least 1/2 + margin; 1 where no p suffices, and for a
/// margin that is negative or no number.
///
/// # Errors
/// Whatever the law's own evaluation gives.
pub fn required_probability<L: ScalarLaw + ?Sized>(
    law: &L,
    shift: f64,
    margin: f64,
) -> Result<f64, L::Error> {
    let wanted = majority(margin);
    // The difference is exact for wanted >= 1/2.
    let missing = kept_mass(law, 1.0 - wanted, -shift)?;
    Ok(required_from_missing(missing, wanted))
}

/// 1/2 + margin, rounded up; 1 for a margin that is negative or no number.
pub(super) fn majority(margin: f64) -> f64 {
    if !(margin >= 0.0) {
        return 1.0;
    }
    let wanted = (0.5 + margin).min(1.0);
    // The difference is exact.
    if wanted - 0.5 < margin { wanted.next_up().min(1.0) } else { wanted }
}

/// The required probability whose complement is at least `missing`.
pub(super) fn required_from_missing(missing: f64, wanted: f64) -> f64 {
    (1.0 - missing).next_up().clamp(wanted, 1.0)
}

/// F^-1(p), through the upper tail where p is above 1/2 (1 - p is exact there).
fn quantile<L: ScalarLaw + ?Sized>(law: &L, p: f64) -> Result<f64, L::Error> {
    if p > 0.5 { law.isf(1.0 - p) } else { law.quantile(p) }
}

/// S^-1(p), through the lower tail where p is above 1/2.
fn isf<L: ScalarLaw + ?Sized>(law: &L, p: f64) -> Result<f64, L::Error> {
    if p > 0.5 { law.quantile(1.0 - p) } else { law.isf(p) }
}

/// `edge - shift`, lowered by more than the errors of both.
fn lowered(edge: f64, shift: f64) -> f64 {
    match (edge.is_infinite(), shift.is_infinite()) {
        (_, true) => f64::NEG_INFINITY,
        (true, false) => edge,
        (false, false) => edge - shift - ARGUMENT_SLACK * (edge.abs() + shift.abs()),
    }
}

#[cfg(test)]
#[path = "tradeoff_tests.rs"]
mod tests;
