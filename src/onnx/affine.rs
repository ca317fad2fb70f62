//! The affine part of a surrogate: F1(theta) = A1 theta + b1, checked, and read off it.
//!
//! Only A1 and b1 enter the smoothed input, never the graph of F1 (MATHEMATICS 3); the check makes sure that they are
//! what its author meant.

use super::network::{Network, NetworkError};

/// F1(theta) = A1 theta + b1.
#[derive(Debug, Clone, PartialEq)]
pub struct Affine {
    /// The m columns of A1, each of the code's dimension d.
    pub columns: Vec<Vec<f64>>,
    /// b1, of dimension d.
    pub offset: Vec<f64>,
    /// The largest relative deviation from it that the check saw.
    pub deviation: f64,
}

/// Why F1 gives no A1 and b1.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum AffineError {
    /// F1 does not run.
    #[error(transparent)]
    Network(#[from] NetworkError),
    /// F1 is not affine in theta.
    #[error(
        "F1 must be affine in theta, but at theta = {theta:?} it differs from A1 theta + b1 by {deviation:.2e} of its size (at most {tolerance:.0e} is float32 rounding)"
    )]
    NotAffine {
        /// Where.
        theta: Vec<f64>,
        /// Relative l2 deviation.
        deviation: f64,
        /// What rounding explains.
        tolerance: f64,
    },
    /// F1 gives values that are not finite.
    #[error("F1 gives values that are not finite at theta = {theta:?}")]
    NotFinite {
        /// Where.
        theta: Vec<f64>,
    },
}

/// Relative deviation that float32 arithmetic explains.
const TOLERANCE: f64 = 1e-4;

/// Reads A1 and b1 off F1, and checks F1 against them at points as far out as `scale` (of each parameter).
///
/// # Errors
/// If F1 does not run, is not finite, or is not affine.
pub fn recover(f1: &mut Network, scale: &[f64]) -> Result<Affine, AffineError> {
    let m = scale.len();
    let unit =
        |i: usize, length: f64| (0..m).map(|j| if i == j { length } else { 0.0 }).collect::<Vec<f64>>();
    let offset = evaluate(f1, &vec![0.0; m])?;
    let mut columns = Vec::with_capacity(m);
    for (i, scale) in scale.iter().enumerate() {
        // A slope over the scale that matters has the least relative rounding there.
        let value = evaluate(f1, &unit(i, *scale))?;
        columns.push(value.iter().zip(&offset).map(|(v, b)| (v - b) / scale).collect());
    }
    let mut affine = Affine { columns, offset, deviation: 0.0 };
    for theta in check_points(scale) {
        let deviation = affine.relative_deviation(&theta, &evaluate(f1, &theta)?);
        if deviation.is_nan() || deviation > TOLERANCE {
            return Err(AffineError::NotAffine { theta, deviation, tolerance: TOLERANCE });
        }
        affine.deviation = affine.deviation.max(deviation);
    }
    Ok(affine)
}

/// Points in both directions of every parameter, near and far, and mixtures of all parameters.
fn check_points(scale: &[f64]) -> Vec<Vec<f64>> {
    let m = scale.len();
    let mut points = Vec::new();
    for factor in [-4.0, -2.0, -1.0, -0.3, -1e-2, 1e-2, 0.5, 2.0, 4.0] {
        for i in 0..m {
            points.push((0..m).map(|j| if i == j { factor * scale[j] } else { 0.0 }).collect());
        }
        let alternating = |j: usize| if j.is_multiple_of(2) { 1.0 } else { -0.7 };
        points.push((0..m).map(|j| factor * scale[j] * alternating(j)).collect());
    }
    points
}

fn evaluate(f1: &mut Network, theta: &[f64]) -> Result<Vec<f64>, AffineError> {
    let input: Vec<f32> = theta.iter().map(|value| *value as f32).collect();
    let mut out = Vec::new();
    f1.run(&input, &mut out)?;
    if out.iter().any(|value| !value.is_finite()) {
        return Err(AffineError::NotFinite { theta: theta.to_vec() });
    }
    Ok(out.into_iter().map(f64::from).collect())
}

impl Affine {
    /// |F1(theta) - A1 theta - b1| in units of |b1| + |A1 theta|.
    fn relative_deviation(&self, theta: &[f64], value: &[f64]) -> f64 {
        // The network saw theta rounded to float32.
        let seen: Vec<f64> = theta.iter().map(|t| f64::from(*t as f32)).collect();
        let (mut off, mut moved) = (0.0, 0.0);
        for (i, value) in value.iter().enumerate() {
            let linear: f64 = self.columns.iter().zip(&seen).map(|(column, t)| column[i] * t).sum();
            moved += linear * linear;
            off += (value - self.offset[i] - linear).powi(2);
        }
        let size = self.offset.iter().map(|b| b * b).sum::<f64>().sqrt() + moved.sqrt();
        if off == 0.0 { 0.0 } else { off.sqrt() / size }
    }
}
