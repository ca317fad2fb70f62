//! Rotation about the centre of the image with bilinear interpolation.

use gsmooth_plugin_sdk::{
    Class, Image, ImageMut, Lipschitz, Options, Parameter, Result, Rounding, Transformation,
};

use crate::domain::Domain;
use crate::interval::Interval;
use crate::plane::{Size, finite, magnitude, mean_rounding_bound};
use crate::sampling::{Cell, Ring, Surface};
use crate::speed;

/// The angle in degrees, counter-clockwise as displayed.
pub const ANGLE: Domain = Domain { name: "angle", low: -180.0, high: 180.0 };

/// How many arcs a bound may look at for images of up to [`EVALUATED_PIXELS`]; fewer for larger ones.
const ARCS: usize = 512;
/// Pixels times arcs that one bound may look at.
const EVALUATED_PIXELS: usize = 1 << 21;

/// Turns the picture counter-clockwise (as displayed, rows downwards) by `angle` degrees about
/// `((H - 1) / 2, (W - 1) / 2)`; an angle of zero copies the bits.
///
/// Output pixel `centre + (dy, dx)` is the source at `centre + (sin a dx + cos a dy, cos a dx - sin a dy)`,
/// interpolated bilinearly in the image surrounded by zeros, so the result is continuous in the angle also
/// where a sample crosses the frame.
pub fn rotate(pixels: &[f32], size: Size, angle: f64, out: &mut [f32]) {
    if angle == 0.0 || pixels.is_empty() {
        out.copy_from_slice(pixels);
        return;
    }
    let surfaces = surfaces(pixels, size);
    let turn = Turn::new(angle);
    let mut cells = vec![Cell::default(); size.width];
    for row in 0..size.height {
        turn.cells(size, row, &mut cells);
        for (surface, out) in surfaces.iter().zip(out.chunks_exact_mut(size.pixels())) {
            for (out, &cell) in out[row * size.width..].iter_mut().zip(&cells) {
                *out = surface.at(cell) as f32;
            }
        }
    }
}

/// All channels (each of `size`) of `pixels`, surrounded by zeros.
pub fn surfaces(pixels: &[f32], size: Size) -> Vec<Surface> {
    pixels.chunks_exact(size.pixels()).map(|plane| Surface::new(plane, size, Ring::Zero)).collect()
}

/// A rotation by one angle: where it samples the image.
#[derive(Debug, Clone, Copy)]
pub struct Turn {
    sine: f64,
    cosine: f64,
}

impl Turn {
    /// The rotation by `angle` degrees, counter-clockwise as displayed.
    pub fn new(angle: f64) -> Self {
        let (sine, cosine) = angle.to_radians().sin_cos();
        Self { sine, cosine }
    }

    /// Writes the samples of the output's row `row`; one for each element of `cells`, from the left.
    pub fn cells(self, size: Size, row: usize, cells: &mut [Cell]) {
        let (cy, cx) = size.centre();
        let dy = row as f64 - cy;
        let (y, x) = (cy + self.cosine * dy, cx - self.sine * dy);
        for (column, cell) in cells.iter_mut().enumerate() {
            let dx = column as f64 - cx;
            *cell = Cell::of(size, y + self.sine * dx, x + self.cosine * dx);
        }
    }
}

/// A bound on `|d rotate / d angle|_2` per degree over angles in `[low, high]`, for finite pixels.
///
/// The sample of a pixel at distance rho from the centre moves on a circle: with u its position relative to the
/// centre, its velocity per radian is `(u_x, -u_y)` for `(y, x)`. Over an arc of half-angle h about its middle it
/// stays within rho h of the middle in each coordinate, and so does its velocity. [`Surface::slope`] bounds the
/// derivative of the pixel over that box, and the root of the sum of squares over pixels and channels bounds
/// the speed over the arc. The pixels are continuous and piecewise smooth in the angle, so
/// `|tau(a) - tau(b)|_2 <= |a - b|` times the greatest such bound over arcs that cover `[low, high]`.
pub fn speed_bound(pixels: &[f32], size: Size, low: f64, high: f64) -> f64 {
    if pixels.is_empty() {
        return 0.0;
    }
    let surfaces = surfaces(pixels, size);
    let arcs = (EVALUATED_PIXELS / pixels.len()).clamp(16, ARCS);
    let per_radian = speed::supremum(low.to_radians(), high.to_radians(), arcs, |low, high| {
        arc_bound(&surfaces, size, low, high)
    });
    let scale = magnitude(pixels) * size.span() * (pixels.len() as f64).sqrt();
    speed::inflated(per_radian, scale).to_radians()
}

/// The bound per radian over one arc, ends in radians.
fn arc_bound(surfaces: &[Surface], size: Size, low: f64, high: f64) -> f64 {
    let (cy, cx) = size.centre();
    let (sine, cosine) = (0.5 * (low + high)).sin_cos();
    let half = 0.5 * (high - low);
    let mut squares = 0.0;
    for row in 0..size.height {
        for column in 0..size.width {
            let (dy, dx) = (row as f64 - cy, column as f64 - cx);
            // The allowance keeps the box valid for positions that carry rounding errors.
            let reach = dy.hypot(dx) * half * (1.0 + 1e-9) + 1e-12 * size.span();
            let y = Interval::around(sine * dx + cosine * dy, reach);
            let x = Interval::around(cosine * dx - sine * dy, reach);
            let velocity_x = Interval { low: -y.high, high: -y.low };
            for surface in surfaces {
                let slope = surface
                    .slope(y + Interval::point(cy), x + Interval::point(cx), x, velocity_x)
                    .magnitude();
                squares += slope * slope;
            }
        }
    }
    squares.sqrt()
}

/// Bound on the difference between the computed and the exact pixels before rounding to 32 bits, relative to
/// the largest pixel.
///
/// Sine and cosine carry at most 6 units of 2^-52 (argument and function), so a position carries at most
/// `16 * 2^-52 (H + W)`; a step of the sample changes a pixel by at most twice the largest pixel per
/// coordinate, and the interpolation itself adds at most 16 units.
pub fn relative_error(size: Size) -> f64 {
    (64.0 * size.span() + 16.0) * f64::EPSILON
}

/// Transformation `rotation`.
#[derive(Debug)]
pub struct Rotation;

impl Transformation for Rotation {
    const ID: &'static str = "rotation";
    const DOC: &'static str = "Rotation about the centre, bilinear, with zeros around the frame.";
    const CLASS: Class = Class::NonResolvable;
    const PARAMETERS: &'static [Parameter] = &[Parameter::new(
        ANGLE.name,
        "degree",
        "Angle, counter-clockwise as displayed.",
        ANGLE.low,
        ANGLE.high,
        0.0,
    )];
    const LIPSCHITZ: Option<Lipschitz<Self>> = Some(|_, image, low, high, bound| {
        let (low, high) = ANGLE.interval(low, high)?;
        bound[0] = speed_bound(finite(image.pixels)?, Size::of(image), low, high);
        Ok(())
    });
    const ROUNDING: Option<Rounding<Self>> = Some(|_, image, low, high| {
        ANGLE.interval(low, high)?;
        Ok(mean_rounding_bound(finite(image.pixels)?, relative_error(Size::of(image))))
    });

    fn create(_: &Options<'_>) -> Result<Self> {
        Ok(Self)
    }

    fn apply(&self, image: Image<'_>, parameters: &[f64], out: ImageMut<'_>) -> Result {
        rotate(image.pixels, Size::of(image), ANGLE.value(parameters)?, out.pixels);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{any_picture, binary, fastest, noise, smooth, too_fast};
    use proptest::prelude::*;

    fn rotated(pixels: &[f32], size: Size, angle: f64) -> Vec<f32> {
        let mut out = vec![f32::NAN; pixels.len()];
        rotate(pixels, size, angle, &mut out);
        out
    }

    #[test]
    fn quarter_turn_is_counter_clockwise() {
        let size = Size { height: 3, width: 3 };
        let image = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0];
        let expected = [3.0, 6.0, 9.0, 2.0, 5.0, 8.0, 1.0, 4.0, 7.0];
        for (value, expected) in rotated(&image, size, 90.0).iter().zip(expected) {
            assert!((value - expected).abs() < 1e-5);
        }
        for (value, expected) in rotated(&image, size, -180.0).iter().zip(image.iter().rev()) {
            assert!((value - expected).abs() < 1e-5);
        }
    }

    #[test]
    fn zero_copies_bits() {
        let image = [-0.0f32, 1e-42, -3.0, 7.0];
        let out = rotated(&image, Size { height: 2, width: 2 }, 0.0);
        assert!(image.iter().zip(&out).all(|(a, b)| a.to_bits() == b.to_bits()));
    }

    #[test]
    fn the_corner_leaves_the_frame() {
        let size = Size { height: 9, width: 9 };
        let out = rotated(&vec![1.0; 81], size, 45.0);
        assert_eq!((out[0], out[40]), (0.0, 1.0));
    }

    proptest! {
        #[test]
        fn speed_is_never_exceeded(height in 1usize..12, width in 1usize..12, middle in -170.0f64..170.0,
                                   length in 0.0f64..10.0, kind in 0u8..3, seed: u64) {
            let size = Size { height, width };
            let image = any_picture(kind, size, seed);
            let bound = speed_bound(&image, size, middle - length, middle + length);
            let angles: Vec<f64> = (0..=20).map(|step| middle + length * (f64::from(step) / 10.0 - 1.0)).collect();
            let images: Vec<Vec<f32>> = angles.iter().map(|&angle| rotated(&image, size, angle)).collect();
            prop_assert_eq!(too_fast(bound, &angles, &images, 1e-5), None);
        }
    }

    #[test]
    fn bound_is_close_to_the_fastest_sampled_speed() {
        let size = Size { height: 28, width: 28 };
        for image in [noise(784, 5), smooth(1, size), binary(1, size)] {
            let bound = speed_bound(&image, size, 10.0, 20.0);
            let fastest = fastest(10.0, 0.02, 500, |angle| rotated(&image, size, angle));
            assert!(fastest <= bound + 1e-3 && bound < 1.15 * fastest, "{fastest} {bound}");
        }
    }
}
