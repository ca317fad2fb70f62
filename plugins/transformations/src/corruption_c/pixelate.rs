//! `pixelate_c`: fewer pixels and back, by the box filter of the Python Imaging Library.

use std::ops::Range;

use gsmooth_plugin_sdk::{Image, Result};

use super::Corruption;
use super::constants::Constants;

/// Sides are reduced to floor(share length) pixels (at least one), each the mean of the pixels whose centres it covers, and enlarged again,
/// each pixel showing the one that covers its centre. Where a centre lies on an edge the rounding of that library's arithmetic
/// decides, which is followed.
///
/// Whole numbers of blocks jump, and this filter counts pixels wholly or not at all. [`crate::pixelate`] is the continuous relative.
#[derive(Debug)]
pub struct Pixelate;

impl Corruption for Pixelate {
    const ID: &'static str = "pixelate_c";
    const DOC: &'static str = "Pixelation of ImageNet-C and CIFAR-10-C, by severity; clips.";

    fn corrupt(image: Image<'_>, constants: &Constants, level: usize, out: &mut [f64]) -> Result {
        let share = constants.pixelate[level];
        let reduced = |length: usize| ((length as f64 * share) as usize).max(1);
        let (height, width) = (reduced(image.height), reduced(image.width));
        let (rows, columns) = (windows(image.height, height), windows(image.width, width));
        let (rows_back, columns_back) = (windows(height, image.height), windows(width, image.width));
        let count = image.height * image.width;
        for (plane, out) in image.pixels.chunks_exact(count).zip(out.chunks_exact_mut(count)) {
            let means = means(plane, image.width, &rows, &columns);
            for (row, out) in rows_back.iter().zip(out.chunks_exact_mut(image.width)) {
                for (column, out) in columns_back.iter().zip(out) {
                    *out = means[row.start * width + column.start];
                }
            }
        }
        Ok(())
    }
}

/// The source pixels of each of `target` pixels that stand for `length`: those within half a target pixel of its centre, in the
/// arithmetic of `precompute_coeffs` of the Python Imaging Library.
fn windows(length: usize, target: usize) -> Vec<Range<usize>> {
    let scale = length as f64 / target as f64;
    let extent = scale.max(1.0);
    let support = 0.5 * extent;
    (0..target)
        .map(|index| {
            let centre = (index as f64 + 0.5) * scale;
            let first = (centre - support + 0.5) as usize;
            let last = ((centre + support + 0.5) as usize).min(length);
            let offset = |pixel: usize| (pixel as f64 - centre + 0.5) * (1.0 / extent);
            let start = (first..last).find(|&pixel| offset(pixel) > -0.5).unwrap_or(first).min(length - 1);
            let end = (start..last).take_while(|&pixel| offset(pixel) <= 0.5).last().unwrap_or(start);
            start..end + 1
        })
        .collect()
}

/// The means over all pairs of a range of rows and a range of columns.
fn means(plane: &[f32], width: usize, rows: &[Range<usize>], columns: &[Range<usize>]) -> Vec<f64> {
    rows.iter().flat_map(|row| columns.iter().map(move |column| mean(plane, width, row, column))).collect()
}

/// The mean over some rows and columns, at least one each.
fn mean(plane: &[f32], width: usize, rows: &Range<usize>, columns: &Range<usize>) -> f64 {
    let lines = rows.clone().map(|row| &plane[row * width..][columns.clone()]);
    let sum: f64 = lines.flatten().map(|&pixel| f64::from(pixel)).sum();
    sum / (rows.len() * columns.len()) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pixels_are_counted_by_their_centres() {
        // The centre on the edge between both counts for the first.
        assert_eq!(windows(5, 2), [0..3, 3..5]);
        assert_eq!(windows(2, 5), [0..1, 0..1, 1..2, 1..2, 1..2]);
        assert_eq!(windows(1, 2), [0..1, 0..1]);
        for (length, target) in [(224, 134), (32, 27), (73, 36), (7, 1)] {
            let windows = windows(length, target);
            assert!(windows.iter().all(|window| !window.is_empty() && window.end <= length));
        }
    }
}
