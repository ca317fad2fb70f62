use std::io::Write as _;

use flate2::{Compression, write::GzEncoder};

use super::*;

/// The first 16 bytes of MNIST's `t10k-images-idx3-ubyte`: 10,000 images of 28 x 28.
const MNIST_HEADER: [u8; 16] = [0, 0, 8, 3, 0, 0, 0x27, 0x10, 0, 0, 0, 0x1c, 0, 0, 0, 0x1c];

fn images(axes: &[u32]) -> Vec<u8> {
    let mut bytes = vec![0, 0, 8, axes.len() as u8];
    bytes.extend(axes.iter().flat_map(|axis| axis.to_be_bytes()));
    let elements: u32 = axes.iter().product();
    bytes.extend((0..elements).map(|i| (i * 37 % 256) as u8));
    bytes
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn source(scratch: &Scratch, images: &[u8], labels: &[u8]) -> Source {
    Source::new(Format::Idx, scratch.write("images", images)).with_labels(scratch.write("labels", labels))
}

fn error(images: &[u8], labels: &[u8]) -> DataError {
    Dataset::open(&source(&Scratch::new(), images, labels)).unwrap_err()
}

#[test]
fn gzipped_images_and_plain_labels() {
    let source =
        Source::new(Format::Idx, fixture("images-idx3-ubyte.gz")).with_labels(fixture("labels-idx1-ubyte"));
    let dataset = Dataset::open(&source).unwrap();
    assert_eq!((dataset.len(), dataset.shape()), (2, [1, 4, 5]));
    assert_eq!([dataset.label(0), dataset.label(1)], [7, 2]);
    assert_eq!(dataset.image(0).unwrap(), patterns(0..20));
    assert_eq!(dataset.image(1).unwrap(), patterns(20..40));
    assert_eq!(dataset.name(1), "1");
    assert_eq!(dataset.classes(), None);
}

#[test]
fn compression_is_told_by_content_not_by_name() {
    let scratch = Scratch::new();
    let labels = images(&[2]);
    let plain = source(&scratch, &images(&[2, 4, 5]), &labels);
    let pixels = Dataset::open(&plain).unwrap().image(1).unwrap();
    let zipped = source(&scratch, &gzip(&images(&[2, 4, 5])), &gzip(&labels));
    assert_eq!(Dataset::open(&zipped).unwrap().image(1).unwrap(), pixels);
    let misnamed = Source { images: scratch.write("plain.gz", &images(&[2, 4, 5])), ..plain };
    assert_eq!(Dataset::open(&misnamed).unwrap().image(1).unwrap(), pixels);
}

#[test]
fn four_axes_are_channels_first() {
    let dataset = Dataset::open(&source(&Scratch::new(), &images(&[2, 3, 2, 2]), &images(&[2]))).unwrap();
    assert_eq!(dataset.shape(), [3, 2, 2]);
    assert_eq!(dataset.image(1).unwrap(), patterns(12..24));
}

#[test]
fn mnist_header_announces_its_length() {
    let found = error(&MNIST_HEADER, &images(&[1]));
    assert!(matches!(found, DataError::Length { found: 16, expected: 7_840_016, .. }), "{found}");
    let found = error(&gzip(&MNIST_HEADER), &images(&[1]));
    assert!(matches!(found, DataError::Length { found: 16, expected: 7_840_016, .. }), "{found}");
}

#[test]
fn announced_sizes_are_refused_before_memory_is_taken() {
    let mut billions = vec![0, 0, 8, 3];
    billions.extend([0xff; 12]);
    // (2^32 - 1)^3 bytes overflow 64 bits.
    assert!(matches!(error(&billions, &[]), DataError::Length { found: 16, expected: u64::MAX, .. }));
    assert!(matches!(error(&gzip(&billions), &[]), DataError::TooLarge { found: u64::MAX, .. }));
    // Under the limit of 4 GiB, but out of reach of 40 compressed bytes.
    let mut large = vec![0, 0, 8, 3];
    large.extend([1u32 << 10, 1 << 10, 1 << 10].iter().flat_map(|axis| axis.to_be_bytes()));
    assert!(matches!(error(&gzip(&large), &[]), DataError::Length { found: 16, expected: 0x4000_0010, .. }));
}

#[test]
fn a_bomb_is_inflated_no_further_than_announced() {
    let mut bytes = images(&[1, 2, 2]);
    bytes.resize(1 << 24, 0);
    assert!(matches!(error(&gzip(&bytes), &[]), DataError::Surplus { expected: 20, .. }));
}

#[test]
fn surplus_bytes_and_wrong_headers_are_refused() {
    let labels = images(&[2]);
    let mut long = images(&[2, 4, 5]);
    long.push(0);
    assert!(matches!(error(&long, &labels), DataError::Length { found: 57, expected: 56, .. }));
    let with_byte = |index: usize, byte: u8| {
        let mut bytes = images(&[2, 4, 5]);
        bytes[index] = byte;
        error(&bytes, &labels)
    };
    assert!(matches!(with_byte(0, 1), DataError::Magic { .. }));
    assert!(matches!(with_byte(2, 0x0d), DataError::ElementType { found, .. } if found == "0x0d"));
    assert!(matches!(with_byte(3, 2), DataError::Shape { found, .. } if found == [2, 4]));
    assert!(matches!(with_byte(7, 0), DataError::Empty { .. }));
    // Images and labels mistaken for each other.
    assert!(matches!(error(&labels, &images(&[2, 4, 5])), DataError::Shape { found, .. } if found == [2]));
}

#[test]
fn both_counts_and_both_files_are_named() {
    let found = error(&images(&[2, 4, 5]), &images(&[3]));
    assert!(matches!(found, DataError::Count { found: 3, expected: 2, .. }), "{found}");
    let message = found.to_string();
    assert!(message.contains("labels") && message.contains("images"), "{message}");
}

#[test]
fn cut_off_or_damaged_files_never_panic() {
    let scratch = Scratch::new();
    for (images_bytes, label_bytes) in
        [(images(&[2, 3, 3]), images(&[2])), (gzip(&images(&[2, 3, 3])), gzip(&images(&[2])))]
    {
        let source = source(&scratch, &images_bytes, &label_bytes);
        for path in [&source.images, source.labels.as_ref().unwrap()] {
            cut_off(path, &source);
            damage(path, &source);
        }
    }
}

#[test]
fn the_digest_tells_images_from_labels() {
    let scratch = Scratch::new();
    let digest = Dataset::open(&source(&scratch, &images(&[2, 1, 1]), &images(&[2]))).unwrap().digest();
    let other = Dataset::open(&source(&scratch, &images(&[2, 1, 1]), &[0, 0, 8, 1, 0, 0, 0, 2, 0, 1]))
        .unwrap()
        .digest();
    assert_ne!(digest, other);
}

#[test]
fn the_limit_is_kept() {
    let scratch = Scratch::new();
    let wide = source(&scratch, &images(&[2, 8, 8]), &images(&[2]));
    // 256 bytes hold both files, and one image as floats.
    assert!(Dataset::open(&Source { max_bytes: 256, ..wide.clone() }).is_ok());
    assert!(matches!(
        Dataset::open(&Source { max_bytes: 143, ..wide }),
        Err(DataError::TooLarge { found: 144, .. })
    ));
}
