//! Pictures made of pixels and 8 by 8 letters: contact sheets, thumbnails, the sheet of `gsmooth show`.

use font8x8::UnicodeFonts;
use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::imageops::{self, FilterType as Resampling};
use image::{ExtendedColorType, ImageEncoder, ImageError, Rgb, RgbImage};

/// Side of a letter in pixels.
pub const LETTER: u32 = 8;

/// The paper of a canvas.
pub const PAPER: Rgb<u8> = Rgb([255, 255, 255]);
/// What letters are written in.
pub const INK: Rgb<u8> = Rgb([20, 20, 20]);

/// A picture under construction.
#[derive(Debug, Clone)]
pub struct Canvas {
    image: RgbImage,
}

impl Canvas {
    /// Empty paper of a width and height in pixels.
    pub fn new([width, height]: [u32; 2]) -> Self {
        Self { image: RgbImage::from_pixel(width, height, PAPER) }
    }

    /// Puts a picture with its top left corner at (left, top); what lies outside is cut off.
    pub fn paste(&mut self, picture: &RgbImage, [left, top]: [u32; 2]) {
        imageops::replace(&mut self.image, picture, i64::from(left), i64::from(top));
    }

    /// Writes a line of text from (left, top), in letters that many times as large; characters that the font lacks stay
    /// blank, what lies outside is cut off.
    pub fn write(&mut self, text: &str, [left, top]: [u32; 2], times: u32) {
        for (number, character) in (0_u32..).zip(text.chars()) {
            let Some(glyph) = font8x8::BASIC_FONTS.get(character) else { continue };
            for (row, bits) in (0_u32..).zip(glyph) {
                for column in (0..LETTER).filter(|column| bits & (1 << column) != 0) {
                    let dot = [left + (LETTER * number + column) * times, top + row * times];
                    self.dot(dot, times);
                }
            }
        }
    }

    /// A square of ink.
    fn dot(&mut self, [left, top]: [u32; 2], side: u32) {
        for y in top..(top + side).min(self.image.height()) {
            for x in left..(left + side).min(self.image.width()) {
                self.image.put_pixel(x, y, INK);
            }
        }
    }

    /// The picture.
    pub fn into_image(self) -> RgbImage {
        self.image
    }
}

/// An image of dense CHW floats as it is shown: clipped to [0, 1]; in colour if it has three channels, else its first
/// channel in grey.
pub fn picture(pixels: &[f32], [channels, height, width]: [usize; 3]) -> RgbImage {
    let size = height * width;
    let byte = |channel: usize, place: usize| {
        let value = pixels.get(channel * size + place).copied().unwrap_or(0.0);
        (value.clamp(0.0, 1.0) * 255.0).round() as u8
    };
    let [width, height] = [width, height].map(|side| u32::try_from(side).unwrap_or(u32::MAX));
    RgbImage::from_fn(width, height, |x, y| {
        let place = y as usize * width as usize + x as usize;
        match channels {
            3 => Rgb([byte(0, place), byte(1, place), byte(2, place)]),
            _ => Rgb([byte(0, place); 3]),
        }
    })
}

/// Whether any value leaves [0, 1], and is clipped where it is shown.
pub fn is_clipped(pixels: &[f32]) -> bool {
    pixels.iter().any(|value| !(0.0..=1.0).contains(value))
}

/// A picture that many times as large, by nearest neighbour: pixels stay what they are.
pub fn enlarged(picture: &RgbImage, times: u32) -> RgbImage {
    if times <= 1 {
        return picture.clone();
    }
    let (width, height) = picture.dimensions();
    imageops::resize(picture, width * times, height * times, Resampling::Nearest)
}

/// A picture whose longer side has at most that many pixels.
pub fn shrunk(picture: &RgbImage, most: u32) -> RgbImage {
    let (width, height) = picture.dimensions();
    let longer = width.max(height);
    if longer <= most {
        return picture.clone();
    }
    let side = |side: u32| ((u64::from(side) * u64::from(most)).div_ceil(u64::from(longer)) as u32).max(1);
    imageops::resize(picture, side(width), side(height), Resampling::Triangle)
}

/// A picture as a PNG file; in grey where it has no colour.
///
/// # Errors
/// If the picture can't be encoded.
pub fn png(picture: &RgbImage) -> Result<Vec<u8>, ImageError> {
    let (width, height) = picture.dimensions();
    let mut bytes = Vec::new();
    let encoder = PngEncoder::new_with_quality(&mut bytes, CompressionType::Best, FilterType::Adaptive);
    if picture.pixels().all(|Rgb([red, green, blue])| red == green && green == blue) {
        let grey: Vec<u8> = picture.pixels().map(|pixel| pixel[0]).collect();
        encoder.write_image(&grey, width, height, ExtendedColorType::L8)?;
    } else {
        encoder.write_image(picture, width, height, ExtendedColorType::Rgb8)?;
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_clipped_for_display() {
        let shown = picture(&[-1.0, 0.5, 2.0, 1.0], [1, 2, 2]);
        let grey: Vec<u8> = shown.pixels().map(|pixel| pixel[0]).collect();
        assert_eq!(grey, [0, 128, 255, 255]);
        assert!(is_clipped(&[0.0, 1.1]) && is_clipped(&[f32::NAN]) && !is_clipped(&[0.0, 1.0]));
    }

    #[test]
    fn colours_stay_in_their_planes() {
        let shown = picture(&[1.0, 0.0, 0.0, 1.0, 0.0, 0.0], [3, 1, 2]);
        assert_eq!(shown.into_raw(), [255, 0, 0, 0, 255, 0]);
    }

    #[test]
    fn png_files_read_back() {
        for pixels in [[0.0, 0.25, 0.5, 1.0].repeat(3), (0..12).map(|i| i as f32 / 11.0).collect()] {
            let shown = picture(&pixels, [3, 2, 2]);
            let read = image::load_from_memory(&png(&shown).unwrap()).unwrap().to_rgb8();
            assert_eq!(read, shown);
        }
    }

    #[test]
    fn sizes_change_as_asked() {
        let shown = picture(&[0.0; 12], [1, 2, 6]);
        assert_eq!(enlarged(&shown, 4).dimensions(), (24, 8));
        assert_eq!(shrunk(&shown, 3).dimensions(), (3, 1));
        assert_eq!(shrunk(&shown, 10).dimensions(), (6, 2));
    }

    #[test]
    fn letters_outside_are_cut_off() {
        let mut canvas = Canvas::new([12, 4]);
        canvas.write("MMM", [2, 1], 2);
        assert!(canvas.into_image().pixels().any(|pixel| *pixel == INK));
    }
}
