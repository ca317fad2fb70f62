use gsmooth_plugin_sdk::{NoiseDistribution, OptionSpec, Options, Result};

use crate::scale::scale;

/// The uniform law on an interval that starts at 0.
pub struct UniformOneSided {
    scale: f64,
}

impl NoiseDistribution for UniformOneSided {
    const ID: &'static str = "uniform_one_sided";
    const DOC: &'static str = "Uniform law on [0, scale].";
    const OPTIONS: &'static [OptionSpec] =
        &[OptionSpec::float("scale", "Width of the interval, in units of the parameter.")
            .above(0.0)
            .required()];

    fn create(options: &Options<'_>) -> Result<Self> {
        Ok(Self { scale: scale(options)? })
    }

    fn support(&self) -> (f64, f64) {
        (0.0, self.scale)
    }

    fn cdf(&self, x: f64) -> f64 {
        (x / self.scale).clamp(0.0, 1.0)
    }

    fn sf(&self, x: f64) -> f64 {
        // The difference is exact near the upper end.
        ((self.scale - x) / self.scale).clamp(0.0, 1.0)
    }

    fn quantile(&self, p: f64) -> f64 {
        if (0.0..=1.0).contains(&p) { self.scale * p } else { f64::NAN }
    }

    fn isf(&self, p: f64) -> f64 {
        if (0.0..=1.0).contains(&p) { self.scale * (1.0 - p) } else { f64::NAN }
    }

    fn log_density(&self, x: f64) -> f64 {
        if x < 0.0 || x > self.scale { f64::NEG_INFINITY } else { x * 0.0 - libm::log(self.scale) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{assert_close, check_law, instance, ulps};

    #[test]
    fn values_and_ends_are_exact() {
        let law: UniformOneSided = instance(2.0);
        for (x, cdf) in
            [(-0.5, 0.0), (0.0, 0.0), (0.5, 0.25), (1.0, 0.5), (1.75, 0.875), (2.0, 1.0), (9.0, 1.0)]
        {
            assert_eq!((law.cdf(x), law.sf(x)), (cdf, 1.0 - cdf), "{x}");
        }
        assert_eq!((law.cdf(f64::NEG_INFINITY), law.cdf(f64::INFINITY)), (0.0, 1.0));
        assert_eq!((law.sf(f64::NEG_INFINITY), law.sf(f64::INFINITY)), (1.0, 0.0));
        assert_eq!((law.quantile(0.0), law.quantile(1.0), law.isf(0.0), law.isf(1.0)), (0.0, 2.0, 2.0, 0.0));
        assert_eq!((law.log_density(-0.1), law.log_density(1.0)), (f64::NEG_INFINITY, -libm::log(2.0)));
    }

    #[test]
    fn the_lower_end_keeps_its_digits_over_hundreds_of_decades() {
        let law: UniformOneSided = instance(0.37);
        for exponent in 1..=300 {
            let p = 0.9 * 10_f64.powi(-exponent);
            assert!(ulps(law.cdf(law.quantile(p)), p) <= 1, "{p:e}");
            assert!((law.sf(law.isf(p)) - p).abs() < 1e-15, "{p:e}");
        }
        assert_close(law.sf(0.37_f64.next_down()), 0.5_f64.powi(54) / 0.37, 1e-15);
    }

    #[test]
    fn it_is_a_law() {
        check_law(&instance::<UniformOneSided>(0.6), &[0.01, 0.3, 0.5, 0.59]);
    }
}
