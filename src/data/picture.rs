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
            return Err(DataError::Changed {
                path: file.path.clone(),
                found,
                expected,
            });
        }
        let error = |source| DataError::Decode {
            path: file.path.clone(),
            source,
        };
        let decoded = reader(&bytes, self.limit)
            .and_then(ImageReader::decode)
            .map_err(error)?;
        let size = [decoded.height() as usize, decoded.width() as usize];
        if size != file.size {
            return Err(DataError::ImageShape {
                path: file.path.clone(),
                found: size,
                expected: file.size,
            });
        }
        let shape = [self.channels, file.size[0], file.size[1]];
        let values = planes(&decoded, self.channels);
        // Only formats that store floats can leave the range.
        match values.iter().position(|value| !(0.0..=1.0).contains(value)) {
            Some(index) => Err(value_error(&file.path, index, shape, values[index].into())),
            None => Ok((values, shape)),
        }
    }
}

/// Height and width of an encoded image, from its header; `None` for what is no image of a known format.
pub(super) fn size(path: &Path, bytes: &[u8], limit: u64) -> Result<Option<[usize; 2]>, DataError> {
    match reader(bytes, limit).and_then(ImageReader::into_dimensions) {
        Ok((0, _) | (_, 0)) => Ok(None),
        Ok((width, height)) => Ok(Some([height as usize, width as usize])),
        Err(source @ ImageError::Limits(_)) => Err(DataError::Decode {
            path: path.to_owned(),
            source,
        }),
        Err(_) => Ok(None),
    }
}

/// Refuses an image whose float32 pixels take more than the limit.
pub(super) fn within_limit(path: &Path, shape: [usize; 3], limit: u64) -> Result<(), DataError> {
    within(
        path,
        shape
            .iter()
            .fold(4, |bytes: u64, &axis| bytes.saturating_mul(axis as u64)),
        limit,
    )
}

/// A reader that goes by the contents, not by the file's name, and keeps to the limit of memory.
fn reader(bytes: &[u8], limit: u64) -> Result<ImageReader<Cursor<&[u8]>>, ImageError> {
    let mut reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format()?;
    let mut limits = Limits::default();
    limits.max_alloc = Some(limit);
    reader.limits(limits);
    Ok(reader)
}

fn planes(image: &DynamicImage, channels: usize) -> Vec<f32> {
    if channels == 1 {
        return image.to_luma32f().into_raw();
    }
    let interleaved = image.to_rgb32f().into_raw();
    (0..3)
        .flat_map(|channel| interleaved.iter().skip(channel).step_by(3).copied())
        .collect()
}
