//! Resizing and cropping to one common shape.

use std::path::Path;

use image::imageops::{FilterType, resize};
use image::{ImageBuffer, Luma};

use super::bytes::within;
use super::{DataError, Source};

/// Bytes of one float32 pixel value.
const FLOAT_BYTES: u64 = 4;

/// What is done to each image after it was read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Geometry {
    resize: Option<[usize; 2]>,
    crop: Option<[usize; 2]>,
}

impl Geometry {
    pub(super) fn of(source: &Source) -> Geometry {
        Geometry { resize: source.resize, crop: source.crop }
    }

    /// Whether images of different shapes come out alike.
    pub(super) fn resizes(&self) -> bool {
        self.resize.is_some()
    }

    /// The shape that images of shape `[C, H, W]` come out with.
    ///
    /// # Errors
    /// A size of no pixels, a crop larger than the image, an image over the limit of bytes.
    pub(super) fn output(&self, path: &Path, shape: [usize; 3], limit: u64) -> Result<[usize; 3], DataError> {
        let [channels, height, width] = shape;
        let error =
            |what, found, expected| DataError::Geometry { path: path.to_owned(), what, found, expected };
        let mut size = [height, width];
        if let Some(wanted) = self.resize {
            // The limit of 2^32 - 1 pixels a side is the image library's.
            if wanted.iter().any(|&side| side == 0 || u32::try_from(side).is_err()) {
                return Err(error("resize", size, wanted));
            }
            size = wanted;
        }
        let bytes =
            [channels, size[0], size[1]].iter().fold(FLOAT_BYTES, |b, &axis| b.saturating_mul(axis as u64));
        within(path, bytes, limit)?;
        if let Some(wanted) = self.crop {
            if wanted.contains(&0) || wanted[0] > size[0] || wanted[1] > size[1] {
                return Err(error("crop", size, wanted));
            }
            size = wanted;
        }
        Ok([channels, size[0], size[1]])
    }

    /// Resizes and crops one dense CHW image, whose shape [`output`](Self::output) has admitted.
    ///
    /// Resizing is bilinear with the triangle widened by the scale when it shrinks (antialiased, as in Pillow). A crop
    /// that cannot be centred exactly lies half a pixel towards the top left.
    pub(super) fn apply(&self, image: Vec<f32>, shape: [usize; 3]) -> Vec<f32> {
        let mut image = image;
        let mut size = [shape[1], shape[2]];
        if let Some(wanted) = self.resize.filter(|&wanted| wanted != size) {
            image = image
                .chunks_exact(size[0] * size[1])
                .flat_map(|plane| resized(plane, size, wanted))
                .collect();
            size = wanted;
        }
        match self.crop.filter(|&wanted| wanted != size) {
            Some(wanted) => {
                image.chunks_exact(size[0] * size[1]).flat_map(|p| cropped(p, size, wanted)).collect()
            }
            None => image,
        }
    }
}

fn resized(plane: &[f32], from: [usize; 2], to: [usize; 2]) -> Vec<f32> {
    let side = |pixels: usize| u32::try_from(pixels).unwrap_or(u32::MAX);
    let buffer = ImageBuffer::<Luma<f32>, &[f32]>::from_raw(side(from[1]), side(from[0]), plane);
    let Some(buffer) = buffer else { unreachable!("the plane has height times width values") };
    resize(&buffer, side(to[1]), side(to[0]), FilterType::Triangle).into_raw()
}

fn cropped(plane: &[f32], from: [usize; 2], to: [usize; 2]) -> impl Iterator<Item = f32> + '_ {
    let [top, left] = [(from[0] - to[0]) / 2, (from[1] - to[1]) / 2];
    let rows = plane.chunks_exact(from[1]).skip(top).take(to[0]);
    rows.flat_map(move |row| row[left..left + to[1]].iter().copied())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANY: u64 = 1 << 20;

    fn geometry(resize: Option<[usize; 2]>, crop: Option<[usize; 2]>) -> Geometry {
        Geometry { resize, crop }
    }

    #[test]
    fn crop_takes_the_centre_of_each_channel() {
        let image: Vec<f32> = (0..32).map(|i| i as f32).collect();
        let cut = geometry(None, Some([2, 1])).apply(image, [2, 4, 4]);
        assert_eq!(cut, [5.0, 9.0, 21.0, 25.0]);
    }

    #[test]
    fn resize_is_bilinear_and_keeps_channels_apart() {
        let halved =
            geometry(Some([1, 1]), None).apply(vec![0.0, 1.0, 0.0, 1.0, 0.25, 0.25, 0.25, 0.25], [2, 2, 2]);
        assert!((halved[0] - 0.5).abs() < 1e-6 && (halved[1] - 0.25).abs() < 1e-6, "{halved:?}");
        // Doubling [0, 1] samples the line between the pixel centres at -1/4, 1/4, 3/4 and 5/4.
        let doubled = geometry(Some([1, 4]), None).apply(vec![0.0, 1.0], [1, 1, 2]);
        for (found, expected) in doubled.iter().zip([0.0, 0.25, 0.75, 1.0]) {
            assert!((found - expected).abs() < 1e-6, "{doubled:?}");
        }
    }

    #[test]
    fn resize_to_the_same_size_changes_no_bit() {
        let image = vec![0.1, 0.2, 0.3, 0.7];
        assert_eq!(geometry(Some([2, 2]), None).apply(image.clone(), [1, 2, 2]), image);
    }

    #[test]
    fn resizing_stays_in_the_unit_interval() {
        for size in [[224, 224], [5, 9], [36, 1]] {
            let white = geometry(Some(size), None).apply(vec![1.0; 37 * 53], [1, 37, 53]);
            assert!(white.iter().all(|value| (0.999..=1.0).contains(value)), "{size:?}");
        }
    }

    #[test]
    fn sizes_are_checked_before_anything_is_done() {
        let path = Path::new("images");
        let output = |resize, crop, limit| geometry(resize, crop).output(path, [3, 8, 8], limit);
        assert_eq!(output(Some([4, 6]), Some([2, 6]), ANY).unwrap(), [3, 2, 6]);
        assert!(matches!(output(Some([0, 6]), None, ANY), Err(DataError::Geometry { what: "resize", .. })));
        assert!(matches!(output(None, Some([9, 2]), ANY), Err(DataError::Geometry { what: "crop", .. })));
        assert!(matches!(output(None, Some([0, 2]), ANY), Err(DataError::Geometry { what: "crop", .. })));
        let huge = output(Some([4_000_000_000, 4_000_000_000]), None, ANY);
        assert!(matches!(huge, Err(DataError::TooLarge { limit: ANY, .. })));
        assert!(output(None, None, 3 * 64 * 4).is_ok() && output(None, None, 3 * 64 * 4 - 1).is_err());
    }
}
