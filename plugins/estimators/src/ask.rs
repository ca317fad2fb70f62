//! A function asked at many points at once.

use gsmooth_plugin_sdk::Result;

use crate::error::EstimatorError;

/// A batched function of points: the oracle of the host, or a formula in tests.
pub trait Ask {
    /// The values at `count` points, which `points` lists one after the other.
    fn ask(&mut self, points: &[f64], count: usize) -> Result<Vec<f64>>;
}

impl<F: FnMut(&[f64]) -> Result<Vec<f64>>> Ask for F {
    fn ask(&mut self, points: &[f64], count: usize) -> Result<Vec<f64>> {
        let values = self(points)?;
        if values.len() == count {
            Ok(values)
        } else {
            Err(EstimatorError::Answer { points: count, given: values.len() }.into())
        }
    }
}
