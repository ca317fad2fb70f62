//! `jpeg_compression_c`: what JPEG keeps of an image.

use gsmooth_plugin_sdk::{Error, Image, Result};

use super::Corruption;
use super::constants::Constants;
use super::jpeg_block::{Coder, Table};
use super::jpeg_chroma::{halve, halved, restore};
use crate::plane::Size;

/// The image after coding as baseline JPEG at the quality of the severity and decoding, as the Python Imaging Library does it with the
/// defaults of libjpeg: 8-bit YCbCr, chroma at half the resolution, the quantization tables of ITU-T T.81 Annex K scaled by the
/// quality, chroma restored with triangle weights, cosine transforms in whole numbers. Entropy coding loses nothing and is left out.
///
/// Pixels are rounded to 8 bits before and after: that is part of the format. It jumps everywhere and has no continuous relative here.
#[derive(Debug)]
pub struct JpegCompression;

impl Corruption for JpegCompression {
    const ID: &'static str = "jpeg_compression_c";
    const DOC: &'static str =
        "JPEG compression of ImageNet-C and CIFAR-10-C, by severity; 8 bits. Grey or RGB.";

    fn corrupt(image: Image<'_>, constants: &Constants, level: usize, out: &mut [f64]) -> Result {
        let (size, quality) = (Size::of(image), constants.jpeg_compression[level]);
        let samples: Vec<i32> =
            image.pixels.iter().map(|&pixel| (f64::from(pixel) * 255.0).round() as i32).collect();
        let decoded = match image.channels {
            // Grey is luma, and its chroma is constant and survives.
            1 => Coder::new(Table::Luma, quality).code(&samples, size),
            3 => code_colours(&samples, size, quality),
            other => {
                let message = format_args!("JPEG needs 1 or 3 channels (grey or RGB), not {other}");
                return Err(Error::invalid_argument(message));
            }
        };
        for (out, sample) in out.iter_mut().zip(decoded) {
            *out = f64::from(sample) / 255.0;
        }
        Ok(())
    }
}

/// Red, green and blue planes after coding.
fn code_colours(samples: &[i32], size: Size, quality: i32) -> Vec<i32> {
    let count = size.pixels();
    let mut planes = [vec![0; count], vec![0; count], vec![0; count]];
    for place in 0..count {
        let colour = to_ycc([0, 1, 2].map(|channel| samples[channel * count + place]));
        for (plane, value) in planes.iter_mut().zip(colour) {
            plane[place] = value;
        }
    }
    let coder = Coder::new(Table::Chroma, quality);
    let chroma = |plane: &[i32]| restore(&coder.code(&halve(plane, size), halved(size)), size);
    let luma = Coder::new(Table::Luma, quality).code(&planes[0], size);
    let (blueness, redness) = (chroma(&planes[1]), chroma(&planes[2]));
    let mut decoded = vec![0; 3 * count];
    for place in 0..count {
        let colour = to_rgb([luma[place], blueness[place], redness[place]]);
        for (channel, value) in colour.into_iter().enumerate() {
            decoded[channel * count + place] = value;
        }
    }
    decoded
}

/// ITU-R BT.601 in 16 binary places, with libjpeg's constants.
fn to_ycc([red, green, blue]: [i32; 3]) -> [i32; 3] {
    const OFFSET: i32 = (128 << 16) + 32767;
    [
        (19595 * red + 38470 * green + 7471 * blue + 32768) >> 16,
        (-11059 * red - 21709 * green + 32768 * blue + OFFSET) >> 16,
        (32768 * red - 27439 * green - 5329 * blue + OFFSET) >> 16,
    ]
}

/// The reverse, with libjpeg's constants.
fn to_rgb([luma, blueness, redness]: [i32; 3]) -> [i32; 3] {
    let (blueness, redness) = (blueness - 128, redness - 128);
    let colour = [
        luma + ((91881 * redness + 32768) >> 16),
        luma + ((-22554 * blueness - 46802 * redness + 32768) >> 16),
        luma + ((116_130 * blueness + 32768) >> 16),
    ];
    colour.map(|value| value.clamp(0, 255))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_survive_the_conversion_up_to_rounding() {
        assert_eq!(to_ycc([255, 255, 255]), [255, 128, 128]);
        for colour in [[0, 0, 0], [255, 0, 0], [12, 200, 77], [128, 128, 128]] {
            let back = to_rgb(to_ycc(colour));
            assert!(colour.iter().zip(back).all(|(a, b)| (a - b).abs() <= 2), "{colour:?} {back:?}");
        }
    }

    #[test]
    fn grey_is_coded_like_grey_colours() {
        let size = Size { height: 11, width: 21 };
        let grey: Vec<i32> = (0..231).map(|place| (place * 7919) % 256).collect();
        let colours = code_colours(&grey.repeat(3), size, 30);
        assert_eq!(colours, Coder::new(Table::Luma, 30).code(&grey, size).repeat(3));
    }
}
