use std::io::{Cursor, Write as _};

use ndarray_npy::NpzWriter;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::npy::array;
use super::*;

fn open(bytes: &[u8]) -> Result<Dataset, DataError> {
    Dataset::open(&Source::new(Format::Npz, Scratch::new().write("set.npz", bytes)))
}

fn npz(names: [&str; 2], count: usize) -> Vec<u8> {
    let mut writer = NpzWriter::new(Cursor::new(Vec::new()));
    writer.add_array(names[0], &array(&[2, 2, 2], |i| i as u8)).unwrap();
    writer.add_array(names[1], &array(&[count], |i| i as i64)).unwrap();
    writer.finish().unwrap().into_inner()
}

#[test]
fn numpy_archives_stored_and_compressed() {
    let dataset = Dataset::open(&Source::new(Format::Npz, fixture("nchw.npz"))).unwrap();
    assert_eq!((dataset.len(), dataset.shape()), (2, [3, 4, 5]));
    assert_eq!([dataset.label(0), dataset.label(1)], [7, 2]);
    assert_eq!(dataset.image(1).unwrap(), patterns(60..120));
    let dataset = Dataset::open(&Source::new(Format::Npz, fixture("nhwc.npz"))).unwrap();
    assert_eq!((dataset.len(), dataset.shape()), (2, [3, 4, 5]));
    let expected: Vec<f32> = (0..3).flat_map(|c| (0..20).map(move |p| pattern(60 + 3 * p + c))).collect();
    assert_eq!(dataset.image(1).unwrap(), expected);
}

#[test]
fn a_missing_array_is_named_beside_those_that_are_there() {
    let error = open(&npz(["images", "y"], 2)).unwrap_err();
    let DataError::ArrayMissing { found, expected: "labels", .. } = &error else { panic!("{error}") };
    assert_eq!(found, &["images", "y"]);
    assert!(error.to_string().contains("images, y"), "{error}");
}

#[test]
fn what_is_no_archive_is_refused() {
    assert!(matches!(open(b"PK, but no zip"), Err(DataError::Zip { .. })));
    assert!(matches!(open(&[]), Err(DataError::Zip { .. })));
    let error = open(&npz(["images", "labels"], 3)).unwrap_err();
    assert!(matches!(error, DataError::Count { found: 3, expected: 2, .. }), "{error}");
}

#[test]
fn arrays_in_an_archive_are_held_to_the_limit_inflated() {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    writer.start_file("images.npy", options).unwrap();
    writer.write_all(&vec![0; 1 << 20]).unwrap();
    let bytes = writer.finish().unwrap().into_inner();
    assert!(bytes.len() < 1 << 12);
    let path = Scratch::new();
    let source = Source { max_bytes: 1 << 19, ..Source::new(Format::Npz, path.write("set.npz", &bytes)) };
    assert!(matches!(Dataset::open(&source), Err(DataError::TooLarge { found: 1_048_576, .. })));
}

#[test]
fn an_announced_length_beyond_what_can_inflate_takes_no_memory() {
    let mut bytes = npz(["images", "labels"], 2);
    // The central directory's entry for the images: 24 bytes in is the inflated length.
    let entry = bytes.windows(4).position(|window| window == b"PK\x01\x02").unwrap();
    bytes[entry + 24..entry + 28].copy_from_slice(&0x7fff_ffffu32.to_le_bytes());
    let error = open(&bytes).unwrap_err();
    assert!(matches!(error, DataError::Length { expected: 0x7fff_ffff, .. }), "{error}");
}

#[test]
fn a_changed_pixel_fails_the_checksum() {
    let mut bytes = npz(["images", "labels"], 2);
    let pixels = bytes.windows(8).position(|window| window == [0, 1, 2, 3, 4, 5, 6, 7]).unwrap();
    bytes[pixels + 3] ^= 1;
    assert!(matches!(open(&bytes), Err(DataError::Npy { .. })));
}

#[test]
fn cut_off_or_damaged_files_never_panic() {
    let scratch = Scratch::new();
    for bytes in [npz(["images", "labels"], 2), std::fs::read(fixture("nhwc.npz")).unwrap()] {
        let source = Source::new(Format::Npz, scratch.write("set.npz", &bytes));
        cut_off(&source.images, &source);
        damage(&source.images, &source);
    }
}
