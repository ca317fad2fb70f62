use gsmooth_plugin_sdk::{NoiseDistribution, OptionSpec, Options, Result};

use crate::ratio::exponential_decay;
use crate::scale::scale;

/// The exponential law.
pub struct Exponential {
    mean: f64,
}

impl NoiseDistribution for Exponential {
    const ID: &'static str = "exponential";
    const DOC: &'static str = "Exponential law on [0, infinity).";
    const OPTIONS: &'static [OptionSpec] =
        &[OptionSpec::float("scale", "Mean, in units of the parameter.").above(0.0).required()];

    fn create(options: &Options<'_>) -> Result<Self> {
        Ok(Self { mean: scale(options)? })
    }

    fn support(&self) -> (f64, f64) {
        (0.0, f64::INFINITY)
    }

    fn cdf(&self, x: f64) -> f64 {
        if x <= 0.0 { 0.0 } else { -libm::expm1(-x / self.mean) }
    }

    fn sf(&self, x: f64) -> f64 {
        if x <= 0.0 { 1.0 } else { exponential_decay(x, self.mean) }
    }

    fn quantile(&self, p: f64) -> f64 {
        if p < 0.0 {
            return f64::NAN;
        }
        // The difference from 0 keeps the sign of zero positive.
        0.0 - self.mean * libm::log1p(-p)
    }

    fn isf(&self, p: f64) -> f64 {
        if p > 1.0 {
            return f64::NAN;
        }
        0.0 - self.mean * libm::log(p)
    }

    fn log_density(&self, x: f64) -> f64 {
        if x < 0.0 { f64::NEG_INFINITY } else { -x / self.mean - libm::log(self.mean) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{assert_close, check_law, instance, ulps};

    /// (x, mean, cdf, sf) from 60-digit arithmetic.
    const VALUES: [(f64, f64, f64, f64); 5] = [
        (1e-12, 1.0, 9.999999999995e-13, 0.999999999999),
        (0.3, 0.7, 0.3485609424689444, 0.6514390575310556),
        (2.0, 0.3, 0.9987273661986602, 0.001272633801339808),
        (600.3, 0.9, 1.0, 2.1163162688839674e-290),
        (150.1, 0.7, 1.0, 7.496433040931632e-94),
    ];

    #[test]
    fn tails_are_right_relative_to_themselves() {
        for (x, mean, cdf, sf) in VALUES {
            let law: Exponential = instance(mean);
            assert_close(law.cdf(x), cdf, 1e-15);
            assert_close(law.sf(x), sf, 1e-15);
        }
    }

    #[test]
    fn ends_are_exact() {
        let law: Exponential = instance(2.0);
        assert_eq!((law.cdf(-1.0), law.sf(-1.0), law.cdf(0.0), law.sf(0.0)), (0.0, 1.0, 0.0, 1.0));
        assert_eq!((law.cdf(f64::INFINITY), law.sf(f64::INFINITY)), (1.0, 0.0));
        assert_eq!((law.quantile(0.0), law.quantile(1.0)), (0.0, f64::INFINITY));
        assert_eq!((law.isf(0.0), law.isf(1.0)), (f64::INFINITY, 0.0));
        assert!(law.isf(1.0).is_sign_positive() && law.quantile(0.0).is_sign_positive());
        assert!(law.quantile(-0.5).is_nan());
        assert!(law.quantile(1.5).is_nan() && law.isf(-0.5).is_nan() && law.isf(1.5).is_nan());
        assert_eq!(law.log_density(-1e-9), f64::NEG_INFINITY);
        assert!(law.cdf(f64::NAN).is_nan() && law.sf(f64::NAN).is_nan());
    }

    #[test]
    fn quantiles_invert_both_tails() {
        let law: Exponential = instance(0.37);
        for exponent in 1..=300 {
            let p = 0.9 * 10_f64.powi(-exponent);
            assert!(ulps(law.quantile(law.cdf(law.quantile(p))), law.quantile(p)) <= 4, "{p:e}");
            assert!(ulps(law.isf(law.sf(law.isf(p))), law.isf(p)) <= 4, "{p:e}");
        }
    }

    #[test]
    fn it_is_a_law() {
        check_law(&instance::<Exponential>(0.6), &[0.01, 0.3, 1.1, 2.9]);
    }
}
