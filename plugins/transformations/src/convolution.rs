//! Convolution of a channel with a symmetric disk-like kernel, with reflecting borders.

use crate::border::reflect;
use crate::disk;
use crate::plane::Size;

/// A kernel that is symmetric in both axes and constant on the pixels inside a disk.
#[derive(Debug)]
pub struct Kernel {
    /// Weight of every pixel inside the disk.
    inner: f64,
    /// Row d holds for rows -d and d.
    rows: Vec<Row>,
}

/// One row of a kernel, for column offsets 0, 1, 2, ... to either side.
#[derive(Debug)]
struct Row {
    /// How many of these offsets, from 0 on, carry the inner weight.
    inner: usize,
    /// The weights that follow.
    outer: Vec<f64>,
}

impl Kernel {
    /// The kernel with weight `inner` on pixels inside the disk of `radius` and `outer(row, column)` on those
    /// that the disk meets only partly.
    pub fn new(radius: f64, inner: f64, outer: impl Fn(usize, usize) -> f64) -> Self {
        let reach = disk::reach(radius);
        let row = |index| {
            let inside = (0..=reach).take_while(|&column| disk::contains(radius, index, column)).count();
            let touched = (inside..=reach).take_while(|&column| meets(radius, index, column));
            Row { inner: inside, outer: touched.map(|column| outer(index, column)).collect() }
        };
        Self { inner, rows: (0..=reach).map(row).collect() }
    }

    /// How many pixels the kernel reaches to each side.
    pub fn reach(&self) -> usize {
        self.rows.len() - 1
    }

    /// Sum of the weights.
    #[cfg(test)]
    pub fn sum(&self) -> f64 {
        let copies = |index: usize| if index == 0 { 1.0 } else { 2.0 };
        let sum = |row: &Row| {
            let inner: f64 = (0..row.inner).map(|column| copies(column) * self.inner).sum();
            let outer: f64 =
                row.outer.iter().enumerate().map(|(k, weight)| copies(row.inner + k) * weight).sum();
            inner + outer
        };
        self.rows.iter().enumerate().map(|(index, row)| copies(index) * sum(row)).sum()
    }
}

/// Whether the disk meets the inside of pixel `(i, j)`.
fn meets(radius: f64, i: usize, j: usize) -> bool {
    let near = |index: usize| (index as f64 - 0.5).max(0.0);
    near(i) * near(i) + near(j) * near(j) < radius * radius
}

/// A channel whose rows are continued to both sides by reflection, with their running sums.
#[derive(Debug)]
pub struct ReflectedPlane {
    size: Size,
    reach: usize,
    /// H rows of W + 2 reach pixels.
    rows: Vec<f64>,
    /// H rows of W + 2 reach + 1 sums of the pixels before each position.
    sums: Vec<f64>,
}

impl ReflectedPlane {
    /// Continues `plane` of `size` (not empty) by `reach` pixels to the left and right.
    pub fn new(plane: &[f32], size: Size, reach: usize) -> Self {
        let mut rows = Vec::with_capacity(size.height * (size.width + 2 * reach));
        let mut sums = Vec::with_capacity(size.height * (size.width + 2 * reach + 1));
        for pixels in plane.chunks_exact(size.width) {
            let start = rows.len();
            let outside = |offset: isize| f64::from(pixels[reflect(offset, size.width)]);
            rows.extend((0..reach).map(|index| outside(index as isize - reach as isize)));
            rows.extend(pixels.iter().map(|&pixel| f64::from(pixel)));
            rows.extend((0..reach).map(|index| outside((size.width + index) as isize)));
            let mut sum = 0.0;
            sums.push(sum);
            sums.extend(rows[start..].iter().map(|pixel| {
                sum += pixel;
                sum
            }));
        }
        Self { size, reach, rows, sums }
    }

    /// The rows `offset` above and below `row`, reflected at the top and bottom; the same row twice for 0.
    fn pair<'a>(&self, values: &'a [f64], row: usize, offset: usize) -> (&'a [f64], &'a [f64]) {
        let stride = values.len() / self.size.height;
        let at = |index: isize| &values[reflect(index, self.size.height) * stride..][..stride];
        (at(row as isize - offset as isize), at(row as isize + offset as isize))
    }

    /// Hands every pixel of the convolution with `kernel` (whose reach must not exceed that of the plane) to
    /// `write`, row by row: `write(row, values)`.
    ///
    /// The inner weight is applied once to a sum of differences of running sums; the few outer weights of each
    /// row are applied pixel by pixel, to four symmetric pixels at a time.
    pub fn convolve(&self, kernel: &Kernel, mut write: impl FnMut(usize, &[f64])) {
        let width = self.size.width;
        let mut folded = vec![0.0; width + 2 * self.reach];
        let (mut inner, mut outer) = (vec![0.0; width], vec![0.0; width]);
        for row in 0..self.size.height {
            inner.fill(0.0);
            outer.fill(0.0);
            for (offset, weights) in kernel.rows.iter().enumerate() {
                // Offset 0 meets its row once, the others meet one row above and one below.
                if weights.inner > 0 {
                    let (above, below) = self.pair(&self.sums, row, offset);
                    self.add_runs(above, weights.inner, &mut inner);
                    if offset > 0 {
                        self.add_runs(below, weights.inner, &mut inner);
                    }
                }
                if !weights.outer.is_empty() {
                    let (above, below) = self.pair(&self.rows, row, offset);
                    let both = if offset > 0 { 1.0 } else { 0.0 };
                    for ((folded, above), below) in folded.iter_mut().zip(above).zip(below) {
                        *folded = above + both * below;
                    }
                    self.add_outer(&folded, weights, &mut outer);
                }
            }
            for (outer, inner) in outer.iter_mut().zip(&inner) {
                *outer += kernel.inner * inner;
            }
            write(row, &outer);
        }
    }

    /// Adds the sums over columns `j - (inner - 1) ..= j + (inner - 1)` of one row to each `out[j]`.
    fn add_runs(&self, sums: &[f64], inner: usize, out: &mut [f64]) {
        let before = &sums[self.reach + 1 - inner..][..out.len()];
        let after = &sums[self.reach + inner..][..out.len()];
        for ((out, before), after) in out.iter_mut().zip(before).zip(after) {
            *out += after - before;
        }
    }

    /// Adds the outer weights' share of one folded row.
    fn add_outer(&self, folded: &[f64], weights: &Row, out: &mut [f64]) {
        for (index, &weight) in weights.outer.iter().enumerate() {
            let column = weights.inner + index;
            let left = &folded[self.reach - column..][..out.len()];
            let right = &folded[self.reach + column..][..out.len()];
            if column == 0 {
                for (out, value) in out.iter_mut().zip(left) {
                    *out += weight * value;
                }
            } else {
                for ((out, left), right) in out.iter_mut().zip(left).zip(right) {
                    *out += weight * (left + right);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::noise;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn agrees_with_the_definition(height in 1usize..9, width in 1usize..9, radius in 0.5f64..7.0, seed: u64) {
            let size = Size { height, width };
            let plane = noise(size.pixels(), seed);
            let weight = |i: usize, j: usize| {
                if disk::contains(radius, i, j) { 0.25 } else if meets(radius, i, j) { 1.0 / (1.0 + (i * 10 + j) as f64) } else { 0.0 }
            };
            let kernel = Kernel::new(radius, 0.25, weight);
            let reach = kernel.reach() as isize;
            let mut computed = vec![];
            ReflectedPlane::new(&plane, size, kernel.reach()).convolve(&kernel, |_, values| computed.extend_from_slice(values));
            for row in 0..height {
                for column in 0..width {
                    let mut expected = 0.0;
                    for i in -reach..=reach {
                        for j in -reach..=reach {
                            let source = reflect(row as isize + i, height) * width + reflect(column as isize + j, width);
                            expected += weight(i.unsigned_abs(), j.unsigned_abs()) * f64::from(plane[source]);
                        }
                    }
                    prop_assert!((computed[row * width + column] - expected).abs() < 1e-11);
                }
            }
        }
    }
}
