//! Gamma correction: a power of every pixel.
//!
//! tau(g, x) = sign(x) |x|^(e^g). Because (|x|^(e^a))^(e^b) = |x|^(e^(a + b)), the logarithms g of the exponents of two corrections
//! in a row add up, exactly in real arithmetic. Zero and one stay; what lies between them gets darker for g > 0.

use gsmooth_plugin_sdk::{
    Class, Image, ImageMut, Lipschitz, Options, Parameter, Result, Rounding, Transformation,
};

use crate::domain::Domain;
use crate::error::TransformationError;
use crate::plane::{finite, magnitude, rounding_bound};
use crate::speed::{inflated, supremum};

/// g, the logarithm of the exponent, which lies between 0.22 and 4.5. Beyond, dark pixels would underflow to zero in 32 bits and never
/// come back: what adds up in real arithmetic would not add up in the computed images. Inside, pixels above 3e-9 keep all
/// their bits, and darker ones lose less than that.
const GAMMA: Domain = Domain { name: "gamma", low: -1.5, high: 1.5 };

/// How many intervals a bound may look at for small images; fewer for larger ones.
const INTERVALS: usize = 96;
/// Pixels times intervals that one bound may look at.
const EVALUATED_PIXELS: usize = 1 << 22;

/// sign(x) |x|^exponent.
fn power(pixel: f32, exponent: f64) -> f64 {
    // An exponent that underflows to zero must not lift zero to one.
    if pixel == 0.0 {
        f64::from(pixel)
    } else {
        f64::from(pixel.abs()).powf(exponent).copysign(f64::from(pixel))
    }
}

/// Supremum of the speed of a pixel with l = ln|x| over g in [low, high], where the ends are given as exponents u = e^g.
///
/// d/dg |x|^u = u l |x|^u = w e^w with w = u l. For |x| > 1 it grows with w > 0; for |x| < 1, w < 0 and v e^-v with v = -w
/// rises until v = 1 and falls from there.
fn pixel_speed(logarithm: f64, low: f64, high: f64) -> f64 {
    if logarithm > 0.0 {
        let w = high * logarithm;
        return w * w.exp();
    }
    let (least, greatest) = (-low * logarithm, -high * logarithm);
    let v = if greatest <= 1.0 {
        greatest
    } else if least >= 1.0 {
        least
    } else {
        1.0
    };
    // v e^-v vanishes in 64 bits long before v overflows.
    if v > 800.0 { 0.0 } else { v * (-v).exp() }
}

/// Bound on `|d tau / d g|_2` over [low, high].
fn speed_bound(pixels: &[f32], low: f64, high: f64) -> f64 {
    // Zero does not move, and nor does one, whose logarithm is zero.
    let logarithms: Vec<f64> =
        pixels.iter().filter(|pixel| **pixel != 0.0).map(|pixel| f64::from(pixel.abs()).ln()).collect();
    let over = |low: f64, high: f64| {
        let (low, high) = (low.exp(), high.exp());
        let squares = logarithms.iter().map(|&logarithm| pixel_speed(logarithm, low, high).powi(2));
        squares.sum::<f64>().sqrt()
    };
    let intervals = (EVALUATED_PIXELS / pixels.len().max(1)).clamp(16, INTERVALS);
    // v e^-v is computed with a relative error of about v units, so with an absolute one of less than a few units; w e^w with
    // one of about w <= 89 units where the result fits into 32-bit floats.
    inflated(supremum(low, high, intervals, over), (pixels.len() as f64).sqrt())
}

/// Writes sign(x) |x|^(e^gamma) of each pixel; a gamma of zero copies the bits.
fn correct(pixels: &[f32], gamma: f64, out: &mut [f32]) -> std::result::Result<(), TransformationError> {
    if gamma == 0.0 {
        out.copy_from_slice(pixels);
        return Ok(());
    }
    let exponent = gamma.exp();
    for (index, (out, &pixel)) in out.iter_mut().zip(pixels).enumerate() {
        let value = power(pixel, exponent);
        *out = value as f32;
        if pixel.is_finite() && !out.is_finite() {
            return Err(TransformationError::Overflow { index, value });
        }
    }
    Ok(())
}

/// Transformation `gamma`.
#[derive(Debug)]
pub struct Gamma;

impl Transformation for Gamma {
    const ID: &'static str = "gamma";
    const DOC: &'static str = "Raises every pixel to a power, sign(x) |x|^(e^gamma), without clipping.";
    const CLASS: Class = Class::Additive;
    const PARAMETERS: &'static [Parameter] =
        &[Parameter::new(GAMMA.name, "1", "Logarithm of the exponent.", GAMMA.low, GAMMA.high, 0.0)];
    const LIPSCHITZ: Option<Lipschitz<Self>> = Some(|_, image, low, high, bound| {
        let (low, high) = GAMMA.interval(low, high)?;
        bound[0] = speed_bound(finite(image.pixels)?, low, high);
        Ok(())
    });
    const ROUNDING: Option<Rounding<Self>> = Some(|_, image, low, high| {
        let (_, high) = GAMMA.interval(low, high)?;
        let pixels = finite(image.pixels)?;
        // The exact result is at most 1 for |x| <= 1, and grows with g for larger pixels.
        let largest = magnitude(pixels).max(1.0).powf(high.exp()) * (1.0 + 1e-9);
        // Assumed of the mathematical library: exp and pow are right to 16 units u = 2^-52 (the usual ones are to 1). The error
        // 16 u of the exponent moves |x|^e by 16 u |w| |x|^e with w = e ln|x|: |w| |x|^e <= 1/e for |x| < 1, and |w| < 89 where the
        // result fits into 32-bit floats. So 16 (89 + 1) u and the terms of second order.
        let norm = largest * (pixels.len() as f64).sqrt();
        Ok(rounding_bound(norm, pixels.len(), 2048.0 * f64::EPSILON))
    });

    fn create(_: &Options<'_>) -> Result<Self> {
        Ok(Self)
    }

    fn apply(&self, image: Image<'_>, parameters: &[f64], out: ImageMut<'_>) -> Result {
        Ok(correct(image.pixels, GAMMA.value(parameters)?, out.pixels)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{distance, noise};
    use proptest::prelude::*;

    fn view(pixels: &[f32]) -> Image<'_> {
        Image { pixels, channels: 1, height: 1, width: pixels.len() }
    }

    fn applied(pixels: &[f32], gamma: f64) -> Vec<f32> {
        let mut out = vec![f32::NAN; pixels.len()];
        // Beyond the domain too.
        correct(pixels, gamma, &mut out).unwrap();
        out
    }

    /// Noise in [-1, 1), or scaled beyond it.
    fn signed(seed: u64, scale: f32) -> Vec<f32> {
        noise(30, seed).into_iter().map(|pixel| scale * (2.0 * pixel - 1.0)).collect()
    }

    /// The strongest power there and back, on pixels as dark as 8 bits have them.
    #[test]
    fn the_ends_of_the_domain_compose() {
        let pixels: Vec<f32> = (0..=255_u8).map(|level| f32::from(level) / 255.0).collect();
        for (there, back) in [(GAMMA.high, GAMMA.low), (GAMMA.low, GAMMA.high)] {
            assert!(distance(&applied(&applied(&pixels, there), back), &pixels) < 1e-5);
        }
    }

    #[test]
    fn is_the_power_and_keeps_zero_one_and_the_sign() {
        let out = applied(&[0.25, -0.25, 9.0, 0.0, -0.0, 1.0, -1.0], 0.5f64.ln());
        assert!(distance(&out, &[0.5, -0.5, 3.0, 0.0, 0.0, 1.0, -1.0]) < 1e-6);
        for gamma in [-1e3, -2.0, 2.0, 1e3] {
            let kept = [0.0, -0.0, 1.0, -1.0];
            assert_eq!(
                applied(&kept, gamma).iter().map(|x| x.to_bits()).collect::<Vec<_>>(),
                kept.map(f32::to_bits)
            );
        }
        assert_eq!(applied(&[0.5, 1e-40], 1e3), [0.0; 2]);
        assert_eq!(applied(&[0.5, 1e-40], -1e3), [1.0; 2]);
    }

    #[test]
    fn overflow_is_an_error() {
        assert!(correct(&[0.5, 2.0], 5.0, &mut [0.0; 2]).is_err());
    }

    #[test]
    fn speed_is_largest_where_the_definition_says() {
        // Steepest at u = 1 / |ln 0.5|, where u a^u |ln a| = 1 / e.
        let steepest = -(0.5f64.ln().abs().ln());
        let bound = speed_bound(&[0.5], steepest - 1.0, steepest + 1.0);
        assert!((bound * 1f64.exp() - 1.0).abs() < 1e-6, "{bound}");
        assert!(speed_bound(&[0.0, 1.0, -1.0], -5.0, 5.0) < 1e-8);
        // The squared image: u = 2 at the upper end.
        let bound = speed_bound(&[3.0], -1.0, 2f64.ln());
        assert!((bound / (2.0 * 9.0 * 3f64.ln()) - 1.0).abs() < 1e-6, "{bound}");
        assert!(speed_bound(&[0.5, 1e-40], -1e4, 1e4).is_finite());
    }

    proptest! {
        #[test]
        fn logarithms_of_exponents_add(a in -1.0f64..1.0, b in -1.0f64..1.0, seed: u64) {
            let image = signed(seed, 1.0);
            prop_assert!(distance(&applied(&applied(&image, a), b), &applied(&image, a + b)) < 1e-5);
        }

        #[test]
        fn speed_is_never_exceeded(low in -3.0f64..2.0, length in 0.0f64..2.0, wide: bool,
                                   ends in prop::array::uniform2(0.0f64..=1.0), seed: u64) {
            // Powers of pixels above 1 get steep: keep the exponent low there.
            let (scale, low) = if wide { (3.0, low - 2.0) } else { (1.0, low) };
            let image = signed(seed, scale);
            let bound = speed_bound(&image, low, low + length);
            let [a, b] = ends.map(|share| low + share * length);
            let moved = distance(&applied(&image, a), &applied(&image, b));
            prop_assert!(moved <= bound * (a - b).abs() + 1e-5, "{moved} > {bound} * {}", (a - b).abs());
        }

        #[test]
        fn speed_is_tight(low in -2.0f64..2.0, length in 0.0f64..2.0, seed: u64) {
            let image = signed(seed, 1.0);
            let bound = speed_bound(&image, low, low + length);
            let step = 1e-3;
            let speed = |place: f64| distance(&applied(&image, place), &applied(&image, place + step)) / step;
            let fastest = (0..=40).map(|k| speed(low + length * f64::from(k) / 40.0)).fold(0.0, f64::max);
            prop_assert!(bound < 1.08 * fastest + 1e-4, "{bound} {fastest}");
        }

        #[test]
        fn error_stays_within_its_bound(gamma in -1.5f64..1.5, seed: u64) {
            let image = signed(seed, 1.0);
            let exact = image.iter().map(|&pixel| (gamma.exp() * f64::from(pixel.abs()).ln()).exp().copysign(f64::from(pixel)));
            let error = exact.zip(applied(&image, gamma)).map(|(a, b)| (a - f64::from(b)).powi(2)).sum::<f64>().sqrt();
            let bound = Gamma::ROUNDING.unwrap()(&Gamma, view(&image), &[gamma], &[gamma]).unwrap();
            prop_assert!(error <= bound && bound < 1e-6, "{error} {bound}");
        }
    }
}
