//! Brightness: a constant added to every pixel.

use crate::domain::Domain;
use crate::error::TransformationError;

/// The shift may be any finite number.
pub const SHIFT: Domain = Domain {
    name: "shift",
    low: f64::NEG_INFINITY,
    high: f64::INFINITY,
};

/// Writes `pixels + shift` into `out`, without clipping; a shift of zero copies the bits.
///
/// The sum is formed in 64 bits and rounded once. Fails where a finite pixel would become infinite.
pub fn brighten(pixels: &[f32], shift: f64, out: &mut [f32]) -> Result<(), TransformationError> {
    if shift == 0.0 {
        out.copy_from_slice(pixels);
        return Ok(());
    }
    for (index, (out, &pixel)) in out.iter_mut().zip(pixels).enumerate() {
        let value = f64::from(pixel) + shift;
        *out = value as f32;
        if pixel.is_finite() && !out.is_finite() {
            return Err(TransformationError::Overflow { index, value });
        }
    }
    Ok(())
}
