use std::sync::Arc;

use gsmooth_plugin_abi::{Map, NoiseTable};

use super::error::HostError;
use super::info::{OptionValue, PluginInfo};
use super::instance::{Instance, present};

/// A log-concave law of one coordinate, from a plugin. Cheap to clone; clones share the instance.
#[derive(Debug, Clone)]
pub struct Noise {
    instance: Arc<Instance>,
    table: &'static NoiseTable,
    support: (f64, f64),
}

impl Noise {
    pub(super) fn new(instance: Instance, table: &'static NoiseTable) -> Result<Self, HostError> {
        const CALL: &str = "support";
        let support = present(instance.info(), table.support, CALL)?;
        let (mut low, mut high) = (f64::NAN, f64::NAN);
        instance.call(CALL, |this, error| {
            // SAFETY: room for one value each.
            unsafe { support(this, &raw mut low, &raw mut high, error) }
        })?;
        instance.values(CALL, &[low], "the low end of an interval", |low| low < high)?;
        Ok(Self { instance: Arc::new(instance), table, support: (low, high) })
    }

    /// Name of the plugin.
    pub fn id(&self) -> &str {
        &self.info().id
    }

    /// What the plugin declares.
    pub fn info(&self) -> &Arc<PluginInfo> {
        self.instance.info()
    }

    /// Every option with its value, defaults included.
    pub fn options(&self) -> impl Iterator<Item = (&str, Option<&OptionValue>)> {
        self.instance.options()
    }

    /// The closed interval that carries the law; ends may be infinite.
    pub fn support(&self) -> (f64, f64) {
        self.support
    }

    /// One sample a word, for independent uniform words.
    ///
    /// # Errors
    /// Sizes that differ, the plugin's own error or panic, a sample that is not finite or outside the support.
    pub fn sample(&self, words: &[u64], out: &mut [f64]) -> Result<(), HostError> {
        const CALL: &str = "sample";
        let sample = present(self.info(), self.table.sample, CALL)?;
        self.instance.size(CALL, "the output", out.len(), words.len())?;
        self.instance.call(CALL, |this, error| {
            // SAFETY: as many samples as words.
            unsafe { sample(this, words.as_ptr(), words.len() as u64, out.as_mut_ptr(), error) }
        })?;
        let (low, high) = self.support;
        self.instance
            .values(CALL, out, "a finite number in the support", |x| x.is_finite() && low <= x && x <= high)
    }

    /// P(theta <= x), accurate in the lower tail.
    ///
    /// # Errors
    /// Sizes that differ, the plugin's own error or panic, a value that is no probability.
    pub fn cdf(&self, x: &[f64], out: &mut [f64]) -> Result<(), HostError> {
        self.map("cdf", self.table.cdf, x, out, "a probability", is_probability)
    }

    /// P(theta > x), accurate in the upper tail.
    ///
    /// # Errors
    /// As for [`Noise::cdf`].
    pub fn sf(&self, x: &[f64], out: &mut [f64]) -> Result<(), HostError> {
        self.map("sf", self.table.sf, x, out, "a probability", is_probability)
    }

    /// The x with P(theta <= x) = p.
    ///
    /// # Errors
    /// Sizes that differ, the plugin's own error or panic, a value that is no number or outside the support.
    pub fn quantile(&self, p: &[f64], out: &mut [f64]) -> Result<(), HostError> {
        let (low, high) = self.support;
        self.map("quantile", self.table.quantile, p, out, "a number in the support", |x| {
            low <= x && x <= high
        })
    }

    /// The x with P(theta > x) = p.
    ///
    /// # Errors
    /// As for [`Noise::quantile`].
    pub fn isf(&self, p: &[f64], out: &mut [f64]) -> Result<(), HostError> {
        let (low, high) = self.support;
        self.map("isf", self.table.isf, p, out, "a number in the support", |x| low <= x && x <= high)
    }

    /// Natural logarithm of the density; minus infinity outside the support.
    ///
    /// # Errors
    /// Sizes that differ, the plugin's own error or panic, a value that is no number.
    pub fn log_density(&self, x: &[f64], out: &mut [f64]) -> Result<(), HostError> {
        self.map("log_density", self.table.log_density, x, out, "a number", |y| !y.is_nan())
    }

    /// [`Noise::cdf`] at one point.
    ///
    /// # Errors
    /// As there.
    pub fn cdf_at(&self, x: f64) -> Result<f64, HostError> {
        scalar(x, |x, out| self.cdf(x, out))
    }

    /// [`Noise::sf`] at one point.
    ///
    /// # Errors
    /// As there.
    pub fn sf_at(&self, x: f64) -> Result<f64, HostError> {
        scalar(x, |x, out| self.sf(x, out))
    }

    /// [`Noise::quantile`] at one point.
    ///
    /// # Errors
    /// As there.
    pub fn quantile_at(&self, p: f64) -> Result<f64, HostError> {
        scalar(p, |p, out| self.quantile(p, out))
    }

    /// [`Noise::isf`] at one point.
    ///
    /// # Errors
    /// As there.
    pub fn isf_at(&self, p: f64) -> Result<f64, HostError> {
        scalar(p, |p, out| self.isf(p, out))
    }

    /// [`Noise::log_density`] at one point.
    ///
    /// # Errors
    /// As there.
    pub fn log_density_at(&self, x: f64) -> Result<f64, HostError> {
        scalar(x, |x, out| self.log_density(x, out))
    }

    fn map(
        &self,
        call: &'static str,
        function: Option<Map>,
        x: &[f64],
        out: &mut [f64],
        expected: &'static str,
        good: impl Fn(f64) -> bool,
    ) -> Result<(), HostError> {
        let function = present(self.info(), function, call)?;
        self.instance.size(call, "the output", out.len(), x.len())?;
        self.instance.call(call, |this, error| {
            // SAFETY: as many values as arguments.
            unsafe { function(this, x.as_ptr(), x.len() as u64, out.as_mut_ptr(), error) }
        })?;
        self.instance.values(call, out, expected, good)
    }
}

fn is_probability(p: f64) -> bool {
    (0.0..=1.0).contains(&p)
}

fn scalar(x: f64, map: impl FnOnce(&[f64], &mut [f64]) -> Result<(), HostError>) -> Result<f64, HostError> {
    let mut out = [f64::NAN];
    map(&[x], &mut out)?;
    Ok(out[0])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::testing::{integer, registry};

    fn unit(broken: i64) -> Noise {
        registry().noise("unit", &[integer("broken", broken)]).unwrap()
    }

    #[test]
    fn functions_and_samples_pass_through() {
        let unit = unit(0);
        assert_eq!(unit.support(), (0.0, 1.0));
        assert_eq!((unit.cdf_at(0.25).unwrap(), unit.sf_at(0.25).unwrap()), (0.25, 0.75));
        assert_eq!((unit.quantile_at(0.25).unwrap(), unit.isf_at(0.25).unwrap()), (0.25, 0.75));
        assert_eq!(unit.log_density_at(2.0).unwrap(), f64::NEG_INFINITY);
        let mut samples = [0.0; 3];
        unit.sample(&[1 << 62, 1 << 63, 3 << 62], &mut samples).unwrap();
        for (sample, expected) in samples.iter().zip([0.25, 0.5, 0.75]) {
            assert!((sample - expected).abs() < 1e-15, "{sample}");
        }
        assert!(matches!(
            unit.sample(&[1], &mut samples),
            Err(HostError::Size { expected: 1, found: 3, .. })
        ));
    }

    #[test]
    fn impossible_values_are_errors() {
        let unit = unit(1);
        for (error, message) in [
            (unit.cdf_at(0.5).unwrap_err(), "`cdf`"),
            (unit.sf_at(0.5).unwrap_err(), "returned 1.5, which is not a probability"),
            (unit.quantile_at(0.5).unwrap_err(), "returned -0.5, which is not a number in the support"),
            (unit.sample(&[1 << 62], &mut [0.0]).unwrap_err(), "not a finite number in the support"),
        ] {
            assert!(error.to_string().contains(message), "{error}");
            assert!(error.to_string().contains("noise plugin `unit` (/here/"), "{error}");
        }
    }
}
