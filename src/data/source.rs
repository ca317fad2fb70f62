//! What is asked for: where the images lie and how they are brought to one shape.

use std::path::PathBuf;

use super::Format;

/// Images and labels to open, as an audit file states them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// How the files are laid out.
    pub format: Format,
    /// The file of images; for [`Format::Folder`] the folder; for the CIFAR formats a file, or the folder that holds
    /// the test file under its original name (`test_batch.bin`, `test.bin`).
    pub images: PathBuf,
    /// The file of labels. Needed for [`Format::Idx`] and [`Format::Npy`]; for [`Format::Folder`] a CSV file with the
    /// columns `file` and `label`; refused elsewhere, where the labels lie beside the images.
    pub labels: Option<PathBuf>,
    /// Height and width in pixels to which each image is resized, whatever its shape was.
    pub resize: Option<[usize; 2]>,
    /// Height and width in pixels that are cut out of the centre, after resizing.
    pub crop: Option<[usize; 2]>,
    /// 1 (grey) or 3 (RGB). A folder's images are converted to it (`None`: RGB); other formats must already have it.
    pub channels: Option<usize>,
    /// Take the coarse label of [`Format::Cifar100`] (20 superclasses) instead of the fine one (100 classes).
    pub coarse_labels: bool,
    /// The most bytes that one file, one array or one decoded image may take.
    pub max_bytes: u64,
}

impl Source {
    /// The [`max_bytes`](Source::max_bytes) of [`Source::new`]: 4 GiB.
    pub const DEFAULT_MAX_BYTES: u64 = 4 << 30;

    /// Images as they are, without separate labels.
    pub fn new(format: Format, images: impl Into<PathBuf>) -> Source {
        Source {
            format,
            images: images.into(),
            labels: None,
            resize: None,
            crop: None,
            channels: None,
            coarse_labels: false,
            max_bytes: Self::DEFAULT_MAX_BYTES,
        }
    }

    /// The same with a file of labels.
    pub fn with_labels(self, labels: impl Into<PathBuf>) -> Source {
        Source { labels: Some(labels.into()), ..self }
    }
}
