//! Encoded image files (PNG, JPEG, ...), decoded one by one.

use std::io::Cursor;
use std::path::{Path, PathBuf};

use image::{DynamicImage, ImageError, ImageReader, Limits};

use super::DataError;
use super::bytes::{read, within};
use super::digest::{Sha256Digest, hex, sha256};
use super::npy::value_error;

/// A file that was found to be an image.
pub(super) struct Picture {
    pub(super) path: PathBuf,
    pub(super) digest: Sha256Digest,
    /// Height and width in pixels.
    pub(super) size: [usize; 2],
}

/// Image files, all decoded to the same number of channels.
pub(super) struct Pictures {
    pub(super) files: Vec<Picture>,
    /// 1 (grey) or 3 (RGB).
    pub(super) channels: usize,
    /// The most bytes of a file, and of its pixels.
    pub(super) limit: u64,
}

impl Pictures {
    /// Decodes a file to dense CHW in \[0, 1\]; returns it with its shape.
    ///
    /// Grey becomes RGB by repetition, RGB becomes grey by the weights of ITU-R BT.709, an alpha channel is dropped, and
    /// the orientation in a photograph's metadata is not applied (as in Pillow).
    pub(super) fn decode(&self, index: usize) -> Result<(Vec<f32>, [usize; 3]), DataError> {
        let file = &self.files[index];
        let bytes = read(&file.path, self.limit)?;
        let digest = sha256(&bytes);
        if digest != file.digest {
            let (found, expected) = (hex(&digest), hex(&file.digest));
            return Err(DataError::Changed { path: file.path.clone(), found, expected });
        }
        let (values, shape) = decode(&file.path, &bytes, self.channels, self.limit)?;
        let found = [shape[1], shape[2]];
        if found != file.size {
            return Err(DataError::ImageShape { path: file.path.clone(), found, expected: file.size });
        }
        Ok((values, shape))
    }
}

/// Decodes the bytes of a file to dense CHW in \[0, 1\]; returns it with its shape.
fn decode(
    path: &Path,
    bytes: &[u8],
    channels: usize,
    limit: u64,
) -> Result<(Vec<f32>, [usize; 3]), DataError> {
    let error = |source| DataError::Decode { path: path.to_owned(), source };
    let decoded = reader(bytes, limit).and_then(ImageReader::decode).map_err(error)?;
    let shape = [channels, decoded.height() as usize, decoded.width() as usize];
    let values = planes(&decoded, channels);
    // Only formats that store floats can leave the range.
    match values.iter().position(|value| !(0.0..=1.0).contains(value)) {
        Some(index) => Err(value_error(path, index, shape, values[index].into())),
        None => Ok((values, shape)),
    }
}

/// Reads one image file that belongs to no data set, as [`Pictures::decode`] reads those of a folder.
pub(super) fn read_alone(
    path: &Path,
    channels: usize,
    limit: u64,
) -> Result<(Vec<f32>, [usize; 3]), DataError> {
    let bytes = read(path, limit)?;
    match size(path, &bytes, limit)? {
        None => Err(DataError::NotAnImage { path: path.to_owned() }),
        Some([height, width]) => {
            within_limit(path, [channels, height, width], limit)?;
            decode(path, &bytes, channels, limit)
        }
    }
}

/// Height and width of an encoded image, from its header; `None` for what is no image of a known format.
pub(super) fn size(path: &Path, bytes: &[u8], limit: u64) -> Result<Option<[usize; 2]>, DataError> {
    match reader(bytes, limit).and_then(ImageReader::into_dimensions) {
        Ok((0, _) | (_, 0)) => Ok(None),
        Ok((width, height)) => Ok(Some([height as usize, width as usize])),
        Err(source @ ImageError::Limits(_)) => Err(DataError::Decode { path: path.to_owned(), source }),
        Err(_) => Ok(None),
    }
}

/// Refuses an image whose float32 pixels take more than the limit.
pub(super) fn within_limit(path: &Path, shape: [usize; 3], limit: u64) -> Result<(), DataError> {
    within(path, shape.iter().fold(4, |bytes: u64, &axis| bytes.saturating_mul(axis as u64)), limit)
}

/// A reader that goes by the contents, not by the file's name, and keeps to the limit of memory.
fn reader(bytes: &[u8], limit: u64) -> Result<ImageReader<Cursor<&[u8]>>, ImageError> {
    let mut reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format()?;
    let mut limits = Limits::default();
    limits.max_alloc = Some(limit);
    reader.limits(limits);
    Ok(reader)
}

/// Dense CHW of one or three channels.
fn planes(image: &DynamicImage, channels: usize) -> Vec<f32> {
    let (stored, values) = interleaved(image);
    let plane = |channel: usize| values.iter().skip(channel).step_by(stored).copied();
    match (stored >= 3, channels) {
        (false, _) => plane(0).collect::<Vec<f32>>().repeat(channels),
        (true, 1) => values.chunks_exact(stored).map(luma).collect(),
        (true, _) => (0..3).flat_map(plane).collect(),
    }
}

/// The number of channels stored for each pixel, and all values in \[0, 1\], pixel by pixel.
///
/// Written out because the image library's own conversion to floats differs from division by 255 in the last bit.
fn interleaved(image: &DynamicImage) -> (usize, Vec<f32>) {
    match image {
        DynamicImage::ImageLuma8(pixels) => (1, from_bytes(pixels)),
        DynamicImage::ImageLumaA8(pixels) => (2, from_bytes(pixels)),
        DynamicImage::ImageRgb8(pixels) => (3, from_bytes(pixels)),
        DynamicImage::ImageRgba8(pixels) => (4, from_bytes(pixels)),
        DynamicImage::ImageLuma16(pixels) => (1, from_words(pixels)),
        DynamicImage::ImageLumaA16(pixels) => (2, from_words(pixels)),
        DynamicImage::ImageRgb16(pixels) => (3, from_words(pixels)),
        DynamicImage::ImageRgba16(pixels) => (4, from_words(pixels)),
        floats => (3, floats.to_rgb32f().into_raw()),
    }
}

fn from_bytes(values: &[u8]) -> Vec<f32> {
    values.iter().map(|&value| f32::from(value) / 255.0).collect()
}

fn from_words(values: &[u16]) -> Vec<f32> {
    values.iter().map(|&value| f32::from(value) / 65535.0).collect()
}

/// Relative luminance by the weights of ITU-R BT.709, applied to the values as stored.
fn luma(pixel: &[f32]) -> f32 {
    let weighted = 0.2126 * f64::from(pixel[0]) + 0.7152 * f64::from(pixel[1]) + 0.0722 * f64::from(pixel[2]);
    weighted as f32
}
