//! Features F2(tau(xi, x)) of one image, kept by parameter, so that estimators, radii and refinements share them.

use std::collections::HashMap;
use std::sync::Arc;

use crate::onnx::network::{Network, NetworkError};
use crate::transformation::{Transformation, TransformationError};

/// Images transformed and encoded in one call.
const BATCH: usize = 64;
/// Features kept of one image, in bytes; what does not fit is computed again.
const KEPT_BYTES: usize = 96 << 20;

/// Why features can't be had.
#[derive(Debug, thiserror::Error)]
pub enum FeatureError {
    /// The transformation failed.
    #[error(transparent)]
    Transformation(#[from] TransformationError),
    /// F2 failed.
    #[error(transparent)]
    Network(#[from] NetworkError),
    /// F2 gave a value that is not a finite number.
    #[error("F2 gave a value that is not finite for the image transformed by {parameters:?}")]
    NotFinite {
        /// The parameters xi.
        parameters: Vec<f64>,
    },
    /// F2 gave a code of another size than A1 and b1 have.
    #[error("F2 gave {found} values for an image, b1 has {expected}")]
    CodeSize {
        /// Values that F2 gave.
        found: usize,
        /// Values of b1.
        expected: usize,
    },
    /// A worker without the encoder that its case needs.
    #[error("the case needs an encoder F2, and its worker has none")]
    NoEncoder,
}

/// The features of one image that were computed so far.
#[derive(Debug, Default)]
pub struct FeatureStore {
    kept: HashMap<Vec<u64>, Arc<[f32]>>,
    kept_bytes: usize,
    evaluations: u64,
}

impl FeatureStore {
    /// How often a feature was computed so far.
    pub fn evaluations(&self) -> u64 {
        self.evaluations
    }

    fn keep(&mut self, point: &[f64], features: &Arc<[f32]>) {
        self.kept_bytes += size_of_val(&features[..]);
        if self.kept_bytes <= KEPT_BYTES {
            self.kept.insert(key(point), features.clone());
        }
    }
}

/// Where tau(xi, x) comes from.
#[derive(Debug)]
pub enum Images<'a> {
    /// The transformation itself.
    Real(&'a Transformation),
    /// Its imitation H(F2(x) + A1 xi + b1), for claims about the surrogate (MATHEMATICS 10).
    Imitated {
        /// F2(x) + b1.
        mean: &'a [f64],
        /// The columns of A1.
        columns: &'a [Vec<f64>],
        /// H.
        decoder: &'a mut Network,
    },
}

impl Images<'_> {
    /// tau(xi, x) at each of `count` points, one after another.
    ///
    /// # Errors
    /// If the transformation or H fails.
    pub fn at(
        &mut self,
        image: &[f32],
        shape: [usize; 3],
        parameters: &[f64],
        count: usize,
    ) -> Result<Vec<f32>, FeatureError> {
        match self {
            Self::Real(transformation) => Ok(transformation.apply_at(image, shape, parameters)?),
            Self::Imitated { mean, columns, decoder } => {
                let mut codes = Vec::with_capacity(count * mean.len());
                for xi in parameters.chunks_exact(columns.len().max(1)) {
                    let affine = |i: usize| columns.iter().zip(xi).map(|(a, xi)| a[i] * xi).sum::<f64>();
                    codes.extend(mean.iter().enumerate().map(|(i, mean)| (mean + affine(i)) as f32));
                }
                let mut images = Vec::new();
                decoder.run(&codes, &mut images)?;
                Ok(images)
            }
        }
    }
}

/// The features of one image: what is kept, and what computes the rest.
#[derive(Debug)]
pub struct Features<'a> {
    /// x, dense CHW.
    pub image: &'a [f32],
    /// Channels, height, width.
    pub shape: [usize; 3],
    /// tau, or its imitation.
    pub images: Images<'a>,
    /// F2; the identity in pixel space.
    pub encoder: Option<&'a mut Network>,
    /// What was computed before.
    pub store: &'a mut FeatureStore,
}

impl Features<'_> {
    /// F2(tau(xi, x)) at each point; float32 as the network gave them.
    ///
    /// # Errors
    /// If the transformation or F2 fails, or a feature is not finite.
    pub fn at(&mut self, points: &[Vec<f64>]) -> Result<Vec<Arc<[f32]>>, FeatureError> {
        let mut found: Vec<Option<Arc<[f32]>>> =
            points.iter().map(|p| self.store.kept.get(&key(p)).cloned()).collect();
        let missing: Vec<usize> = (0..points.len()).filter(|i| found[*i].is_none()).collect();
        for batch in missing.chunks(BATCH) {
            let parameters: Vec<f64> = batch.iter().flat_map(|i| points[*i].iter().copied()).collect();
            for (i, features) in batch.iter().zip(self.encode(&parameters, batch.len())?) {
                if features.iter().any(|value| !value.is_finite()) {
                    return Err(FeatureError::NotFinite { parameters: points[*i].clone() });
                }
                self.store.keep(&points[*i], &features);
                found[*i] = Some(features);
            }
        }
        Ok(found.into_iter().flatten().collect())
    }

    /// F2(tau(xi, x)) at one point.
    ///
    /// # Errors
    /// As [`Self::at`].
    pub fn one(&mut self, point: &[f64]) -> Result<Arc<[f32]>, FeatureError> {
        let found = self.at(&[point.to_vec()])?;
        found.into_iter().next().ok_or_else(|| FeatureError::NotFinite { parameters: point.to_vec() })
    }

    fn encode(&mut self, parameters: &[f64], count: usize) -> Result<Vec<Arc<[f32]>>, FeatureError> {
        let images = self.images.at(self.image, self.shape, parameters, count)?;
        self.store.evaluations += count as u64;
        let Some(encoder) = self.encoder.as_mut() else {
            return Ok(images.chunks_exact(self.image.len().max(1)).map(Arc::from).collect());
        };
        let mut codes = Vec::new();
        let dims = encoder.run(&images, &mut codes)?;
        let len = dims.iter().product::<usize>().max(1);
        Ok(codes.chunks_exact(len).map(Arc::from).collect())
    }
}

/// delta, the difference of two codes, in f64 of the same f32 outputs (MATHEMATICS 3).
pub fn difference(to: &[f32], from: &[f32]) -> Vec<f64> {
    to.iter().zip(from).map(|(to, from)| f64::from(*to) - f64::from(*from)).collect()
}

fn key(point: &[f64]) -> Vec<u64> {
    // -0 and 0 are the same point.
    point.iter().map(|value| (value + 0.0).to_bits()).collect()
}
