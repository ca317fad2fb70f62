//! How fast the rotational blur changes with its angle.

use crate::interval::Interval;
use crate::plane::{Size, magnitude};
use crate::rotation::surfaces;
use crate::rotational_blur::share;
use crate::sampling::Surface;
use crate::speed;

/// How many intervals of the angle a bound may look at for small images; fewer for larger ones.
const INTERVALS: usize = 96;
/// Pixels times nodes times intervals that one bound may look at.
const EVALUATED_SAMPLES: usize = 1 << 22;

/// A bound on `|d rotational_blur / d angle|_2` per degree over angles in `[low, high]` (0 to 180), for finite pixels.
///
/// With t_k the share of the angle that copy k is turned by and u the position of its sample relative to the centre,
/// the sample's velocity per radian is `t_k (u_x, -u_y)` for `(y, x)`. [`Arc`] spans both over an interval of the
/// angle, [`Surface::slope`] bounds each sample's derivative, their mean bounds the pixel's, and the root of the
/// sum of squares bounds the speed over the interval. The pixels are continuous and piecewise smooth in the angle, so
/// `|tau(a) - tau(b)|_2 <= |a - b|` times the greatest such bound over intervals that cover `[low, high]`.
pub fn speed_bound(pixels: &[f32], size: Size, nodes: usize, low: f64, high: f64) -> f64 {
    if pixels.is_empty() {
        return 0.0;
    }
    let surfaces = surfaces(pixels, size);
    let intervals = (EVALUATED_SAMPLES / (pixels.len() * nodes)).clamp(16, INTERVALS);
    let per_radian = speed::supremum(low.to_radians(), high.to_radians(), intervals, |low, high| {
        interval_bound(&surfaces, size, nodes, low, high)
    });
    let scale = magnitude(pixels) * size.span() * (pixels.len() as f64).sqrt();
    speed::inflated(per_radian, scale).to_radians()
}

/// The bound per radian over one interval of the angle, ends in radians.
fn interval_bound(surfaces: &[Surface], size: Size, nodes: usize, low: f64, high: f64) -> f64 {
    // A copy in the middle does not move.
    let arcs: Vec<(f64, Arc)> = (0..nodes)
        .map(|node| share(node, nodes))
        .filter(|&share| share != 0.0)
        .map(|share| (share, Arc::new(share * low, share * high, size)))
        .collect();
    let (cy, cx) = size.centre();
    let mut sums = vec![Interval::point(0.0); surfaces.len()];
    let mut squares = 0.0;
    for row in 0..size.height {
        for column in 0..size.width {
            let (dy, dx) = (row as f64 - cy, column as f64 - cx);
            sums.fill(Interval::point(0.0));
            for &(share, arc) in &arcs {
                // y is sin a dx + cos a dy, x is cos a dx - sin a dy.
                let (y, x) = (arc.range(dy, dx), arc.range(dx, -dy));
                let velocity_y = Interval::point(share) * x;
                let velocity_x = Interval::point(-share) * y;
                let (y, x) = (y + Interval::point(cy), x + Interval::point(cx));
                for (sum, surface) in sums.iter_mut().zip(surfaces) {
                    *sum = *sum + surface.slope(y, x, velocity_y, velocity_x);
                }
            }
            squares += sums.iter().map(|sum| sum.magnitude().powi(2)).sum::<f64>();
        }
    }
    squares.sqrt() / nodes as f64
}

/// The turns by angles between two ends that are at most 90 degrees from 0.
#[derive(Debug, Clone, Copy)]
struct Arc {
    /// The end with the lower angle, then the other.
    ends: [End; 2],
}

/// Sine and cosine of one end of an arc, and how far from it a coordinate may be computed.
#[derive(Debug, Clone, Copy)]
struct End {
    sine: f64,
    cosine: f64,
    allowance: f64,
}

impl Arc {
    /// The turns by angles between `first` and `second` radians.
    fn new(first: f64, second: f64, size: Size) -> Self {
        let end = |angle: f64| {
            let (sine, cosine) = angle.sin_cos();
            // Coordinates are exact at 0, where they are whole: an allowance would let the cells in on which the
            // sample turns its back.
            let allowance = if angle == 0.0 { 0.0 } else { 1e-12 * (1.0 + size.span()) };
            End { sine, cosine, allowance }
        };
        Self { ends: [end(first.min(second)), end(first.max(second))] }
    }

    /// Range of `cos a along + sin a across` over the angles a of the arc.
    ///
    /// It is a sinusoid of amplitude `|(along, across)|`. On an arc of at most half a turn its slope `cos a across -
    /// sin a along` changes sign at most once; where it does, the amplitude (or its negative) is an end of the range.
    fn range(self, along: f64, across: f64) -> Interval {
        let [first, last] = self.ends.map(|end| {
            let value = Interval::around(end.cosine * along + end.sine * across, end.allowance);
            (value, end.cosine * across - end.sine * along)
        });
        let mut range = first.0.hull(last.0);
        let amplitude = along.hypot(across) * (1.0 + 1e-12);
        if first.1 > 0.0 && last.1 < 0.0 {
            range.high = range.high.max(amplitude);
        } else if first.1 < 0.0 && last.1 > 0.0 {
            range.low = range.low.min(-amplitude);
        }
        range
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rotational_blur::rotational_blur;
    use crate::testing::{any_picture, binary, fastest, noise, smooth, too_fast};
    use proptest::prelude::*;

    fn blurred(pixels: &[f32], size: Size, angle: f64, nodes: usize) -> Vec<f32> {
        let mut out = vec![f32::NAN; pixels.len()];
        rotational_blur(pixels, size, angle, nodes, &mut out);
        out
    }

    proptest! {
        #[test]
        fn arcs_span_their_coordinates(first in -1.57f64..1.57, second in -1.57f64..1.57, part in 0.0f64..=1.0,
                                       y in -9i32..9, x in -9i32..9, kind in 0u8..3) {
            let first = if kind == 0 { 0.0 } else { first };
            let arc = Arc::new(first, second, Size { height: 19, width: 19 });
            let (dy, dx) = (f64::from(y), f64::from(x));
            let (sine, cosine) = (first + part * (second - first)).sin_cos();
            let (y, x) = (arc.range(dy, dx), arc.range(dx, -dy));
            prop_assert!((y.low - 1e-13..=y.high + 1e-13).contains(&(sine * dx + cosine * dy)));
            prop_assert!((x.low - 1e-13..=x.high + 1e-13).contains(&(cosine * dx - sine * dy)));
        }

        #[test]
        fn speed_is_never_exceeded(height in 1usize..12, width in 1usize..12, low in 0.0f64..170.0,
                                   length in 0.0f64..10.0, nodes in 2usize..12, kind in 0u8..3, seed: u64) {
            let size = Size { height, width };
            let image = any_picture(kind, size, seed);
            let low = if seed % 4 == 0 { 0.0 } else { low };
            let bound = speed_bound(&image, size, nodes, low, low + length);
            let angles: Vec<f64> = (0..=16).map(|step| low + length * f64::from(step) / 16.0).collect();
            let images: Vec<Vec<f32>> = angles.iter().map(|&angle| blurred(&image, size, angle, nodes)).collect();
            prop_assert_eq!(too_fast(bound, &angles, &images, 1e-5), None);
        }
    }

    #[test]
    fn bound_is_close_to_the_fastest_sampled_speed() {
        let size = Size { height: 28, width: 28 };
        for image in [noise(784, 5), smooth(1, size), binary(1, size)] {
            for low in [0.0, 20.0] {
                let bound = speed_bound(&image, size, 11, low, low + 3.0);
                let fastest = fastest(low, 0.01, 300, |angle| blurred(&image, size, angle, 11));
                assert!(fastest <= bound + 1e-3 && bound < 1.3 * fastest, "{low}: {fastest} {bound}");
            }
        }
    }
}
