//! The standard normal law.
//!
//! The complementary error function is libm's (below one ulp); statrs' is off by up to 1e-10 relative near 1/2, so
//! its inverse only starts the quantile, which is then polished against libm's.

use libm::erfc;
use statrs::function::erf::erfc_inv;
use std::convert::Infallible;
use std::f64::consts::SQRT_2;

use super::law::ScalarLaw;

/// Phi(x), the standard normal cumulative distribution function; accurate in the lower tail.
pub fn cdf(x: f64) -> f64 {
    0.5 * erfc(-x / SQRT_2)
}

/// ln phi(x), the logarithm of the standard normal density.
pub fn log_density(x: f64) -> f64 {
    -0.5 * x * x - 0.5 * (2.0 * std::f64::consts::PI).ln()
}

/// phi(x), the standard normal density.
pub fn density(x: f64) -> f64 {
    (-0.5 * x * x).exp() / (2.0 * std::f64::consts::PI).sqrt()
}

/// Phi^-1(p), the standard normal quantile, for p in [0, 1].
///
/// Minus infinity at 0 and infinity at 1. For p > 1/2 accurate as far as p itself carries the upper tail.
pub fn quantile(p: f64) -> f64 {
    if p <= 0.0 {
        f64::NEG_INFINITY
    } else if p >= 1.0 {
        f64::INFINITY
    } else if p <= 0.5 {
        lower_quantile(p)
    } else {
        // 1 - p is exact for p in [1/2, 1] (Sterbenz).
        -lower_quantile(1.0 - p)
    }
}

/// The quantile of p in (0, 1/2], polished by one Newton step on log Phi, which is nearly linear in the tail.
fn lower_quantile(p: f64) -> f64 {
    let x = -SQRT_2 * erfc_inv(2.0 * p);
    let probability = cdf(x);
    let density = density(x);
    if probability > 0.0 && density > 0.0 && x.is_finite() {
        x - probability * (probability / p).ln() / density
    } else {
        x
    }
}

/// The standard normal law as a [`ScalarLaw`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StandardNormal;

impl ScalarLaw for StandardNormal {
    type Error = Infallible;

    fn cdf(&self, x: f64) -> Result<f64, Infallible> {
        Ok(cdf(x))
    }

    fn sf(&self, x: f64) -> Result<f64, Infallible> {
        Ok(cdf(-x))
    }

    fn quantile(&self, p: f64) -> Result<f64, Infallible> {
        Ok(quantile(p))
    }

    fn isf(&self, p: f64) -> Result<f64, Infallible> {
        Ok(-quantile(p))
    }

    fn log_density(&self, x: f64) -> Result<f64, Infallible> {
        Ok(log_density(x))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantile_inverts_cdf_far_into_both_tails() {
        for exponent in 1..300 {
            let p = 10f64.powi(-exponent);
            let x = quantile(p);
            assert!((cdf(x) / p - 1.0).abs() < 1e-11, "p = {p}: cdf(quantile(p)) = {}", cdf(x));
            assert!((quantile(1.0 - p) + quantile(p)).abs() < 1e-6 || exponent > 8);
        }
        assert_eq!(quantile(0.5), 0.0);
        assert_eq!(quantile(0.0), f64::NEG_INFINITY);
        assert_eq!(quantile(1.0), f64::INFINITY);
    }

    #[test]
    fn known_values() {
        assert!((cdf(1.0) - 0.841_344_746_068_542_9).abs() < 1e-15);
        assert!((quantile(0.975) - 1.959_963_984_540_054).abs() < 1e-14);
        assert!((cdf(-10.0) / 7.619_853_024_160_527e-24 - 1.0).abs() < 1e-12);
    }
}
