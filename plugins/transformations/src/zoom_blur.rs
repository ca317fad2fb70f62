//! Zoom blur: the mean of progressively enlarged copies of the image.

use gsmooth_plugin_sdk::{
    Class, Image, ImageMut, Lipschitz, OptionSpec, Options, Parameter, Result, Rounding, Transformation,
};

use crate::copies;
use crate::domain::Domain;
use crate::plane::{Size, finite, half_extent, mean_rounding_bound};
use crate::zoom_speed::speed_bound;

/// The largest extra zoom factor. The upper end is where a few pixels fill the frame of a small image.
pub const STRENGTH: Domain = Domain { name: "strength", low: 0.0, high: 10.0 };

/// Where the samples of one axis lie for one zoom factor: cell and position inside it.
struct Axis(Vec<(usize, f64)>);

impl Axis {
    fn new(length: usize, factor: f64) -> Self {
        let centre = half_extent(length);
        let last_cell = length.saturating_sub(2);
        Self(
            (0..length)
                .map(|index| {
                    // Zooming in keeps samples inside the frame; the clamp only removes rounding errors.
                    let position =
                        (centre + (index as f64 - centre) / factor).clamp(0.0, length as f64 - 1.0);
                    let cell = (position as usize).min(last_cell);
                    (cell, position - cell as f64)
                })
                .collect(),
        )
    }
}

/// Share of the strength that node `node` of `nodes` zooms by.
pub fn share(node: usize, nodes: usize) -> f64 {
    node as f64 / (nodes as f64 - 1.0)
}

/// Writes the mean over `nodes` (at least 2) zoomed copies of `pixels` into `out`; a strength of zero copies the
/// bits.
///
/// Copy k is enlarged about the centre by `1 + strength k / (nodes - 1)`, bilinearly interpolated and cropped to
/// the frame. The number of copies is fixed, so the result is continuous in the strength; the zoom blur of
/// Hendrycks and Dietterich, "Benchmarking Neural Network Robustness to Common Corruptions and Perturbations",
/// ICLR 2019, takes more copies the stronger it gets and jumps.
pub fn zoom_blur(pixels: &[f32], size: Size, strength: f64, nodes: usize, out: &mut [f32]) {
    if strength == 0.0 || pixels.is_empty() {
        out.copy_from_slice(pixels);
        return;
    }
    let axes: Vec<(Axis, Axis)> = (1..nodes)
        .map(|node| 1.0 + strength * share(node, nodes))
        .map(|factor| (Axis::new(size.height, factor), Axis::new(size.width, factor)))
        .collect();
    let weight = 1.0 / nodes as f64;
    let mut sums = vec![0.0; size.pixels()];
    // One element more than a row, so that the right neighbour exists also for a width of 1.
    let mut line = vec![0.0; size.width + 1];
    for (plane, out) in pixels.chunks_exact(size.pixels()).zip(out.chunks_exact_mut(size.pixels())) {
        for (sum, &pixel) in sums.iter_mut().zip(plane) {
            *sum = f64::from(pixel);
        }
        for (rows, columns) in &axes {
            add_copy(plane, size, rows, columns, &mut line, &mut sums);
        }
        for (out, sum) in out.iter_mut().zip(&sums) {
            *out = (sum * weight) as f32;
        }
    }
}

/// Adds one zoomed copy: each row is interpolated vertically first, then horizontally.
fn add_copy(plane: &[f32], size: Size, rows: &Axis, columns: &Axis, line: &mut [f64], sums: &mut [f64]) {
    let below = if size.height > 1 { size.width } else { 0 };
    for (&(row, down), sums) in rows.0.iter().zip(sums.chunks_exact_mut(size.width)) {
        let upper = &plane[row * size.width..][..size.width];
        let lower = &plane[row * size.width + below..][..size.width];
        for ((value, &upper), &lower) in line.iter_mut().zip(upper).zip(lower) {
            *value = (1.0 - down) * f64::from(upper) + down * f64::from(lower);
        }
        for (sum, &(column, right)) in sums.iter_mut().zip(&columns.0) {
            *sum += (1.0 - right) * line[column] + right * line[column + 1];
        }
    }
}

/// Bound on the difference between the computed and the exact pixels before rounding to 32 bits, relative to
/// the largest pixel.
///
/// A position carries at most `8 * 2^-52 (H + W)`, and a step of the sample changes a pixel by at most twice the
/// largest pixel per coordinate; each interpolation adds at most 16 units, the sum of n copies at most n + 2.
pub fn relative_error(size: Size, nodes: usize) -> f64 {
    (32.0 * size.span() + 18.0 + nodes as f64) * f64::EPSILON
}

/// Transformation `zoom_blur`.
#[derive(Debug)]
pub struct ZoomBlur {
    nodes: usize,
}

impl Transformation for ZoomBlur {
    const ID: &'static str = "zoom_blur";
    const DOC: &'static str = "Mean of copies enlarged about the centre, by up to 1 + strength.";
    const CLASS: Class = Class::NonResolvable;
    const PARAMETERS: &'static [Parameter] =
        &[Parameter::new(STRENGTH.name, "1", "Largest extra zoom factor.", STRENGTH.low, STRENGTH.high, 0.0)];
    const OPTIONS: &'static [OptionSpec] = &[copies::spec("Number of copies, the image included.")];
    const LIPSCHITZ: Option<Lipschitz<Self>> = Some(|this, image, low, high, bound| {
        let (low, high) = STRENGTH.interval(low, high)?;
        bound[0] = speed_bound(finite(image.pixels)?, Size::of(image), this.nodes, low, high);
        Ok(())
    });
    const ROUNDING: Option<Rounding<Self>> = Some(|this, image, low, high| {
        STRENGTH.interval(low, high)?;
        Ok(mean_rounding_bound(finite(image.pixels)?, relative_error(Size::of(image), this.nodes)))
    });

    fn create(options: &Options<'_>) -> Result<Self> {
        Ok(Self { nodes: copies::read(options)? })
    }

    fn apply(&self, image: Image<'_>, parameters: &[f64], out: ImageMut<'_>) -> Result {
        zoom_blur(image.pixels, Size::of(image), STRENGTH.value(parameters)?, self.nodes, out.pixels);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sampling::{Ring, Surface};
    use crate::testing::{largest_difference, noise};
    use proptest::prelude::*;

    fn zoomed(pixels: &[f32], size: Size, strength: f64, nodes: usize) -> Vec<f32> {
        let mut out = vec![f32::NAN; pixels.len()];
        zoom_blur(pixels, size, strength, nodes, &mut out);
        out
    }

    /// The definition, pixel by pixel.
    fn direct(pixels: &[f32], size: Size, strength: f64, nodes: usize) -> Vec<f32> {
        let (cy, cx) = size.centre();
        let mut out = Vec::new();
        for plane in pixels.chunks_exact(size.pixels()) {
            let surface = Surface::new(plane, size, Ring::Nearest);
            for row in 0..size.height {
                for column in 0..size.width {
                    let sum: f64 = (0..nodes)
                        .map(|node| 1.0 + strength * node as f64 / (nodes as f64 - 1.0))
                        .map(|zoom| {
                            surface.value(cy + (row as f64 - cy) / zoom, cx + (column as f64 - cx) / zoom)
                        })
                        .sum();
                    out.push((sum / nodes as f64) as f32);
                }
            }
        }
        out
    }

    #[test]
    fn zero_copies_bits() {
        let image = [-0.0f32, 1e-42, -3.0, 7.0];
        let out = zoomed(&image, Size { height: 2, width: 2 }, 0.0, 11);
        assert!(image.iter().zip(&out).all(|(a, b)| a.to_bits() == b.to_bits()));
    }

    #[test]
    fn constant_images_stay() {
        let size = Size { height: 6, width: 5 };
        assert!(zoomed(&[0.3; 30], size, 4.0, 7).iter().all(|value| (value - 0.3).abs() < 1e-6));
    }

    proptest! {
        #[test]
        fn agrees_with_the_definition(height in 1usize..12, width in 1usize..12, strength in 0.0f64..10.0,
                                      nodes in 2usize..20, seed: u64) {
            let size = Size { height, width };
            let image = noise(2 * size.pixels(), seed);
            let (value, expected) = (zoomed(&image, size, strength, nodes), direct(&image, size, strength, nodes));
            prop_assert!(largest_difference(&value, &expected) < 1e-6);
        }
    }
}
