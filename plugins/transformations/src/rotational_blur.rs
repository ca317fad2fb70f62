//! Rotational blur: the mean of copies of the image turned about its centre.

use gsmooth_plugin_sdk::{
    Class, Image, ImageMut, Lipschitz, OptionSpec, Options, Parameter, Result, Rounding, Transformation,
};

use crate::copies;
use crate::domain::Domain;
use crate::plane::{Size, finite, mean_rounding_bound};
use crate::rotation::{Turn, surfaces};
use crate::rotational_speed::speed_bound;
use crate::sampling::Cell;

/// The angle in degrees between the two outermost copies.
pub const ANGLE: Domain = Domain { name: "angle", low: 0.0, high: 180.0 };

/// The share of the angle that node `node` of `nodes` is turned by, from -1/2 to 1/2.
pub fn share(node: usize, nodes: usize) -> f64 {
    node as f64 / (nodes as f64 - 1.0) - 0.5
}

/// Writes the mean over `nodes` (at least 2) turned copies of `pixels` into `out`; an angle of zero copies the bits.
///
/// Copy k is turned by `angle (k / (nodes - 1) - 1/2)` degrees as [`crate::rotation::rotate`] does, with zeros around
/// the frame. The number of copies is fixed, so the result is continuous in the angle. Hao et al., "GSmooth:
/// Certified Robustness against Semantic Transformations via Generalized Randomized Smoothing", ICML 2022, give the
/// range of their rotational blur in degrees (10). The copies here are spread evenly and to both sides, so that the
/// picture does not turn as a whole.
pub fn rotational_blur(pixels: &[f32], size: Size, angle: f64, nodes: usize, out: &mut [f32]) {
    if angle == 0.0 || pixels.is_empty() {
        out.copy_from_slice(pixels);
        return;
    }
    let turns: Vec<Turn> = (0..nodes).map(|node| Turn::new(angle * share(node, nodes))).collect();
    let surfaces = surfaces(pixels, size);
    let weight = 1.0 / nodes as f64;
    let mut cells = vec![Cell::default(); size.width];
    // One row of every channel.
    let mut sums = vec![0.0; surfaces.len() * size.width];
    for row in 0..size.height {
        sums.fill(0.0);
        for turn in &turns {
            turn.cells(size, row, &mut cells);
            for (surface, sums) in surfaces.iter().zip(sums.chunks_exact_mut(size.width)) {
                for (sum, &cell) in sums.iter_mut().zip(&cells) {
                    *sum += surface.at(cell);
                }
            }
        }
        let planes = out.chunks_exact_mut(size.pixels());
        for (out, sums) in planes.zip(sums.chunks_exact(size.width)) {
            for (out, sum) in out[row * size.width..].iter_mut().zip(sums) {
                *out = (sum * weight) as f32;
            }
        }
    }
}

/// Bound on the difference between the computed and the exact pixels before rounding to 32 bits, relative to the
/// largest pixel.
///
/// The angle of a copy is at most 90 degrees and carries at most `8 * 2^-52` radians from share, product and conversion,
/// so sine and cosine carry at most 10 units and a position at most `16 * 2^-52 (H + W)`; a step of the sample changes
/// a pixel by at most twice the largest pixel per coordinate. Each interpolation adds at most 16 units, the mean of n
/// copies at most n + 2.
pub fn relative_error(size: Size, nodes: usize) -> f64 {
    (64.0 * size.span() + 18.0 + nodes as f64) * f64::EPSILON
}

/// Transformation `rotational_blur`.
#[derive(Debug)]
pub struct RotationalBlur {
    nodes: usize,
}

impl Transformation for RotationalBlur {
    const ID: &'static str = "rotational_blur";
    const DOC: &'static str = "Mean of copies turned about the centre, spread evenly over the angle.";
    const CLASS: Class = Class::NonResolvable;
    const PARAMETERS: &'static [Parameter] = &[Parameter::new(
        ANGLE.name,
        "degree",
        "Angle between the two outermost copies, half of it to either side.",
        ANGLE.low,
        ANGLE.high,
        0.0,
    )];
    const OPTIONS: &'static [OptionSpec] = &[copies::spec("Number of copies.")];
    const LIPSCHITZ: Option<Lipschitz<Self>> = Some(|this, image, low, high, bound| {
        let (low, high) = ANGLE.interval(low, high)?;
        bound[0] = speed_bound(finite(image.pixels)?, Size::of(image), this.nodes, low, high);
        Ok(())
    });
    const ROUNDING: Option<Rounding<Self>> = Some(|this, image, low, high| {
        ANGLE.interval(low, high)?;
        Ok(mean_rounding_bound(finite(image.pixels)?, relative_error(Size::of(image), this.nodes)))
    });

    fn create(options: &Options<'_>) -> Result<Self> {
        Ok(Self { nodes: copies::read(options)? })
    }

    fn apply(&self, image: Image<'_>, parameters: &[f64], out: ImageMut<'_>) -> Result {
        rotational_blur(image.pixels, Size::of(image), ANGLE.value(parameters)?, self.nodes, out.pixels);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rotation::rotate;
    use crate::testing::{largest_difference, noise};
    use gsmooth_plugin_sdk::Value;
    use proptest::prelude::*;

    fn blurred(pixels: &[f32], size: Size, angle: f64, nodes: usize) -> Vec<f32> {
        let mut out = vec![f32::NAN; pixels.len()];
        rotational_blur(pixels, size, angle, nodes, &mut out);
        out
    }

    #[test]
    fn two_copies_at_a_half_turn_meet_at_right_angles() {
        let size = Size { height: 3, width: 3 };
        let image = [0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0];
        // A quarter turn to either side takes the upper middle to the left and to the right.
        let expected = [0.0, 0.0, 0.0, 0.5, 0.0, 0.5, 0.0, 0.0, 0.0];
        assert!(largest_difference(&blurred(&image, size, 180.0, 2), &expected) < 1e-6);
        let middle = [0.0, 1.0 / 3.0, 0.0, 1.0 / 3.0, 0.0, 1.0 / 3.0, 0.0, 0.0, 0.0];
        assert!(largest_difference(&blurred(&image, size, 180.0, 3), &middle) < 1e-6);
    }

    #[test]
    fn numbers_of_copies_are_checked() {
        let create = |nodes: i64| {
            Options::of(RotationalBlur::OPTIONS, &[("nodes", Value::Integer(nodes))])
                .and_then(|options| RotationalBlur::create(&options))
        };
        assert_eq!(create(101).unwrap().nodes, 101);
        assert!(create(1).is_err() && create(102).is_err());
    }

    proptest! {
        #[test]
        fn agrees_with_the_mean_of_rotations(height in 1usize..12, width in 1usize..12, angle in 0.0f64..180.0,
                                             nodes in 2usize..20, seed: u64) {
            let size = Size { height, width };
            let image = noise(2 * size.pixels(), seed);
            let mut expected = vec![0.0; image.len()];
            let mut copy = vec![f32::NAN; image.len()];
            for node in 0..nodes {
                rotate(&image, size, angle * (node as f64 / (nodes as f64 - 1.0) - 0.5), &mut copy);
                for (sum, value) in expected.iter_mut().zip(&copy) {
                    *sum += value / nodes as f32;
                }
            }
            prop_assert!(largest_difference(&blurred(&image, size, angle, nodes), &expected) < 1e-5);
        }
    }
}
