use std::sync::Arc;

use gsmooth_plugin_abi::{Images, ImagesMut, TransformationTable};

use super::error::HostError;
use super::info::{Class, OptionValue, ParameterInfo, PluginInfo};
use super::instance::{Instance, present};

/// A transformation tau(xi, x) with m parameters, from a plugin. Cheap to clone; clones share the instance.
#[derive(Debug, Clone)]
pub struct Transformation {
    pub(super) instance: Arc<Instance>,
    pub(super) table: &'static TransformationTable,
    class: Class,
}

impl Transformation {
    pub(super) fn new(instance: Instance, table: &'static TransformationTable) -> Result<Self, HostError> {
        let class = present(instance.info(), instance.info().class, "class")?;
        Ok(Self { instance: Arc::new(instance), table, class })
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

    /// The m parameters, at least one.
    pub fn parameters(&self) -> &[ParameterInfo] {
        &self.info().parameters
    }

    /// What it promises about compositions.
    pub fn class(&self) -> Class {
        self.class
    }

    /// Writes image i of `images` (shape n, c, h, w, dense), transformed by row i of `parameters` (n x m), to `out`.
    ///
    /// # Errors
    /// Sizes that do not fit, parameters outside their domain, the plugin's own error or panic, an output that is not finite.
    pub fn apply(
        &self,
        images: &[f32],
        shape: [usize; 4],
        parameters: &[f64],
        out: &mut [f32],
    ) -> Result<(), HostError> {
        const CALL: &str = "apply";
        let apply = present(self.info(), self.table.apply, CALL)?;
        let [n, c, h, w] = shape;
        let values = self.values_of(shape)?;
        self.instance.size(CALL, "the images", images.len(), values)?;
        self.instance.size(CALL, "the output", out.len(), values)?;
        self.rows(CALL, "the parameters", parameters, Some(n))?;
        self.check_domain(parameters)?;
        if values == 0 {
            return Ok(());
        }
        let input = images_of(images, shape);
        let (n64, c64, h64, w64) = (n as u64, c as u64, h as u64, w as u64);
        let output = ImagesMut { data: out.as_mut_ptr(), n: n64, c: c64, h: h64, w: w64 };
        self.instance.call(CALL, |this, error| {
            // SAFETY: all sizes are checked above; nothing overlaps, since `out` is borrowed mutably.
            unsafe { apply(this, &raw const input, parameters.as_ptr(), &raw const output, error) }
        })?;
        self.check_finite(out, values / n, parameters)
    }

    /// Number of rows of m values, which must be `n` if that is given.
    pub(super) fn rows(
        &self,
        call: &'static str,
        what: &'static str,
        values: &[f64],
        n: Option<usize>,
    ) -> Result<usize, HostError> {
        let m = self.parameters().len();
        let n = n.unwrap_or(values.len() / m);
        self.instance.size(call, what, values.len(), n.saturating_mul(m))?;
        Ok(n)
    }

    pub(super) fn check_box(&self, call: &'static str, low: &[f64], high: &[f64]) -> Result<(), HostError> {
        self.rows(call, "the low ends", low, Some(1))?;
        self.rows(call, "the high ends", high, Some(1))?;
        self.check_domain(low)?;
        self.check_domain(high)?;
        for ((&low, &high), parameter) in low.iter().zip(high).zip(self.parameters()) {
            if low > high {
                let (plugin, parameter) = (Arc::clone(self.info()), parameter.name.clone());
                return Err(HostError::EmptyBox { plugin, parameter, low, high });
            }
        }
        Ok(())
    }

    fn check_domain(&self, parameters: &[f64]) -> Result<(), HostError> {
        for (&value, parameter) in parameters.iter().zip(self.parameters().iter().cycle()) {
            let inside = value.is_finite() && parameter.low <= value && value <= parameter.high;
            if !inside {
                return Err(HostError::OutsideDomain {
                    plugin: Arc::clone(self.info()),
                    parameter: parameter.name.clone(),
                    value,
                    low: parameter.low,
                    high: parameter.high,
                });
            }
        }
        Ok(())
    }

    fn check_finite(&self, out: &[f32], size: usize, parameters: &[f64]) -> Result<(), HostError> {
        for (image, pixels) in out.chunks_exact(size).enumerate() {
            // Without a branch a pixel, so that it costs next to nothing.
            if pixels.iter().fold(true, |finite, pixel| finite & pixel.is_finite()) {
                continue;
            }
            let m = self.parameters().len();
            return Err(HostError::NotFinite {
                plugin: Arc::clone(self.info()),
                image,
                parameters: parameters[image * m..(image + 1) * m].to_vec(),
                value: pixels.iter().copied().find(|pixel| !pixel.is_finite()).unwrap_or(f32::NAN),
            });
        }
        Ok(())
    }

    pub(super) fn single(
        &self,
        call: &'static str,
        image: &[f32],
        [c, h, w]: [usize; 3],
    ) -> Result<Images, HostError> {
        let shape = [1, c, h, w];
        self.instance.size(call, "the image", image.len(), self.values_of(shape)?)?;
        Ok(images_of(image, shape))
    }

    /// Number of values of images of this shape.
    fn values_of(&self, shape: [usize; 4]) -> Result<usize, HostError> {
        let values = shape.iter().try_fold(1_usize, |product, &size| product.checked_mul(size));
        values.ok_or_else(|| HostError::Shape { plugin: Arc::clone(self.info()), shape })
    }

    /// The answer of an optional function, once its values are known to be good.
    pub(super) fn finish(
        &self,
        call: &'static str,
        answer: Option<()>,
        values: Vec<f64>,
        expected: &'static str,
        good: impl Fn(f64) -> bool,
    ) -> Result<Option<Vec<f64>>, HostError> {
        if answer.is_none() {
            return Ok(None);
        }
        self.instance.values(call, &values, expected, good)?;
        Ok(Some(values))
    }
}

fn images_of(pixels: &[f32], [n, c, h, w]: [usize; 4]) -> Images {
    Images { data: pixels.as_ptr(), n: n as u64, c: c as u64, h: h as u64, w: w as u64 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::testing::{registry, text};

    fn brighten(fault: &str) -> Transformation {
        registry().transformation("brighten", &[text("fault", fault)]).unwrap()
    }

    fn apply(fault: &str, parameters: &[f64]) -> Result<[f32; 4], HostError> {
        let mut out = [0.0; 4];
        brighten(fault).apply(&[0.0, 0.25, 0.5, 0.75], [2, 1, 1, 2], parameters, &mut out).map(|()| out)
    }

    #[test]
    fn each_image_has_its_own_parameters() {
        assert_eq!(apply("none", &[0.0, 0.5]).unwrap(), [0.0, 0.25, 1.0, 1.25]);
    }

    #[test]
    fn what_is_declared_is_known() {
        let brighten = brighten("none");
        let info = brighten.info();
        assert_eq!(
            (info.version.as_str(), brighten.class(), info.thread_safe),
            ("1.2.3", Class::Additive, true)
        );
        assert_eq!(info.offers, ["compose", "lipschitz", "levels"]);
        assert_eq!(brighten.parameters()[0].name, "amount");
        assert_eq!(brighten.options().next(), Some(("fault", Some(&OptionValue::Text("none".to_owned())))));
    }

    #[test]
    fn faults_are_errors_that_say_what_and_where() {
        for (fault, message) in [
            ("nan", "pixel value NaN of image 1 (of this batch, from 0) at parameters [0.5]"),
            ("panic", "panicked: lost the thread (at "),
            ("error", "failed: out of paint"),
        ] {
            let error = apply(fault, &[0.0, 0.5]).unwrap_err().to_string();
            assert!(error.contains(message), "{error}");
            assert!(
                error.contains("transformation plugin `brighten` (/here/libgsmooth_tests.so)"),
                "{error}"
            );
        }
        assert!(apply("nan", &[0.0, 0.0]).is_ok());
    }

    #[test]
    fn wrong_sizes_and_parameters_do_not_reach_the_plugin() {
        let brighten = brighten("none");
        let mut out = [0.0; 4];
        let mut apply = |images: &[f32], shape, parameters: &[f64]| {
            brighten.apply(images, shape, parameters, &mut out).unwrap_err()
        };
        assert!(matches!(apply(&[0.0; 3], [2, 1, 1, 2], &[0.0; 2]), HostError::Size { expected: 4, .. }));
        assert!(matches!(apply(&[0.0; 4], [2, 1, 1, 2], &[0.0; 3]), HostError::Size { expected: 2, .. }));
        assert!(matches!(apply(&[0.0; 2], [1, 1, 1, 2], &[0.0]), HostError::Size { expected: 2, .. }));
        assert!(matches!(apply(&[0.0; 4], [usize::MAX, 2, 1, 2], &[0.0]), HostError::Shape { .. }));
        for value in [1.5, f64::NAN, f64::NEG_INFINITY] {
            assert!(matches!(apply(&[0.0; 4], [2, 1, 1, 2], &[0.0, value]), HostError::OutsideDomain { .. }));
        }
    }

    #[test]
    fn optional_functions_answer_or_say_nothing() {
        let brighten = brighten("none");
        assert_eq!(brighten.compose(&[0.25, 0.5], &[1.0, 2.0]).unwrap(), Some(vec![1.25, 2.5]));
        assert_eq!(brighten.law_of_gamma(&[0.5]).unwrap(), None);
        assert_eq!(brighten.relative(&[0.5], &[0.5]).unwrap(), None);
        assert_eq!(brighten.rounding(&[0.0; 4], [1, 2, 2], &[0.0], &[1.0]).unwrap(), None);
        let speed = brighten.lipschitz(&[0.0; 4], [1, 2, 2], &[0.0], &[1.0]).unwrap();
        assert_eq!(speed, Some(vec![2.0_f64.next_up()]));
        assert_eq!(brighten.levels([1, 2, 2], &[-0.5], &[0.5]).unwrap(), Some(vec![-0.5, 0.5]));
        assert!(brighten.compose(&[0.25], &[1.0, 2.0]).is_err());
        let error = brighten.levels([1, 2, 2], &[0.5], &[-0.5]).unwrap_err();
        assert!(matches!(error, HostError::EmptyBox { .. }), "{error}");
    }

    #[test]
    fn impossible_answers_are_errors() {
        let error = brighten("speed").lipschitz(&[0.0; 4], [1, 2, 2], &[0.0], &[1.0]).unwrap_err();
        assert!(
            error.to_string().contains("`lipschitz`") && error.to_string().contains("returned -1"),
            "{error}"
        );
        let error = brighten("levels").levels([1, 2, 2], &[0.0], &[1.0]).unwrap_err();
        assert!(error.to_string().contains("not a value inside the box"), "{error}");
        // Whatever is claimed of all levels would hold of none.
        let error = brighten("no_levels").levels([1, 2, 2], &[0.0], &[1.0]).unwrap_err();
        assert!(error.to_string().contains("`levels`"), "{error}");
    }
}
