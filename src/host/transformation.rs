use std::sync::Arc;

use gsmooth_plugin_abi::{Images, ImagesMut, TransformationTable};

use super::error::HostError;
use super::info::{Class, OptionValue, ParameterInfo, PluginInfo};
use super::instance::{Instance, present};

/// Most values that `levels` may return: a bound on memory, far above any set that can be enumerated.
const MOST_LEVELS: usize = 1 << 24;

/// The law of gamma(theta, xi) for independent Gaussian theta of mean 0: independent Gaussian coordinates, n x m values each.
#[derive(Debug, Clone, PartialEq)]
pub struct LawOfGamma {
    /// Means.
    pub shift: Vec<f64>,
    /// Standard deviations in units of theta's; positive.
    pub scale: Vec<f64>,
}

/// A transformation tau(xi, x) with m parameters, from a plugin. Cheap to clone; clones share the instance.
#[derive(Debug, Clone)]
pub struct Transformation {
    instance: Arc<Instance>,
    table: &'static TransformationTable,
    class: Class,
}

impl Transformation {
    pub(super) fn new(instance: Instance, table: &'static TransformationTable) -> Result<Self, HostError> {
        let class = present(instance.info(), instance.info().class, "class")?;
        Ok(Self {
            instance: Arc::new(instance),
            table,
            class,
        })
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
        let output = ImagesMut {
            data: out.as_mut_ptr(),
            n: n64,
            c: c64,
            h: h64,
            w: w64,
        };
        self.instance.call(CALL, |this, error| {
            // SAFETY: all sizes are checked above; nothing overlaps, since `out` is borrowed mutably.
            unsafe {
                apply(
                    this,
                    &raw const input,
                    parameters.as_ptr(),
                    &raw const output,
                    error,
                )
            }
        })?;
        self.check_finite(out, values / n, parameters)
    }

    /// gamma(theta, xi) for n pairs (n x m each); `None` if the plugin does not say.
    ///
    /// # Errors
    /// As for [`Transformation::apply`]; domains are not checked.
    pub fn compose(&self, theta: &[f64], xi: &[f64]) -> Result<Option<Vec<f64>>, HostError> {
        const CALL: &str = "compose";
        let n = self.rows(CALL, "xi", xi, None)?;
        self.rows(CALL, "theta", theta, Some(n))?;
        let Some(compose) = self.table.compose else {
            // What additive means needs no function.
            let sum = || theta.iter().zip(xi).map(|(theta, xi)| theta + xi).collect();
            return Ok((self.class == Class::Additive).then(sum));
        };
        let mut gamma = vec![f64::NAN; xi.len()];
        let answer = self.instance.call_optional(CALL, |this, error| {
            // SAFETY: n x m values each.
            unsafe {
                compose(
                    this,
                    theta.as_ptr(),
                    xi.as_ptr(),
                    n as u64,
                    gamma.as_mut_ptr(),
                    error,
                )
            }
        })?;
        self.finish(CALL, answer, gamma, "a finite number", f64::is_finite)
    }

    /// For each of n points xi (n x m) and Gaussian theta, the law of gamma(theta, xi); `None` if the plugin does not say.
    ///
    /// # Errors
    /// As for [`Transformation::compose`]; also a standard deviation that is not positive.
    pub fn law_of_gamma(&self, xi: &[f64]) -> Result<Option<LawOfGamma>, HostError> {
        const CALL: &str = "law_of_gamma";
        let n = self.rows(CALL, "xi", xi, None)?;
        let Some(law) = self.table.law_of_gamma else {
            return Ok(None);
        };
        let (mut shift, mut scale) = (vec![f64::NAN; xi.len()], vec![f64::NAN; xi.len()]);
        let answer = self.instance.call_optional(CALL, |this, error| {
            // SAFETY: n x m values each.
            unsafe {
                law(
                    this,
                    xi.as_ptr(),
                    n as u64,
                    shift.as_mut_ptr(),
                    scale.as_mut_ptr(),
                    error,
                )
            }
        })?;
        let shift = self.finish(CALL, answer, shift, "a finite number", f64::is_finite)?;
        let scale = self.finish(CALL, answer, scale, "a positive number", |x| {
            x.is_finite() && x > 0.0
        })?;
        Ok(shift.zip(scale).map(|(shift, scale)| LawOfGamma { shift, scale }))
    }

    /// The parameters that take tau(anchor, x) to tau(xi, x), for one anchor (m values) and n points (n x m); `None` if the
    /// plugin does not say.
    ///
    /// # Errors
    /// As for [`Transformation::compose`].
    pub fn relative(&self, anchor: &[f64], xi: &[f64]) -> Result<Option<Vec<f64>>, HostError> {
        const CALL: &str = "relative";
        let n = self.rows(CALL, "xi", xi, None)?;
        self.rows(CALL, "the anchor", anchor, Some(1))?;
        let Some(relative) = self.table.relative else {
            return Ok(None);
        };
        let mut out = vec![f64::NAN; xi.len()];
        let answer = self.instance.call_optional(CALL, |this, error| {
            // SAFETY: m values of the anchor, n x m of the others.
            unsafe {
                relative(
                    this,
                    anchor.as_ptr(),
                    xi.as_ptr(),
                    n as u64,
                    out.as_mut_ptr(),
                    error,
                )
            }
        })?;
        self.finish(CALL, answer, out, "a finite number", f64::is_finite)
    }

    /// For one image (shape c, h, w) and a box: m proven bounds on the l2 norm of d tau(xi, x) / d xi_j over the box; `None` if
    /// the plugin does not say.
    ///
    /// # Errors
    /// As for [`Transformation::apply`]; also a bound that is negative or no number.
    pub fn lipschitz(
        &self,
        image: &[f32],
        shape: [usize; 3],
        low: &[f64],
        high: &[f64],
    ) -> Result<Option<Vec<f64>>, HostError> {
        const CALL: &str = "lipschitz";
        let image = self.single(CALL, image, shape)?;
        self.check_box(CALL, low, high)?;
        let Some(lipschitz) = self.table.lipschitz else {
            return Ok(None);
        };
        let mut bound = vec![f64::NAN; low.len()];
        let answer = self.instance.call_optional(CALL, |this, error| {
            // SAFETY: one image, and m values each.
            unsafe {
                lipschitz(
                    this,
                    &raw const image,
                    low.as_ptr(),
                    high.as_ptr(),
                    bound.as_mut_ptr(),
                    error,
                )
            }
        })?;
        self.finish(CALL, answer, bound, "a bound", |x| x >= 0.0)
    }

    /// For one image (shape c, h, w) and a box: a proven bound on the l2 distance between the computed and the exact tau(xi, x)
    /// over the box; `None` if the plugin does not say.
    ///
    /// # Errors
    /// As for [`Transformation::lipschitz`].
    pub fn rounding(
        &self,
        image: &[f32],
        shape: [usize; 3],
        low: &[f64],
        high: &[f64],
    ) -> Result<Option<f64>, HostError> {
        const CALL: &str = "rounding";
        let image = self.single(CALL, image, shape)?;
        self.check_box(CALL, low, high)?;
        let Some(rounding) = self.table.rounding else {
            return Ok(None);
        };
        let mut bound = f64::NAN;
        let answer = self.instance.call_optional(CALL, |this, error| {
            // SAFETY: one image, m values each, and room for one value.
            unsafe {
                rounding(
                    this,
                    &raw const image,
                    low.as_ptr(),
                    high.as_ptr(),
                    &raw mut bound,
                    error,
                )
            }
        })?;
        let bound = self.finish(CALL, answer, vec![bound], "a bound", |x| x >= 0.0)?;
        Ok(bound.and_then(|bound| bound.first().copied()))
    }

    /// All parameter points inside the box that act differently on images of shape c, h, w (m values a point), for
    /// transformations that have finitely many; `None` if the plugin does not say.
    ///
    /// # Errors
    /// As for [`Transformation::compose`]; also points outside the box, or more than memory should hold.
    pub fn levels(
        &self,
        shape: [usize; 3],
        low: &[f64],
        high: &[f64],
    ) -> Result<Option<Vec<f64>>, HostError> {
        const CALL: &str = "levels";
        self.check_box(CALL, low, high)?;
        let Some(levels) = self.table.levels else {
            return Ok(None);
        };
        let [c, h, w] = shape.map(|size| size as u64);
        let fill = |out: &mut [f64], count: &mut u64| {
            self.instance.call_optional(CALL, |this, error| {
                // SAFETY: m values each, and room for as many values as `count` says.
                unsafe {
                    levels(
                        this,
                        c,
                        h,
                        w,
                        low.as_ptr(),
                        high.as_ptr(),
                        out.as_mut_ptr(),
                        count,
                        error,
                    )
                }
            })
        };
        let mut count = 0;
        if fill(&mut [], &mut count)?.is_none() {
            return Ok(None);
        }
        let whole = |count: u64| usize::try_from(count).ok().filter(|&count| count <= MOST_LEVELS);
        let m = self.parameters().len();
        let good = |x: f64| x >= 0.0 && whole(x as u64).is_some_and(|count| count.is_multiple_of(m));
        self.instance
            .values(CALL, &[count as f64], "a number of values that fits", good)?;
        let mut out = vec![f64::NAN; count as usize];
        let room = count;
        let answer = fill(&mut out, &mut count)?;
        self.instance
            .values(CALL, &[count as f64], "the number of values it announced", |x| {
                x == room as f64
            })?;
        for (j, (&low, &high)) in low.iter().zip(high).enumerate() {
            let column: Vec<_> = out.iter().copied().skip(j).step_by(m).collect();
            self.instance
                .values(CALL, &column, "a value inside the box", |x| low <= x && x <= high)?;
        }
        Ok(answer.map(|()| out))
    }

    /// Number of rows of m values, which must be `n` if that is given.
    fn rows(
        &self,
        call: &'static str,
        what: &'static str,
        values: &[f64],
        n: Option<usize>,
    ) -> Result<usize, HostError> {
        let m = self.parameters().len();
        let n = n.unwrap_or(values.len() / m);
        self.instance
            .size(call, what, values.len(), n.saturating_mul(m))?;
        Ok(n)
    }

    fn check_box(&self, call: &'static str, low: &[f64], high: &[f64]) -> Result<(), HostError> {
        self.rows(call, "the low ends", low, Some(1))?;
        self.rows(call, "the high ends", high, Some(1))?;
        self.check_domain(low)?;
        self.check_domain(high)
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
            if pixels
                .iter()
                .fold(true, |finite, pixel| finite & pixel.is_finite())
            {
                continue;
            }
            let m = self.parameters().len();
            return Err(HostError::NotFinite {
                plugin: Arc::clone(self.info()),
                image,
                parameters: parameters[image * m..(image + 1) * m].to_vec(),
                value: pixels
                    .iter()
                    .copied()
                    .find(|pixel| !pixel.is_finite())
                    .unwrap_or(f32::NAN),
            });
        }
        Ok(())
    }

    fn single(&self, call: &'static str, image: &[f32], [c, h, w]: [usize; 3]) -> Result<Images, HostError> {
        let shape = [1, c, h, w];
        self.instance
            .size(call, "the image", image.len(), self.values_of(shape)?)?;
        Ok(images_of(image, shape))
    }

    /// Number of values of images of this shape.
    fn values_of(&self, shape: [usize; 4]) -> Result<usize, HostError> {
        let values = shape
            .iter()
            .try_fold(1_usize, |product, &size| product.checked_mul(size));
        values.ok_or_else(|| HostError::Shape {
            plugin: Arc::clone(self.info()),
            shape,
        })
    }

    /// The answer of an optional function, once its values are known to be good.
    fn finish(
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
    Images {
        data: pixels.as_ptr(),
        n: n as u64,
        c: c as u64,
        h: h as u64,
        w: w as u64,
    }
}
