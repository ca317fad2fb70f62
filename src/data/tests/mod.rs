//! Tests of the readers: on files that NumPy, gzip and Pillow wrote (`tests/data/readers/make.py`), on files with
//! one fault each, cut off at every byte, and on arbitrary bytes.

mod arbitrary;
mod cifar;
mod folder;
mod idx;
mod npy;
mod npz;

use std::path::{Path, PathBuf};

use super::{DataError, Dataset, Format, Source};

/// A file written by another library.
fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/readers").join(name)
}

/// Element `index` of the pattern that `make.py` writes, in [0, 1].
fn pattern(index: usize) -> f32 {
    f32::from((index * 37 % 256) as u8) / 255.0
}

fn patterns(range: std::ops::Range<usize>) -> Vec<f32> {
    range.map(pattern).collect()
}

/// A folder for one test's files.
struct Scratch(tempfile::TempDir);

impl Scratch {
    fn new() -> Scratch {
        Scratch(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Writes a file and the folders above it.
    fn write(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, bytes).unwrap();
        path
    }

    /// Copies a fixture.
    fn copy(&self, from: &str, to: &str) -> PathBuf {
        self.write(to, &std::fs::read(fixture(from)).unwrap())
    }
}

/// Cuts off a file at every byte, from its end: `source`, which names it, must then be refused.
fn cut_off(path: &Path, source: &Source) {
    Dataset::open(source).unwrap();
    let bytes = std::fs::read(path).unwrap();
    let file = std::fs::File::options().write(true).open(path).unwrap();
    for length in (0..bytes.len()).rev() {
        file.set_len(length as u64).unwrap();
        let opened = Dataset::open(source);
        assert!(opened.is_err(), "cut off at {length}: {opened:?}");
    }
    std::fs::write(path, &bytes).unwrap();
}

/// Inverts every byte of a file in turn. What that does is left open, but nothing may panic.
fn damage(path: &Path, source: &Source) {
    let bytes = std::fs::read(path).unwrap();
    for index in 0..bytes.len() {
        let mut damaged = bytes.clone();
        damaged[index] ^= 0xff;
        std::fs::write(path, &damaged).unwrap();
        read_all(source);
    }
    std::fs::write(path, &bytes).unwrap();
}

/// Reads whatever can be read; images must come out in [0, 1] or as an error.
fn read_all(source: &Source) {
    let Ok(dataset) = Dataset::open(source) else {
        return;
    };
    for index in 0..dataset.len().min(100) {
        let Ok(image) = dataset.image(index) else { continue };
        assert_eq!(image.len(), dataset.shape().iter().product::<usize>());
        assert!(image.iter().all(|value| (0.0..=1.0).contains(value)));
        let _ = (dataset.label(index), dataset.name(index));
    }
}

#[test]
fn an_image_out_of_range_is_an_error() {
    let dataset = Dataset::open(&Source::new(Format::Npz, fixture("nchw.npz"))).unwrap();
    assert!(matches!(dataset.image(2), Err(DataError::Index { found: 2, expected: 2 })));
}

#[test]
fn labels_are_demanded_and_refused_by_format() {
    for format in [Format::Idx, Format::Npy] {
        let error = Dataset::open(&Source::new(format, fixture("float64.npy"))).unwrap_err();
        assert!(matches!(error, DataError::LabelsMissing { format: named } if named == format));
    }
    for format in [Format::Npz, Format::Cifar10, Format::Cifar100] {
        let source = Source::new(format, "images").with_labels("labels");
        assert!(matches!(Dataset::open(&source), Err(DataError::LabelsUnused { .. })));
    }
}

#[test]
fn arrays_are_resized_and_cropped_and_their_channels_checked() {
    let source = Source::new(Format::Npz, fixture("nchw.npz"));
    let cropped = Dataset::open(&Source { crop: Some([2, 3]), ..source.clone() }).unwrap();
    assert_eq!(cropped.shape(), [3, 2, 3]);
    let expected = [6, 7, 8, 11, 12, 13].map(pattern);
    assert_eq!(cropped.image(0).unwrap()[..6], expected);
    let resized =
        Dataset::open(&Source { resize: Some([8, 7]), crop: Some([8, 6]), ..source.clone() }).unwrap();
    assert_eq!((resized.shape(), resized.image(1).unwrap().len()), ([3, 8, 6], 3 * 8 * 6));
    let grey = Dataset::open(&Source { channels: Some(1), ..source.clone() });
    assert!(matches!(grey, Err(DataError::Channels { found: 3, .. })));
    assert!(Dataset::open(&Source { channels: Some(3), ..source }).is_ok());
}

#[test]
fn the_digest_is_of_the_files_alone() {
    let source = Source::new(Format::Npz, fixture("nchw.npz"));
    let digest = Dataset::open(&source).unwrap().digest();
    assert_eq!(Dataset::open(&Source { crop: Some([1, 1]), ..source }).unwrap().digest(), digest);
    let other = Dataset::open(&Source::new(Format::Npz, fixture("nhwc.npz"))).unwrap();
    assert_ne!(other.digest(), digest);
    assert_eq!(digest.len(), 64);
}
