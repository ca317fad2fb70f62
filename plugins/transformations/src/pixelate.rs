//! Pixelation: fewer and larger blocks, continuously in the strength.
//!
//! With n the longer side, the strengths k / n for k = 0, ..., n are knots: there the image is a mosaic of round(H (1 - k / n)) x
//! round(W (1 - k / n)) blocks (at least one), see [`crate::mosaic`]. Between two knots the two mosaics X_k and X_k+1 are mixed linearly,
//! so the image moves along a polygon at the speed n |X_k+1 - X_k|_2, exactly. One minus the strength is the share of the
//! side that `pixelate` of Hendrycks and Dietterich, "Benchmarking Neural Network Robustness to Common Corruptions and
//! Perturbations", ICLR 2019, keeps; that one jumps from one whole number of blocks to the next.

use gsmooth_plugin_sdk::{
    Class, Image, ImageMut, Levels, Lipschitz, Options, Parameter, Result, Rounding, Transformation,
};

use crate::domain::Domain;
use crate::mosaic::{Mosaic, mixture_error, steps};
use crate::plane::{Size, finite, magnitude};
use crate::speed::inflated;

/// From the image itself to one block.
const STRENGTH: Domain = Domain { name: "strength", low: 0.0, high: 1.0 };

const PARAMETER: Parameter = Parameter::new(
    STRENGTH.name,
    "1",
    "One minus the share of the side that is kept: 0 is the image, 1 a single block.",
    STRENGTH.low,
    STRENGTH.high,
    0.0,
);

/// The segment between two knots that `strength` lies on, and the share of it that lies before; of `steps` (at least 1) segments.
///
/// The product is compared with the whole number by a fused multiply-add, whose sign is exact, so that the segment is the right one;
/// the share carries one rounding.
fn place(strength: f64, steps: usize) -> (usize, f64) {
    let count = steps as f64;
    let mut segment = (strength * count).floor().min(count - 1.0);
    if strength.mul_add(count, -segment) < 0.0 {
        segment -= 1.0;
    }
    (segment as usize, strength.mul_add(count, -segment))
}

/// Writes the pixelated channels (each of `size`) of `pixels` into `out`; a strength of zero copies the bits.
fn pixelate(pixels: &[f32], size: Size, strength: f64, out: &mut [f32]) {
    if strength == 0.0 || pixels.is_empty() {
        out.copy_from_slice(pixels);
        return;
    }
    let (segment, share) = place(strength, steps(size));
    let (start, end) = (Mosaic::new(size, segment).of(pixels), Mosaic::new(size, segment + 1).of(pixels));
    for (out, (start, end)) in out.iter_mut().zip(start.iter().zip(&end)) {
        *out = ((1.0 - share) * start + share * end) as f32;
    }
}

/// The greatest speed over the segments that meet [low, high].
fn speed_bound(pixels: &[f32], size: Size, low: f64, high: f64) -> f64 {
    if pixels.is_empty() {
        return 0.0;
    }
    let steps = steps(size);
    let (first, last) = (place(low, steps).0, last_segment(low, high, steps));
    let mut start = Mosaic::new(size, first).of(pixels);
    let mut greatest: f64 = 0.0;
    for segment in first..=last {
        let end = Mosaic::new(size, segment + 1).of(pixels);
        let squares: f64 = start.iter().zip(&end).map(|(a, b)| (a - b).powi(2)).sum();
        greatest = greatest.max(squares.sqrt());
        start = end;
    }
    let count = steps as f64;
    // Both mosaics carry errors below H + W units of the largest pixel, far below 1e-9.
    inflated(count * greatest, count * magnitude(pixels) * (pixels.len() as f64).sqrt())
}

/// The last segment that meets the inside of [low, high]: none is entered at the knot where it begins, unless low lies there too.
fn last_segment(low: f64, high: f64, steps: usize) -> usize {
    let (segment, share) = place(high, steps);
    if share == 0.0 && low < high && segment > 0 { segment - 1 } else { segment }
}

/// Transformation `pixelate`.
#[derive(Debug)]
pub struct Pixelate;

impl Transformation for Pixelate {
    const ID: &'static str = "pixelate";
    const DOC: &'static str =
        "Fewer and larger blocks (means of areas), mixed linearly between whole numbers of blocks.";
    const CLASS: Class = Class::NonResolvable;
    const PARAMETERS: &'static [Parameter] = &[PARAMETER];
    const LIPSCHITZ: Option<Lipschitz<Self>> = Some(|_, image, low, high, bound| {
        let (low, high) = STRENGTH.interval(low, high)?;
        bound[0] = speed_bound(finite(image.pixels)?, Size::of(image), low, high);
        Ok(())
    });
    const ROUNDING: Option<Rounding<Self>> = Some(|_, image, low, high| {
        STRENGTH.interval(low, high)?;
        Ok(mixture_error(finite(image.pixels)?, Size::of(image)))
    });

    fn create(_: &Options<'_>) -> Result<Self> {
        Ok(Self)
    }

    fn apply(&self, image: Image<'_>, parameters: &[f64], out: ImageMut<'_>) -> Result {
        pixelate(image.pixels, Size::of(image), STRENGTH.value(parameters)?, out.pixels);
        Ok(())
    }
}

/// Transformation `pixelate_levels`: the knots of [`Pixelate`] only; a strength is rounded to the nearest, halves up.
#[derive(Debug)]
pub struct PixelateLevels;

/// The knot that stands for `strength`. The last two knots show the same: the earlier one stands for both.
fn knot(strength: f64, steps: usize) -> usize {
    ((strength * steps as f64).round() as usize).min(steps.saturating_sub(1))
}

/// A point of [low, high] for every knot that some strength in it is rounded to.
fn levels(low: f64, high: f64, steps: usize) -> Vec<f64> {
    if steps == 0 {
        return vec![low];
    }
    // An end of the box stands for the knot that it is rounded to.
    (knot(low, steps)..=knot(high, steps)).map(|knot| (knot as f64 / steps as f64).clamp(low, high)).collect()
}

impl Transformation for PixelateLevels {
    const ID: &'static str = "pixelate_levels";
    const DOC: &'static str = "Whole numbers of blocks (means of areas); the strength is rounded.";
    const CLASS: Class = Class::NonResolvable;
    const PARAMETERS: &'static [Parameter] = &[PARAMETER];
    const ROUNDING: Option<Rounding<Self>> = Some(|_, image, low, high| {
        STRENGTH.interval(low, high)?;
        Ok(mixture_error(finite(image.pixels)?, Size::of(image)))
    });
    const LEVELS: Option<Levels<Self>> = Some(|_, [_, height, width], low, high| {
        let (low, high) = STRENGTH.interval(low, high)?;
        Ok(levels(low, high, steps(Size { height, width })))
    });

    fn create(_: &Options<'_>) -> Result<Self> {
        Ok(Self)
    }

    fn apply(&self, image: Image<'_>, parameters: &[f64], out: ImageMut<'_>) -> Result {
        let (strength, size) = (STRENGTH.value(parameters)?, Size::of(image));
        match knot(strength, steps(size)) {
            0 => out.pixels.copy_from_slice(image.pixels),
            _ if image.pixels.is_empty() => {}
            knot => {
                for (out, value) in out.pixels.iter_mut().zip(Mosaic::new(size, knot).of(image.pixels)) {
                    *out = value as f32;
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{binary, distance, noise, smooth};
    use proptest::prelude::*;

    fn pixelated(pixels: &[f32], size: Size, strength: f64) -> Vec<f32> {
        let mut out = vec![f32::NAN; pixels.len()];
        pixelate(pixels, size, strength, &mut out);
        out
    }

    fn picture(kind: u8, size: Size, seed: u64) -> Vec<f32> {
        match kind {
            0 => noise(2 * size.pixels(), seed),
            1 => smooth(2, size),
            _ => binary(2, size),
        }
    }

    #[test]
    fn half_the_strength_halves_the_number_of_blocks() {
        let size = Size { height: 2, width: 4 };
        let out = pixelated(&[0.0, 1.0, 2.0, 4.0, 6.0, 5.0, 0.0, 2.0], size, 0.5);
        assert_eq!(out, [3.0, 3.0, 2.0, 2.0, 3.0, 3.0, 2.0, 2.0]);
    }

    #[test]
    fn knots_are_found_exactly() {
        for steps in 1..300 {
            for knot in 0..=steps {
                let strength = knot as f64 / steps as f64;
                let (segment, share) = place(strength, steps);
                let sum = segment as f64 + share;
                assert!((0.0..=1.0).contains(&share) && segment < steps && (sum - knot as f64).abs() < 1e-12);
                assert!(super::knot(strength, steps) == knot.min(steps - 1));
            }
        }
        assert_eq!(place(1.0, 7), (6, 1.0));
        assert_eq!(last_segment(0.25, 0.5, 4), 1);
        assert_eq!(last_segment(0.5, 0.5, 4), 2);
    }

    #[test]
    fn speed_is_met_on_every_segment() {
        let size = Size { height: 12, width: 10 };
        let image = noise(size.pixels(), 6);
        for segment in 0..11 {
            let (low, high) = ((f64::from(segment) + 0.1) / 12.0, (f64::from(segment) + 0.9) / 12.0);
            let moved = distance(&pixelated(&image, size, low), &pixelated(&image, size, high));
            let bound = speed_bound(&image, size, low, high);
            assert!((moved / (high - low) / bound - 1.0).abs() < 1e-4, "{moved} {bound}");
        }
    }

    proptest! {
        #[test]
        fn speed_is_never_exceeded(height in 1usize..14, width in 1usize..14, low in 0.0f64..1.0, length in 0.0f64..1.0,
                                   kind in 0u8..3, ends in prop::array::uniform2(0.0f64..=1.0), seed: u64) {
            let size = Size { height, width };
            let image = picture(kind, size, seed);
            let high = (low + length * length).min(1.0);
            let bound = speed_bound(&image, size, low, high);
            let [a, b] = ends.map(|share| low + share * (high - low));
            let moved = distance(&pixelated(&image, size, a), &pixelated(&image, size, b));
            prop_assert!(moved <= bound * (a - b).abs() + 1e-5, "{moved} > {bound} * {}", (a - b).abs());
        }

        #[test]
        fn error_stays_within_its_bound(strength in 0.0f64..=1.0, seed: u64) {
            let size = Size { height: 7, width: 11 };
            let image = noise(2 * size.pixels(), seed);
            let (segment, share) = place(strength, 11);
            let (start, end) = (Mosaic::new(size, segment).of(&image), Mosaic::new(size, segment + 1).of(&image));
            let exact = start.iter().zip(&end).map(|(a, b)| a + share * (b - a));
            let computed = pixelated(&image, size, strength);
            let error = exact.zip(&computed).map(|(a, &b)| (a - f64::from(b)).powi(2)).sum::<f64>().sqrt();
            let bound = mixture_error(&image, size);
            prop_assert!(error <= bound && bound < 1e-6, "{error} {bound}");
        }

        /// Every point of the box acts like one of its levels, and each level lies inside.
        #[test]
        fn levels_are_complete(steps in 1usize..300, low in 0.0f64..=1.0, length in 0.0f64..=1.0, share in 0.0f64..=1.0) {
            let high = (low + length * length).min(1.0);
            let found = levels(low, high, steps);
            let point = (low + share * (high - low)).min(high);
            prop_assert!(found.iter().any(|&level| knot(level, steps) == knot(point, steps)));
            prop_assert!(found.iter().all(|&level| low <= level && level <= high));
        }

        #[test]
        fn levels_are_the_knots(height in 1usize..14, width in 1usize..14, strength in 0.0f64..=1.0, seed: u64) {
            let size = Size { height, width };
            let pixels = noise(size.pixels(), seed);
            let mut out = vec![f32::NAN; pixels.len()];
            let image = Image { pixels: &pixels, channels: 1, height, width };
            PixelateLevels.apply(image, &[strength], ImageMut { pixels: &mut out, channels: 1, height, width }).unwrap();
            let nearest = knot(strength, steps(size)) as f64 / steps(size) as f64;
            prop_assert!(distance(&out, &pixelated(&pixels, size, nearest)) < 1e-6);
        }
    }
}
