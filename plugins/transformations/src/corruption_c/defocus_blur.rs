//! `defocus_blur_c`: a disk of whole-pixel reach with softened edges.

use gsmooth_plugin_sdk::{Image, Result};

use super::Corruption;
use super::constants::Constants;
use crate::border::reflect;
use crate::plane::Size;

/// The image is convolved with the pixels whose centres lie within the radius, equally weighted, softened by a Gaussian of 3 x 3
/// (radii up to 8) or 5 x 5 pixels; both convolutions reflect at the border without repeating the edge, as OpenCV's do.
///
/// Whole pixels enter the disk at once when the radius grows. [`crate::defocus_blur`], whose weights are areas, is the continuous
/// relative.
#[derive(Debug)]
pub struct DefocusBlur;

impl Corruption for DefocusBlur {
    const ID: &'static str = "defocus_blur_c";
    const DOC: &'static str = "Defocus blur of ImageNet-C and CIFAR-10-C, by severity; clips.";

    fn corrupt(image: Image<'_>, constants: &Constants, level: usize, out: &mut [f64]) -> Result {
        let (radius, deviation) = constants.defocus_blur[level];
        let (taps, size) = (taps(radius, deviation), Size::of(image));
        for (plane, out) in image.pixels.chunks_exact(size.pixels()).zip(out.chunks_exact_mut(size.pixels()))
        {
            convolve(plane, size, &taps, out);
        }
        Ok(())
    }
}

/// Row offset, column offset and weight of a pixel of the kernel.
type Tap = (isize, isize, f64);

/// The kernel, without its zeros.
fn taps(radius: f64, deviation: f64) -> Vec<Tap> {
    // The published grid is never smaller than 17 x 17; the softening reflects at its edge, which a radius of 8 touches.
    let (reach, soft) = if radius <= 8.0 { (8, 1) } else { (radius as isize, 2) };
    let length = 2 * reach as usize + 1;
    let inside = |i: isize, j: isize| f64::from(u8::from((i * i + j * j) as f64 <= radius * radius));
    let offsets = -reach..=reach;
    let disk: Vec<f64> = offsets.clone().flat_map(|i| (-reach..=reach).map(move |j| inside(i, j))).collect();
    let sum: f64 = disk.iter().sum();
    let weight = |d: isize| (-0.5 * (d as f64 / deviation).powi(2)).exp();
    let total: f64 = (-soft..=soft).map(weight).sum();
    let mut taps = Vec::new();
    for i in offsets {
        for j in -reach..=reach {
            let mut value = 0.0;
            for di in -soft..=soft {
                for dj in -soft..=soft {
                    let at = reflect(i + di + reach, length) * length + reflect(j + dj + reach, length);
                    value += weight(di) * weight(dj) * disk[at];
                }
            }
            if value != 0.0 {
                taps.push((i, j, value / (sum * total * total)));
            }
        }
    }
    taps
}

/// Writes one convolved channel; the kernel is symmetric, so that correlation and convolution agree.
fn convolve(plane: &[f32], size: Size, taps: &[Tap], out: &mut [f64]) {
    let reach = taps.iter().map(|&(i, j, _)| i.abs().max(j.abs())).max().unwrap_or(0);
    // Rows continued to both sides, so that a tap is a slice.
    let padded: Vec<Vec<f64>> = plane
        .chunks_exact(size.width)
        .map(|row| {
            (-reach..size.width as isize + reach).map(|j| f64::from(row[reflect(j, size.width)])).collect()
        })
        .collect();
    for (row, out) in out.chunks_exact_mut(size.width).enumerate() {
        out.fill(0.0);
        for &(i, j, weight) in taps {
            let source = &padded[reflect(row as isize + i, size.height)][(reach + j) as usize..];
            for (out, value) in out.iter_mut().zip(source) {
                *out += weight * value;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kernels_have_the_published_extent_and_mass() {
        let sum = |taps: &[Tap]| taps.iter().map(|tap| tap.2).sum::<f64>();
        // The centre alone lies within 0.3; the softening spreads it over 3 x 3.
        assert_eq!(taps(0.3, 0.4).len(), 9);
        assert!((sum(&taps(0.3, 0.4)) - 1.0).abs() < 1e-12);
        // 29 whole pixels lie within radius 3, one ring more is touched.
        assert_eq!(taps(3.0, 0.1).iter().filter(|tap| (tap.2 - 1.0 / 29.0).abs() < 1e-12).count(), 29);
        // At radius 8 the disk touches the edge of the published grid, where reflection changes its mass.
        assert!((sum(&taps(8.0, 0.5)) - 1.0).abs() > 1e-5 && (sum(&taps(6.0, 0.5)) - 1.0).abs() < 1e-12);
    }
}
