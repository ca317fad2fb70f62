//! Zoom blur: the mean of progressively enlarged copies of the image.

use gsmooth_plugin_sdk::{
    Class, Image, ImageMut, Lipschitz, OptionSpec, Options, Parameter, Result, Rounding, Transformation,
};

use crate::domain::Domain;
use crate::error::TransformationError;
use crate::interval::Interval;
use crate::plane::{Size, finite, half_extent, magnitude, mean_rounding_bound};
use crate::sampling::{Ring, Surface};
use crate::speed;

/// The largest extra zoom factor. The upper end is where a few pixels fill the frame of a small image.
pub const STRENGTH: Domain = Domain {
    name: "strength",
    low: 0.0,
    high: 10.0,
};

/// How many intervals of strength a bound may look at for small images; fewer for larger ones.
const INTERVALS: usize = 256;
/// Pixels times nodes times intervals that one bound may look at.
const EVALUATED_SAMPLES: usize = 1 << 22;

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
fn share(node: usize, nodes: usize) -> f64 {
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
    for (plane, out) in pixels
        .chunks_exact(size.pixels())
        .zip(out.chunks_exact_mut(size.pixels()))
    {
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

/// A bound on `|d zoom_blur / d strength|_2` over strengths in `[low, high]`, for finite pixels.
///
/// With o the position of a pixel relative to the centre and t_k = k / (nodes - 1), the sample of copy k lies at
/// `o / (1 + s t_k)` and has velocity `-o t_k / (1 + s t_k)^2`; both are monotone in s, so the ends of an interval
/// span their ranges. [`Surface::slope`] bounds each sample's derivative, their mean bounds the pixel's, and the
/// root of the sum of squares bounds the speed over the interval. The pixels are continuous and piecewise smooth
/// in s, so `|tau(a) - tau(b)|_2 <= |a - b|` times the greatest such bound over intervals that cover `[low, high]`.
pub fn speed_bound(pixels: &[f32], size: Size, nodes: usize, low: f64, high: f64) -> f64 {
    if pixels.is_empty() {
        return 0.0;
    }
    let surfaces: Vec<Surface> = pixels
        .chunks_exact(size.pixels())
        .map(|plane| Surface::new(plane, size, Ring::Nearest))
        .collect();
    let intervals = (EVALUATED_SAMPLES / (pixels.len() * nodes)).clamp(16, INTERVALS);
    let bound = speed::supremum(low, high, intervals, |low, high| {
        interval_bound(&surfaces, size, nodes, low, high)
    });
    let scale = magnitude(pixels) * size.span() * (pixels.len() as f64).sqrt();
    speed::inflated(bound, scale)
}

/// Ranges of position (in coordinates of the frame) and velocity of the samples of one axis and one copy.
fn motion(length: usize, share: f64, low: f64, high: f64) -> Vec<(Interval, Interval)> {
    let centre = half_extent(length);
    let (least, greatest) = (1.0 + low * share, 1.0 + high * share);
    (0..length)
        .map(|index| {
            let offset = index as f64 - centre;
            let exact = Interval::between(offset / least, offset / greatest) + Interval::point(centre);
            // The allowance covers rounding; a sample lies between its pixel and the centre, so the box may too.
            let allowance = 1e-12 * (1.0 + length as f64);
            let hull = Interval::between(index as f64, centre);
            let position = Interval {
                low: (exact.low - allowance).clamp(hull.low, hull.high),
                high: (exact.high + allowance).clamp(hull.low, hull.high),
            };
            let velocity = Interval::between(
                -offset * share / (least * least),
                -offset * share / (greatest * greatest),
            );
            (position, velocity)
        })
        .collect()
}

/// The bound over one interval of strength.
fn interval_bound(surfaces: &[Surface], size: Size, nodes: usize, low: f64, high: f64) -> f64 {
    // Copy 0 is the image itself and does not move.
    let motions: Vec<_> = (1..nodes)
        .map(|node| share(node, nodes))
        .map(|share| {
            (
                motion(size.height, share, low, high),
                motion(size.width, share, low, high),
            )
        })
        .collect();
    let mut squares = 0.0;
    for surface in surfaces {
        for row in 0..size.height {
            for column in 0..size.width {
                let slopes = motions.iter().map(|(rows, columns)| {
                    let ((y, velocity_y), (x, velocity_x)) = (rows[row], columns[column]);
                    surface.slope(y, x, velocity_y, velocity_x)
                });
                let sum = slopes
                    .fold(Interval::point(0.0), |sum, slope| sum + slope)
                    .magnitude();
                squares += sum * sum;
            }
        }
    }
    squares.sqrt() / nodes as f64
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

/// Fewest and most zoomed copies.
const NODES: (f64, f64) = (2.0, 101.0);

impl Transformation for ZoomBlur {
    const ID: &'static str = "zoom_blur";
    const DOC: &'static str = "Mean of copies enlarged about the centre, by up to 1 + strength.";
    const CLASS: Class = Class::NonResolvable;
    const PARAMETERS: &'static [Parameter] = &[Parameter::new(
        STRENGTH.name,
        "1",
        "Largest extra zoom factor.",
        STRENGTH.low,
        STRENGTH.high,
        0.0,
    )];
    const OPTIONS: &'static [OptionSpec] =
        &[
            OptionSpec::integer("nodes", "Number of copies, the image included.")
                .at_least(NODES.0)
                .at_most(NODES.1)
                .default_integer(11),
        ];
    const LIPSCHITZ: Option<Lipschitz<Self>> = Some(|this, image, low, high, bound| {
        let (low, high) = STRENGTH.interval(low, high)?;
        bound[0] = speed_bound(finite(image.pixels)?, Size::of(image), this.nodes, low, high);
        Ok(())
    });
    const ROUNDING: Option<Rounding<Self>> = Some(|this, image, low, high| {
        STRENGTH.interval(low, high)?;
        Ok(mean_rounding_bound(
            finite(image.pixels)?,
            relative_error(Size::of(image), this.nodes),
        ))
    });

    fn create(options: &Options<'_>) -> Result<Self> {
        let nodes = options.integer("nodes")?;
        if (NODES.0 as i64..=NODES.1 as i64).contains(&nodes) {
            Ok(Self {
                nodes: nodes as usize,
            })
        } else {
            Err(TransformationError::Nodes {
                nodes,
                least: NODES.0 as i64,
                most: NODES.1 as i64,
            }
            .into())
        }
    }

    fn apply(&self, image: Image<'_>, parameters: &[f64], out: ImageMut<'_>) -> Result {
        zoom_blur(
            image.pixels,
            Size::of(image),
            STRENGTH.value(parameters)?,
            self.nodes,
            out.pixels,
        );
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{binary, distance, largest_difference, noise, smooth};
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
        assert!(
            zoomed(&[0.3; 30], size, 4.0, 7)
                .iter()
                .all(|value| (value - 0.3).abs() < 1e-6)
        );
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

        #[test]
        fn speed_is_never_exceeded(height in 1usize..12, width in 1usize..12, low in 0.0f64..3.0,
                                   length in 0.0f64..0.4, nodes in 2usize..12, kind in 0u8..3, seed: u64) {
            let size = Size { height, width };
            let image = match kind {
                0 => noise(2 * size.pixels(), seed),
                1 => smooth(2, size),
                _ => binary(2, size),
            };
            let low = if seed % 4 == 0 { 0.0 } else { low };
            let bound = speed_bound(&image, size, nodes, low, low + length);
            let strengths: Vec<f64> = (0..=16).map(|step| low + length * f64::from(step) / 16.0).collect();
            let images: Vec<Vec<f32>> = strengths.iter().map(|&strength| zoomed(&image, size, strength, nodes)).collect();
            for (first, a) in strengths.iter().enumerate() {
                for (second, b) in strengths.iter().enumerate().skip(first + 1) {
                    let moved = distance(&images[first], &images[second]);
                    prop_assert!(moved <= bound * (b - a) + 1e-5, "{moved} > {bound} * {}", b - a);
                }
            }
        }
    }

    #[test]
    fn bound_is_close_to_the_fastest_sampled_speed() {
        let size = Size {
            height: 28,
            width: 28,
        };
        for image in [noise(784, 5), smooth(1, size), binary(1, size)] {
            for low in [0.0, 0.3] {
                let bound = speed_bound(&image, size, 11, low, low + 0.05);
                let fastest = (0..500)
                    .map(|step| low + 1e-4 * f64::from(step))
                    .map(|s| {
                        distance(&zoomed(&image, size, s, 11), &zoomed(&image, size, s + 1e-4, 11)) / 1e-4
                    })
                    .fold(0.0, f64::max);
                assert!(
                    fastest <= bound + 0.05 && bound < 1.3 * fastest,
                    "{fastest} {bound}"
                );
            }
        }
    }
}
