//! Spectral Gaussian blur: the heat equation on the pixel grid with reflecting borders.
//!
//! The orthonormal DCT-II coefficients along both axes are multiplied by `exp(-v w_k^2 / 2)` with
//! `w_k = pi k / N` for an axis of `N` pixels. The factors multiply when two blurs follow each other, so
//! the variance `v` is additive: `blur(a) after blur(b) = blur(a + b)`, borders included. A truncated
//! convolution kernel has no such property. (Li et al., "TSS: Transformation-Specific Smoothing for
//! Robustness Certification", CCS 2021, treat Gaussian blur as additive; the DCT form makes it exact.)
//!
//! Along one axis the operator is the symmetric matrix `B = C^T diag(exp(-v w^2 / 2)) C`, and because
//! `cos a cos b = (cos(a - b) + cos(a + b)) / 2` its entries are `(g(i - j) + g(i + j + 1)) / 2` with
//! `g(d) = (1 + 2 sum_k exp(-v w_k^2 / 2) cos(pi k d / N)) / N`. So `B` costs `N^2` operations and a channel
//! `X` becomes `B_h X B_w`.

use std::f64::consts::PI;

use gsmooth_plugin_sdk::{
    Class, Image, ImageMut, Lipschitz, Options, Parameter, Result, Rounding, Transformation,
};
use ndarray::{Array2, ArrayView2};

use crate::domain::Domain;
use crate::plane::{Size, finite, magnitude, norm, rounding_bound};
use crate::speed;

/// The variance may be any finite number from 0 up.
pub const VARIANCE: Domain = Domain { name: "variance", low: 0.0, high: f64::INFINITY };

/// Angular frequency `pi k / N` of DCT coefficient `index` of `length`, in radians per pixel.
fn frequency(index: usize, length: usize) -> f64 {
    PI * index as f64 / length as f64
}

/// The symmetric `length` x `length` matrix that blurs one axis by `variance` (in pixel^2).
pub fn axis_operator(length: usize, variance: f64) -> Array2<f64> {
    let g = kernel(length, variance);
    // g is even and has period 2 N.
    let at = |distance: usize| g[distance.min(2 * length - distance)];
    Array2::from_shape_fn((length, length), |(i, j)| 0.5 * (at(i.abs_diff(j)) + at(i + j + 1)))
}

/// The values `g(0), ..., g(N)` of the kernel on the circle of `2 N` pixels.
fn kernel(length: usize, variance: f64) -> Vec<f64> {
    let period = 2 * length;
    let cosines: Vec<f64> = (0..period).map(|phase| frequency(phase, length).cos()).collect();
    let gains: Vec<f64> =
        (1..length).map(|index| 2.0 * (-0.5 * variance * frequency(index, length).powi(2)).exp()).collect();
    (0..=length)
        .map(|distance| {
            let mut phase = 0;
            let mut sum = 1.0;
            for gain in &gains {
                phase += distance;
                if phase >= period {
                    phase -= period;
                }
                sum += gain * cosines[phase];
            }
            sum / length as f64
        })
        .collect()
}

/// Writes the blurred channels (each of `size`) of `pixels` into `out`; a variance of zero copies the bits.
pub fn blur(pixels: &[f32], size: Size, variance: f64, out: &mut [f32]) {
    if variance == 0.0 || pixels.is_empty() {
        out.copy_from_slice(pixels);
        return;
    }
    let rows = axis_operator(size.height, variance);
    let columns = if size.width == size.height { rows.clone() } else { axis_operator(size.width, variance) };
    for (plane, out) in pixels.chunks_exact(size.pixels()).zip(out.chunks_exact_mut(size.pixels())) {
        let blurred = rows.dot(&matrix(plane, size)).dot(&columns);
        for (out, &value) in out.iter_mut().zip(&blurred) {
            *out = value as f32;
        }
    }
}

/// One channel in 64 bits.
fn matrix(plane: &[f32], size: Size) -> Array2<f64> {
    Array2::from_shape_fn((size.height, size.width), |(row, column)| {
        f64::from(plane[row * size.width + column])
    })
}

/// The orthonormal DCT-II matrix of `length`.
fn transform(length: usize) -> Array2<f64> {
    Array2::from_shape_fn((length, length), |(index, position)| {
        let scale = if index == 0 { 1.0 } else { 2.0 };
        (scale / length as f64).sqrt() * (frequency(index, length) * (position as f64 + 0.5)).cos()
    })
}

/// `|d blur / d v|_2` at `variance`. It decreases with the variance, coefficient by coefficient, so the value
/// at the lower end of an interval bounds the whole interval.
pub fn derivative_norm(pixels: &[f32], size: Size, variance: f64) -> f64 {
    if pixels.is_empty() {
        return 0.0;
    }
    let (rows, columns) = (transform(size.height), transform(size.width));
    let squares: f64 = pixels
        .chunks_exact(size.pixels())
        .map(|plane| derivative_energy(rows.dot(&matrix(plane, size)).dot(&columns.t()).view(), variance))
        .sum();
    squares.sqrt()
}

/// Sum over the coefficients of `(w^2 / 2)^2 exp(-v w^2)` times their squares, `w^2` summed over both axes.
fn derivative_energy(coefficients: ArrayView2<'_, f64>, variance: f64) -> f64 {
    let (height, width) = coefficients.dim();
    let energy = coefficients.indexed_iter().map(|((row, column), coefficient)| {
        let square = frequency(row, height).powi(2) + frequency(column, width).powi(2);
        (0.5 * square * (-0.5 * variance * square).exp() * coefficient).powi(2)
    });
    energy.sum()
}

/// Relative l2 error of [`blur`] before the result is rounded to 32 bits.
///
/// With unit roundoff u = 2^-53 and N the longer axis: each g carries at most 2 N u from the sum and 64 u from
/// cosines and gains, so |delta B|_2 <= N (2 N + 64) u; each product adds at most N u |B|_F |X|_F with
/// |B|_F <= sqrt(N). The exact operator has norm 1. Twice the sum of both axes covers the terms of second order.
pub fn relative_error(size: Size) -> f64 {
    let length = size.height.max(size.width) as f64;
    let axis = length * (2.0 * length + 64.0) + length * length.sqrt();
    4.0 * axis * (0.5 * f64::EPSILON)
}

/// Transformation `gaussian_blur`.
#[derive(Debug)]
pub struct GaussianBlur;

impl Transformation for GaussianBlur {
    const ID: &'static str = "gaussian_blur";
    const DOC: &'static str = "Gaussian blur by its spectrum: DCT coefficients times exp(-variance w^2 / 2), so variances add exactly.";
    const CLASS: Class = Class::Additive;
    const PARAMETERS: &'static [Parameter] = &[Parameter::new(
        VARIANCE.name,
        "pixel^2",
        "Variance of the Gaussian per axis.",
        VARIANCE.low,
        VARIANCE.high,
        0.0,
    )];
    const LIPSCHITZ: Option<Lipschitz<Self>> = Some(|_, image, low, high, bound| {
        let (low, _) = VARIANCE.interval(low, high)?;
        let pixels = finite(image.pixels)?;
        let speed = derivative_norm(pixels, Size::of(image), low);
        let scale = magnitude(pixels) * Size::of(image).span() * (pixels.len() as f64).sqrt();
        bound[0] = speed::inflated(speed, scale);
        Ok(())
    });
    const ROUNDING: Option<Rounding<Self>> = Some(|_, image, low, high| {
        VARIANCE.interval(low, high)?;
        let norm = norm(finite(image.pixels)?);
        Ok(rounding_bound(norm, image.pixels.len(), relative_error(Size::of(image))))
    });

    fn create(_: &Options<'_>) -> Result<Self> {
        Ok(Self)
    }

    fn apply(&self, image: Image<'_>, parameters: &[f64], out: ImageMut<'_>) -> Result {
        blur(image.pixels, Size::of(image), VARIANCE.value(parameters)?, out.pixels);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{distance, largest_difference, noise, smooth};
    use proptest::prelude::*;

    /// The definition, coefficient by coefficient.
    fn direct(pixels: &[f32], size: Size, variance: f64) -> Vec<f64> {
        let (rows, columns) = (transform(size.height), transform(size.width));
        let mut coefficients = rows.dot(&matrix(pixels, size)).dot(&columns.t());
        for ((row, column), value) in coefficients.indexed_iter_mut() {
            let square = frequency(row, size.height).powi(2) + frequency(column, size.width).powi(2);
            *value *= (-0.5 * variance * square).exp();
        }
        rows.t().dot(&coefficients).dot(&columns).iter().copied().collect()
    }

    fn blurred(pixels: &[f32], size: Size, variance: f64) -> Vec<f32> {
        let mut out = vec![f32::NAN; pixels.len()];
        blur(pixels, size, variance, &mut out);
        out
    }

    proptest! {
        #[test]
        fn agrees_with_the_definition(height in 1usize..13, width in 1usize..13, variance in 0.0f64..50.0, seed: u64) {
            let size = Size { height, width };
            let image = noise(size.pixels(), seed);
            let expected = direct(&image, size, variance);
            for (value, expected) in blurred(&image, size, variance).iter().zip(expected) {
                prop_assert!((f64::from(*value) - expected).abs() < 1e-6);
            }
        }

        #[test]
        fn variances_add(height in 1usize..20, width in 1usize..20, a in 0.0f64..9.0, b in 0.0f64..9.0, seed: u64) {
            let size = Size { height, width };
            let image = noise(3 * size.pixels(), seed);
            let twice = blurred(&blurred(&image, size, a), size, b);
            prop_assert!(largest_difference(&twice, &blurred(&image, size, a + b)) < 1e-5);
        }

        #[test]
        fn speed_is_never_exceeded(low in 0.0f64..5.0, gap in 1e-3f64..3.0, seed: u64) {
            let size = Size { height: 9, width: 7 };
            for image in [noise(2 * size.pixels(), seed), smooth(2, size)] {
                let bound = derivative_norm(&image, size, low);
                let moved = distance(&blurred(&image, size, low), &blurred(&image, size, low + gap));
                prop_assert!(moved <= bound * gap + 1e-5, "{moved} > {bound} * {gap}");
            }
        }
    }

    #[test]
    fn zero_variance_copies_bits() {
        let image = [-0.0f32, 1.5, f32::MIN_POSITIVE / 2.0, 3.0e38];
        let out = blurred(&image, Size { height: 2, width: 2 }, 0.0);
        assert!(image.iter().zip(&out).all(|(a, b)| a.to_bits() == b.to_bits()));
    }

    #[test]
    fn large_variances_leave_the_mean() {
        let size = Size { height: 28, width: 28 };
        let image = noise(size.pixels(), 3);
        let mean = image.iter().map(|&pixel| f64::from(pixel)).sum::<f64>() / size.pixels() as f64;
        for variance in [1e6, 1e300, f64::MAX] {
            assert!(
                blurred(&image, size, variance).iter().all(|&value| (f64::from(value) - mean).abs() < 1e-6)
            );
        }
    }

    #[test]
    fn derivative_norm_is_the_limit_of_differences() {
        let size = Size { height: 12, width: 10 };
        let image = smooth(1, size);
        let (a, b) = (direct(&image, size, 1.0 - 1e-5), direct(&image, size, 1.0 + 1e-5));
        let slope = a.iter().zip(&b).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt() / 2e-5;
        assert!((slope / derivative_norm(&image, size, 1.0) - 1.0).abs() < 1e-6);
    }

    #[test]
    fn error_stays_within_its_bound() {
        let size = Size { height: 40, width: 31 };
        let image = noise(size.pixels(), 8);
        for variance in [0.01, 0.7, 30.0] {
            let error: f64 = blurred(&image, size, variance)
                .iter()
                .zip(direct(&image, size, variance))
                .map(|(&a, b)| (f64::from(a) - b).powi(2))
                .sum();
            assert!(
                error.sqrt()
                    <= crate::plane::rounding_bound(
                        crate::plane::norm(&image),
                        image.len(),
                        relative_error(size)
                    )
            );
        }
    }
}
