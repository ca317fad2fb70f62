//! How fast the defocus blur changes with its radius.
//!
//! The area `A_ij` of the disk inside pixel (i, j) grows with the arc `l_ij = r angle_ij` of the circle inside it, so
//! `dw/dr = l/(pi r^2) - 2 A/(pi r^3) = (2/r) (angle/(2 pi) - w)`: mean over the circle minus mean over the disk.

use std::f64::consts::PI;

use crate::convolution::{Kernel, ReflectedPlane};
use crate::defocus_blur::IDENTITY_UP_TO;
use crate::disk;
use crate::local_range::half_range_norm;
use crate::plane::{Size, magnitude};
use crate::speed;

/// How many kernels a bound may look at for images of up to a few thousand pixels; fewer for larger ones.
const KERNELS: usize = 1024;
/// Pixels times kernels that one bound may look at.
const EVALUATED_PIXELS: usize = 1 << 23;

/// The derivative of the kernel by the radius.
fn kernel_derivative(radius: f64) -> Kernel {
    Kernel::new(radius, -2.0 / (PI * radius.powi(3)), |i, j| weight_derivative(radius, i, j))
}

/// `dw_ij/dr`.
fn weight_derivative(radius: f64, i: usize, j: usize) -> f64 {
    (disk::angle(radius, i, j) / radius - 2.0 * disk::area(radius, i, j) / radius.powi(3)) / PI
}

/// A bound on `|d blur / d r|_2` over radii in `[low, high]`, for finite pixels.
///
/// Over an interval with middle c, `|tau'(r)| <= |tau'(c)| + |K_r x|` where K_r is the reflecting convolution with
/// `dw/dr - dw/dc`. tau'(c) is computed. Since the weights of `dw/dr` sum to 0 for every r, K_r ignores constants:
/// each pixel of `K_r x` is at most eps times half the range of the pixels that the kernel sees there
/// ([`half_range_norm`]), with eps a bound on the l1 norm of the kernel of K_r over the interval
/// ([`kernel_drift`]). Below 1/2 nothing moves.
pub fn speed_bound(pixels: &[f32], size: Size, low: f64, high: f64) -> f64 {
    if pixels.is_empty() || high <= IDENTITY_UP_TO {
        return 0.0;
    }
    let planes: Vec<ReflectedPlane> = pixels
        .chunks_exact(size.pixels())
        .map(|plane| ReflectedPlane::new(plane, size, disk::reach(high)))
        .collect();
    let half_ranges = half_range_norm(pixels, size, disk::reach(high));
    let kernels = (EVALUATED_PIXELS / pixels.len()).clamp(16, KERNELS);
    let bound = speed::supremum(low.max(IDENTITY_UP_TO), high, kernels, |low, high| {
        let middle = 0.5 * (low + high);
        convolved_norm(&planes, &kernel_derivative(middle)) + kernel_drift(low, middle, high) * half_ranges
    });
    speed::inflated(bound, magnitude(pixels) * (pixels.len() as f64).sqrt())
}

/// Euclidean norm of all channels convolved with `kernel`.
fn convolved_norm(planes: &[ReflectedPlane], kernel: &Kernel) -> f64 {
    let mut squares = 0.0;
    for plane in planes {
        plane.convolve(kernel, |_, values| squares += values.iter().map(|value| value * value).sum::<f64>());
    }
    squares.sqrt()
}

/// A bound on the l1 norm of `dw/dr - dw/dc` for r in `[low, high]` and c = `middle`, summed over all pixels.
///
/// `dw/dr = (angle/r - 2 A/r^3) / pi`, with the range of the angle from [`disk::angle_over`] and the area A, which
/// grows with r, between its ends.
fn kernel_drift(low: f64, middle: f64, high: f64) -> f64 {
    let reach = disk::reach(high);
    let mut sum = 0.0;
    for i in 0..=reach {
        // The kernel is symmetric in i and j.
        for j in i..=reach {
            let angle = disk::angle_over(low, high, i, j);
            let (area_low, area_high) = (disk::area(low, i, j), disk::area(high, i, j));
            let least = (angle.low / high - 2.0 * area_high / low.powi(3)) / PI;
            let greatest = (angle.high / low - 2.0 * area_low / high.powi(3)) / PI;
            let at_middle = weight_derivative(middle, i, j);
            let copies = if i == 0 { 1.0 } else { 2.0 }
                * if j == 0 { 1.0 } else { 2.0 }
                * if i == j { 1.0 } else { 2.0 };
            sum += copies * (greatest - at_middle).max(at_middle - least).max(0.0);
        }
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::defocus_blur::blur;
    use crate::testing::{any_picture, binary, fastest, noise, smooth, too_fast};
    use proptest::prelude::*;

    fn blurred(pixels: &[f32], size: Size, radius: f64) -> Vec<f32> {
        let mut out = vec![f32::NAN; pixels.len()];
        blur(pixels, size, radius, &mut out);
        out
    }

    #[test]
    fn the_derivative_ignores_constants() {
        assert!([0.6, 1.0, 7.7, 20.0].iter().all(|&radius| kernel_derivative(radius).sum().abs() < 1e-7));
    }

    proptest! {
        #[test]
        fn the_drift_holds_every_difference(low in 0.5f64..6.0, length in 0.0f64..0.3, part in 0.0f64..1.0) {
            let (high, radius) = (low + length, low + part * length);
            let middle = 0.5 * (low + high);
            let reach = disk::reach(high);
            let copies = |index: usize| if index == 0 { 1.0 } else { 2.0 };
            let exact: f64 = (0..=reach).flat_map(|i| (0..=reach).map(move |j| (i, j)))
                .map(|(i, j)| copies(i) * copies(j) * (weight_derivative(radius, i, j) - weight_derivative(middle, i, j)).abs())
                .sum();
            prop_assert!(exact <= kernel_drift(low, middle, high) + 1e-9);
        }

        #[test]
        fn speed_is_never_exceeded(height in 1usize..14, width in 1usize..14, low in 0.0f64..6.0,
                                   length in 0.0f64..1.5, kind in 0u8..3, seed: u64) {
            let size = Size { height, width };
            let image = any_picture(kind, size, seed);
            let bound = speed_bound(&image, size, low, low + length);
            let radii: Vec<f64> = (0..=24).map(|step| low + length * f64::from(step) / 24.0).collect();
            let images: Vec<Vec<f32>> = radii.iter().map(|&radius| blurred(&image, size, radius)).collect();
            prop_assert_eq!(too_fast(bound, &radii, &images, 1e-5), None);
        }
    }

    #[test]
    fn bound_is_close_to_the_fastest_sampled_speed() {
        let size = Size { height: 28, width: 28 };
        for image in [noise(784, 5), smooth(1, size), binary(1, size)] {
            for low in [0.0, 0.5, 1.0, 2.5, 4.0] {
                let bound = speed_bound(&image, size, low, low + 1.0);
                let fastest = fastest(low, 2e-3, 500, |radius| blurred(&image, size, radius));
                assert!(fastest <= bound + 0.01 && bound < 1.1 * fastest, "{low}: {fastest} {bound}");
            }
        }
    }
}
