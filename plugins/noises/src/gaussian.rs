use gsmooth_plugin_sdk::{NoiseDistribution, OptionSpec, Options, Result};

use crate::ratio::ratio;
use crate::scale::scale;
use crate::standard_normal as normal;

/// 2^-64.
const ULP_OF_WORD: f64 = 1.0 / 18_446_744_073_709_551_616.0;

/// The normal law with mean 0.
pub struct Gaussian {
    scale: f64,
}

impl NoiseDistribution for Gaussian {
    const ID: &'static str = "gaussian";
    const DOC: &'static str = "Normal law with mean 0.";
    const OPTIONS: &'static [OptionSpec] =
        &[OptionSpec::float("scale", "Standard deviation, in units of the parameter.").above(0.0).required()];

    fn create(options: &Options<'_>) -> Result<Self> {
        Ok(Self { scale: scale(options)? })
    }

    fn support(&self) -> (f64, f64) {
        (f64::NEG_INFINITY, f64::INFINITY)
    }

    fn cdf(&self, x: f64) -> f64 {
        normal::cdf(ratio(x, self.scale))
    }

    fn sf(&self, x: f64) -> f64 {
        self.cdf(-x)
    }

    fn quantile(&self, p: f64) -> f64 {
        self.scale * normal::quantile(p)
    }

    fn isf(&self, p: f64) -> f64 {
        -self.quantile(p)
    }

    fn log_density(&self, x: f64) -> f64 {
        let z = x / self.scale;
        -0.5 * z * z - libm::log(self.scale) - normal::LN_SQRT_2_PI
    }

    /// As the default, without the polish that only probabilities need.
    fn sample(&self, words: &[u64], out: &mut [f64]) -> Result {
        for (x, &word) in out.iter_mut().zip(words) {
            let negative = word >> 63 == 0;
            let tail = if negative { word } else { !word };
            let magnitude = -normal::rational_quantile((tail + 1) as f64 * ULP_OF_WORD);
            *x = self.scale * if negative { -magnitude } else { magnitude };
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{assert_close, check_law, instance, ulps};

    /// (x, scale, cdf, sf) from 60-digit arithmetic.
    const VALUES: [(f64, f64, f64, f64); 10] = [
        (-0.1, 1.0, 0.460172162722971, 0.539827837277029),
        (-1.0, 0.3, 0.0004290603331968373, 0.9995709396668032),
        (-3.7, 0.7, 6.260759973020635e-08, 0.9999999373924002),
        (-12.3, 1.7, 2.3226066497808336e-13, 0.9999999999997677),
        (-37.3, 1.0, 8.205494844930773e-305, 1.0),
        (-11.1, 0.3, 5.725571222524537e-300, 1.0),
        (-0.7, 0.02, 1.1249107064725224e-268, 1.0),
        (0.25, 0.5, 0.6914624612740131, 0.3085375387259869),
        (2.5, 0.5, 0.9999997133484281, 2.866515718791939e-07),
        (-1e-09, 1.0, 0.49999999960105773, 0.5000000003989423),
    ];

    #[test]
    fn tails_are_right_relative_to_themselves() {
        for (x, scale, cdf, sf) in VALUES {
            let law: Gaussian = instance(scale);
            assert_close(law.cdf(x), cdf, 2e-15);
            assert_close(law.sf(x), sf, 2e-15);
        }
        let law: Gaussian = instance(2.0);
        assert_eq!((law.cdf(f64::NEG_INFINITY), law.cdf(f64::INFINITY)), (0.0, 1.0));
        assert_eq!((law.sf(f64::NEG_INFINITY), law.sf(f64::INFINITY)), (1.0, 0.0));
        assert_eq!((law.cdf(-1e300), law.cdf(1e300)), (0.0, 1.0));
        assert!(law.cdf(f64::NAN).is_nan());
    }

    #[test]
    fn quantiles_invert_both_tails() {
        let law: Gaussian = instance(0.37);
        for exponent in 1..=300 {
            let p = 0.9 * 10_f64.powi(-exponent);
            for back in [law.quantile(law.cdf(law.quantile(p))), -law.isf(law.sf(law.isf(p)))] {
                assert!(ulps(back, law.quantile(p)) <= 4, "{p:e}");
            }
        }
    }

    #[test]
    fn it_is_a_law() {
        check_law(&instance::<Gaussian>(0.6), &[-2.0, -0.3, 0.0, 1.1]);
    }

    #[test]
    fn samples_are_symmetric() {
        let law: Gaussian = instance(0.8);
        let mut out = [0.0; 4];
        law.sample(&[0, u64::MAX, 1 << 63, (1 << 63) - 1], &mut out).unwrap();
        assert_eq!((out[0], out[2]), (-out[1], -out[3]));
        assert_close(out[0], law.quantile(0.5_f64.powi(64)), 1e-14);
        assert_eq!(out[2], 0.0);
    }
}
