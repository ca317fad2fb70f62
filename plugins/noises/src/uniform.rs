use gsmooth_plugin_sdk::{NoiseDistribution, OptionSpec, Options, Result};

use crate::scale::scale;

/// The uniform law on an interval around 0.
pub struct Uniform {
    scale: f64,
}

impl NoiseDistribution for Uniform {
    const ID: &'static str = "uniform";
    const DOC: &'static str = "Uniform law on [-scale, scale].";
    const OPTIONS: &'static [OptionSpec] =
        &[OptionSpec::float("scale", "Half the width of the interval, in units of the parameter.")
            .above(0.0)
            .required()];

    fn create(options: &Options<'_>) -> Result<Self> {
        Ok(Self { scale: scale(options)? })
    }

    fn support(&self) -> (f64, f64) {
        (-self.scale, self.scale)
    }

    fn cdf(&self, x: f64) -> f64 {
        if x > 0.0 {
            return (0.5 + 0.5 * (x / self.scale)).min(1.0);
        }
        // The sum is exact near the lower end.
        (0.5 * ((x + self.scale) / self.scale)).clamp(0.0, 1.0)
    }

    fn sf(&self, x: f64) -> f64 {
        self.cdf(-x)
    }

    fn quantile(&self, p: f64) -> f64 {
        // 2 p is exact, so that the sign change at p = 1/2 keeps all digits.
        if (0.0..=1.0).contains(&p) { self.scale * (2.0 * p - 1.0) } else { f64::NAN }
    }

    fn isf(&self, p: f64) -> f64 {
        0.0 - self.quantile(p)
    }

    fn log_density(&self, x: f64) -> f64 {
        if x.abs() > self.scale { f64::NEG_INFINITY } else { x * 0.0 - libm::log(2.0 * self.scale) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{assert_close, check_law, instance};

    #[test]
    fn values_and_ends_are_exact() {
        let law: Uniform = instance(2.0);
        for (x, cdf) in
            [(-2.5, 0.0), (-2.0, 0.0), (-1.0, 0.25), (0.0, 0.5), (1.5, 0.875), (2.0, 1.0), (9.0, 1.0)]
        {
            assert_eq!((law.cdf(x), law.sf(x)), (cdf, 1.0 - cdf), "{x}");
        }
        assert_eq!((law.cdf(f64::NEG_INFINITY), law.cdf(f64::INFINITY)), (0.0, 1.0));
        assert_eq!(
            (law.quantile(0.0), law.quantile(1.0), law.isf(0.0), law.isf(1.0)),
            (-2.0, 2.0, 2.0, -2.0)
        );
        assert_eq!((law.quantile(0.5), law.quantile(0.875)), (0.0, 1.5));
        assert_eq!((law.log_density(2.0), law.log_density(2.1)), (-libm::log(4.0), f64::NEG_INFINITY));
    }

    #[test]
    fn probabilities_near_the_ends_keep_their_digits() {
        let law: Uniform = instance(0.75);
        // 0.75 - 2^-53 and its mirror image are the floats next to the ends; half of 2^-53 / 0.75.
        let next = 0.75_f64.next_down();
        assert_close(law.sf(next), 0.5_f64.powi(53) / 1.5, 1e-15);
        assert_close(law.cdf(-next), 0.5_f64.powi(53) / 1.5, 1e-15);
        assert_close(law.quantile(0.5 + 1e-9), 1.5e-9, 1e-7);
    }

    #[test]
    fn quantiles_invert() {
        let law: Uniform = instance(0.37);
        for i in 0..=1000 {
            let p = f64::from(i) / 1000.0;
            assert!(
                (law.cdf(law.quantile(p)) - p).abs() < 1e-15 && (law.sf(law.isf(p)) - p).abs() < 1e-15,
                "{p}"
            );
        }
    }

    #[test]
    fn it_is_a_law() {
        check_law(&instance::<Uniform>(0.6), &[-0.59, -0.3, 0.0, 0.5]);
    }
}
