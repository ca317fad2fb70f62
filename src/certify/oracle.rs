//! What an M-estimator may ask of one image (ARCHITECTURE.md): the host's side of the plugin's oracle.

use std::sync::Arc;

use super::channel::SemanticChannel;
use super::differences::derivatives;
use super::features::{FeatureError, Features, difference};
use super::geometry::{GeometryError, start};
use super::growth::Growth;
use super::metric::Metric;
use super::ranges::Range;
use crate::host;

/// Points at which one bound may ask for features.
const MAX_EVALUATIONS: u64 = 20_000;

/// The oracle of one image in a semantic channel.
#[derive(Debug)]
pub struct ImageOracle<'a, 'b> {
    /// The image's features.
    pub features: &'a mut Features<'b>,
    /// What is proven about them between computed points.
    pub growth: &'a mut Growth<'b>,
    /// The code that moves are measured from at the identity; the feature there if absent.
    pub origin: Option<Arc<[f32]>>,
    /// Measures differences of features.
    pub metric: &'a Metric,
    /// The range of the case.
    pub range: &'a Range,
    /// Sides of the smallest box that holds the anchor and the box in question.
    pub sides: Vec<f64>,
    /// Length of a feature vector.
    pub code_len: usize,
}

impl ImageOracle<'_, '_> {
    fn rows(&self, flat: &[f64]) -> Vec<Vec<f64>> {
        flat.chunks_exact(self.range.identity.len()).map(<[f64]>::to_vec).collect()
    }

    /// D between the codes at `anchor` and at each of some points (MATHEMATICS 3).
    ///
    /// # Errors
    /// If features can't be had.
    pub fn distances(&mut self, anchor: &[f64], points: &[Vec<f64>]) -> Result<Vec<f64>, GeometryError> {
        let from = start(self.features, self.origin.as_ref(), self.range, anchor)?;
        let to = self.features.at(points)?;
        to.iter().map(|to| Ok(self.metric.distance(&difference(to, &from))?)).collect()
    }

    /// The m columns of J at each of some points.
    fn jacobians(&mut self, points: &[Vec<f64>]) -> Result<Vec<Vec<Vec<f64>>>, FeatureError> {
        let m = self.range.identity.len();
        let unit = |j: usize| (0..m).map(|i| if i == j { 1.0 } else { 0.0 }).collect::<Vec<f64>>();
        let at: Vec<Vec<f64>> = points.iter().flat_map(|p| std::iter::repeat_n(p.clone(), m)).collect();
        let along: Vec<Vec<f64>> = points.iter().flat_map(|_| (0..m).map(unit)).collect();
        let columns = derivatives(self.features, self.range, &self.sides, &at, &along)?;
        Ok(columns.chunks_exact(m).map(|group| group.iter().map(|d| d.value.clone()).collect()).collect())
    }
}

impl host::Oracle for ImageOracle<'_, '_> {
    fn parameters(&self) -> usize {
        self.range.identity.len()
    }

    fn features(&self) -> usize {
        self.code_len
    }

    fn range(&self) -> (&[f64], &[f64]) {
        (&self.range.low, &self.range.high)
    }

    fn max_evaluations(&self) -> u64 {
        MAX_EVALUATIONS
    }

    fn features_at(&mut self, xi: &[f64]) -> Result<Vec<f64>, host::OracleError> {
        let points = self.rows(xi);
        let features = self.features.at(&points).map_err(host::OracleError::new)?;
        Ok(features.iter().flat_map(|row| row.iter().map(|v| f64::from(*v))).collect())
    }

    fn derivative_at(
        &mut self,
        xi: &[f64],
        direction: &[f64],
    ) -> Result<(Vec<f64>, Vec<f64>), host::OracleError> {
        let (points, directions) = (self.rows(xi), self.rows(direction));
        let found = derivatives(self.features, self.range, &self.sides, &points, &directions)
            .map_err(host::OracleError::new)?;
        let errors = found.iter().map(|d| d.error).collect();
        Ok((found.into_iter().flat_map(|d| d.value).collect(), errors))
    }

    fn distance_at(&mut self, anchor: &[f64], xi: &[f64]) -> Result<Vec<f64>, host::OracleError> {
        let points = self.rows(xi);
        self.distances(anchor, &points).map_err(host::OracleError::new)
    }

    fn local_m_at(&mut self, xi: &[f64]) -> Result<host::LocalM, host::OracleError> {
        // The paper's M belongs to Gaussian theta.
        let channel: &SemanticChannel = self.metric.gaussian().ok_or(host::OracleError::Absent)?;
        let points = self.rows(xi);
        let jacobians = self.jacobians(&points).map_err(host::OracleError::new)?;
        Ok(host::LocalM {
            corollary1: jacobians.iter().map(|j| channel.local_m_of_corollary1(j)).collect(),
            exact: jacobians.iter().map(|j| channel.local_m_exact(j)).collect(),
        })
    }

    fn growth_over(&mut self, low: &[f64], high: &[f64]) -> Result<Option<Vec<f64>>, host::OracleError> {
        self.growth.over(low, high).map_err(host::OracleError::new)
    }
}
