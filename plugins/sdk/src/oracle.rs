use core::marker::PhantomData;

use gsmooth_plugin_abi as abi;
use gsmooth_plugin_abi::ErrorBuffer;

use crate::{Error, Result, raw};

/// What an estimator may ask of the host, batched: points are rows of m values. Distances D are in units of the noise.
#[derive(Debug)]
pub struct Oracle<'a> {
    table: abi::Oracle,
    parameters: usize,
    features: usize,
    /// Borrows from the host's oracle, whose functions belong to the thread that calls `bound`: not `Send`, not `Sync`.
    host: PhantomData<(&'a abi::Oracle, *const ())>,
}

/// The local M at n points, n values each.
#[derive(Debug, Clone, PartialEq)]
pub struct LocalM {
    /// The paper's sqrt(1/sigma1^2 + |J - A1|^2/sigma2^2).
    pub corollary1: Vec<f64>,
    /// The exact metric norm of J.
    pub exact: Vec<f64>,
}

impl<'a> Oracle<'a> {
    /// # Safety
    /// `table` must be as [`abi::Oracle`] says, for `'a`, and this thread the one that may call it.
    pub(crate) unsafe fn from_abi(table: *const abi::Oracle) -> Result<Self> {
        // SAFETY: promised by the caller.
        let table = unsafe { abi::growth::read(table) }
            .map_err(|_| Error::invalid_argument("the host's oracle is smaller than version 1 of it"))?;
        let (parameters, features) = (raw::count(table.parameters)?, raw::count(table.features)?);
        Ok(Self { table, parameters, features, host: PhantomData })
    }

    /// Number m of parameters.
    pub fn parameters(&self) -> usize {
        self.parameters
    }

    /// Length of a feature vector.
    pub fn features(&self) -> usize {
        self.features
    }

    /// The whole range, low ends and high ends, m values each.
    pub fn range(&self) -> (&[f64], &[f64]) {
        // SAFETY: the host's arrays have m values.
        unsafe { (raw::slice(self.table.low, self.parameters), raw::slice(self.table.high, self.parameters)) }
    }

    /// How many points the user allows per bound.
    pub fn max_evaluations(&self) -> u64 {
        self.table.max_evaluations
    }

    /// F2(tau(xi, x)) at n points `xi` (n x m): n x features values.
    ///
    /// # Errors
    /// The host failed or does not offer it.
    pub fn features_at(&self, xi: &[f64]) -> Result<Vec<f64>> {
        const WHAT: &str = "features";
        let function = offered(self.table.features_at, WHAT)?;
        let n = self.points(xi)?;
        let mut out = vec![0.0; raw::product(n, self.features)?];
        // SAFETY: `xi` has n x m values, `out` n x features.
        call(WHAT, |error| unsafe {
            function(self.table.context, xi.as_ptr(), n as u64, out.as_mut_ptr(), error)
        })?;
        Ok(out)
    }

    /// Derivatives of F2(tau(xi, x)) at n points along n directions (n x m each): n x features values, and n estimates of
    /// their l2 errors.
    ///
    /// # Errors
    /// The host failed or does not offer it.
    pub fn derivative_at(&self, xi: &[f64], direction: &[f64]) -> Result<(Vec<f64>, Vec<f64>)> {
        const WHAT: &str = "derivatives";
        let function = offered(self.table.derivative_at, WHAT)?;
        let n = self.points(xi)?;
        if direction.len() != xi.len() {
            return Err(Error::new(format_args!("{n} points, but {} direction values", direction.len())));
        }
        let mut out = vec![0.0; raw::product(n, self.features)?];
        let mut errors = vec![0.0; n];
        let context = self.table.context;
        call(WHAT, |error| {
            let (out, errors) = (out.as_mut_ptr(), errors.as_mut_ptr());
            // SAFETY: `xi` and `direction` have n x m values, `out` n x features, `errors` n.
            unsafe { function(context, xi.as_ptr(), direction.as_ptr(), n as u64, out, errors, error) }
        })?;
        Ok((out, errors))
    }

    /// D between `anchor` (m values) and n points `xi` (n x m): n values.
    ///
    /// # Errors
    /// The host failed or does not offer it.
    pub fn distance_at(&self, anchor: &[f64], xi: &[f64]) -> Result<Vec<f64>> {
        const WHAT: &str = "distances";
        let function = offered(self.table.distance_at, WHAT)?;
        let n = self.points(xi)?;
        self.point(anchor)?;
        let mut out = vec![0.0; n];
        let context = self.table.context;
        call(WHAT, |error| {
            // SAFETY: `anchor` has m values, `xi` n x m, `out` n.
            unsafe { function(context, anchor.as_ptr(), xi.as_ptr(), n as u64, out.as_mut_ptr(), error) }
        })?;
        Ok(out)
    }

    /// The local M at n points `xi` (n x m).
    ///
    /// # Errors
    /// The host failed or does not offer it.
    pub fn local_m_at(&self, xi: &[f64]) -> Result<LocalM> {
        const WHAT: &str = "local M";
        let function = offered(self.table.local_m_at, WHAT)?;
        let n = self.points(xi)?;
        let mut m = LocalM { corollary1: vec![0.0; n], exact: vec![0.0; n] };
        let context = self.table.context;
        call(WHAT, |error| {
            let (corollary1, exact) = (m.corollary1.as_mut_ptr(), m.exact.as_mut_ptr());
            // SAFETY: `xi` has n x m values, both outputs n.
            unsafe { function(context, xi.as_ptr(), n as u64, corollary1, exact, error) }
        })?;
        Ok(m)
    }

    /// m proven bounds: how fast D can grow per unit of each parameter anywhere in the box; `None` where nothing is proven.
    ///
    /// # Errors
    /// The host failed.
    pub fn growth_over(&self, low: &[f64], high: &[f64]) -> Result<Option<Vec<f64>>> {
        const WHAT: &str = "growth bounds";
        let Some(function) = self.table.growth_over else {
            return Ok(None);
        };
        self.point(low)?;
        self.point(high)?;
        let mut out = vec![0.0; self.parameters];
        let context = self.table.context;
        let answer = call(WHAT, |error| {
            // SAFETY: m values each.
            unsafe { function(context, low.as_ptr(), high.as_ptr(), out.as_mut_ptr(), error) }
        });
        match answer {
            Ok(()) => Ok(Some(out)),
            Err(error) if error.is_absent() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The number of points in `xi`.
    fn points(&self, xi: &[f64]) -> Result<usize> {
        let m = self.parameters;
        if m == 0 || !xi.len().is_multiple_of(m) {
            return Err(Error::new(format_args!("{} values are no points of {m} parameters", xi.len())));
        }
        Ok(xi.len() / m)
    }

    fn point(&self, point: &[f64]) -> Result {
        if point.len() == self.parameters {
            return Ok(());
        }
        Err(Error::new(format_args!("{} values are no point of {} parameters", point.len(), self.parameters)))
    }
}

fn offered<F>(function: Option<F>, what: &str) -> Result<F> {
    let absent =
        || Error::with_status(abi::status::ABSENT, format_args!("the host does not offer {what} here"));
    function.ok_or_else(absent)
}

fn call(what: &str, function: impl FnOnce(*mut ErrorBuffer) -> abi::Status) -> Result {
    let mut buffer = ErrorBuffer::new();
    let status = function(&raw mut buffer);
    raw::check(status, what, || buffer.message())
}
