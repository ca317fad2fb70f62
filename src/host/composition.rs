//! What a transformation says about its compositions.

use std::sync::Arc;

use super::error::HostError;
use super::info::Class;
use super::transformation::Transformation;

/// The law of gamma(theta, xi) for independent Gaussian theta of mean 0: independent Gaussian coordinates, n x m values each.
#[derive(Debug, Clone, PartialEq)]
pub struct LawOfGamma {
    /// Means.
    pub shift: Vec<f64>,
    /// Standard deviations in units of theta's; positive.
    pub scale: Vec<f64>,
}

impl Transformation {
    /// gamma(theta, xi) for n pairs (n x m each); `None` if the plugin does not say.
    ///
    /// # Errors
    /// As for [`Transformation::apply`]; domains are not checked.
    pub fn compose(&self, theta: &[f64], xi: &[f64]) -> Result<Option<Vec<f64>>, HostError> {
        const CALL: &str = "compose";
        let n = self.rows(CALL, "xi", xi, None)?;
        self.rows(CALL, "theta", theta, Some(n))?;
        let Some(compose) = self.table.compose else {
            // What additive means needs no function; but what acts like a level adds that level, and not xi.
            let sum = || theta.iter().zip(xi).map(|(theta, xi)| theta + xi).collect();
            let plain = self.class() == Class::Additive && self.table.levels.is_none();
            return Ok(plain.then(sum));
        };
        let mut gamma = vec![f64::NAN; xi.len()];
        let answer = self.instance.call_optional(CALL, |this, error| {
            // SAFETY: n x m values each.
            unsafe { compose(this, theta.as_ptr(), xi.as_ptr(), n as u64, gamma.as_mut_ptr(), error) }
        })?;
        self.finish(CALL, answer, gamma, "a finite number", f64::is_finite)
    }

    /// gamma(0, xi) for n points (n x m): what xi adds to theta where the class is additive.
    ///
    /// # Errors
    /// As for [`Transformation::compose`]; also a plugin that does not say.
    pub fn shift(&self, xi: &[f64]) -> Result<Vec<f64>, HostError> {
        let shift = self.compose(&vec![0.0; xi.len()], xi)?;
        shift.ok_or_else(|| HostError::NotStated { plugin: Arc::clone(self.info()), call: "compose" })
    }

    /// gamma(theta, xi) for one pair, as certificates take it (MATHEMATICS 2): theta + xi for additive transformations,
    /// theta + gamma(0, xi) where those have finitely many parameters on images of a shape (c, h, w), and what `compose` says
    /// for others; `None` if it says nothing.
    ///
    /// # Errors
    /// As for [`Transformation::shift`] and [`Transformation::levels`].
    pub fn gamma(&self, shape: [usize; 3], theta: &[f64], xi: &[f64]) -> Result<Option<Vec<f64>>, HostError> {
        let plus = |shift: &[f64]| theta.iter().zip(shift).map(|(theta, shift)| theta + shift).collect();
        match self.class() {
            Class::Additive if self.levels(shape, xi, xi)?.is_some() => Ok(Some(plus(&self.shift(xi)?))),
            Class::Additive => Ok(Some(plus(xi))),
            Class::Resolvable | Class::NonResolvable => self.compose(theta, xi),
        }
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
            unsafe { law(this, xi.as_ptr(), n as u64, shift.as_mut_ptr(), scale.as_mut_ptr(), error) }
        })?;
        let shift = self.finish(CALL, answer, shift, "a finite number", f64::is_finite)?;
        let scale = self.finish(CALL, answer, scale, "a positive number", |x| x.is_finite() && x > 0.0)?;
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
            unsafe { relative(this, anchor.as_ptr(), xi.as_ptr(), n as u64, out.as_mut_ptr(), error) }
        })?;
        self.finish(CALL, answer, out, "a finite number", f64::is_finite)
    }
}
