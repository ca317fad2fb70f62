//! Where to draw: an image or anchor together with its noise.

use std::sync::Arc;

use super::stream::{DrawStream, StreamKey};
use crate::host::{HostError, Noise};
use crate::transformation::Transformation;

/// A place to draw from, with the key of its noise.
#[derive(Debug)]
pub struct Site {
    /// The smoothed input's law.
    pub source: Arc<Source>,
    /// What its noise is a function of.
    pub key: StreamKey,
}

/// The law of the smoothed input.
#[derive(Debug)]
pub enum Source {
    /// G(x) = E f(tau(theta, x)) (Eq. 1): the classifier sees the image transformed by a random parameter.
    Parameter(ParameterNoise),
    /// G(x) = E h(F2(x) + A1 theta + b1 + theta') (Theorem 2): the rest of the network sees a noisy code. In pixel space
    /// the code is the image itself.
    Code(CodeNoise),
}

/// A random parameter theta on an image.
#[derive(Debug)]
pub struct ParameterNoise {
    /// Dense CHW pixels.
    pub image: Arc<[f32]>,
    /// Channels, height, width.
    pub shape: [usize; 3],
    /// tau.
    pub transformation: Arc<Transformation>,
    /// The law of each coordinate of theta.
    pub noise: Vec<Arc<Noise>>,
}

/// A random code around a mean.
#[derive(Debug)]
pub struct CodeNoise {
    /// F2(x) + b1, of the code's dimension d, in f64.
    pub mean: Vec<f64>,
    /// The columns of A1, m of them.
    pub columns: Arc<Vec<Vec<f64>>>,
    /// The law of each coordinate of theta.
    pub noise: Vec<Arc<Noise>>,
    /// sigma2, the standard deviation of the semantic noise.
    pub semantic_noise: f64,
}

/// One draw of one site.
#[derive(Debug, Clone, Copy)]
pub struct Draw<'a> {
    /// Where.
    pub site: &'a Site,
    /// Which draw of the site.
    pub number: u64,
}

/// Samples theta from a draw's first m words.
///
/// # Errors
/// If the noise plugin fails.
pub fn sample_parameters(noise: &[Arc<Noise>], stream: &mut DrawStream) -> Result<Vec<f64>, HostError> {
    let mut theta = vec![0.0; noise.len()];
    for (value, law) in theta.iter_mut().zip(noise) {
        law.sample(&[stream.word()], std::slice::from_mut(value))?;
    }
    Ok(theta)
}

impl CodeNoise {
    /// Forms z = F2(x) + b1 + A1 theta + theta' in f64 and rounds it to f32 once.
    ///
    /// Noise rounded to f32 before the sum would leak x through the low bits (MATHEMATICS 3).
    ///
    /// # Errors
    /// If the noise plugin fails.
    pub fn sample(&self, stream: &mut DrawStream, code: &mut [f32]) -> Result<(), HostError> {
        let theta =
            if self.columns.is_empty() { Vec::new() } else { sample_parameters(&self.noise, stream)? };
        for (i, (value, mean)) in code.iter_mut().zip(&self.mean).enumerate() {
            let affine: f64 = self.columns.iter().zip(&theta).map(|(column, theta)| column[i] * theta).sum();
            *value = (mean + affine + self.semantic_noise * stream.normal()) as f32;
        }
        Ok(())
    }
}
