use ndarray::{ArrayD, IxDyn};
use ndarray_npy::{WritableElement, WriteNpyExt};

use super::*;

pub(super) fn array<T: Clone>(shape: &[usize], element: impl Fn(usize) -> T) -> ArrayD<T> {
    let elements = (0..shape.iter().product()).map(element).collect();
    ArrayD::from_shape_vec(IxDyn(shape), elements).unwrap()
}

pub(super) fn npy<T: WritableElement + Clone>(shape: &[usize], element: impl Fn(usize) -> T) -> Vec<u8> {
    let mut bytes = Vec::new();
    array(shape, element).write_npy(&mut bytes).unwrap();
    bytes
}

fn bytes_npy(shape: &[usize]) -> Vec<u8> {
    npy(shape, |i| (i * 37 % 256) as u8)
}

fn open(images: &[u8], labels: &[u8]) -> Result<Dataset, DataError> {
    let scratch = Scratch::new();
    Dataset::open(
        &Source::new(Format::Npy, scratch.write("i", images)).with_labels(scratch.write("l", labels)),
    )
}

#[test]
fn numpy_floats_in_both_orders_and_both_byte_orders() {
    for file in ["fortran-float32.npy", "float64.npy"] {
        let source = Source::new(Format::Npy, fixture(file)).with_labels(fixture("labels.npy"));
        let dataset = Dataset::open(&source).unwrap();
        assert_eq!((dataset.len(), dataset.shape()), (2, [1, 4, 5]));
        assert_eq!(dataset.image(0).unwrap(), patterns(0..20), "{file}");
        assert_eq!(dataset.image(1).unwrap(), patterns(20..40), "{file}");
        assert_eq!([dataset.label(0), dataset.label(1)], [7, 2]);
    }
}

#[test]
fn channels_are_last_only_if_the_last_axis_alone_can_be_channels() {
    let labels = npy(&[2], |_| 0u8);
    for (axes, shape) in [
        ([2, 4, 5, 3], [3, 4, 5]),
        ([2, 4, 5, 1], [1, 4, 5]),
        ([2, 3, 4, 5], [3, 4, 5]),
        // Both could be channels: the second axis is taken.
        ([2, 3, 5, 3], [3, 5, 3]),
        ([2, 1, 5, 3], [1, 5, 3]),
        // Neither could.
        ([2, 4, 5, 6], [4, 5, 6]),
    ] {
        assert_eq!(open(&bytes_npy(&axes), &labels).unwrap().shape(), shape, "{axes:?}");
    }
    let last = open(&bytes_npy(&[2, 4, 5, 3]), &labels).unwrap();
    let expected: Vec<f32> = (0..3).flat_map(|c| (0..20).map(move |p| pattern(60 + 3 * p + c))).collect();
    assert_eq!(last.image(1).unwrap(), expected);
}

#[test]
fn labels_of_every_integer_type() {
    let images = bytes_npy(&[2, 2, 2]);
    let labels = [
        npy(&[2], |i| i as u8 + 4),
        npy(&[2], |i| i as u16 + 4),
        npy(&[2], |i| i as u32 + 4),
        npy(&[2], |i| i as u64 + 4),
        npy(&[2], |i| i as i8 + 4),
        npy(&[2], |i| i as i16 + 4),
        npy(&[2], |i| i as i32 + 4),
        npy(&[2], |i| i as i64 + 4),
    ];
    for bytes in labels {
        assert_eq!(open(&images, &bytes).unwrap().label(1), 5);
    }
}

#[test]
fn labels_that_are_no_classes_are_refused() {
    let images = bytes_npy(&[2, 2, 2]);
    let error = open(&images, &npy(&[2], |i| -(i as i64))).unwrap_err();
    assert!(matches!(&error, DataError::Label { index: 1, found, .. } if found == "-1"), "{error}");
    assert!(matches!(open(&images, &npy(&[2], |_| 1u64 << 32)), Err(DataError::Label { index: 0, .. })));
    assert!(
        matches!(open(&images, &npy(&[2], |_| 0f32)), Err(DataError::ElementType { found, .. }) if found == "<f4")
    );
    assert!(
        matches!(open(&images, &npy(&[2, 1], |_| 0u8)), Err(DataError::Shape { found, .. }) if found == [2, 1])
    );
    assert!(matches!(
        open(&images, &npy(&[3], |_| 0u8)),
        Err(DataError::Count { found: 3, expected: 2, .. })
    ));
}

#[test]
fn values_outside_the_unit_interval_are_named() {
    let labels = npy(&[2], |_| 0u8);
    for bad in [1.5, -0.1, f64::NAN, f64::INFINITY, 1.0 + 1e-12] {
        // Image 1, channel 0, row 1, column 2 of [2, 3, 2, 4].
        let error = open(&npy(&[2, 3, 2, 4], |i| if i == 24 + 6 { bad } else { 0.5 }), &labels).unwrap_err();
        let DataError::Value { image: 1, channel: 0, row: 1, column: 2, found, .. } = error else {
            panic!("{error}")
        };
        assert!(found == bad || found.is_nan() && bad.is_nan());
    }
    let error = open(&npy(&[2, 2, 2, 3], |i| if i == 12 + 8 { 255f32 } else { 1.0 }), &labels).unwrap_err();
    // The same counted channels last: pixel (0, 2) has elements 6 to 8.
    assert!(matches!(error, DataError::Value { image: 1, channel: 2, row: 1, column: 0, .. }), "{error}");
}

#[test]
fn arrays_of_other_types_and_shapes_are_refused() {
    let labels = npy(&[2], |_| 0u8);
    assert!(
        matches!(open(&npy(&[2, 2, 2], |_| 1i32), &labels), Err(DataError::ElementType { found, .. }) if found == "<i4")
    );
    assert!(
        matches!(open(&npy(&[2, 2, 2], |_| true), &labels), Err(DataError::ElementType { found, .. }) if found == "|b1")
    );
    assert!(
        matches!(open(&bytes_npy(&[2, 4]), &labels), Err(DataError::Shape { found, .. }) if found == [2, 4])
    );
    assert!(matches!(open(&bytes_npy(&[0, 4, 4]), &labels), Err(DataError::Empty { .. })));
    assert!(matches!(open(b"not a NumPy file", &labels), Err(DataError::Magic { .. })));
}

/// A version 1 header with the given dictionary.
fn header(dictionary: &str) -> Vec<u8> {
    let length = (dictionary.len() + 1) as u16;
    [b"\x93NUMPY\x01\x00", &length.to_le_bytes()[..], dictionary.as_bytes(), b"\n"].concat()
}

#[test]
fn headers_cannot_take_memory_or_stack() {
    let labels = npy(&[2], |_| 0u8);
    let huge =
        header("{'descr': '|u1', 'fortran_order': False, 'shape': (4000000000, 4000000000, 4000000000), }");
    let error = open(&huge, &labels).unwrap_err();
    assert!(matches!(error, DataError::Length { expected: u64::MAX, .. }), "{error}");
    let nested = header(&"(".repeat(9_000));
    assert!(matches!(open(&nested, &labels), Err(DataError::NpyHeaderRefused { .. })));
    let long = [b"\x93NUMPY\x02\x00", &u32::MAX.to_le_bytes()[..], &[b' '; 64]].concat();
    assert!(matches!(open(&long, &labels), Err(DataError::NpyHeaderRefused { .. })));
    let record = header("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (2, 2, 2), }");
    assert!(matches!(open(&record, &labels), Err(DataError::ElementType { .. })));
}

#[test]
fn cut_off_or_damaged_files_never_panic() {
    let scratch = Scratch::new();
    let (images, labels) = (npy(&[2, 2, 2], |i| i as f32 / 8.0), npy(&[2], |i| i as i16));
    let source = Source::new(Format::Npy, scratch.write("images", &images))
        .with_labels(scratch.write("labels", &labels));
    for path in [&source.images, source.labels.as_ref().unwrap()] {
        cut_off(path, &source);
        damage(path, &source);
    }
}
