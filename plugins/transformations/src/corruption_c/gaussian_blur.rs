//! `gaussian_blur_c`: a truncated Gaussian kernel with repeated edges.

use gsmooth_plugin_sdk::{Image, Result};

use super::Corruption;
use super::constants::Constants;
use crate::plane::Size;

/// Standard deviations that the kernel reaches to.
const TRUNCATE: f64 = 4.0;

/// `skimage.filters.gaussian`: both axes of every channel are convolved with exp(-d^2 / (2 sigma^2)), cut at 4 sigma, rounded to whole
/// pixels, and normalised; beyond the frame the edge pixels repeat.
///
/// [`crate::gaussian_blur`] is the relative that composes exactly: its kernel is not cut, and its borders reflect.
#[derive(Debug)]
pub struct GaussianBlur;

impl Corruption for GaussianBlur {
    const ID: &'static str = "gaussian_blur_c";
    const DOC: &'static str = "Gaussian blur of ImageNet-C and CIFAR-10-C, by severity; clips.";

    fn corrupt(image: Image<'_>, constants: &Constants, level: usize, out: &mut [f64]) -> Result {
        let (kernel, size) = (kernel(constants.gaussian_blur[level]), Size::of(image));
        for (plane, out) in image.pixels.chunks_exact(size.pixels()).zip(out.chunks_exact_mut(size.pixels()))
        {
            blur(plane, size, &kernel, out);
        }
        Ok(())
    }
}

/// The weights of distances 0, 1, ..., reach.
fn kernel(deviation: f64) -> Vec<f64> {
    let reach = (TRUNCATE * deviation + 0.5) as usize;
    let weights: Vec<f64> =
        (0..=reach).map(|distance| (-0.5 * (distance as f64 / deviation).powi(2)).exp()).collect();
    let sum = 2.0 * weights.iter().sum::<f64>() - weights[0];
    weights.into_iter().map(|weight| weight / sum).collect()
}

/// Writes one blurred channel: columns first, then rows.
fn blur(plane: &[f32], size: Size, kernel: &[f64], out: &mut [f64]) {
    let mut line = vec![0.0; size.width];
    for (row, out) in out.chunks_exact_mut(size.width).enumerate() {
        line.fill(0.0);
        for (distance, weight) in kernel.iter().enumerate() {
            let above = &plane[row.saturating_sub(distance) * size.width..];
            let below = &plane[(row + distance).min(size.height - 1) * size.width..];
            for ((sum, &above), &below) in line.iter_mut().zip(above).zip(below) {
                let below = if distance == 0 { 0.0 } else { f64::from(below) };
                *sum += weight * (f64::from(above) + below);
            }
        }
        for (column, out) in out.iter_mut().enumerate() {
            let beside = |distance: usize| {
                line[column.saturating_sub(distance)] + line[(column + distance).min(size.width - 1)]
            };
            let sides = kernel.iter().enumerate().skip(1).map(|(distance, weight)| weight * beside(distance));
            *out = kernel[0] * line[column] + sides.sum::<f64>();
        }
    }
}
