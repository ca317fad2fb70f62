//! An oracle over a landscape that keeps account of what it is asked.

use super::landscape::Landscape;
use crate::host::{LocalM, Oracle, OracleError};

/// What the oracle says of growth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum GrowthAnswer {
    /// Bounds that hold.
    Bounds,
    /// Infinity: a bound that says nothing.
    Infinite,
    /// None is known.
    Nothing,
}

/// What an estimator is given to work with.
#[derive(Debug)]
pub(super) struct Staged {
    landscape: Landscape,
    low: Vec<f64>,
    high: Vec<f64>,
    growth: GrowthAnswer,
    max_evaluations: u64,
    /// Questions after which every further one fails.
    fails_after: u64,
    /// Questions so far.
    pub questions: u64,
    /// Points evaluated so far.
    pub evaluated: u64,
    /// The greatest distance from its anchor that the estimator was told of a point of the box.
    pub greatest: f64,
}

impl Staged {
    /// The range of the case is the box itself.
    pub fn new(
        landscape: Landscape,
        low: &[f64],
        high: &[f64],
        growth: GrowthAnswer,
        max_evaluations: u64,
    ) -> Self {
        Self {
            landscape,
            low: low.to_vec(),
            high: high.to_vec(),
            growth,
            max_evaluations,
            fails_after: u64::MAX,
            questions: 0,
            evaluated: 0,
            greatest: 0.0,
        }
    }

    /// The same, failing after some questions.
    pub fn failing_after(self, questions: u64) -> Self {
        Self { fails_after: questions, ..self }
    }

    fn ask(&mut self, points: usize) -> Result<usize, OracleError> {
        self.questions += 1;
        self.evaluated += points as u64;
        if self.questions > self.fails_after {
            return Err(OracleError::new("the session is gone"));
        }
        Ok(self.landscape.parameters())
    }

    fn inside(&self, point: &[f64]) -> bool {
        point.iter().zip(self.low.iter().zip(&self.high)).all(|(x, (low, high))| low <= x && x <= high)
    }
}

impl Oracle for Staged {
    fn parameters(&self) -> usize {
        self.landscape.parameters()
    }

    fn features(&self) -> usize {
        2
    }

    fn range(&self) -> (&[f64], &[f64]) {
        (&self.low, &self.high)
    }

    fn max_evaluations(&self) -> u64 {
        self.max_evaluations
    }

    fn features_at(&mut self, xi: &[f64]) -> Result<Vec<f64>, OracleError> {
        let m = self.ask(xi.len() / self.landscape.parameters())?;
        Ok(xi.chunks_exact(m).flat_map(|point| self.landscape.features(point)).collect())
    }

    fn derivative_at(&mut self, xi: &[f64], direction: &[f64]) -> Result<(Vec<f64>, Vec<f64>), OracleError> {
        let m = self.ask(xi.len() / self.landscape.parameters())?;
        let pairs = xi.chunks_exact(m).zip(direction.chunks_exact(m));
        let values = pairs.flat_map(|(point, direction)| self.landscape.derivative(point, direction));
        Ok((values.collect(), vec![1e-6; xi.len() / m]))
    }

    fn distance_at(&mut self, anchor: &[f64], xi: &[f64]) -> Result<Vec<f64>, OracleError> {
        let m = self.ask(xi.len() / self.landscape.parameters())?;
        let distances: Vec<f64> =
            xi.chunks_exact(m).map(|point| self.landscape.distance(anchor, point)).collect();
        for (point, &distance) in xi.chunks_exact(m).zip(&distances) {
            if self.inside(point) {
                self.greatest = self.greatest.max(distance);
            }
        }
        Ok(distances)
    }

    fn local_m_at(&mut self, xi: &[f64]) -> Result<LocalM, OracleError> {
        let m = self.ask(xi.len() / self.landscape.parameters())?;
        let exact: Vec<f64> = xi.chunks_exact(m).map(|point| self.landscape.local_m(point)).collect();
        let corollary1 = exact.iter().map(|m| 1.0_f64.hypot(*m)).collect();
        Ok(LocalM { corollary1, exact })
    }

    fn growth_over(&mut self, low: &[f64], high: &[f64]) -> Result<Option<Vec<f64>>, OracleError> {
        let m = self.ask(0)?;
        Ok(match self.growth {
            GrowthAnswer::Bounds => Some(self.landscape.growth(low, high)),
            GrowthAnswer::Infinite => Some(vec![f64::INFINITY; m]),
            GrowthAnswer::Nothing => None,
        })
    }
}
