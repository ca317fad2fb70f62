//! `contrast_c`: deviations from the channels' means scaled down.

use gsmooth_plugin_sdk::{Image, Result};

use super::Corruption;
use super::constants::Constants;

/// Every pixel moves towards the mean of its channel. [`crate::contrast`] with pivot `mean` is the relative without clipping; its
/// parameter is the logarithm of the factor.
#[derive(Debug)]
pub struct Contrast;

impl Corruption for Contrast {
    const ID: &'static str = "contrast_c";
    const DOC: &'static str = "Contrast of ImageNet-C and CIFAR-10-C, by severity; clips.";

    fn corrupt(image: Image<'_>, constants: &Constants, level: usize, out: &mut [f64]) -> Result {
        let (factor, count) = (constants.contrast[level], image.height * image.width);
        for (plane, out) in image.pixels.chunks_exact(count).zip(out.chunks_exact_mut(count)) {
            let mean = plane.iter().map(|&pixel| f64::from(pixel)).sum::<f64>() / count as f64;
            for (out, &pixel) in out.iter_mut().zip(plane) {
                *out = (f64::from(pixel) - mean) * factor + mean;
            }
        }
        Ok(())
    }
}
