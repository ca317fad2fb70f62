//! Bilinear interpolation of a channel with a ring of one pixel around it, its values and its slopes.

use crate::interval::Interval;
use crate::plane::Size;

/// What lies around the frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ring {
    /// Zeros: the interpolated image falls to zero over one pixel outside the frame, and is zero beyond.
    Zero,
    /// The nearest pixel of the frame, at any distance.
    Nearest,
}

/// Where a sample lies in a [`Surface`]: a cell between four stored points, and the position inside it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Cell {
    /// Index of the cell's upper left stored point.
    start: usize,
    /// Position below the upper points, 0 to 1.
    down: f64,
    /// Position to the right of the left points, 0 to 1.
    right: f64,
}

impl Cell {
    /// The cell of position `(y, x)` in coordinates of a frame of `size`.
    ///
    /// A position beyond the ring stands for the nearest one on its outer line: there a ring of zeros is zero, and a
    /// ring of nearest pixels the nearest pixel. So are positions that are no numbers.
    pub fn of(size: Size, y: f64, x: f64) -> Self {
        let (row, down) = cell_of_axis(size.height, y);
        let (column, right) = cell_of_axis(size.width, x);
        Self { start: row * (size.width + 2) + column, down, right }
    }
}

/// The stored index before `position` on an axis of `length` pixels, and the distance from it.
pub fn cell_of_axis(length: usize, position: f64) -> (usize, f64) {
    let stored = (position + 1.0).max(0.0).min((length + 1) as f64);
    let index = (stored as usize).min(length);
    (index, stored - index as f64)
}

/// A channel with a ring of one pixel around it. Point `(row, column)` of the frame is stored at
/// `(row + 1, column + 1)`.
#[derive(Debug)]
pub struct Surface {
    values: Vec<f32>,
    size: Size,
    stride: usize,
    ring: Ring,
}

impl Surface {
    /// The channel `plane` of `size` (not empty) inside the ring.
    pub fn new(plane: &[f32], size: Size, ring: Ring) -> Self {
        let stride = size.width + 2;
        let mut values = vec![0.0; stride * (size.height + 2)];
        for (row, stored) in values.chunks_exact_mut(stride).enumerate() {
            let source = match ring {
                Ring::Zero if row == 0 || row == size.height + 1 => continue,
                _ => row.saturating_sub(1).min(size.height - 1),
            };
            let pixels = &plane[source * size.width..][..size.width];
            stored[1..=size.width].copy_from_slice(pixels);
            if ring == Ring::Nearest {
                stored[0] = pixels[0];
                stored[size.width + 1] = pixels[size.width - 1];
            }
        }
        Self { values, size, stride, ring }
    }

    /// The stored points of row `row` of the frame with its ring (0 is the ring above), W + 2 of them.
    pub fn stored_row(&self, row: usize) -> &[f32] {
        &self.values[row * self.stride..][..self.stride]
    }

    /// The four corners of the cell that starts at stored point `start`.
    fn corners(&self, start: usize) -> [f64; 4] {
        let (upper, lower) = (&self.values[start..start + 2], &self.values[start + self.stride..][..2]);
        [upper[0].into(), upper[1].into(), lower[0].into(), lower[1].into()]
    }

    /// The interpolated value at `(y, x)` in coordinates of the frame.
    #[cfg(test)]
    pub fn value(&self, y: f64, x: f64) -> f64 {
        self.at(Cell::of(self.size, y, x))
    }

    /// The interpolated value at a cell of the same size.
    #[inline]
    pub fn at(&self, cell: Cell) -> f64 {
        let [a, b, c, d] = self.corners(cell.start);
        let (upper, lower) =
            ((1.0 - cell.right) * a + cell.right * b, (1.0 - cell.right) * c + cell.right * d);
        (1.0 - cell.down) * upper + cell.down * lower
    }

    /// An interval that holds the derivative of the value along every path inside the box `y` times `x` whose
    /// velocity lies in `velocity_y` times `velocity_x`.
    ///
    /// The surface is continuous, and bilinear in each cell: with corners a b / c d and position (fy, fx) inside
    /// it the slopes are `(1 - fy)(b - a) + fy (d - c)` along x, `(1 - fx)(c - a) + fx (d - b)` along y. Each
    /// is linear, so its range over the part of the box in the cell is spanned by the ends. The result is the
    /// hull over all cells that meet the box. It holds almost everywhere in time, which is all that a bound on
    /// differences needs: on the line between two cells a path either spends no time or has almost always no
    /// velocity across the line, and along the line both cells have the same slope. So a cell that the box only
    /// touches may be left out. Beyond the ring the surface is zero, or that of the nearest point on the ring's outer
    /// line, where the slope across the ring is zero as it is beyond.
    pub fn slope(&self, y: Interval, x: Interval, velocity_y: Interval, velocity_x: Interval) -> Interval {
        let (mut y, mut x) = (y + Interval::point(1.0), x + Interval::point(1.0));
        if self.ring == Ring::Nearest {
            y = y.clamp(0.0, (self.size.height + 1) as f64);
            x = x.clamp(0.0, (self.size.width + 1) as f64);
        }
        let mut result: Option<Interval> = None;
        let mut include = |interval: Interval| {
            result = Some(result.map_or(interval, |hull: Interval| hull.hull(interval)));
        };
        let (rows, row_outside) = cells(y, self.size.height + 1);
        let (columns, column_outside) = cells(x, self.size.width + 1);
        if row_outside || column_outside {
            include(Interval::point(0.0));
        }
        for row in rows {
            let down = part(y, row);
            for column in columns.clone() {
                let right = part(x, column);
                let [a, b, c, d] = self.corners(row * self.stride + column);
                let along_x = line(b - a, d - c, down);
                let along_y = line(c - a, d - b, right);
                include(velocity_x * along_x + velocity_y * along_y);
            }
        }
        result.unwrap_or(Interval::point(0.0))
    }
}

/// The cells `k` (from `k` to `k + 1`, `k < count`) that the interval meets, without one that only its upper end
/// touches, and whether it leaves `[0, count]`.
fn cells(interval: Interval, count: usize) -> (std::ops::Range<usize>, bool) {
    let outside = interval.low < 0.0 || interval.high > count as f64;
    if interval.high < 0.0 || interval.low > count as f64 {
        return (0..0, outside);
    }
    // The casts saturate at 0 and cut off the fraction.
    let first = (interval.low as usize).min(count - 1);
    let end = (interval.high.ceil() as usize).clamp(first + 1, count);
    (first..end, outside)
}

/// The part of `interval` inside cell `cell`, relative to the cell.
fn part(interval: Interval, cell: usize) -> Interval {
    let start = cell as f64;
    Interval { low: (interval.low - start).clamp(0.0, 1.0), high: (interval.high - start).clamp(0.0, 1.0) }
}

/// Range of `(1 - t) from + t to` over `t` in `part`.
fn line(from: f64, to: f64, part: Interval) -> Interval {
    Interval::between(from + part.low * (to - from), from + part.high * (to - from))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::noise;
    use proptest::prelude::*;

    const SIZE: Size = Size { height: 4, width: 5 };

    #[test]
    fn pixels_are_interpolated_exactly() {
        let plane = noise(SIZE.pixels(), 1);
        for ring in [Ring::Zero, Ring::Nearest] {
            let surface = Surface::new(&plane, SIZE, ring);
            for row in 0..SIZE.height {
                for column in 0..SIZE.width {
                    let value = surface.value(row as f64, column as f64);
                    assert_eq!(value as f32, plane[row * SIZE.width + column]);
                }
            }
        }
    }

    #[test]
    fn falls_to_zero_over_one_pixel() {
        let plane = noise(SIZE.pixels(), 2);
        let surface = Surface::new(&plane, SIZE, Ring::Zero);
        assert!((surface.value(1.0, -0.25) - 0.75 * f64::from(plane[SIZE.width])).abs() < 1e-7);
        assert!((surface.value(3.5, 2.0) - 0.5 * f64::from(plane[3 * SIZE.width + 2])).abs() < 1e-7);
        for (y, x) in [(-1.0, 2.0), (4.0, 2.0), (1.0, 5.0), (-7.0, 1e300), (1.0, f64::NAN)] {
            assert_eq!(surface.value(y, x), 0.0);
        }
    }

    #[test]
    fn the_nearest_pixel_goes_on_forever() {
        let plane = noise(SIZE.pixels(), 3);
        let surface = Surface::new(&plane, SIZE, Ring::Nearest);
        assert_eq!(surface.value(-9.0, 1e300) as f32, plane[4]);
        assert_eq!(surface.value(17.5, 2.0) as f32, plane[3 * SIZE.width + 2]);
        assert_eq!(surface.value(1.25, -0.75), surface.value(1.25, -30.0));
    }

    proptest! {
        #[test]
        fn slope_holds_every_difference(seed: u64, y in -2.5f64..6.0, x in -2.5f64..7.0, dy in -1.5f64..1.5, dx in -1.5f64..1.5) {
            let ring = if seed % 2 == 0 { Ring::Zero } else { Ring::Nearest };
            let surface = Surface::new(&noise(SIZE.pixels(), seed), SIZE, ring);
            let difference = surface.value(y + dy, x + dx) - surface.value(y, x);
            let slope = surface.slope(
                Interval::between(y, y + dy), Interval::between(x, x + dx), Interval::point(dy), Interval::point(dx));
            prop_assert!(slope.low - 1e-9 <= difference && difference <= slope.high + 1e-9);
        }
    }
}
