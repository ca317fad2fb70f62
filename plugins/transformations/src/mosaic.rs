//! Images reduced to whole numbers of blocks and enlarged again.
//!
//! An axis of n pixels is cut into m equal blocks of n / m pixels. A block is the mean over its length, pixels that it meets partly
//! counted by the part; an output pixel shows the block that holds its centre. This is the area rule with nearest-neighbour
//! enlargement. (The box filter of the Python Imaging Library, behind the `pixelate` of Hendrycks and Dietterich, counts a pixel
//! wholly or not at all, by its centre.)

use crate::plane::{Size, magnitude, rounding_bound};

/// The blocks of one axis.
#[derive(Debug)]
struct Axis {
    /// Number of pixels.
    length: usize,
    /// Number of blocks, from 1 to `length`.
    blocks: usize,
    /// The block seen at each pixel.
    seen: Vec<usize>,
}

impl Axis {
    fn new(length: usize, blocks: usize) -> Self {
        let seen = (0..length).map(|pixel| (2 * pixel + 1) * blocks / (2 * length)).collect();
        Self { length, blocks, seen }
    }

    /// The pixels that block number `block` meets and, in parts of 1 / `blocks` of a pixel, how much of each: `length` parts in all.
    fn parts(&self, block: usize) -> impl Iterator<Item = (usize, f64)> + use<> {
        let (length, blocks) = (self.length, self.blocks);
        let (start, end) = (block * length, (block + 1) * length);
        (start / blocks..end.div_ceil(blocks)).map(move |pixel| {
            let part = ((pixel + 1) * blocks).min(end) - (pixel * blocks).max(start);
            (pixel, part as f64)
        })
    }
}

/// How images of one size are shown with fewer blocks.
#[derive(Debug)]
pub struct Mosaic {
    rows: Axis,
    columns: Axis,
}

/// Number of steps from the image itself to one block: the longer side, in pixels.
pub fn steps(size: Size) -> usize {
    size.height.max(size.width)
}

/// What is left of `length` after `step` of `steps`: round(length (1 - step / steps)), halves up, and at least one block.
fn remaining(length: usize, step: usize, steps: usize) -> usize {
    ((2 * length * (steps - step) + steps) / (2 * steps)).max(1)
}

impl Mosaic {
    /// The mosaic after `step` of [`steps`], for a size that is not empty.
    ///
    /// Step 0 is the image itself, bit for bit; the last two are the mean.
    pub fn new(size: Size, step: usize) -> Self {
        let axis = |length| Axis::new(length, remaining(length, step, steps(size)));
        Self { rows: axis(size.height), columns: axis(size.width) }
    }

    /// The means of the blocks of one channel, row by row.
    fn reduce(&self, plane: &[f32]) -> Vec<f64> {
        let (height, width) = (self.rows.length as f64, self.columns.length as f64);
        let mut line = vec![0.0; self.columns.length];
        let mut means = Vec::with_capacity(self.rows.blocks * self.columns.blocks);
        for block in 0..self.rows.blocks {
            line.fill(0.0);
            for (row, part) in self.rows.parts(block) {
                for (sum, &pixel) in line.iter_mut().zip(&plane[row * self.columns.length..]) {
                    *sum += part * f64::from(pixel);
                }
            }
            line.iter_mut().for_each(|sum| *sum /= height);
            means.extend((0..self.columns.blocks).map(|block| {
                self.columns.parts(block).map(|(column, part)| part * line[column]).sum::<f64>() / width
            }));
        }
        means
    }

    /// The mosaic of `pixels` (any number of channels) in 64 bits.
    pub fn of(&self, pixels: &[f32]) -> Vec<f64> {
        let mut shown = Vec::with_capacity(pixels.len());
        for plane in pixels.chunks_exact(self.rows.length * self.columns.length) {
            let means = self.reduce(plane);
            for &row in &self.rows.seen {
                let line = &means[row * self.columns.blocks..];
                shown.extend(self.columns.seen.iter().map(|&column| line[column]));
            }
        }
        shown
    }
}

/// Bound on the l2 distance between exact and computed mixtures of two mosaics, rounded to 32 bits once.
///
/// With u = 2^-53 and every pixel at most M: a weighted mean of p numbers with exact weights carries at most (p + 2) u M, p is at
/// most the length of its axis plus 1, and mixing adds less than 8 u M: together below (H + W + 16) u M; twice that covers the
/// terms of second order. The exact mixture has at most the norm M sqrt(n).
pub fn mixture_error(pixels: &[f32], size: Size) -> f64 {
    let largest = magnitude(pixels) * (pixels.len() as f64).sqrt();
    rounding_bound(largest, pixels.len(), (size.span() + 16.0) * f64::EPSILON)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::noise;
    use proptest::prelude::*;

    #[test]
    fn counts_parts_of_pixels() {
        // Three pixels in two blocks of 1.5: (1 + 2 / 2) / 1.5 and (2 / 2 + 6) / 1.5.
        let size = Size { height: 1, width: 3 };
        let shown = Mosaic::new(size, 1).of(&[1.0, 2.0, 6.0]);
        assert!((shown[0] - 4.0 / 3.0).abs() < 1e-15 && (shown[2] - 14.0 / 3.0).abs() < 1e-15);
        // The middle of the middle pixel lies on the edge; the right block shows there.
        assert_eq!(shown[1], shown[2]);
    }

    #[test]
    fn begins_with_the_image_and_ends_with_its_mean() {
        let size = Size { height: 5, width: 9 };
        let image = noise(45, 4);
        assert!(Mosaic::new(size, 0).of(&image).iter().zip(&image).all(|(a, b)| *a == f64::from(*b)));
        let mean = image.iter().map(|&pixel| f64::from(pixel)).sum::<f64>() / 45.0;
        for step in [8, 9] {
            assert!(Mosaic::new(size, step).of(&image).iter().all(|value| (value - mean).abs() < 1e-12));
        }
    }

    #[test]
    fn sides_shrink_in_proportion() {
        let counts: Vec<usize> = (0..=9).map(|step| remaining(5, step, 9)).collect();
        assert_eq!(counts, [5, 4, 4, 3, 3, 2, 2, 1, 1, 1]);
    }

    /// One axis by brute force: every pixel repeated `blocks` times, every block a run of `length` copies.
    fn direct(line: &[f64], blocks: usize) -> Vec<f64> {
        let length = line.len();
        let fine: Vec<f64> = line.iter().flat_map(|&pixel| vec![pixel; blocks]).collect();
        let means: Vec<f64> =
            fine.chunks_exact(length).map(|run| run.iter().sum::<f64>() / length as f64).collect();
        (0..length)
            .map(|pixel| means[((pixel as f64 + 0.5) * blocks as f64 / length as f64) as usize])
            .collect()
    }

    proptest! {
        #[test]
        fn agrees_with_the_definition(height in 1usize..9, width in 1usize..9, share in 0.0f64..=1.0, seed: u64) {
            let size = Size { height, width };
            let step = (share * steps(size) as f64) as usize;
            let image = noise(size.pixels(), seed);
            let left = |length: usize| ((length as f64 * (1.0 - step as f64 / steps(size) as f64) + 1e-9).round() as usize).max(1);
            let rows: Vec<f64> = image
                .chunks_exact(width)
                .flat_map(|line| direct(&line.iter().map(|&pixel| f64::from(pixel)).collect::<Vec<_>>(), left(width)))
                .collect();
            let shown = Mosaic::new(size, step).of(&image);
            for column in 0..width {
                let line: Vec<f64> = rows[column..].iter().step_by(width).copied().collect();
                for (row, value) in direct(&line, left(height)).into_iter().enumerate() {
                    prop_assert!((value - shown[row * width + column]).abs() < 1e-12);
                }
            }
        }
    }
}
