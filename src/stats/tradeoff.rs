//! Trade-off functions (DESIGN 3.1): T(p; t), the least mass that a set of mass p keeps when the noise is shifted.
//!
//! For a log-concave law the least-mass set is a half-line (Neyman-Pearson), hence
//! t >= 0: T(p; t) = F(F^-1(p) - t), and t < 0: T(p; t) = S(S^-1(p) + |t|). This is exact, and for symmetric laws
//! it is Eq. (7) of the paper and the integral of its Theorem 1.

use super::law::ScalarLaw;

/// Relative error allowed for in a law's cdf and survival function.
const PROBABILITY_SLACK: f64 = 2e-13;
/// Relative error allowed for in a law's quantiles, and in the sum with the shift.
const ARGUMENT_SLACK: f64 = 16.0 * f64::EPSILON;

/// A lower bound of T(p; shift) for a scalar law, rounded down.
///
/// `p` in [0, 1]; `shift` in the units of the law. The sign of the shift matters for one-sided laws.
///
/// # Errors
/// Whatever the law's own evaluation gives.
pub fn kept_mass<L: ScalarLaw + ?Sized>(law: &L, p: f64, shift: f64) -> Result<f64, L::Error> {
    if shift.is_nan() || !(p > 0.0) {
        return Ok(0.0);
    }
    let kept = if shift >= 0.0 {
        let edge = quantile(law, p)?;
        law.cdf(down(edge, shift))?
    } else {
        let edge = isf(law, p)?;
        law.sf(-down(-edge, -shift))?
    };
    Ok((kept * (1.0 - PROBABILITY_SLACK)).clamp(0.0, p))
}

/// An upper bound of what a set of mass at most p may reach, 1 - T(1 - p; shift), rounded up.
///
/// # Errors
/// Whatever the law's own evaluation gives.
pub fn reached_mass<L: ScalarLaw + ?Sized>(law: &L, p: f64, shift: f64) -> Result<f64, L::Error> {
    // Rounding 1 - p down can only enlarge what is reached.
    let rest = (1.0 - p).next_down();
    Ok((1.0 - kept_mass(law, rest, shift)?).next_up().min(1.0))
}

/// p*_m(t) = inf{p : T(p; t) > 1/2 + margin}, rounded up: a set of mass above it keeps a majority by the margin.
///
/// F(F^-1(1/2 + m) + t) for t >= 0, S(S^-1(1/2 + m) - |t|) for t < 0. At least 1/2 + margin; 1 where no p suffices.
///
/// # Errors
/// Whatever the law's own evaluation gives.
pub fn required_probability<L: ScalarLaw + ?Sized>(
    law: &L,
    shift: f64,
    margin: f64,
) -> Result<f64, L::Error> {
    let wanted = 0.5 + margin;
    if shift.is_nan() || !(wanted < 1.0) {
        return Ok(1.0);
    }
    // The complement, which keeps its relative accuracy where the required probability is near 1.
    let missing = if shift >= 0.0 {
        let edge = quantile(law, wanted)?;
        law.sf(-down(-edge, shift))?
    } else {
        let edge = isf(law, wanted)?;
        law.cdf(down(edge, -shift))?
    };
    let missing = missing * (1.0 - PROBABILITY_SLACK);
    Ok((1.0 - missing).next_up().clamp(wanted, 1.0))
}

/// F^-1(p), through the upper tail where p is above 1/2 (1 - p is exact there).
fn quantile<L: ScalarLaw + ?Sized>(law: &L, p: f64) -> Result<f64, L::Error> {
    if p > 0.5 { law.isf(1.0 - p) } else { law.quantile(p) }
}

/// S^-1(p), through the lower tail where p is above 1/2.
fn isf<L: ScalarLaw + ?Sized>(law: &L, p: f64) -> Result<f64, L::Error> {
    if p > 0.5 { law.quantile(1.0 - p) } else { law.isf(p) }
}

/// `edge - shift`, rounded down by more than the errors of both.
fn down(edge: f64, shift: f64) -> f64 {
    edge - shift - ARGUMENT_SLACK * (edge.abs() + shift.abs())
}

#[cfg(test)]
mod tests {
    use super::super::normal::{self, StandardNormal};
    use super::*;
    use proptest::prelude::*;
    use std::convert::Infallible;

    /// The unit exponential law: one-sided, so both signs of the shift differ.
    struct Exponential;

    impl ScalarLaw for Exponential {
        type Error = Infallible;
        fn cdf(&self, x: f64) -> Result<f64, Infallible> {
            Ok(if x > 0.0 { -(-x).exp_m1() } else { 0.0 })
        }
        fn sf(&self, x: f64) -> Result<f64, Infallible> {
            Ok(if x > 0.0 { (-x).exp() } else { 1.0 })
        }
        fn quantile(&self, p: f64) -> Result<f64, Infallible> {
            Ok(-(-p).ln_1p())
        }
        fn isf(&self, p: f64) -> Result<f64, Infallible> {
            Ok(-p.ln())
        }
        fn log_density(&self, x: f64) -> Result<f64, Infallible> {
            Ok(if x < 0.0 { f64::NEG_INFINITY } else { -x })
        }
    }

    #[test]
    fn a_backward_shift_of_an_exponential_scales_the_mass() {
        // T(p; -t) = S(S^-1(p) + t) = p e^-t for the exponential law.
        let kept = kept_mass(&Exponential, 0.9, -0.3).unwrap();
        assert!((kept - 0.9 * (-0.3_f64).exp()).abs() < 1e-12);
        // T(p; t) = 1 - (1 - p) e^t while positive.
        let kept = kept_mass(&Exponential, 0.9, 0.3).unwrap();
        assert!((kept - (1.0 - 0.1 * 0.3_f64.exp())).abs() < 1e-12);
        assert_eq!(kept_mass(&Exponential, 0.9, 100.0).unwrap(), 0.0);
    }

    proptest! {
        #[test]
        fn gaussian_matches_the_closed_form(p in 0.001_f64..0.9999, shift in -4.0_f64..4.0) {
            let kept = kept_mass(&StandardNormal, p, shift).unwrap();
            let closed = normal::cdf(normal::quantile(p) - shift.abs());
            prop_assert!(kept <= closed && closed - kept < 1e-11);
        }

        #[test]
        fn required_probability_is_enough_and_hardly_more(shift in -4.0_f64..4.0, margin in 0.0_f64..0.4) {
            for_law(&StandardNormal, shift, margin)?;
            for_law(&Exponential, shift, margin)?;
        }

        #[test]
        fn rivals_reach_at_least_their_own_mass(p in 0.0_f64..1.0, shift in -3.0_f64..3.0) {
            prop_assert!(reached_mass(&Exponential, p, shift).unwrap() >= p);
        }
    }

    fn for_law<L: ScalarLaw<Error = Infallible>>(
        law: &L,
        shift: f64,
        margin: f64,
    ) -> Result<(), TestCaseError> {
        let p = required_probability(law, shift, margin).unwrap();
        prop_assert!(
            kept_mass(law, p + (1.0 - p) * 1e-6 + 1e-9, shift).unwrap() > 0.5 + margin || p > 1.0 - 1e-8
        );
        if p < 1.0 && p > 0.5 + margin + 1e-6 {
            prop_assert!(kept_mass(law, p - 1e-6 * (1.0 - p) - 1e-9, shift).unwrap() <= 0.5 + margin);
        }
        Ok(())
    }
}
