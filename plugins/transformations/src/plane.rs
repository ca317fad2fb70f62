//! Sizes, norms and float error shared by the transformations.

use gsmooth_plugin_sdk::Image;

use crate::error::TransformationError;

/// Height and width of an image in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// Number of rows.
    pub height: usize,
    /// Number of columns.
    pub width: usize,
}

impl Size {
    /// The size of every channel of `image`.
    pub fn of(image: Image<'_>) -> Self {
        Self { height: image.height, width: image.width }
    }

    /// Number of pixels of one channel.
    pub fn pixels(self) -> usize {
        self.height * self.width
    }

    /// Row and column of the centre, `((H - 1) / 2, (W - 1) / 2)`: exact in floating point.
    pub fn centre(self) -> (f64, f64) {
        (half_extent(self.height), half_extent(self.width))
    }

    /// `H + W`, the size that bounds how far positions and their errors reach.
    pub fn span(self) -> f64 {
        (self.height + self.width) as f64
    }
}

/// Distance of the outermost of `length` pixel centres from the middle.
pub fn half_extent(length: usize) -> f64 {
    (length as f64 - 1.0) / 2.0
}

/// Relative error of rounding to a 32-bit float (half a unit in the last place).
const FLOAT_ROUNDING: f64 = 1.0 / 16_777_216.0;
/// Absolute error of rounding to a 32-bit float in the subnormal range, 2^-150 rounded up.
const FLOAT_UNDERFLOW: f64 = 1e-45;

/// Euclidean norm of the pixels.
pub fn norm(pixels: &[f32]) -> f64 {
    pixels.iter().map(|&pixel| f64::from(pixel).powi(2)).sum::<f64>().sqrt()
}

/// Largest absolute pixel, 0 for no pixels.
pub fn magnitude(pixels: &[f32]) -> f64 {
    pixels.iter().fold(0.0, |largest, &pixel| f64::max(largest, f64::from(pixel.abs())))
}

/// The pixels unchanged if all are finite.
pub fn finite(pixels: &[f32]) -> Result<&[f32], TransformationError> {
    match pixels.iter().position(|pixel| !pixel.is_finite()) {
        Some(index) => Err(TransformationError::PixelNotFinite { index, value: pixels[index] }),
        None => Ok(pixels),
    }
}

/// Bound on the l2 distance between an image whose pixels are means of `pixels` (weights that are not negative and
/// sum to at most 1) and the computed one, where each computed pixel differs by at most `relative` times the
/// largest pixel before its single rounding to 32 bits.
pub fn mean_rounding_bound(pixels: &[f32], relative: f64) -> f64 {
    rounding_bound(magnitude(pixels) * (pixels.len() as f64).sqrt(), pixels.len(), relative)
}

/// Bound on the l2 distance between an image of l2 norm at most `norm` with `count` pixels and the computed
/// one, where the computed one differs by at most `relative * norm` before its single rounding to 32 bits.
pub fn rounding_bound(norm: f64, count: usize, relative: f64) -> f64 {
    // The rounding acts on the computed values, whose norm is at most (1 + relative) * norm; the last factor
    // covers the arithmetic of this line and of the norm itself.
    let exact =
        norm * (relative + FLOAT_ROUNDING * (1.0 + relative)) + (count as f64).sqrt() * FLOAT_UNDERFLOW;
    exact * (1.0 + 1e-9)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounding_to_float_is_within_the_bound() {
        let values: Vec<f64> = (0..1000).map(|index| (f64::from(index) * 0.737).sin()).collect();
        let norm = values.iter().map(|value| value * value).sum::<f64>().sqrt();
        let error = values.iter().map(|&value| (value - f64::from(value as f32)).powi(2)).sum::<f64>().sqrt();
        let bound = rounding_bound(norm, values.len(), 0.0);
        assert!(error <= bound && bound < 4.0 * error, "{error} {bound}");
    }
}
