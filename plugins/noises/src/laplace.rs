use gsmooth_plugin_sdk::{NoiseDistribution, OptionSpec, Options, Result};

use crate::ratio::exponential_decay;
use crate::scale::scale;

/// The Laplace law with mean 0.
pub struct Laplace {
    scale: f64,
}

impl NoiseDistribution for Laplace {
    const ID: &'static str = "laplace";
    const DOC: &'static str = "Laplace law with mean 0: an exponential law on either side.";
    const OPTIONS: &'static [OptionSpec] = &[OptionSpec::float(
        "scale",
        "b of the density exp(-|x| / b) / (2 b), the mean of |x|, in units of the parameter.",
    )
    .above(0.0)
    .required()];

    fn create(options: &Options<'_>) -> Result<Self> {
        Ok(Self { scale: scale(options)? })
    }

    fn support(&self) -> (f64, f64) {
        (f64::NEG_INFINITY, f64::INFINITY)
    }

    fn cdf(&self, x: f64) -> f64 {
        if x < 0.0 {
            0.5 * exponential_decay(-x, self.scale)
        } else {
            0.5 - 0.5 * libm::expm1(-x / self.scale)
        }
    }

    fn sf(&self, x: f64) -> f64 {
        self.cdf(-x)
    }

    fn quantile(&self, p: f64) -> f64 {
        if p > 0.5 {
            // 1 - p is exact. The difference from 0 keeps the sign of zero positive.
            return 0.0 - self.quantile(1.0 - p);
        }
        // Doubling is exact too, so that the logarithm keeps its digits near 1.
        self.scale * libm::log(2.0 * p)
    }

    fn isf(&self, p: f64) -> f64 {
        0.0 - self.quantile(p)
    }

    fn log_density(&self, x: f64) -> f64 {
        -x.abs() / self.scale - libm::log(2.0 * self.scale)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{assert_close, check_law, instance, ulps};

    /// (x, scale, cdf, sf) from 60-digit arithmetic.
    const VALUES: [(f64, f64, f64, f64); 7] = [
        (-0.1, 1.0, 0.45241870901797976, 0.5475812909820202),
        (-1e-09, 1.0, 0.4999999995, 0.5000000005),
        (0.3, 0.7, 0.6742804712344722, 0.3257195287655278),
        (-2.0, 0.3, 0.000636316900669904, 0.9993636830993301),
        (-600.3, 0.9, 1.0581581344419837e-290, 1.0),
        (150.1, 0.7, 1.0, 3.748216520465816e-94),
        (5.5, 1.3, 0.9927293996469112, 0.007270600353088835),
    ];

    #[test]
    fn tails_are_right_relative_to_themselves() {
        for (x, scale, cdf, sf) in VALUES {
            let law: Laplace = instance(scale);
            assert_close(law.cdf(x), cdf, 1e-15);
            assert_close(law.sf(x), sf, 1e-15);
        }
    }

    #[test]
    fn ends_are_exact() {
        let law: Laplace = instance(2.0);
        assert_eq!((law.cdf(f64::NEG_INFINITY), law.cdf(f64::INFINITY)), (0.0, 1.0));
        assert_eq!((law.quantile(0.0), law.quantile(1.0)), (f64::NEG_INFINITY, f64::INFINITY));
        assert_eq!((law.isf(0.0), law.isf(1.0)), (f64::INFINITY, f64::NEG_INFINITY));
        assert_eq!((law.cdf(0.0), law.sf(0.0), law.quantile(0.5), law.isf(0.5)), (0.5, 0.5, 0.0, 0.0));
    }

    #[test]
    fn quantiles_invert_both_tails() {
        let law: Laplace = instance(0.37);
        for exponent in 1..=300 {
            let p = 0.9 * 10_f64.powi(-exponent);
            assert!(ulps(law.quantile(law.cdf(law.quantile(p))), law.quantile(p)) <= 4, "{p:e}");
            assert!(ulps(law.isf(law.sf(law.isf(p))), law.isf(p)) <= 4, "{p:e}");
        }
    }

    #[test]
    fn it_is_a_law() {
        check_law(&instance::<Laplace>(0.6), &[-2.9, -0.3, 0.2, 1.1]);
    }
}
