//! Contrast: pixels move away from a pivot by a factor.
//!
//! tau(k, x) = m + e^k (x - m). The pivot m is left where it is, so the contrasts of two maps in a row add up. (Hendrycks and
//! Dietterich, "Benchmarking Neural Network Robustness to Common Corruptions and Perturbations", ICLR 2019, lower the contrast
//! about the means of the channels; clipping apart, theirs is pivot `mean` with k = ln c.)

use gsmooth_plugin_sdk::{
    Class, Error, Image, ImageMut, Lipschitz, OptionSpec, Options, Parameter, Result, Rounding,
    Transformation,
};

use crate::domain::Domain;
use crate::error::TransformationError;
use crate::plane::{Size, finite, magnitude, rounding_bound};
use crate::speed::inflated;

/// k, the logarithm of the factor.
const CONTRAST: Domain = Domain { name: "contrast", low: f64::NEG_INFINITY, high: f64::INFINITY };

/// What stays where it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Pivot {
    /// Black.
    Zero,
    /// The mean of each channel, which the map preserves.
    Mean,
}

impl Pivot {
    /// The pivot of the channel with these pixels.
    fn of(self, plane: &[f32]) -> f64 {
        match self {
            Self::Zero => 0.0,
            Self::Mean => plane.iter().map(|&pixel| f64::from(pixel)).sum::<f64>() / plane.len() as f64,
        }
    }

    /// Bound on the error of [`Pivot::of`] relative to the largest pixel, in units of 2^-53: a sum of n numbers carries n - 1
    /// roundings, the division one.
    fn error(self, size: Size) -> f64 {
        match self {
            Self::Zero => 0.0,
            Self::Mean => size.pixels() as f64,
        }
    }
}

/// Transformation `contrast`.
#[derive(Debug)]
pub struct Contrast {
    pivot: Pivot,
}

impl Contrast {
    /// Squared l2 norms over all channels of the pivots and of what lies off them: sum n m^2 and sum |x - m|^2.
    fn energies(&self, pixels: &[f32], size: Size) -> (f64, f64) {
        let (mut level, mut spread) = (0.0, 0.0);
        if pixels.is_empty() {
            return (level, spread);
        }
        for plane in pixels.chunks_exact(size.pixels()) {
            let pivot = self.pivot.of(plane);
            level += plane.len() as f64 * pivot * pivot;
            spread += plane.iter().map(|&pixel| (f64::from(pixel) - pivot).powi(2)).sum::<f64>();
        }
        (level, spread)
    }
}

impl Transformation for Contrast {
    const ID: &'static str = "contrast";
    const DOC: &'static str =
        "Scales what lies off a pivot, pivot + e^contrast (x - pivot), without clipping.";
    const CLASS: Class = Class::Additive;
    const PARAMETERS: &'static [Parameter] =
        &[Parameter::new(CONTRAST.name, "1", "Logarithm of the factor.", CONTRAST.low, CONTRAST.high, 0.0)];
    const OPTIONS: &'static [OptionSpec] =
        &[OptionSpec::choice("pivot", "What stays: zero, or the mean of each channel.", &["zero", "mean"])
            .default_text("zero")];
    const LIPSCHITZ: Option<Lipschitz<Self>> = Some(|this, image, low, high, bound| {
        let ((_, high), size) = (CONTRAST.interval(low, high)?, Size::of(image));
        let pixels = finite(image.pixels)?;
        // The derivative is e^k (x - m).
        let factor = f64::exp(high) * (1.0 + 1e-12);
        let scale = factor * magnitude(pixels) * size.span() * (pixels.len() as f64).sqrt();
        bound[0] = inflated(factor * this.energies(pixels, size).1.sqrt(), scale);
        Ok(())
    });
    const ROUNDING: Option<Rounding<Self>> = Some(|this, image, low, high| {
        let ((_, high), size) = (CONTRAST.interval(low, high)?, Size::of(image));
        let pixels = finite(image.pixels)?;
        let factor = f64::exp(high) * (1.0 + 1e-12);
        // With u = 2^-53 and every pixel and pivot at most M: the pivot is off by n u M and moves the result by |1 - e^k| times
        // that; e^k carries at most 8 u and acts on at most 2 M; three more operations act on at most (1 + 2 e^k) M. Together
        // below (1 + e^k) (n + 24) u M; twice that covers the terms of second order.
        let pixel = (1.0 + factor) * (this.pivot.error(size) + 24.0) * f64::EPSILON * magnitude(pixels);
        let error = pixel * (pixels.len() as f64).sqrt();
        // x - m is orthogonal to the constant m where m is the mean, and where it is zero.
        let (level, spread) = this.energies(pixels, size);
        let norm = (level + factor * factor * spread).sqrt() * (1.0 + 1e-9);
        Ok(error + rounding_bound(norm + 2.0 * error, pixels.len(), 0.0))
    });

    fn create(options: &Options<'_>) -> Result<Self> {
        match options.text("pivot")? {
            "zero" => Ok(Self { pivot: Pivot::Zero }),
            "mean" => Ok(Self { pivot: Pivot::Mean }),
            other => Err(Error::invalid_argument(format_args!("pivot is `{other}`, not `zero` or `mean`"))),
        }
    }

    fn apply(&self, image: Image<'_>, parameters: &[f64], out: ImageMut<'_>) -> Result {
        let contrast = CONTRAST.value(parameters)?;
        if contrast == 0.0 || image.pixels.is_empty() {
            out.pixels.copy_from_slice(image.pixels);
            return Ok(());
        }
        let (factor, count) = (f64::exp(contrast), Size::of(image).pixels());
        let channels = image.pixels.chunks_exact(count).zip(out.pixels.chunks_exact_mut(count));
        for (channel, (plane, out)) in channels.enumerate() {
            let pivot = self.pivot.of(plane);
            for (index, (out, &pixel)) in out.iter_mut().zip(plane).enumerate() {
                let value = pivot + factor * (f64::from(pixel) - pivot);
                *out = value as f32;
                if pixel.is_finite() && !out.is_finite() {
                    return Err(
                        TransformationError::Overflow { index: channel * count + index, value }.into()
                    );
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{distance, noise};
    use proptest::prelude::*;

    const SIZE: Size = Size { height: 5, width: 3 };

    fn view(pixels: &[f32]) -> Image<'_> {
        Image { pixels, channels: 2, height: SIZE.height, width: SIZE.width }
    }

    fn applied(pivot: Pivot, pixels: &[f32], contrast: f64) -> Vec<f32> {
        let mut out = vec![f32::NAN; pixels.len()];
        let room = ImageMut { pixels: &mut out, channels: 2, height: SIZE.height, width: SIZE.width };
        Contrast { pivot }.apply(view(pixels), &[contrast], room).unwrap();
        out
    }

    fn pivots() -> impl Strategy<Value = Pivot> {
        prop_oneof![Just(Pivot::Zero), Just(Pivot::Mean)]
    }

    #[test]
    fn scales_about_the_pivot_without_clipping() {
        let pixels: Vec<f32> = (0..30u8).map(f32::from).collect();
        let doubled = applied(Pivot::Zero, &pixels, 2f64.ln());
        assert!(pixels.iter().zip(&doubled).all(|(x, y)| (2.0 * x - y).abs() < 1e-5));
        // The means of the channels are 7 and 22.
        let about_means = applied(Pivot::Mean, &pixels, 2f64.ln());
        let expected = |index: usize| 2.0 * pixels[index] - if index < 15 { 7.0 } else { 22.0 };
        assert!(about_means.iter().enumerate().all(|(index, y)| (expected(index) - y).abs() < 1e-5));
        assert_eq!(about_means[0], -7.0);
    }

    #[test]
    fn overflow_is_an_error() {
        let (pixels, mut out) = ([1.0_f32; 30], [0.0_f32; 30]);
        let room = ImageMut { pixels: &mut out, channels: 2, height: SIZE.height, width: SIZE.width };
        assert!(Contrast { pivot: Pivot::Zero }.apply(view(&pixels), &[90.0], room).is_err());
    }

    #[test]
    fn options_are_read() {
        use gsmooth_plugin_sdk::Value;
        let create = |pivot: &'static str| {
            let given = [("pivot", Value::Text(pivot))];
            Options::of(Contrast::OPTIONS, &given).and_then(|options| Contrast::create(&options))
        };
        assert_eq!(create("mean").unwrap().pivot, Pivot::Mean);
        assert!(create("median").is_err());
    }

    proptest! {
        #[test]
        fn contrasts_add(pivot in pivots(), a in -1.5f64..1.0, b in -1.5f64..1.0, seed: u64) {
            let image = noise(30, seed);
            let twice = applied(pivot, &applied(pivot, &image, a), b);
            prop_assert!(distance(&twice, &applied(pivot, &image, a + b)) < 1e-5);
        }

        #[test]
        fn speed_is_never_exceeded_and_is_met(pivot in pivots(), low in -2.0f64..2.0, length in 0.0f64..1.0,
                                              ends in prop::array::uniform2(0.0f64..=1.0), seed: u64) {
            let image = noise(30, seed);
            let mut bound = [f64::NAN];
            let this = Contrast { pivot };
            Contrast::LIPSCHITZ.unwrap()(&this, view(&image), &[low], &[low + length], &mut bound).unwrap();
            let [a, b] = ends.map(|share| low + share * length);
            let moved = distance(&applied(pivot, &image, a), &applied(pivot, &image, b));
            prop_assert!(moved <= bound[0] * (a - b).abs() + 1e-5);
            let (end, step) = (low + length, 1e-3);
            let last = distance(&applied(pivot, &image, end - step), &applied(pivot, &image, end)) / step;
            prop_assert!(last >= 0.99 * bound[0], "{last} {}", bound[0]);
        }

        #[test]
        fn error_stays_within_its_bound(pivot in pivots(), contrast in -2.0f64..2.0, seed: u64) {
            let image = noise(30, seed);
            let mut squares = 0.0;
            for (plane, out) in image.chunks_exact(15).zip(applied(pivot, &image, contrast).chunks_exact(15)) {
                // 24-bit multiples summed in whole numbers: the mean carries one rounding.
                let whole: i64 = plane.iter().map(|&pixel| (f64::from(pixel) * 16_777_216.0) as i64).sum();
                let mean = if pivot == Pivot::Mean { whole as f64 / 15.0 / 16_777_216.0 } else { 0.0 };
                for (&pixel, &out) in plane.iter().zip(out) {
                    squares += (mean + contrast.exp() * (f64::from(pixel) - mean) - f64::from(out)).powi(2);
                }
            }
            let bound = Contrast::ROUNDING.unwrap()(&Contrast { pivot }, view(&image), &[contrast], &[contrast]).unwrap();
            prop_assert!(squares.sqrt() <= bound && bound < 1e-6 * (1.0 + contrast.exp()), "{} {bound}", squares.sqrt());
        }
    }
}
