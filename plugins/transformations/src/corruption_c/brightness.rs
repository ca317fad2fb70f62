//! `brightness_c`: a constant added to the value of HSV.

use gsmooth_plugin_sdk::{Image, Result};

use super::Corruption;
use super::constants::Constants;
use super::hsv;

/// The value of every colour is raised and clipped; hue and saturation stay.
///
/// [`crate::brightness`] adds to the pixels themselves, which is additive because it does not clip.
#[derive(Debug)]
pub struct Brightness;

impl Corruption for Brightness {
    const ID: &'static str = "brightness_c";
    const DOC: &'static str = "Brightness of ImageNet-C and CIFAR-10-C, by severity; clips. Grey or RGB.";

    fn corrupt(image: Image<'_>, constants: &Constants, level: usize, out: &mut [f64]) -> Result {
        let shift = constants.brightness[level];
        hsv::change(image, out, |[hue, saturation, value]| [hue, saturation, (value + shift).clamp(0.0, 1.0)])
    }
}
