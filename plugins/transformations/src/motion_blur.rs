//! Motion blur: the mean of the image along a straight segment, as a camera that moves while it exposes makes it.

use gsmooth_plugin_sdk::{
    Class, Image, ImageMut, Lipschitz, OptionSpec, Options, Parameter, Result, Rounding, Transformation,
};

use crate::domain::Domain;
use crate::motion_speed::speed_bound;
use crate::plane::{Size, finite, mean_rounding_bound};
use crate::segment::{Direction, ExtendedPlane, Stencil};

/// The length of the segment in pixels.
pub const LENGTH: Domain = Domain { name: "length", low: 0.0, high: 64.0 };
/// The angle of the segment in degrees.
const ANGLE: Domain = Domain { name: "angle", low: -180.0, high: 180.0 };

/// How many columns a segment of half the length `distance` reaches to each side.
pub fn reach(direction: Direction, distance: f64) -> usize {
    (distance * direction.right.abs()).ceil() as usize + 1
}

/// Writes the blurred channels (each of `size`) of `pixels` into `out`; a length of zero copies the bits.
///
/// Output pixel p is the mean `1/length` times the integral of the image at `p + t direction` over t from `-length/2`
/// to `length/2`, where the image is interpolated bilinearly between pixels and goes on with the nearest pixel of its
/// frame. The integral is exact: in a cell of the grid the weight of each corner is a polynomial in t. So the result
/// is continuous in the length and has a finite speed. The motion blur of Hendrycks and Dietterich, "Benchmarking
/// Neural Network Robustness to Common Corruptions and Perturbations", ICLR 2019, takes kernels of whole pixels at
/// random angles; it jumps with its severity and has no bound on its speed.
pub fn motion_blur(pixels: &[f32], size: Size, length: f64, direction: Direction, out: &mut [f32]) {
    let distance = 0.5 * length;
    // Half of the least positive length is zero too.
    if distance == 0.0 || pixels.is_empty() {
        out.copy_from_slice(pixels);
        return;
    }
    let kernel = kernel(direction, distance);
    let mut sums = vec![0.0; size.width];
    for (plane, out) in pixels.chunks_exact(size.pixels()).zip(out.chunks_exact_mut(size.pixels())) {
        let plane = ExtendedPlane::new(plane, size, reach(direction, distance));
        for (row, out) in out.chunks_exact_mut(size.width).enumerate() {
            sums.fill(0.0);
            plane.add_row(&kernel, row, &mut sums);
            for (out, sum) in out.iter_mut().zip(&sums) {
                *out = *sum as f32;
            }
        }
    }
}

/// The weights of the mean over distances up to `distance` (above 0) to both sides.
fn kernel(direction: Direction, distance: f64) -> Stencil {
    let mut kernel = Stencil::default();
    for piece in direction.pieces(distance) {
        for (offset, integral) in piece.integrals() {
            kernel.add(offset, integral / distance);
        }
    }
    kernel
}

/// Bound on the difference between the computed and the exact pixels before rounding to 32 bits, relative to the
/// largest pixel, for lengths up to `length`.
///
/// With u = 2^-52 and L the length, the direction carries at most 8 u, so a position on the segment, at most L/2 away,
/// carries at most 5 L u, and 4 u more from where it enters its cell; a step changes a pixel by at most twice the
/// largest pixel per coordinate, which makes `20 L u + 16 u`. Each integral carries at most 16 u of itself, and they sum
/// to the length. The segment crosses at most `sqrt(2) L + 4` cells with four corners each, so at most `8 sqrt(2) L + 32`
/// roundings add up the weights and the products.
pub fn relative_error(length: f64) -> f64 {
    (32.0 * length + 128.0) * f64::EPSILON
}

/// Transformation `motion_blur`.
#[derive(Debug)]
pub struct MotionBlur {
    direction: Direction,
}

impl Transformation for MotionBlur {
    const ID: &'static str = "motion_blur";
    const DOC: &'static str = "Mean along a straight segment through each pixel, exactly integrated.";
    const CLASS: Class = Class::NonResolvable;
    const PARAMETERS: &'static [Parameter] = &[Parameter::new(
        LENGTH.name,
        "pixel",
        "Length of the segment, half of it to either side.",
        LENGTH.low,
        LENGTH.high,
        0.0,
    )];
    const OPTIONS: &'static [OptionSpec] = &[OptionSpec::float(
        ANGLE.name,
        "Angle of the segment in degrees, counter-clockwise as displayed; 0 is horizontal.",
    )
    .at_least(ANGLE.low)
    .at_most(ANGLE.high)
    .default_float(0.0)];
    const LIPSCHITZ: Option<Lipschitz<Self>> = Some(|this, image, low, high, bound| {
        let (low, high) = LENGTH.interval(low, high)?;
        bound[0] = speed_bound(finite(image.pixels)?, Size::of(image), this.direction, low, high);
        Ok(())
    });
    const ROUNDING: Option<Rounding<Self>> = Some(|_, image, low, high| {
        let (_, high) = LENGTH.interval(low, high)?;
        Ok(mean_rounding_bound(finite(image.pixels)?, relative_error(high)))
    });

    fn create(options: &Options<'_>) -> Result<Self> {
        Ok(Self { direction: Direction::new(ANGLE.value(&[options.float(ANGLE.name)?])?) })
    }

    fn apply(&self, image: Image<'_>, parameters: &[f64], out: ImageMut<'_>) -> Result {
        motion_blur(image.pixels, Size::of(image), LENGTH.value(parameters)?, self.direction, out.pixels);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sampling::{Ring, Surface};
    use crate::testing::{largest_difference, noise};
    use gsmooth_plugin_sdk::Value;
    use proptest::prelude::*;

    fn blurred(pixels: &[f32], size: Size, length: f64, angle: f64) -> Vec<f32> {
        let mut out = vec![f32::NAN; pixels.len()];
        motion_blur(pixels, size, length, Direction::new(angle), &mut out);
        out
    }

    /// The definition, by sums of many samples of the interpolated image.
    fn direct(pixels: &[f32], size: Size, length: f64, angle: f64) -> Vec<f32> {
        let (sine, cosine) = angle.to_radians().sin_cos();
        let steps = 2000;
        let mut out = Vec::new();
        for plane in pixels.chunks_exact(size.pixels()) {
            let surface = Surface::new(plane, size, Ring::Nearest);
            for row in 0..size.height {
                for column in 0..size.width {
                    let sum: f64 = (0..steps)
                        .map(|step| length * ((f64::from(step) + 0.5) / f64::from(steps) - 0.5))
                        .map(|t| surface.value(row as f64 - t * sine, column as f64 + t * cosine))
                        .sum();
                    out.push((sum / f64::from(steps)) as f32);
                }
            }
        }
        out
    }

    #[test]
    fn a_point_becomes_the_segment() {
        let size = Size { height: 3, width: 7 };
        let mut image = [0.0; 21];
        image[10] = 1.0;
        let out = blurred(&image, size, 4.0, 0.0);
        // Hat functions of width 2 over [-2, 2]: whole inside, half of one at the ends.
        assert!(largest_difference(&out[7..14], &[0.0, 0.125, 0.25, 0.25, 0.25, 0.125, 0.0]) < 1e-7);
        assert!(out[..7].iter().chain(&out[14..]).all(|&value| value == 0.0));
        let vertical = blurred(&image, size, 2.0, 90.0);
        assert!((vertical[3] - 0.25).abs() < 1e-7 && (vertical[10] - 0.5).abs() < 1e-7 && vertical[9] == 0.0);
    }

    #[test]
    fn constant_images_stay() {
        let size = Size { height: 6, width: 5 };
        for (length, angle) in [(5e-324, 0.0), (1e-300, 10.0), (0.3, -45.0), (7.0, 90.0), (64.0, 17.0)] {
            assert!(blurred(&[0.3; 30], size, length, angle).iter().all(|value| (value - 0.3).abs() < 1e-6));
            assert!(
                length < 1e-320 || (kernel(Direction::new(angle), 0.5 * length).sum() - 1.0).abs() < 1e-12
            );
        }
    }

    #[test]
    fn the_angle_is_an_option() {
        let create = |angle: f64| {
            Options::of(MotionBlur::OPTIONS, &[("angle", Value::Float(angle))])
                .and_then(|options| MotionBlur::create(&options))
        };
        assert_eq!(create(90.0).unwrap().direction, Direction { down: -1.0, right: 0.0 });
        assert!(create(180.5).is_err() && create(f64::NAN).is_err());
    }

    proptest! {
        #[test]
        fn agrees_with_the_definition(height in 1usize..8, width in 1usize..8, length in 0.01f64..20.0,
                                      angle in -180.0f64..180.0, seed: u64) {
            let size = Size { height, width };
            let image = noise(size.pixels(), seed);
            let (value, expected) = (blurred(&image, size, length, angle), direct(&image, size, length, angle));
            prop_assert!(largest_difference(&value, &expected) < 1e-4);
        }
    }
}
