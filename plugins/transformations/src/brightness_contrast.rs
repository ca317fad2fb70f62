//! Brightness with contrast: e^k (x + b).

use gsmooth_plugin_sdk::{
    Class, Compose, Image, ImageMut, LawOfGamma, Lipschitz, Options, Parameter, Relative, Result, Rounding,
    Transformation,
};

use crate::domain::Domain;
use crate::error::TransformationError;
use crate::plane::{finite, magnitude, rounding_bound};

/// k, the logarithm of the factor.
const CONTRAST: Domain = Domain { name: "contrast", low: f64::NEG_INFINITY, high: f64::INFINITY };
/// b, what is added before.
const BRIGHTNESS: Domain = Domain { name: "brightness", low: f64::NEG_INFINITY, high: f64::INFINITY };

/// Transformation `brightness_contrast`: tau((k, b), x) = e^k (x + b), without clipping.
///
/// tau(theta, tau(xi, x)) = tau(gamma, x) with gamma = (k_theta + k_xi, b_xi + e^-k_xi b_theta).
#[derive(Debug)]
pub struct BrightnessContrast;

impl Transformation for BrightnessContrast {
    const ID: &'static str = "brightness_contrast";
    const DOC: &'static str = "Adds a constant and scales, e^contrast (x + brightness), without clipping.";
    const CLASS: Class = Class::Resolvable;
    const PARAMETERS: &'static [Parameter] = &[
        Parameter::new(CONTRAST.name, "1", "Logarithm of the factor.", CONTRAST.low, CONTRAST.high, 0.0),
        Parameter::new(
            BRIGHTNESS.name,
            "intensity",
            "What is added to every pixel before.",
            BRIGHTNESS.low,
            BRIGHTNESS.high,
            0.0,
        ),
    ];
    const COMPOSE: Option<Compose<Self>> = Some(|_, theta, xi, gamma| {
        gamma[0] = theta[0] + xi[0];
        gamma[1] = xi[1] + f64::exp(-xi[0]) * theta[1];
        Ok(())
    });
    const LAW_OF_GAMMA: Option<LawOfGamma<Self>> = Some(|_, xi, shift, scale| {
        shift.copy_from_slice(xi);
        scale.copy_from_slice(&[1.0, f64::exp(-xi[0])]);
        Ok(())
    });
    const RELATIVE: Option<Relative<Self>> = Some(|_, anchor, xi, out| {
        out[0] = xi[0] - anchor[0];
        out[1] = f64::exp(anchor[0]) * (xi[1] - anchor[1]);
        Ok(())
    });
    const LIPSCHITZ: Option<Lipschitz<Self>> = Some(|_, image, low, high, bound| {
        let (pixels, [(_, k_high), (b_low, b_high)]) = (finite(image.pixels)?, intervals(low, high)?);
        let factor = f64::exp(k_high) * (1.0 + 1e-12);
        // d tau/dk = e^k (x + b), convex in b, and d tau/db = e^k on every pixel.
        bound[0] = factor * shifted_norm(pixels, b_low).max(shifted_norm(pixels, b_high));
        bound[1] = factor * (pixels.len() as f64).sqrt();
        Ok(())
    });
    const ROUNDING: Option<Rounding<Self>> = Some(|_, image, low, high| {
        let (pixels, [(_, k_high), (b_low, b_high)]) = (finite(image.pixels)?, intervals(low, high)?);
        let largest = (magnitude(pixels) + b_low.abs().max(b_high.abs())) * f64::exp(k_high) * (1.0 + 1e-12);
        // The sum, the exponential and the product in 64 bits.
        let norm = largest * (pixels.len() as f64).sqrt();
        Ok(rounding_bound(norm, pixels.len(), 8.0 * f64::EPSILON))
    });

    fn create(_: &Options<'_>) -> Result<Self> {
        Ok(Self)
    }

    fn apply(&self, image: Image<'_>, parameters: &[f64], out: ImageMut<'_>) -> Result {
        let [contrast, brightness] = values(parameters)?;
        if contrast == 0.0 && brightness == 0.0 {
            out.pixels.copy_from_slice(image.pixels);
            return Ok(());
        }
        let factor = f64::exp(contrast);
        for (index, (out, &pixel)) in out.pixels.iter_mut().zip(image.pixels).enumerate() {
            let value = factor * (f64::from(pixel) + brightness);
            *out = value as f32;
            if pixel.is_finite() && !out.is_finite() {
                return Err(TransformationError::Overflow { index, value }.into());
            }
        }
        Ok(())
    }
}

/// Contrast and brightness.
fn values(parameters: &[f64]) -> std::result::Result<[f64; 2], TransformationError> {
    match parameters {
        [contrast, brightness] => Ok([CONTRAST.value(&[*contrast])?, BRIGHTNESS.value(&[*brightness])?]),
        other => Err(TransformationError::Count { name: "brightness_contrast", count: other.len() }),
    }
}

/// The intervals of both parameters.
fn intervals(low: &[f64], high: &[f64]) -> std::result::Result<[(f64, f64); 2], TransformationError> {
    let ([k_low, b_low], [k_high, b_high]) = (values(low)?, values(high)?);
    Ok([CONTRAST.interval(&[k_low], &[k_high])?, BRIGHTNESS.interval(&[b_low], &[b_high])?])
}

/// |x + b|_2, rounded up.
fn shifted_norm(pixels: &[f32], brightness: f64) -> f64 {
    let squares: f64 = pixels.iter().map(|pixel| (f64::from(*pixel) + brightness).powi(2)).sum();
    squares.sqrt() * (1.0 + 1e-9)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{distance, noise};
    use proptest::prelude::*;

    fn applied(pixels: &[f32], parameters: &[f64; 2]) -> Vec<f32> {
        let mut out = vec![f32::NAN; pixels.len()];
        let image = Image { pixels, channels: 1, height: 5, width: 6 };
        let room = ImageMut { pixels: &mut out, channels: 1, height: 5, width: 6 };
        BrightnessContrast.apply(image, parameters, room).unwrap();
        out
    }

    #[test]
    fn adds_and_scales_without_clipping_and_copies_at_the_identity() {
        let mut pixels = noise(30, 3);
        pixels[0] = -0.0;
        let same = applied(&pixels, &[0.0, 0.0]);
        assert!(pixels.iter().zip(&same).all(|(a, b)| a.to_bits() == b.to_bits()));
        let out = applied(&pixels, &[2f64.ln(), 0.5]);
        assert!(pixels.iter().zip(&out).all(|(x, y)| (2.0 * (x + 0.5) - y).abs() < 1e-6));
    }

    #[test]
    fn overflow_is_an_error() {
        let (pixels, mut out) = ([1.0_f32; 30], [0.0_f32; 30]);
        let image = Image { pixels: &pixels, channels: 1, height: 5, width: 6 };
        let room = ImageMut { pixels: &mut out, channels: 1, height: 5, width: 6 };
        assert!(BrightnessContrast.apply(image, &[90.0, 0.0], room).is_err());
    }

    proptest! {
        #[test]
        fn compositions_are_as_stated(theta in prop::array::uniform2(-1.0f64..1.0), xi in prop::array::uniform2(-1.0f64..1.0), seed: u64) {
            let image = noise(30, seed);
            let mut gamma = [0.0; 2];
            BrightnessContrast::COMPOSE.unwrap()(&BrightnessContrast, &theta, &xi, &mut gamma).unwrap();
            let twice = applied(&applied(&image, &xi), &theta);
            prop_assert!(distance(&twice, &applied(&image, &gamma)) < 1e-5);
            let mut relative = [0.0; 2];
            BrightnessContrast::RELATIVE.unwrap()(&BrightnessContrast, &theta, &xi, &mut relative).unwrap();
            let there = applied(&applied(&image, &theta), &relative);
            prop_assert!(distance(&there, &applied(&image, &xi)) < 1e-5);
        }

        #[test]
        fn speed_is_never_exceeded(low in prop::array::uniform2(-1.0f64..1.0), size in prop::array::uniform2(0.0f64..1.0),
                                   ends in prop::array::uniform4(0.0f64..=1.0), seed: u64) {
            let image = noise(30, seed);
            let high = [low[0] + size[0], low[1] + size[1]];
            let mut bound = [f64::NAN; 2];
            let view = Image { pixels: &image, channels: 1, height: 5, width: 6 };
            BrightnessContrast::LIPSCHITZ.unwrap()(&BrightnessContrast, view, &low, &high, &mut bound).unwrap();
            let a = [low[0] + ends[0] * size[0], low[1] + ends[1] * size[1]];
            let b = [low[0] + ends[2] * size[0], low[1] + ends[3] * size[1]];
            let moved = distance(&applied(&image, &a), &applied(&image, &b));
            prop_assert!(moved <= bound[0] * (a[0] - b[0]).abs() + bound[1] * (a[1] - b[1]).abs() + 1e-5);
        }
    }
}
