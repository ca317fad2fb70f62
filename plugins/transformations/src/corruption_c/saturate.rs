//! `saturate_c`: the saturation of HSV scaled and shifted.

use gsmooth_plugin_sdk::{Image, Result};

use super::Corruption;
use super::constants::Constants;
use super::hsv;

/// The saturation of every colour is multiplied, raised and clipped; hue and value stay. Grey counts as red without saturation, so
/// severities that raise the saturation tint it, and no continuous relative exists there.
///
/// A single grey channel stays as it is, as the red of its colour does.
#[derive(Debug)]
pub struct Saturate;

impl Corruption for Saturate {
    const ID: &'static str = "saturate_c";
    const DOC: &'static str = "Saturation of ImageNet-C and CIFAR-10-C, by severity; clips. Grey or RGB.";

    fn corrupt(image: Image<'_>, constants: &Constants, level: usize, out: &mut [f64]) -> Result {
        let (factor, shift) = constants.saturate[level];
        hsv::change(image, out, |[hue, saturation, value]| {
            [hue, (factor * saturation + shift).clamp(0.0, 1.0), value]
        })
    }
}
