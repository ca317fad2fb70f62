//! Brightness: a constant added to every pixel.

use gsmooth_plugin_sdk::{
    Class, Image, ImageMut, Lipschitz, Options, Parameter, Result as PluginResult, Rounding, Transformation,
};

use crate::domain::Domain;
use crate::error::TransformationError;
use crate::plane::{finite, magnitude, rounding_bound};

/// The shift may be any finite number.
pub const SHIFT: Domain = Domain { name: "shift", low: f64::NEG_INFINITY, high: f64::INFINITY };

/// Writes `pixels + shift` into `out`, without clipping; a shift of zero copies the bits.
///
/// The sum is formed in 64 bits and rounded once. Fails where a finite pixel would become infinite.
pub fn brighten(pixels: &[f32], shift: f64, out: &mut [f32]) -> Result<(), TransformationError> {
    if shift == 0.0 {
        out.copy_from_slice(pixels);
        return Ok(());
    }
    for (out, &pixel) in out.iter_mut().zip(pixels) {
        *out = (f64::from(pixel) + shift) as f32;
    }
    let overflow = |(pixel, out): (&f32, &f32)| pixel.is_finite() && !out.is_finite();
    match pixels.iter().zip(out.iter()).position(overflow) {
        Some(index) => Err(TransformationError::Overflow { index, value: f64::from(pixels[index]) + shift }),
        None => Ok(()),
    }
}

/// Transformation `brightness`.
#[derive(Debug)]
pub struct Brightness;

impl Transformation for Brightness {
    const ID: &'static str = "brightness";
    const DOC: &'static str = "Adds a constant to every pixel, without clipping.";
    const CLASS: Class = Class::Additive;
    const PARAMETERS: &'static [Parameter] = &[Parameter::new(
        SHIFT.name,
        "intensity",
        "What is added to every pixel.",
        SHIFT.low,
        SHIFT.high,
        0.0,
    )];
    const LIPSCHITZ: Option<Lipschitz<Self>> = Some(|_, image, low, high, bound| {
        SHIFT.interval(low, high)?;
        // The derivative is the image of ones.
        bound[0] = (image.pixels.len() as f64).sqrt() * (1.0 + f64::EPSILON);
        Ok(())
    });
    const ROUNDING: Option<Rounding<Self>> = Some(|_, image, low, high| {
        let (low, high) = SHIFT.interval(low, high)?;
        let largest = magnitude(finite(image.pixels)?) + low.abs().max(high.abs());
        // The sum in 64 bits adds one unit roundoff.
        let norm = largest * (image.pixels.len() as f64).sqrt();
        Ok(rounding_bound(norm, image.pixels.len(), f64::EPSILON))
    });

    fn create(_: &Options<'_>) -> PluginResult<Self> {
        Ok(Self)
    }

    fn apply(&self, image: Image<'_>, parameters: &[f64], out: ImageMut<'_>) -> PluginResult {
        Ok(brighten(image.pixels, SHIFT.value(parameters)?, out.pixels)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{distance, noise};
    use proptest::prelude::*;

    #[test]
    fn adds_without_clipping() {
        let mut out = [0.0; 3];
        brighten(&[0.0, 0.75, -1.0], 0.5, &mut out).unwrap();
        assert_eq!(out, [0.5, 1.25, -0.5]);
    }

    #[test]
    fn zero_copies_bits() {
        let mut out = [1.0; 2];
        brighten(&[-0.0, 1e-42], 0.0, &mut out).unwrap();
        assert_eq!(out.map(f32::to_bits), [-0.0f32, 1e-42].map(f32::to_bits));
    }

    #[test]
    fn overflow_is_an_error() {
        let error = brighten(&[0.0, 1.0], 1e39, &mut [0.0; 2]);
        assert!(matches!(error, Err(TransformationError::Overflow { index: 0, .. })));
    }

    proptest! {
        #[test]
        fn shifts_add(a in -2.0f64..2.0, b in -2.0f64..2.0, seed: u64) {
            let image = noise(30, seed);
            let mut once = vec![0.0; 30];
            let mut twice = once.clone();
            let mut sum = once.clone();
            brighten(&image, a, &mut once).unwrap();
            brighten(&once, b, &mut twice).unwrap();
            brighten(&image, a + b, &mut sum).unwrap();
            prop_assert!(distance(&twice, &sum) < 1e-5);
        }
    }
}
