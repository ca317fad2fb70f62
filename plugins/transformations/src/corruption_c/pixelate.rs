//! `pixelate_c`: fewer pixels and back, by the box filter of the Python Imaging Library.

use std::ops::Range;

use gsmooth_plugin_sdk::{Image, Result};

use super::Corruption;
use super::constants::Constants;

/// Sides are reduced to floor(share length) pixels (at least one), each the mean of the pixels whose centres it covers, and enlarged to the
/// nearest.
///
/// Whole numbers of blocks jump, and this filter counts pixels wholly or not at all. [`crate::pixelate`] is the continuous relative.
#[derive(Debug)]
pub struct Pixelate;

impl Corruption for Pixelate {
    const ID: &'static str = "pixelate_c";
    const DOC: &'static str = "Pixelation of ImageNet-C and CIFAR-10-C, by severity; clips.";

    fn corrupt(image: Image<'_>, constants: &Constants, level: usize, out: &mut [f64]) -> Result {
        let share = constants.pixelate[level];
        let (rows, columns) = (blocks(image.height, share), blocks(image.width, share));
        let count = image.height * image.width;
        for (plane, out) in image.pixels.chunks_exact(count).zip(out.chunks_exact_mut(count)) {
            let means: Vec<f64> = rows
                .iter()
                .flat_map(|row| columns.iter().map(move |column| mean(plane, image.width, row, column)))
                .collect();
            for (place, out) in out.iter_mut().enumerate() {
                let row = seen(place / image.width, image.height, rows.len());
                let column = seen(place % image.width, image.width, columns.len());
                *out = means[row * columns.len() + column];
            }
        }
        Ok(())
    }
}

/// The pixels of each block of an axis of `length` pixels.
fn blocks(length: usize, share: f64) -> Vec<Range<usize>> {
    let blocks = ((length as f64 * share) as usize).max(1);
    // Block b covers the centres p + 1/2 in (b length / blocks, (b + 1) length / blocks]: those of the pixels before number
    // floor(b length / blocks + 1/2) lie at or before its start.
    let edge = |block: usize| (2 * block * length + blocks) / (2 * blocks);
    (0..blocks).map(|block| edge(block)..edge(block + 1)).collect()
}

/// The block seen at a pixel: the one that holds its centre.
fn seen(pixel: usize, length: usize, blocks: usize) -> usize {
    (2 * pixel + 1) * blocks / (2 * length)
}

/// The mean over some rows and columns, at least one each.
fn mean(plane: &[f32], width: usize, rows: &Range<usize>, columns: &Range<usize>) -> f64 {
    let lines = rows.clone().map(|row| &plane[row * width..][columns.clone()]);
    let sum: f64 = lines.flatten().map(|&pixel| f64::from(pixel)).sum();
    sum / (rows.len() * columns.len()) as f64
}
