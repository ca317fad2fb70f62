//! Labelled images: IDX, NumPy, CIFAR binary and folders of image files, all behind one type.
//!
//! Files are not trusted: headers are compared with the file's length and with a limit before memory is taken, and
//! whatever is wrong becomes a [`DataError`] that names the file, what was found and what was expected. IDX, CIFAR and
//! NumPy bytes stay bytes in memory and are converted image by image; image files are decoded when they are asked for.

mod bytes;
mod cifar;
mod digest;
mod error;
mod error_path;
mod folder;
mod format;
mod geometry;
mod idx;
mod list;
mod npy;
mod npz;
mod picture;
mod source;
#[cfg(test)]
mod tests;

use std::fmt;
use std::path::{Path, PathBuf};

pub use error::DataError;
pub use format::{Format, UnknownFormat};
pub use source::Source;

use geometry::Geometry;
use picture::Pictures;

/// Images of one shape with their labels.
///
/// Nothing about it can fail after [`open`](Dataset::open), except that a folder's image files may be damaged behind
/// their header, change or vanish.
pub struct Dataset {
    path: PathBuf,
    loaded: Loaded,
    geometry: Geometry,
    shape: [usize; 3],
}

/// What a reader of one format hands over.
struct Loaded {
    pixels: Pixels,
    /// `[C, H, W]` before resizing and cropping; of a folder's first image.
    shape: [usize; 3],
    labels: Vec<u32>,
    /// Where the images have no names, they are named by their index.
    names: Option<Vec<String>>,
    classes: Option<Vec<String>>,
    digest: String,
}

/// Where the pixels are.
enum Pixels {
    /// Image i is the dense CHW bytes at `offset + i * stride`.
    Bytes { data: Vec<u8>, offset: usize, stride: usize },
    /// Dense NCHW in \[0, 1\].
    Floats(Vec<f32>),
    /// Files, still encoded.
    Pictures(Pictures),
}

impl Dataset {
    /// Opens and checks the files of a source.
    ///
    /// # Errors
    /// Whatever [`DataError`] lists but [`DataError::Index`] and [`DataError::Changed`].
    pub fn open(source: &Source) -> Result<Dataset, DataError> {
        check_labels_wanted(source)?;
        let loaded = match source.format {
            Format::Idx => idx::load(source),
            Format::Npz => npz::load(source),
            Format::Npy => npy::load(source),
            Format::Cifar10 | Format::Cifar100 => cifar::load(source),
            Format::Folder => folder::load(source),
        }?;
        let (path, [found, ..]) = (source.images.clone(), loaded.shape);
        if let Some(expected) = source.channels.filter(|&channels| channels != found) {
            return Err(DataError::Channels { path, found, expected: expected.to_string() });
        }
        let geometry = Geometry::of(source);
        let shape = geometry.output(&path, loaded.shape, source.max_bytes)?;
        Ok(Dataset { path, loaded, geometry, shape })
    }

    /// The number of images; at least one.
    pub fn len(&self) -> usize {
        self.loaded.labels.len()
    }

    /// Whether there are no images, which [`open`](Dataset::open) refuses.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The shape `[C, H, W]` of every image, after resizing and cropping.
    pub fn shape(&self) -> [usize; 3] {
        self.shape
    }

    /// The label of image `index`, a class number from 0.
    ///
    /// # Panics
    /// If `index` is not below [`len`](Dataset::len).
    pub fn label(&self, index: usize) -> u32 {
        self.loaded.labels[index]
    }

    /// The file name of image `index`, relative to the folder; its index where images have no files of their own.
    ///
    /// # Panics
    /// If `index` is not below [`len`](Dataset::len).
    pub fn name(&self, index: usize) -> String {
        assert!(index < self.len(), "there is no image {index} among {}", self.len());
        self.loaded.names.as_ref().map_or_else(|| index.to_string(), |names| names[index].clone())
    }

    /// Image `index` as dense CHW in \[0, 1\], of the [`shape`](Dataset::shape); bytes are divided by 255.
    ///
    /// # Errors
    /// [`DataError::Index`] for an image that does not exist. Of a folder: a file that has changed since it was opened,
    /// cannot be decoded, or stores floats outside \[0, 1\].
    pub fn image(&self, index: usize) -> Result<Vec<f32>, DataError> {
        if index >= self.len() {
            return Err(DataError::Index { found: index, expected: self.len() });
        }
        let shape = self.loaded.shape;
        let pixels = shape.iter().product::<usize>();
        let (image, shape) = match &self.loaded.pixels {
            Pixels::Bytes { data, offset, stride } => {
                let start = offset + index * stride;
                (data[start..start + pixels].iter().map(|&byte| f32::from(byte) / 255.0).collect(), shape)
            }
            Pixels::Floats(data) => (data[index * pixels..(index + 1) * pixels].to_vec(), shape),
            Pixels::Pictures(pictures) => pictures.decode(index)?,
        };
        Ok(self.geometry.apply(image, shape))
    }

    /// An image file that is not of this data set, read and brought to [`shape`](Dataset::shape) as the images of a folder
    /// are: the same channels, resizing and cropping.
    ///
    /// # Errors
    /// A file that can't be read or decoded, and [`DataError::OtherSize`] for one of another size where none is resized.
    pub fn read_alike(&self, path: &Path) -> Result<Vec<f32>, DataError> {
        let limit = Source::DEFAULT_MAX_BYTES;
        let channels = match self.shape[0] {
            channels @ (1 | 3) => channels,
            found => {
                let expected = "1 (grey) or 3 (RGB), which image files have".to_owned();
                return Err(DataError::Channels { path: self.path.clone(), found, expected });
            }
        };
        let (image, shape) = picture::read_alone(path, channels, limit)?;
        let [found, expected] = [shape, self.loaded.shape].map(|shape| [shape[1], shape[2]]);
        if found != expected && !self.geometry.resizes() {
            return Err(DataError::OtherSize { path: path.to_owned(), found, expected });
        }
        self.geometry.output(path, shape, limit)?;
        Ok(self.geometry.apply(image, shape))
    }

    /// SHA-256 in hexadecimal over the source files as they lie on disk.
    ///
    /// It is the SHA-256 of the lines that `sha256sum` prints for the files, sorted by name. Files of images and of
    /// labels count as `images` and `labels` under whatever name they lie; the images of a folder count under their
    /// name relative to it, and its CSV file as `labels`. Resizing and cropping do not enter.
    pub fn digest(&self) -> String {
        self.loaded.digest.clone()
    }

    /// The names of the classes by label: a folder's class directories, or the class names of its CSV file.
    pub fn classes(&self) -> Option<&[String]> {
        self.loaded.classes.as_deref()
    }
}

impl fmt::Debug for Dataset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Dataset");
        shown.field("path", &self.path).field("len", &self.len()).field("shape", &self.shape);
        shown.field("digest", &self.loaded.digest).finish_non_exhaustive()
    }
}

/// A file of labels that would be passed over in silence is refused.
fn check_labels_wanted(source: &Source) -> Result<(), DataError> {
    match (source.format, &source.labels) {
        (format @ (Format::Npz | Format::Cifar10 | Format::Cifar100), Some(path)) => {
            Err(DataError::LabelsUnused { format, path: path.clone() })
        }
        _ => Ok(()),
    }
}

fn check_count(path: &Path, found: usize, images: &Path, expected: usize) -> Result<(), DataError> {
    if found != expected {
        return Err(DataError::Count { path: path.to_owned(), images: images.to_owned(), found, expected });
    }
    Ok(())
}
