//! How fast the zoom blur changes with its strength.

use crate::interval::Interval;
use crate::plane::{Size, half_extent, magnitude};
use crate::sampling::{Ring, Surface};
use crate::speed;
use crate::zoom_blur::share;

/// How many intervals of strength a bound may look at for small images; fewer for larger ones.
const INTERVALS: usize = 96;
/// Pixels times nodes times intervals that one bound may look at.
const EVALUATED_SAMPLES: usize = 1 << 22;

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
    let surfaces: Vec<Surface> =
        pixels.chunks_exact(size.pixels()).map(|plane| Surface::new(plane, size, Ring::Nearest)).collect();
    let intervals = (EVALUATED_SAMPLES / (pixels.len() * nodes)).clamp(16, INTERVALS);
    let bound =
        speed::supremum(low, high, intervals, |low, high| interval_bound(&surfaces, size, nodes, low, high));
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
            let velocity =
                Interval::between(-offset * share / (least * least), -offset * share / (greatest * greatest));
            (position, velocity)
        })
        .collect()
}

/// The bound over one interval of strength.
fn interval_bound(surfaces: &[Surface], size: Size, nodes: usize, low: f64, high: f64) -> f64 {
    // Copy 0 is the image itself and does not move.
    let motions: Vec<_> = (1..nodes)
        .map(|node| share(node, nodes))
        .map(|share| (motion(size.height, share, low, high), motion(size.width, share, low, high)))
        .collect();
    let mut squares = 0.0;
    for surface in surfaces {
        for row in 0..size.height {
            for column in 0..size.width {
                let slopes = motions.iter().map(|(rows, columns)| {
                    let ((y, velocity_y), (x, velocity_x)) = (rows[row], columns[column]);
                    surface.slope(y, x, velocity_y, velocity_x)
                });
                let sum = slopes.fold(Interval::point(0.0), |sum, slope| sum + slope).magnitude();
                squares += sum * sum;
            }
        }
    }
    squares.sqrt() / nodes as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{any_picture, binary, fastest, noise, smooth, too_fast};
    use crate::zoom_blur::zoom_blur;
    use proptest::prelude::*;

    fn zoomed(pixels: &[f32], size: Size, strength: f64, nodes: usize) -> Vec<f32> {
        let mut out = vec![f32::NAN; pixels.len()];
        zoom_blur(pixels, size, strength, nodes, &mut out);
        out
    }

    proptest! {
        #[test]
        fn speed_is_never_exceeded(height in 1usize..12, width in 1usize..12, low in 0.0f64..3.0,
                                   length in 0.0f64..0.4, nodes in 2usize..12, kind in 0u8..3, seed: u64) {
            let size = Size { height, width };
            let image = any_picture(kind, size, seed);
            let low = if seed % 4 == 0 { 0.0 } else { low };
            let bound = speed_bound(&image, size, nodes, low, low + length);
            let strengths: Vec<f64> = (0..=16).map(|step| low + length * f64::from(step) / 16.0).collect();
            let images: Vec<Vec<f32>> = strengths.iter().map(|&strength| zoomed(&image, size, strength, nodes)).collect();
            prop_assert_eq!(too_fast(bound, &strengths, &images, 1e-5), None);
        }
    }

    #[test]
    fn bound_is_close_to_the_fastest_sampled_speed() {
        let size = Size { height: 28, width: 28 };
        for image in [noise(784, 5), smooth(1, size), binary(1, size)] {
            for low in [0.0, 0.3] {
                let bound = speed_bound(&image, size, 11, low, low + 0.05);
                let fastest = fastest(low, 1e-4, 500, |strength| zoomed(&image, size, strength, 11));
                assert!(fastest <= bound + 0.05 && bound < 1.3 * fastest, "{fastest} {bound}");
            }
        }
    }
}
