//! Scaling about the centre of the image with bilinear interpolation.

use gsmooth_plugin_sdk::{
    Class, Error, Image, ImageMut, Lipschitz, OptionSpec, Options, Parameter, Result, Rounding,
    Transformation,
};

use crate::domain::Domain;
use crate::interval::Interval;
use crate::plane::{Size, finite, half_extent, magnitude, mean_rounding_bound};
use crate::sampling::{Ring, Surface, cell_of_axis};
use crate::speed;

/// The relative growth of all lengths. At the lower end ten pixels become one, at the upper end one becomes ten.
pub const SCALE: Domain = Domain { name: "scale", low: -0.9, high: 9.0 };

/// How many intervals of scale a bound may look at for images of up to [`EVALUATED_PIXELS`]; fewer for larger ones.
const INTERVALS: usize = 512;
/// Pixels times intervals that one bound may look at.
const EVALUATED_PIXELS: usize = 1 << 21;

/// Enlarges the picture about `((H - 1) / 2, (W - 1) / 2)` by the factor `1 + scale`, shrinks it where that is below
/// 1; a scale of zero copies the bits.
///
/// Output pixel `centre + (dy, dx)` is the source at `centre + (dy, dx) / (1 + scale)`, interpolated bilinearly, so
/// the result is continuous in the scale, also where a sample crosses the frame. With [`Ring::Zero`] it is the
/// scaling of Li et al., "TSS: Transformation-Specific Smoothing for Robustness Certification", CCS 2021.
pub fn enlarge(pixels: &[f32], size: Size, scale: f64, ring: Ring, out: &mut [f32]) {
    if scale == 0.0 || pixels.is_empty() {
        out.copy_from_slice(pixels);
        return;
    }
    let (rows, columns) = (samples(size.height, 1.0 + scale), samples(size.width, 1.0 + scale));
    let mut line = vec![0.0; size.width + 2];
    for (plane, out) in pixels.chunks_exact(size.pixels()).zip(out.chunks_exact_mut(size.pixels())) {
        let surface = Surface::new(plane, size, ring);
        for (&(row, down), out) in rows.iter().zip(out.chunks_exact_mut(size.width)) {
            let (upper, lower) = (surface.stored_row(row), surface.stored_row(row + 1));
            for ((value, &upper), &lower) in line.iter_mut().zip(upper).zip(lower) {
                *value = (1.0 - down) * f64::from(upper) + down * f64::from(lower);
            }
            for (out, &(column, right)) in out.iter_mut().zip(&columns) {
                *out = ((1.0 - right) * line[column] + right * line[column + 1]) as f32;
            }
        }
    }
}

/// Where the samples of one axis lie among the stored points of a [`Surface`].
fn samples(length: usize, factor: f64) -> Vec<(usize, f64)> {
    let centre = half_extent(length);
    let position = |index: usize| centre + (index as f64 - centre) / factor;
    (0..length).map(|index| cell_of_axis(length, position(index))).collect()
}

/// A bound on `|d enlarge / d scale|_2` over scales in `[low, high]`, for finite pixels.
///
/// With o the position of a pixel relative to the centre, its sample lies at `o / (1 + s)` and has velocity
/// `-o / (1 + s)^2`; both are monotone in s, so the ends of an interval span their ranges. [`Surface::slope`] bounds
/// the derivative of the pixel over that box, and the root of the sum of squares over pixels and channels bounds
/// the speed over the interval. The pixels are continuous and piecewise smooth in s, so
/// `|tau(a) - tau(b)|_2 <= |a - b|` times the greatest such bound over intervals that cover `[low, high]`.
pub fn speed_bound(pixels: &[f32], size: Size, ring: Ring, low: f64, high: f64) -> f64 {
    if pixels.is_empty() {
        return 0.0;
    }
    let surfaces: Vec<Surface> =
        pixels.chunks_exact(size.pixels()).map(|plane| Surface::new(plane, size, ring)).collect();
    let intervals = (EVALUATED_PIXELS / pixels.len()).clamp(16, INTERVALS);
    let bound = speed::supremum(low, high, intervals, |low, high| interval_bound(&surfaces, size, low, high));
    // Velocities reach 100 times the image.
    let scale = 100.0 * magnitude(pixels) * size.span() * (pixels.len() as f64).sqrt();
    speed::inflated(bound, scale)
}

/// The bound over one interval of scale.
fn interval_bound(surfaces: &[Surface], size: Size, low: f64, high: f64) -> f64 {
    let (rows, columns) = (motion(size.height, low, high), motion(size.width, low, high));
    let mut squares = 0.0;
    for surface in surfaces {
        for &(y, velocity_y) in &rows {
            for &(x, velocity_x) in &columns {
                let slope = surface.slope(y, x, velocity_y, velocity_x).magnitude();
                squares += slope * slope;
            }
        }
    }
    squares.sqrt()
}

/// Ranges of position (in coordinates of the frame) and velocity of the samples of one axis.
fn motion(length: usize, low: f64, high: f64) -> Vec<(Interval, Interval)> {
    let centre = half_extent(length);
    let (least, greatest) = (1.0 + low, 1.0 + high);
    let of_offset = |offset: f64| {
        let position = |scale: f64, factor: f64| {
            // The allowance covers rounding of positions up to 5 times the length; at scale 0 there is none, and the
            // cells on the other side of the pixel stay out.
            let allowance = if scale == 0.0 { 0.0 } else { 1e-12 * (1.0 + length as f64) };
            Interval::around(centre + offset / factor, allowance)
        };
        let velocity = Interval::between(-offset / (least * least), -offset / (greatest * greatest));
        (position(low, least).hull(position(high, greatest)), velocity)
    };
    (0..length).map(|index| of_offset(index as f64 - centre)).collect()
}

/// Bound on the difference between the computed and the exact pixels before rounding to 32 bits, relative to the
/// largest pixel.
///
/// A sample inside the ring has a position below H + W, which carries at most `8 * 2^-52 (H + W)` from the factor, the
/// division and the sum; outside it the value does not depend on the position. A step of the sample changes a pixel
/// by at most twice the largest pixel per coordinate, and the interpolation adds at most 16 units.
pub fn relative_error(size: Size) -> f64 {
    (32.0 * size.span() + 16.0) * f64::EPSILON
}

/// Transformation `scaling`.
#[derive(Debug)]
pub struct Scaling {
    ring: Ring,
}

impl Transformation for Scaling {
    const ID: &'static str = "scaling";
    const DOC: &'static str = "Enlarges about the centre by the factor 1 + scale, bilinear.";
    const CLASS: Class = Class::NonResolvable;
    const PARAMETERS: &'static [Parameter] = &[Parameter::new(
        SCALE.name,
        "1",
        "Relative growth of lengths; negative: shrinks.",
        SCALE.low,
        SCALE.high,
        0.0,
    )];
    const OPTIONS: &'static [OptionSpec] =
        &[OptionSpec::choice("border", "What lies around the frame.", &["zero", "nearest"])
            .default_text("zero")];
    const LIPSCHITZ: Option<Lipschitz<Self>> = Some(|this, image, low, high, bound| {
        let (low, high) = SCALE.interval(low, high)?;
        bound[0] = speed_bound(finite(image.pixels)?, Size::of(image), this.ring, low, high);
        Ok(())
    });
    const ROUNDING: Option<Rounding<Self>> = Some(|_, image, low, high| {
        SCALE.interval(low, high)?;
        Ok(mean_rounding_bound(finite(image.pixels)?, relative_error(Size::of(image))))
    });

    fn create(options: &Options<'_>) -> Result<Self> {
        match options.text("border")? {
            "zero" => Ok(Self { ring: Ring::Zero }),
            "nearest" => Ok(Self { ring: Ring::Nearest }),
            other => {
                Err(Error::invalid_argument(format_args!("border is `{other}`, not `zero` or `nearest`")))
            }
        }
    }

    fn apply(&self, image: Image<'_>, parameters: &[f64], out: ImageMut<'_>) -> Result {
        enlarge(image.pixels, Size::of(image), SCALE.value(parameters)?, self.ring, out.pixels);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{any_picture, binary, fastest, largest_difference, noise, smooth, too_fast};
    use gsmooth_plugin_sdk::Value;
    use proptest::prelude::*;

    fn enlarged(pixels: &[f32], size: Size, scale: f64, ring: Ring) -> Vec<f32> {
        let mut out = vec![f32::NAN; pixels.len()];
        enlarge(pixels, size, scale, ring, &mut out);
        out
    }

    /// The definition, pixel by pixel.
    fn direct(pixels: &[f32], size: Size, scale: f64, ring: Ring) -> Vec<f32> {
        let (cy, cx) = size.centre();
        let mut out = Vec::new();
        for plane in pixels.chunks_exact(size.pixels()) {
            let surface = Surface::new(plane, size, ring);
            for row in 0..size.height {
                for column in 0..size.width {
                    let (dy, dx) = ((row as f64 - cy) / (1.0 + scale), (column as f64 - cx) / (1.0 + scale));
                    out.push(surface.value(cy + dy, cx + dx) as f32);
                }
            }
        }
        out
    }

    #[test]
    fn grows_and_shrinks_about_the_centre() {
        let size = Size { height: 1, width: 5 };
        let image = [1.0, 2.0, 3.0, 5.0, 4.0];
        assert_eq!(enlarged(&image, size, 1.0, Ring::Zero), [2.0, 2.5, 3.0, 4.0, 5.0]);
        assert_eq!(enlarged(&image, size, -0.5, Ring::Zero), [0.0, 1.0, 3.0, 4.0, 0.0]);
        assert_eq!(enlarged(&image, size, -0.5, Ring::Nearest), [1.0, 1.0, 3.0, 4.0, 4.0]);
    }

    #[test]
    fn the_border_is_an_option() {
        let create = |border: &'static str| {
            Options::of(Scaling::OPTIONS, &[("border", Value::Text(border))])
                .and_then(|options| Scaling::create(&options))
        };
        assert_eq!(create("nearest").unwrap().ring, Ring::Nearest);
        assert!(create("mirror").is_err());
        let default = Options::of(Scaling::OPTIONS, &[]).and_then(|options| Scaling::create(&options));
        assert_eq!(default.unwrap().ring, Ring::Zero);
    }

    proptest! {
        #[test]
        fn agrees_with_the_definition(height in 1usize..12, width in 1usize..12, scale in -0.9f64..4.0, seed: u64) {
            let size = Size { height, width };
            let image = noise(2 * size.pixels(), seed);
            for ring in [Ring::Zero, Ring::Nearest] {
                let (value, expected) = (enlarged(&image, size, scale, ring), direct(&image, size, scale, ring));
                prop_assert!(largest_difference(&value, &expected) < 1e-6);
            }
        }

        #[test]
        fn speed_is_never_exceeded(height in 1usize..12, width in 1usize..12, low in -0.9f64..3.0,
                                   length in 0.0f64..0.4, kind in 0u8..3, seed: u64) {
            let size = Size { height, width };
            let image = any_picture(kind, size, seed);
            let low = [0.0, -0.5 * length, low, low][(seed % 4) as usize];
            let ring = if seed % 8 < 4 { Ring::Zero } else { Ring::Nearest };
            let bound = speed_bound(&image, size, ring, low, low + length);
            let scales: Vec<f64> = (0..=20).map(|step| low + length * f64::from(step) / 20.0).collect();
            let images: Vec<Vec<f32>> = scales.iter().map(|&scale| enlarged(&image, size, scale, ring)).collect();
            prop_assert_eq!(too_fast(bound, &scales, &images, 1e-5), None);
        }
    }

    #[test]
    fn bound_is_close_to_the_fastest_sampled_speed() {
        let size = Size { height: 28, width: 28 };
        for image in [noise(784, 5), smooth(1, size), binary(1, size)] {
            for (low, ring) in
                [(0.0, Ring::Zero), (0.3, Ring::Nearest), (-0.4, Ring::Zero), (-0.4, Ring::Nearest)]
            {
                let bound = speed_bound(&image, size, ring, low, low + 0.05);
                let fastest = fastest(low, 1e-4, 500, |scale| enlarged(&image, size, scale, ring));
                assert!(
                    fastest <= bound + 0.05 && bound < 1.3 * fastest,
                    "{low} {ring:?}: {fastest} {bound}"
                );
            }
        }
    }
}
