//! How fast the motion blur changes with its length.

use crate::motion_blur::reach;
use crate::plane::{Size, magnitude};
use crate::segment::{Direction, ExtendedPlane, Piece, Stencil};
use crate::speed;

/// How many intervals a bound may look at within one piece of the segment; they cost no look at the pixels.
const INTERVALS: usize = 256;

/// A bound on `|d motion_blur / d length|_2` over lengths in `[low, high]`, for finite pixels.
///
/// With h(s) the mean of the images shifted by s to either side and r half the length, the blur is `(1/r)` times the
/// integral of h from 0 to r, so its derivative by the length is `(h(r) - blur) / (2 r) = P(r) / r^2` with P(r) half the
/// integral of `s h'(s)` from 0 to r. While r stays between two crossings of the grid, `h = c0 + c1 s + c2 s^2` with
/// images c0, c1, c2; so from the start a of such a piece on
///
/// `P(r) / r^2 = c1/4 + (c2/3) r + (P(a) - (c1/4) a^2 - (c2/3) a^3) / r^2`,
///
/// and [`Piecewise`] bounds its norm there. The blur is continuous and piecewise smooth in the length, so
/// `|tau(a) - tau(b)|_2 <= |a - b|` times the greatest of these bounds.
pub fn speed_bound(pixels: &[f32], size: Size, direction: Direction, low: f64, high: f64) -> f64 {
    if pixels.is_empty() {
        return 0.0;
    }
    let (least, greatest) = (0.5 * low, 0.5 * high);
    let planes: Vec<ExtendedPlane> = pixels
        .chunks_exact(size.pixels())
        .map(|plane| ExtendedPlane::new(plane, size, reach(direction, greatest)))
        .collect();
    // One piece beyond, so that a range that ends at a crossing, or at 0, has a piece that it lies in.
    let pieces = direction.pieces(greatest + 1.0);
    let mut moment = vec![0.0; pixels.len()];
    let mut bound: f64 = 0.0;
    for piece in pieces.into_iter().take_while(|piece| piece.start <= greatest) {
        let piecewise = Piecewise::new(&planes, size, piece, &moment);
        if piece.end >= least {
            let (start, end) = (piece.start.max(least), piece.end.min(greatest));
            bound = bound.max(speed::supremum(start, end, INTERVALS, |a, b| piecewise.bound(a, b)));
        }
        piecewise.advance(&mut moment);
    }
    speed::inflated(bound, magnitude(pixels) * size.span() * (pixels.len() as f64).sqrt())
}

/// The derivative of the blur by the length on one piece, `constant + linear r + inverse / r^2` with images for
/// coefficients.
struct Piecewise {
    piece: Piece,
    constant: Vec<f64>,
    linear: Vec<f64>,
    /// Inner products of constant, linear and inverse with one another.
    products: [[f64; 3]; 3],
    /// Bound on the rounding error of an inner product relative to the product of the norms.
    error: f64,
}

impl Piecewise {
    /// The derivative on `piece`, where `moment` is P at its start.
    fn new(planes: &[ExtendedPlane], size: Size, piece: Piece, moment: &[f64]) -> Self {
        let (mut constant, mut linear) = (Stencil::default(), Stencil::default());
        for (offset, [_, c1, c2]) in piece.polynomials() {
            constant.add(offset, c1 / 4.0);
            linear.add(offset, c2 / 3.0);
        }
        let (constant, linear) = (convolved(planes, size, &constant), convolved(planes, size, &linear));
        let (square, cube) = (piece.start.powi(2), piece.start.powi(3));
        let mut inverse = moment.to_vec();
        for ((inverse, constant), linear) in inverse.iter_mut().zip(&constant).zip(&linear) {
            *inverse -= constant * square + linear * cube;
        }
        let images = [&constant, &linear, &inverse];
        let products = images.map(|a| images.map(|b| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>()));
        let error = (moment.len() as f64 + 16.0) * 4.0 * f64::EPSILON;
        Self { piece, constant, linear, products, error }
    }

    /// Takes P from the start of the piece to its end.
    fn advance(&self, moment: &mut [f64]) {
        let square = self.piece.end.powi(2) - self.piece.start.powi(2);
        let cube = self.piece.end.powi(3) - self.piece.start.powi(3);
        for ((moment, constant), linear) in moment.iter_mut().zip(&self.constant).zip(&self.linear) {
            *moment += constant * square + linear * cube;
        }
    }

    /// A bound on the norm of the derivative over r in `[low, high]`, inside the piece.
    ///
    /// The norm of `constant + linear r + inverse q` is convex in (r, q), so over a triangle it is greatest at a corner.
    /// The curve `q = 1/r^2` is convex: it lies in the triangle of its two ends and the crossing of its tangents there.
    /// With `a = 1/low` and `b = 1/high` they cross at `r = (3/2) (a + b) / (a^2 + a b + b^2)`, `q = 3 a^2 - 2 a^3 r`.
    /// On the first piece the inverse is 0 and the curve a line.
    fn bound(&self, low: f64, high: f64) -> f64 {
        if self.piece.start == 0.0 {
            return self.norm(low, 0.0).max(self.norm(high, 0.0));
        }
        let (a, b) = (1.0 / low, 1.0 / high);
        let crossing = 1.5 * (a + b) / (a * a + a * b + b * b);
        let at_crossing = self.norm(crossing, 3.0 * a * a - 2.0 * a.powi(3) * crossing);
        self.norm(low, a * a).max(self.norm(high, b * b)).max(at_crossing)
    }

    /// An upper bound of the norm of `constant + linear r + inverse q`.
    fn norm(&self, r: f64, q: f64) -> f64 {
        let factors = [1.0, r, q.abs()];
        let (mut square, mut sizes) = (0.0, 0.0);
        for (i, (products, first)) in self.products.iter().zip(factors).enumerate() {
            square +=
                products.iter().zip(factors).map(|(product, second)| first * second * product).sum::<f64>();
            sizes += first * self.products[i][i].sqrt();
        }
        (square.max(0.0) + self.error * sizes * sizes).sqrt()
    }
}

/// All channels with the weights of `stencil`.
fn convolved(planes: &[ExtendedPlane], size: Size, stencil: &Stencil) -> Vec<f64> {
    let mut result = vec![0.0; planes.len() * size.pixels()];
    for (plane, result) in planes.iter().zip(result.chunks_exact_mut(size.pixels())) {
        for (row, sums) in result.chunks_exact_mut(size.width).enumerate() {
            plane.add_row(stencil, row, sums);
        }
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::motion_blur::motion_blur;
    use crate::testing::{any_picture, binary, fastest, noise, smooth, too_fast};
    use proptest::prelude::*;

    fn blurred(pixels: &[f32], size: Size, length: f64, angle: f64) -> Vec<f32> {
        let mut out = vec![f32::NAN; pixels.len()];
        motion_blur(pixels, size, length, Direction::new(angle), &mut out);
        out
    }

    #[test]
    fn within_a_pixel_a_row_moves_at_one_speed() {
        // A single bright pixel loses a quarter of the length, which goes to its two neighbours.
        let size = Size { height: 1, width: 5 };
        let bound = speed_bound(&[0.0, 0.0, 1.0, 0.0, 0.0], size, Direction::new(0.0), 0.0, 2.0);
        let expected = (0.25f64.powi(2) + 2.0 * 0.125f64.powi(2)).sqrt();
        assert!(bound >= expected && bound < expected + 1e-6, "{bound} {expected}");
    }

    #[test]
    fn constant_images_do_not_move() {
        let size = Size { height: 6, width: 5 };
        assert!(speed_bound(&[0.3; 30], size, Direction::new(33.0), 0.0, 64.0) < 1e-6);
    }

    proptest! {
        #[test]
        fn speed_is_never_exceeded(height in 1usize..12, width in 1usize..12, low in 0.0f64..20.0, length in 0.0f64..2.0,
                                   angle in -180.0f64..180.0, kind in 0u8..3, seed: u64) {
            let size = Size { height, width };
            let image = any_picture(kind, size, seed);
            let low = [0.0, low.floor(), low, low][(seed % 4) as usize];
            let angle = [(angle / 45.0).round() * 45.0, angle][(seed / 4 % 2) as usize];
            let bound = speed_bound(&image, size, Direction::new(angle), low, low + length);
            let lengths: Vec<f64> = (0..=16).map(|step| low + length * f64::from(step) / 16.0).collect();
            let images: Vec<Vec<f32>> = lengths.iter().map(|&length| blurred(&image, size, length, angle)).collect();
            prop_assert_eq!(too_fast(bound, &lengths, &images, 3e-6), None);
        }
    }

    #[test]
    fn bound_is_close_to_the_fastest_sampled_speed() {
        let size = Size { height: 28, width: 28 };
        for image in [noise(784, 5), smooth(1, size), binary(1, size)] {
            for (low, length, angle) in
                [(0.0, 2.0, 0.0), (0.0, 5.0, 33.0), (7.0, 1.0, -80.0), (20.0, 2.0, 45.0)]
            {
                let bound = speed_bound(&image, size, Direction::new(angle), low, low + length);
                let fastest = fastest(low, length / 50.0, 50, |length| blurred(&image, size, length, angle));
                assert!(fastest <= bound + 1e-3 && bound < 1.2 * fastest, "{low} {angle}: {fastest} {bound}");
            }
        }
    }
}
