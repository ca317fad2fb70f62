use proptest::prelude::*;

use super::*;

/// Arbitrary bytes behind the start of each format, so that they are taken further than the first check.
fn contents() -> impl Strategy<Value = Vec<u8>> {
    let start = prop_oneof![
        Just(&b""[..]),
        Just(&b"\0\0\x08\x03\0\0\0"[..]),
        Just(&b"\0\0\x08\x04\0\0\0"[..]),
        Just(&b"\0\0\x08\x01\0\0\0"[..]),
        Just(&b"\x1f\x8b\x08\0"[..]),
        Just(&b"\x93NUMPY\x01\0\x20\0{'descr': "[..]),
        Just(&b"\x93NUMPY\x02\0"[..]),
        Just(&b"PK\x03\x04"[..]),
        Just(&b"PK\x05\x06"[..]),
        Just(&b"\x89PNG\r\n\x1a\n"[..]),
        Just(&b"\xff\xd8\xff"[..]),
        Just(&b"P5 2 2 255\n"[..]),
    ];
    (start, prop::collection::vec(any::<u8>(), 0..200)).prop_map(|(start, rest)| [start, &rest].concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn no_bytes_make_a_reader_panic(images in contents(), labels in contents()) {
        let scratch = Scratch::new();
        let (file, labels) = (scratch.write("images", &images), scratch.write("labels", &labels));
        scratch.write("folder/class/image", &images);
        for format in Format::ALL {
            let source = Source { max_bytes: 1 << 20, ..Source::new(format, &file) };
            read_all(&source);
            read_all(&source.with_labels(&labels));
        }
        let folder = Source { max_bytes: 1 << 20, ..Source::new(Format::Folder, scratch.path("folder")) };
        read_all(&folder);
        read_all(&folder.with_labels(&labels));
    }

    #[test]
    fn idx_gives_back_what_was_written(pixels in prop::collection::vec(any::<u8>(), 6..200)) {
        let scratch = Scratch::new();
        let count = pixels.len() / 6;
        let mut images = vec![0, 0, 8, 3, 0, 0, 0, count as u8, 0, 0, 0, 2, 0, 0, 0, 3];
        images.extend(&pixels[..6 * count]);
        let mut labels = vec![0, 0, 8, 1, 0, 0, 0, count as u8];
        labels.extend(&pixels[..count]);
        let source = Source::new(Format::Idx, scratch.write("i", &images)).with_labels(scratch.write("l", &labels));
        let dataset = Dataset::open(&source).unwrap();
        for index in 0..count {
            let expected: Vec<f32> = pixels[6 * index..][..6].iter().map(|&byte| f32::from(byte) / 255.0).collect();
            prop_assert_eq!(dataset.image(index).unwrap(), expected);
            prop_assert_eq!(dataset.label(index), u32::from(pixels[index]));
        }
    }
}
