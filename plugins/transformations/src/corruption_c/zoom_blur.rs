//! `zoom_blur_c`: the mean of enlarged crops, more of them the stronger.

use gsmooth_plugin_sdk::{Image, Result};

use super::Corruption;
use super::constants::Constants;
use crate::plane::Size;

/// The mean of the image and of its copies: for each factor z the middle ceil(H / z) x ceil(W / z) pixels are stretched bilinearly (corner
/// pixels on corner pixels, as `scipy.ndimage.zoom` of order 1 does) to z times their number, rounded, and cut to the frame.
///
/// For a few sizes (71 pixels at severity 5, but neither 28, 32, 64, 224 nor 256) rounding takes scipy's last sample of a copy beyond
/// the crop, where it reads zero; here it is the last pixel, as in exact arithmetic.
///
/// Crops of whole pixels jump, and so does the number of copies. [`crate::zoom_blur`] is the continuous relative.
#[derive(Debug)]
pub struct ZoomBlur;

impl Corruption for ZoomBlur {
    const ID: &'static str = "zoom_blur_c";
    const DOC: &'static str = "Zoom blur of ImageNet-C and CIFAR-10-C, by severity; clips.";

    fn corrupt(image: Image<'_>, constants: &Constants, level: usize, out: &mut [f64]) -> Result {
        let (factors, size) = (constants.zoom_blur[level], Size::of(image));
        let copies: Vec<(Vec<Sample>, Vec<Sample>)> = factors
            .values()
            .map(|factor| (samples(size.height, factor), samples(size.width, factor)))
            .collect();
        let count = factors.count() as f64 + 1.0;
        for (plane, out) in image.pixels.chunks_exact(size.pixels()).zip(out.chunks_exact_mut(size.pixels()))
        {
            for (out, &pixel) in out.iter_mut().zip(plane) {
                *out = f64::from(pixel);
            }
            for (rows, columns) in &copies {
                add_copy(plane, size, rows, columns, out);
            }
            out.iter_mut().for_each(|sum| *sum /= count);
        }
        Ok(())
    }
}

/// A position on an axis: the pixel before it, the pixel after it, and the weight of the latter.
type Sample = (usize, usize, f64);

/// Where the pixels of one axis of a copy lie in the image.
fn samples(length: usize, factor: f64) -> Vec<Sample> {
    let crop = ((length as f64 / factor).ceil() as usize).clamp(1, length);
    let top = (length - crop) / 2;
    // Python rounds halves to even.
    let stretched = ((crop as f64 * factor).round_ties_even() as usize).max(length);
    let trim = (stretched - length) / 2;
    let step = if stretched > 1 { (crop as f64 - 1.0) / (stretched as f64 - 1.0) } else { 0.0 };
    (trim..trim + length)
        .map(|index| {
            let position = index as f64 * step;
            let before = (position as usize).min(crop - 1);
            (top + before, top + (before + 1).min(crop - 1), position - before as f64)
        })
        .collect()
}

/// Adds one copy.
fn add_copy(plane: &[f32], size: Size, rows: &[Sample], columns: &[Sample], sums: &mut [f64]) {
    let mut line = vec![0.0; size.width];
    for (&(above, below, down), sums) in rows.iter().zip(sums.chunks_exact_mut(size.width)) {
        let row = |index: usize| &plane[index * size.width..][..size.width];
        for ((value, &above), &below) in line.iter_mut().zip(row(above)).zip(row(below)) {
            *value = (1.0 - down) * f64::from(above) + down * f64::from(below);
        }
        for (sum, &(left, right, across)) in sums.iter_mut().zip(columns) {
            *sum += (1.0 - across) * line[left] + across * line[right];
        }
    }
}
