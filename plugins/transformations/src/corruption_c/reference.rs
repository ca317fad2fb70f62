//! Comparison with the published code, whose results `tests/data/corruption_c.py` wrote down.

use gsmooth_plugin_sdk::{Image, ImageMut, Options, Transformation, Value};

use super::*;

const REFERENCE: &str = include_str!("../../tests/data/corruption_c.txt");
/// The k-th value of a line is the pixel at k times this, modulo the number of pixels.
const STRIDE: usize = 1009;

/// The picture of the script, 3 x side x side, of 8-bit values over 255.
fn picture(side: usize) -> Vec<f32> {
    let value = |place: usize| {
        let (channel, row, column) = (place / (side * side), place / side % side, place % side);
        let stripe = if (2 * row + 3 * column) / 11 % 2 == 1 { 100 } else { 40 };
        let ramp = 60 * (row * (2 - channel) + column * channel) / (2 * side);
        let speckle = (row * 7919 + column * 104_729 + channel * 1_299_709) % 61;
        ((stripe + ramp + speckle) as f64 / 255.0) as f32
    };
    (0..3 * side * side).map(value).collect()
}

fn check<K: Corruption>(name: &str, tolerance: f64) {
    let mut lines = 0;
    for line in REFERENCE.lines() {
        let mut fields = line.split(' ');
        let (constants, corruption) = (fields.next().unwrap(), fields.next().unwrap());
        if corruption != name {
            continue;
        }
        let severity: f64 = fields.next().unwrap().parse().unwrap();
        let side = if constants == "cifar" { 32 } else { 73 };
        let pixels = picture(side);
        let given = [("constants", Value::Text(constants))];
        let options = Options::of(CorruptionC::<K>::OPTIONS, &given).unwrap();
        let mut out = vec![f32::NAN; pixels.len()];
        let image = Image { pixels: &pixels, channels: 3, height: side, width: side };
        let room = ImageMut { pixels: &mut out, channels: 3, height: side, width: side };
        CorruptionC::<K>::create(&options).unwrap().apply(image, &[severity], room).unwrap();
        for (k, value) in fields.enumerate() {
            let (expected, found): (f64, f32) = (value.parse().unwrap(), out[k * STRIDE % out.len()]);
            let difference = (expected - f64::from(found)).abs();
            assert!(difference <= tolerance, "{line:.40}: value {k} is {found}, not {expected}");
        }
        lines += 1;
    }
    assert_eq!(lines, 10);
}

#[test]
fn agrees_with_the_published_code() {
    // Values are written to six digits; OpenCV's kernels and scipy's copies are 32-bit floats.
    check::<gaussian_blur::GaussianBlur>("gaussian_blur", 1e-6);
    check::<defocus_blur::DefocusBlur>("defocus_blur", 1e-6);
    check::<zoom_blur::ZoomBlur>("zoom_blur", 2e-6);
    check::<brightness::Brightness>("brightness", 1e-6);
    check::<contrast::Contrast>("contrast", 1e-6);
    check::<saturate::Saturate>("saturate", 1e-6);
    // The published code rounds to 8 bits after the rows and after the columns: half a step each.
    check::<pixelate::Pixelate>("pixelate", 1.0 / 255.0 + 1e-6);
    // Whole numbers throughout.
    check::<jpeg_compression::JpegCompression>("jpeg_compression", 1e-6);
}
