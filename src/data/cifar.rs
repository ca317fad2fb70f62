//! The binary versions of CIFAR-10 and CIFAR-100: records of one or two label bytes and 3 x 32 x 32 pixel bytes, which
//! are already in the order channel (red, green, blue), row, column.

use super::bytes::read;
use super::digest::{Listing, sha256};
use super::{DataError, Format, Loaded, Pixels, Source};

const SHAPE: [usize; 3] = [3, 32, 32];
const PIXEL_BYTES: usize = 3 * 32 * 32;

/// How a record is laid out, and what its label may be.
struct Layout {
    test_file: &'static str,
    label_bytes: usize,
    label_at: usize,
    classes: u32,
    expected: &'static str,
}

fn layout(source: &Source) -> Layout {
    match (source.format, source.coarse_labels) {
        (Format::Cifar100, coarse) => Layout {
            test_file: "test.bin",
            label_bytes: 2,
            label_at: if coarse { 0 } else { 1 },
            classes: if coarse { 20 } else { 100 },
            expected: if coarse { "a coarse label from 0 to 19" } else { "a fine label from 0 to 99" },
        },
        _ => Layout {
            test_file: "test_batch.bin",
            label_bytes: 1,
            label_at: 0,
            classes: 10,
            expected: "a label from 0 to 9",
        },
    }
}

/// One file, or the test file of the folder into which the original archive unpacks.
pub(super) fn load(source: &Source) -> Result<Loaded, DataError> {
    let layout = layout(source);
    let path = match source.images.is_dir() {
        true => source.images.join(layout.test_file),
        false => source.images.clone(),
    };
    let data = read(&path, source.max_bytes)?;
    let stride = layout.label_bytes + PIXEL_BYTES;
    if data.is_empty() {
        return Err(DataError::Empty { path });
    }
    if data.len() % stride != 0 {
        return Err(DataError::Records { path, found: data.len() as u64, expected: stride as u64 });
    }
    let labels: Vec<u32> = data.chunks_exact(stride).map(|record| record[layout.label_at].into()).collect();
    if let Some(index) = labels.iter().position(|&label| label >= layout.classes) {
        let found = labels[index].to_string();
        return Err(DataError::Label { path, index, found, expected: layout.expected });
    }
    let mut listing = Listing::default();
    listing.add("images", sha256(&data));
    Ok(Loaded {
        pixels: Pixels::Bytes { data, offset: layout.label_bytes, stride },
        shape: SHAPE,
        labels,
        names: None,
        classes: None,
        digest: listing.digest(),
    })
}
