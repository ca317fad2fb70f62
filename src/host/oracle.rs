//! What an estimator may ask the host.

use std::error::Error;

/// The local M at n points, n values each.
#[derive(Debug, Clone, PartialEq)]
pub struct LocalM {
    /// The paper's sqrt(1/sigma1^2 + |J - A1|^2/sigma2^2).
    pub corollary1: Vec<f64>,
    /// The exact metric norm of J.
    pub exact: Vec<f64>,
}

/// Why an oracle has no answer.
#[derive(Debug, thiserror::Error)]
pub enum OracleError {
    /// This geometry does not have such a thing. The estimator may do without.
    #[error("not available here")]
    Absent,
    /// The evaluation failed: the call of the estimator fails with this error.
    #[error(transparent)]
    Failed(#[from] Box<dyn Error + Send + Sync>),
}

impl OracleError {
    /// The evaluation failed for this reason.
    pub fn new(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Failed(source.into())
    }
}

/// What an M-estimator may ask, batched: points are rows of m values. Distances D are in units of the noise. All methods are
/// called on the thread that calls [`Estimator::bound`](super::Estimator::bound).
pub trait Oracle {
    /// Number m of parameters.
    fn parameters(&self) -> usize;

    /// Length of a feature vector.
    fn features(&self) -> usize;

    /// Low and high ends of the whole range, m values each.
    fn range(&self) -> (&[f64], &[f64]);

    /// How many points an estimator should evaluate per bound, at most.
    fn max_evaluations(&self) -> u64;

    /// F2(tau(xi, x)) at n points: n x features values.
    ///
    /// # Errors
    /// See [`OracleError`]; so for all methods.
    fn features_at(&mut self, xi: &[f64]) -> Result<Vec<f64>, OracleError>;

    /// Derivatives of F2(tau(xi, x)) at n points along n directions: n x features values, and n estimates of their l2 errors.
    ///
    /// # Errors
    /// See [`OracleError`].
    fn derivative_at(&mut self, xi: &[f64], direction: &[f64]) -> Result<(Vec<f64>, Vec<f64>), OracleError>;

    /// D between the anchor and n points: n values.
    ///
    /// # Errors
    /// See [`OracleError`].
    fn distance_at(&mut self, anchor: &[f64], xi: &[f64]) -> Result<Vec<f64>, OracleError>;

    /// The local M at n points.
    ///
    /// # Errors
    /// See [`OracleError`].
    fn local_m_at(&mut self, xi: &[f64]) -> Result<LocalM, OracleError>;

    /// m PROVEN bounds: how fast D can grow per unit of each parameter anywhere in the box. `None`, the default, where
    /// nothing is proven.
    ///
    /// # Errors
    /// See [`OracleError`].
    fn growth_over(&mut self, _low: &[f64], _high: &[f64]) -> Result<Option<Vec<f64>>, OracleError> {
        Ok(None)
    }
}
