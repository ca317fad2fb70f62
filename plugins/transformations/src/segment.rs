//! A straight segment on the pixel grid, and what bilinear interpolation weighs along it.

use std::collections::BTreeMap;

use crate::plane::Size;

/// A direction in the plane of the image, of length 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Direction {
    /// Component along the columns, downwards.
    pub down: f64,
    /// Component along the rows, to the right.
    pub right: f64,
}

impl Direction {
    /// The direction at `angle` degrees from the right, counter-clockwise as displayed.
    ///
    /// A component below 2^-50 counts as 0: it comes from rounding the angle.
    pub fn new(angle: f64) -> Self {
        let (sine, cosine) = angle.to_radians().sin_cos();
        let clean = |component: f64| if component.abs() < 4.0 * f64::EPSILON { 0.0 } else { component };
        Self { down: clean(-sine), right: clean(cosine) }
    }

    /// The pieces that the grid cuts the distances from 0 to `distance` into, in order: on each of them the point at
    /// distance s along the direction stays in one cell.
    pub fn pieces(self, distance: f64) -> Vec<Piece> {
        let crossings = |component: f64| {
            (1u32..).map(move |line| f64::from(line) / component.abs()).take_while(move |&at| at < distance)
        };
        let mut ends: Vec<f64> = crossings(self.down).chain(crossings(self.right)).collect();
        ends.push(distance);
        ends.sort_by(f64::total_cmp);
        let mut start = 0.0;
        let mut pieces = Vec::with_capacity(ends.len());
        for end in ends {
            if start < end {
                let middle = 0.5 * (start + end);
                let (row, column) = ((middle * self.down).floor(), (middle * self.right).floor());
                pieces.push(Piece { direction: self, start, end, row, column });
                start = end;
            }
        }
        pieces
    }
}

/// Distances along a direction within one cell.
#[derive(Debug, Clone, Copy)]
pub struct Piece {
    direction: Direction,
    /// The distance at which the cell is entered.
    pub start: f64,
    /// The distance at which it is left.
    pub end: f64,
    row: f64,
    column: f64,
}

impl Piece {
    /// The four corners of the cell, each with what its weight in the interpolated value at distance s is:
    /// a polynomial in s of degree 2, constant first.
    pub fn polynomials(self) -> [(Offset, [f64; 3]); 4] {
        let upper = [1.0 + self.row, -self.direction.down];
        let lower = [-self.row, self.direction.down];
        let left = [1.0 + self.column, -self.direction.right];
        let right = [-self.column, self.direction.right];
        let product = |a: [f64; 2], b: [f64; 2]| [a[0] * b[0], a[0] * b[1] + a[1] * b[0], a[1] * b[1]];
        self.corners([
            product(upper, left),
            product(upper, right),
            product(lower, left),
            product(lower, right),
        ])
    }

    /// The four corners of the cell, each with the integral of its weight over the piece.
    ///
    /// Simpson's rule is exact for polynomials of degree 2, and its weights are not negative.
    pub fn integrals(self) -> [(Offset, f64); 4] {
        let mut sums = [0.0; 4];
        for (distance, share) in [(self.start, 1.0), (0.5 * (self.start + self.end), 4.0), (self.end, 1.0)] {
            let down = (distance * self.direction.down - self.row).clamp(0.0, 1.0);
            let right = (distance * self.direction.right - self.column).clamp(0.0, 1.0);
            let weights =
                [(1.0 - down) * (1.0 - right), (1.0 - down) * right, down * (1.0 - right), down * right];
            for (sum, weight) in sums.iter_mut().zip(weights) {
                *sum += share / 6.0 * (self.end - self.start) * weight;
            }
        }
        self.corners(sums)
    }

    /// The corners, with one of `values` each: upper left, upper right, lower left, lower right.
    fn corners<T>(self, values: [T; 4]) -> [(Offset, T); 4] {
        let (row, column) = (self.row as isize, self.column as isize);
        let [a, b, c, d] = values;
        [((row, column), a), ((row, column + 1), b), ((row + 1, column), c), ((row + 1, column + 1), d)]
    }
}

/// Rows down and columns to the right of a pixel.
pub type Offset = (isize, isize);

/// Weights of a pixel's neighbours that are the same at opposite ones.
#[derive(Debug, Default)]
pub struct Stencil(BTreeMap<Offset, f64>);

impl Stencil {
    /// Adds half of `weight` at `offset` and half opposite to it.
    pub fn add(&mut self, (row, column): Offset, weight: f64) {
        if weight != 0.0 {
            *self.0.entry((row, column)).or_default() += 0.5 * weight;
            *self.0.entry((-row, -column)).or_default() += 0.5 * weight;
        }
    }

    /// Sum of the weights.
    #[cfg(test)]
    pub fn sum(&self) -> f64 {
        self.0.values().sum()
    }
}

/// A channel that goes on with the nearest pixel of its frame.
#[derive(Debug)]
pub struct ExtendedPlane {
    size: Size,
    reach: usize,
    /// H rows of W + 2 reach pixels.
    rows: Vec<f64>,
}

impl ExtendedPlane {
    /// Continues `plane` of `size` (not empty), by `reach` pixels to the left and right.
    pub fn new(plane: &[f32], size: Size, reach: usize) -> Self {
        let mut rows = Vec::with_capacity(size.height * (size.width + 2 * reach));
        for pixels in plane.chunks_exact(size.width) {
            rows.extend(std::iter::repeat_n(f64::from(pixels[0]), reach));
            rows.extend(pixels.iter().map(|&pixel| f64::from(pixel)));
            rows.extend(std::iter::repeat_n(f64::from(pixels[size.width - 1]), reach));
        }
        Self { size, reach, rows }
    }

    /// Adds to each pixel of row `row`, in `sums`, the pixels around it with the weights of `stencil`, none of which
    /// lies more columns away than the reach.
    pub fn add_row(&self, stencil: &Stencil, row: usize, sums: &mut [f64]) {
        for (&(down, right), &weight) in &stencil.0 {
            let source = row.saturating_add_signed(down).min(self.size.height - 1);
            let start = source * (self.size.width + 2 * self.reach) + self.reach.saturating_add_signed(right);
            for (sum, pixel) in sums.iter_mut().zip(&self.rows[start..][..self.size.width]) {
                *sum += weight * pixel;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn directions_along_the_grid_are_exact() {
        assert_eq!(Direction::new(0.0), Direction { down: -0.0, right: 1.0 });
        assert_eq!(Direction::new(90.0), Direction { down: -1.0, right: 0.0 });
        assert_eq!(Direction::new(-180.0).down, 0.0);
    }

    #[test]
    fn pieces_end_where_the_grid_is_crossed() {
        let ends = |angle: f64, distance: f64| -> Vec<f64> {
            Direction::new(angle).pieces(distance).iter().map(|piece| piece.end).collect()
        };
        assert_eq!(ends(0.0, 2.5), [1.0, 2.0, 2.5]);
        assert_eq!(ends(90.0, 2.0), [1.0, 2.0]);
        assert!(ends(30.0, 0.0).is_empty());
        let third = ends(30.0, 2.2);
        let expected = [2.0 / 3f64.sqrt(), 2.0, 2.2];
        assert!(third.len() == 3 && third.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-12));
    }

    proptest! {
        #[test]
        fn polynomials_and_integrals_are_bilinear_weights(angle in -180.0f64..180.0, distance in 0.01f64..9.0, part in 0.0f64..1.0) {
            for piece in Direction::new(angle).pieces(distance) {
                let s = piece.start + part * (piece.end - piece.start);
                let (y, x) = (s * piece.direction.down, s * piece.direction.right);
                for ((offset, [a, b, c]), (same, integral)) in piece.polynomials().into_iter().zip(piece.integrals()) {
                    prop_assert_eq!(offset, same);
                    let hat = |position: f64, index: isize| (1.0 - (position - index as f64).abs()).max(0.0);
                    let expected = hat(y, offset.0) * hat(x, offset.1);
                    prop_assert!((a + b * s + c * s * s - expected).abs() < 1e-10);
                    let primitive = |s: f64| a * s + b * s * s / 2.0 + c * s.powi(3) / 3.0;
                    prop_assert!((primitive(piece.end) - primitive(piece.start) - integral).abs() < 1e-10);
                }
            }
        }
    }
}
