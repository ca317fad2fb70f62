//! A geometry for tests.

use super::super::geometry::{GeometryError, Kind};
use super::Moving;
use crate::stats::normal;

/// A path that moves by `speed` per unit, and jumps where told.
#[derive(Debug)]
pub struct Path {
    /// How far it moves per unit of the parameter.
    pub speed: f64,
    /// A parameter at which it jumps.
    pub jump: Option<f64>,
    /// Points that were asked for.
    pub asked: usize,
}

impl Path {
    /// D between two parameters.
    pub fn between(&self, a: f64, b: f64) -> f64 {
        let jumps = self.jump.is_some_and(|at| (a < at) != (b < at));
        self.speed * (a - b).abs() + if jumps { 10.0 } else { 0.0 }
    }
}

impl Moving for Path {
    fn is_norm(&self) -> bool {
        true
    }

    fn reaches(&mut self, anchor: &[f64], points: &[Vec<f64>]) -> Result<Vec<f64>, GeometryError> {
        self.asked += points.len();
        Ok(points.iter().map(|point| self.between(anchor[0], point[0])).collect())
    }

    fn required(&mut self, anchor: &[f64], low: &[f64], high: &[f64]) -> Result<(f64, Kind), GeometryError> {
        let far = self.between(anchor[0], low[0]).max(self.between(anchor[0], high[0]));
        Ok((normal::cdf(far), Kind::Proven))
    }
}
