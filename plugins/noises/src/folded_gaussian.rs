use gsmooth_plugin_sdk::{NoiseDistribution, OptionSpec, Options, Result};

use crate::ratio::ratio;
use crate::scale::scale;
use crate::standard_normal as normal;

/// The law of |Z| for a normal Z with mean 0.
pub struct FoldedGaussian {
    scale: f64,
}

impl NoiseDistribution for FoldedGaussian {
    const ID: &'static str = "folded_gaussian";
    const DOC: &'static str = "Absolute value of a normal variable with mean 0, on [0, infinity): Gaussian tails for one-sided parameters.";
    const OPTIONS: &'static [OptionSpec] = &[OptionSpec::float(
        "scale",
        "Standard deviation of the underlying normal variable, in units of the parameter.",
    )
    .above(0.0)
    .required()];

    fn create(options: &Options<'_>) -> Result<Self> {
        Ok(Self { scale: scale(options)? })
    }

    fn support(&self) -> (f64, f64) {
        (0.0, f64::INFINITY)
    }

    /// erf(x / (scale sqrt(2))), whose relative error is no larger than that of its argument.
    fn cdf(&self, x: f64) -> f64 {
        if x <= 0.0 { 0.0 } else { libm::erf(x / self.scale * std::f64::consts::FRAC_1_SQRT_2) }
    }

    /// Both tails of the normal variable beyond x.
    fn sf(&self, x: f64) -> f64 {
        if x <= 0.0 { 1.0 } else { 2.0 * normal::cdf(ratio(-x, self.scale)) }
    }

    fn quantile(&self, p: f64) -> f64 {
        if !(0.0..=1.0).contains(&p) {
            return f64::NAN;
        }
        // Phi(z) = 1/2 + p / 2. Where that is near 1/2, only its excess keeps the digits of p.
        let excess = 0.5 * p;
        let z = if excess <= normal::CENTRE {
            normal::central_quantile(excess)
        } else {
            -normal::quantile(0.5 - excess)
        };
        self.scale * z
    }

    fn isf(&self, p: f64) -> f64 {
        if !(0.0..=1.0).contains(&p) {
            return f64::NAN;
        }
        // The difference from 0 keeps the sign of zero positive.
        0.0 - self.scale * normal::quantile(0.5 * p)
    }

    fn log_density(&self, x: f64) -> f64 {
        if x < 0.0 {
            return f64::NEG_INFINITY;
        }
        let z = x / self.scale;
        -0.5 * z * z - libm::log(self.scale) - normal::LN_SQRT_2_PI + std::f64::consts::LN_2
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{assert_close, check_law, instance, ulps};

    /// (x, scale, cdf, sf) from 60-digit arithmetic.
    const VALUES: [(f64, f64, f64, f64); 8] = [
        (1e-12, 1.0, 7.978845608028653e-13, 0.9999999999992021),
        (0.3, 0.7, 0.3317648582047506, 0.6682351417952493),
        (1.0, 1.0, 0.6826894921370859, 0.3173105078629141),
        (2.0, 0.3, 0.9999999999738322, 2.6167849372106007e-11),
        (3.7, 0.7, 0.9999998747848006, 1.252151994604127e-07),
        (12.3, 1.7, 0.9999999999995355, 4.645213299561667e-13),
        (37.3, 1.0, 1.0, 1.6410989689861547e-304),
        (11.1, 0.3, 1.0, 1.1451142445049075e-299),
    ];

    /// (p, quantile, isf) at scale 1, from 60-digit arithmetic.
    const QUANTILES: [(f64, f64, f64); 9] = [
        (1e-300, 1.2533141373155002e-300, 37.06578788077213),
        (1e-12, 1.2533141373155002e-12, 7.130506848171325),
        (0.001, 0.0012533144654325546, 3.290526731491895),
        (0.1, 0.12566134685507405, 1.6448536269514726),
        (0.5, 0.6744897501960817, 0.6744897501960817),
        (0.8499, 1.4391783421583504, 0.1892460206744928),
        (0.8501, 1.4398847793193503, 0.1889908349499286),
        (0.9, 1.6448536269514729, 0.12566134685507402),
        (0.99, 2.5758293035489004, 0.012533469508069274),
    ];

    #[test]
    fn tails_are_right_relative_to_themselves() {
        for (x, scale, cdf, sf) in VALUES {
            let law: FoldedGaussian = instance(scale);
            assert_close(law.cdf(x), cdf, 2e-15);
            assert_close(law.sf(x), sf, 2e-15);
        }
        let law: FoldedGaussian = instance(1.0);
        for (p, quantile, isf) in QUANTILES {
            assert_close(law.quantile(p), quantile, 2e-15);
            assert_close(law.isf(p), isf, 2e-15);
        }
    }

    #[test]
    fn ends_are_exact() {
        let law: FoldedGaussian = instance(2.0);
        assert_eq!((law.cdf(-1.0), law.sf(-1.0), law.cdf(0.0), law.sf(0.0)), (0.0, 1.0, 0.0, 1.0));
        assert_eq!((law.cdf(f64::INFINITY), law.sf(f64::INFINITY)), (1.0, 0.0));
        assert_eq!((law.quantile(0.0), law.quantile(1.0)), (0.0, f64::INFINITY));
        assert_eq!((law.isf(0.0), law.isf(1.0)), (f64::INFINITY, 0.0));
        assert!(law.isf(1.0).is_sign_positive() && law.quantile(0.0).is_sign_positive());
        assert_eq!(law.log_density(-1e-9), f64::NEG_INFINITY);
    }

    #[test]
    fn quantiles_invert_both_tails() {
        let law: FoldedGaussian = instance(0.37);
        for exponent in 1..=300 {
            let p = 0.9 * 10_f64.powi(-exponent);
            assert!(ulps(law.quantile(law.cdf(law.quantile(p))), law.quantile(p)) <= 8, "{p:e}");
            assert!(ulps(law.isf(law.sf(law.isf(p))), law.isf(p)) <= 4, "{p:e}");
        }
    }

    #[test]
    fn it_is_a_law() {
        check_law(&instance::<FoldedGaussian>(0.6), &[0.01, 0.3, 1.1, 2.9]);
    }
}
