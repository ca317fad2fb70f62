//! Defocus blur: the mean over a disk, as an ideal lens out of focus makes it.
//!
//! The kernel `w_ij(r)` is the area of the disk of radius r about the centre of pixel (0, 0) inside pixel
//! (i, j), divided by `pi r^2`: the disk point spread function integrated over each pixel, exactly, so it is
//! continuous in r. (The defocus blur of Hendrycks and Dietterich, ICLR 2019, uses a smoothed disk of
//! whole-pixel radius and jumps.) Beyond the frame the image is reflected without repeating its edge.

use std::f64::consts::PI;

use gsmooth_plugin_sdk::{
    Class, Image, ImageMut, Lipschitz, Options, Parameter, Result, Rounding, Transformation,
};

use crate::convolution::{Kernel, ReflectedPlane};
use crate::defocus_speed::speed_bound;
use crate::disk;
use crate::domain::Domain;
use crate::error::TransformationError;
use crate::plane::{Size, finite, mean_rounding_bound};

/// The radius in pixels; [`in_domain`] refuses what dwarfs the image.
pub const RADIUS: Domain = Domain { name: "radius", low: 0.0, high: f64::INFINITY };

/// Up to this radius the disk stays inside the pixel and the blur is the identity.
pub const IDENTITY_UP_TO: f64 = 0.5;

/// Refuses a radius of more than four times the longer side: the image is its mean long before.
pub fn in_domain(radius: f64, size: Size) -> std::result::Result<f64, TransformationError> {
    let high = 4.0 * size.height.max(size.width) as f64;
    if radius <= high {
        Ok(radius)
    } else {
        Err(TransformationError::OutsideDomain { name: RADIUS.name, value: radius, low: RADIUS.low, high })
    }
}

/// The kernel of radius at least 1/2.
fn kernel(radius: f64) -> Kernel {
    let disk_area = PI * radius * radius;
    Kernel::new(radius, 1.0 / disk_area, |i, j| disk::area(radius, i, j) / disk_area)
}

/// Writes the blurred channels (each of `size`) of `pixels` into `out`; a radius of at most 1/2 copies the bits.
pub fn blur(pixels: &[f32], size: Size, radius: f64, out: &mut [f32]) {
    if radius <= IDENTITY_UP_TO || pixels.is_empty() {
        out.copy_from_slice(pixels);
        return;
    }
    let kernel = kernel(radius);
    for (plane, out) in pixels.chunks_exact(size.pixels()).zip(out.chunks_exact_mut(size.pixels())) {
        ReflectedPlane::new(plane, size, kernel.reach()).convolve(&kernel, |row, values| {
            for (out, &value) in out[row * size.width..].iter_mut().zip(values) {
                *out = value as f32;
            }
        });
    }
}

/// Bound on the difference between the computed and the exact pixels before rounding to 32 bits, relative to
/// the largest pixel, for radii up to `radius` (those up to 1/2 carry no error).
///
/// With u = 2^-52, R the reach and P = W + 2 R: an area carries at most `32 u r^2`, its weight `16 u`, and at most
/// `(8 (R + 1))` pixels lie on the circle; a running sum of P pixels carries `P^2 u`, and `2 (2 R + 1)` of them are
/// combined and divided by `pi r^2`; the final sums carry less than `(2 R + 1)^2 u` of the weights, which sum to 1.
pub fn relative_error(size: Size, low: f64, high: f64) -> f64 {
    if high <= IDENTITY_UP_TO {
        return 0.0;
    }
    let reach = disk::reach(high) as f64;
    let padded = size.width as f64 + 2.0 * reach;
    let rows = 2.0 * reach + 1.0;
    let sums = 2.0 * rows * padded * padded / (PI * low.max(IDENTITY_UP_TO).powi(2));
    (128.0 * (reach + 1.0) + sums + rows * rows) * f64::EPSILON
}

/// Transformation `defocus_blur`.
#[derive(Debug)]
pub struct DefocusBlur;

impl Transformation for DefocusBlur {
    const ID: &'static str = "defocus_blur";
    const DOC: &'static str = "Mean over a disk with exact pixel areas; up to radius 0.5 the image itself.";
    const CLASS: Class = Class::NonResolvable;
    const PARAMETERS: &'static [Parameter] = &[Parameter::new(
        RADIUS.name,
        "pixel",
        "Radius of the disk, at most four times the longer side of the image.",
        RADIUS.low,
        RADIUS.high,
        0.0,
    )];
    const LIPSCHITZ: Option<Lipschitz<Self>> = Some(|_, image, low, high, bound| {
        let (low, high) = RADIUS.interval(low, high)?;
        let size = Size::of(image);
        bound[0] = speed_bound(finite(image.pixels)?, size, low, in_domain(high, size)?);
        Ok(())
    });
    const ROUNDING: Option<Rounding<Self>> = Some(|_, image, low, high| {
        let (low, high) = RADIUS.interval(low, high)?;
        let size = Size::of(image);
        let relative = relative_error(size, low, in_domain(high, size)?);
        Ok(mean_rounding_bound(finite(image.pixels)?, relative))
    });

    fn create(_: &Options<'_>) -> Result<Self> {
        Ok(Self)
    }

    fn apply(&self, image: Image<'_>, parameters: &[f64], out: ImageMut<'_>) -> Result {
        let size = Size::of(image);
        blur(image.pixels, size, in_domain(RADIUS.value(parameters)?, size)?, out.pixels);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blurred(pixels: &[f32], size: Size, radius: f64) -> Vec<f32> {
        let mut out = vec![f32::NAN; pixels.len()];
        blur(pixels, size, radius, &mut out);
        out
    }

    #[test]
    fn up_to_half_a_pixel_bits_are_copied() {
        let image = [-0.0f32, 1e-42, -3.0, 7.0];
        for radius in [0.0, 0.3, 0.5] {
            let out = blurred(&image, Size { height: 2, width: 2 }, radius);
            assert!(image.iter().zip(&out).all(|(a, b)| a.to_bits() == b.to_bits()));
        }
    }

    #[test]
    fn a_point_becomes_the_kernel() {
        let size = Size { height: 15, width: 15 };
        let mut image = vec![0.0; 225];
        image[7 * 15 + 7] = 1.0;
        for radius in [0.7, 2.3, 5.0] {
            let out = blurred(&image, size, radius);
            for row in 0..15usize {
                for column in 0..15usize {
                    let weight =
                        disk::area(radius, row.abs_diff(7), column.abs_diff(7)) / (PI * radius * radius);
                    assert!((f64::from(out[row * 15 + column]) - weight).abs() < 1e-7);
                }
            }
        }
    }

    #[test]
    fn constant_images_stay_even_under_huge_disks() {
        let size = Size { height: 5, width: 3 };
        for radius in [0.500001, 1.0, 7.7, 20.0] {
            assert!(blurred(&[0.25; 15], size, radius).iter().all(|value| (value - 0.25).abs() < 1e-6));
            assert!((kernel(radius).sum() - 1.0).abs() < 1e-12);
        }
    }

    #[test]
    fn radii_beyond_the_image_are_refused() {
        let size = Size { height: 5, width: 3 };
        assert_eq!(in_domain(20.0, size), Ok(20.0));
        assert!(in_domain(20.1, size).is_err() && in_domain(f64::NAN, size).is_err());
    }

    #[test]
    fn error_stays_within_its_bound() {
        // In 64 bits against 32-bit output: the rounding of the output dominates.
        let size = Size { height: 24, width: 30 };
        for radius in [0.51, 3.0, 90.0] {
            assert!(relative_error(size, radius, radius) < 1e-8, "{radius}");
        }
    }
}
