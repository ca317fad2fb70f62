use super::*;

/// Two classes; the files' order by name is not the order in which they are written.
fn classes() -> Scratch {
    let scratch = Scratch::new();
    scratch.copy("rgba.png", "dog/z.png");
    scratch.copy("rgb.png", "cat/b.png");
    scratch.copy("grey.png", "cat/a.png");
    scratch.write(".hidden", b"no image");
    scratch.write("cat/.DS_Store", b"no image");
    scratch.write("README", b"no image, but no class either");
    scratch
}

fn source(scratch: &Scratch) -> Source {
    Source::new(Format::Folder, scratch.path(""))
}

fn listed(scratch: &Scratch, list: &str) -> Source {
    source(scratch).with_labels(scratch.write("labels.csv", list.as_bytes()))
}

fn labels(dataset: &Dataset) -> Vec<(String, u32)> {
    (0..dataset.len()).map(|i| (dataset.name(i), dataset.label(i))).collect()
}

fn pairs(expected: &[(&str, u32)]) -> Vec<(String, u32)> {
    expected.iter().map(|&(name, label)| (name.to_owned(), label)).collect()
}

#[test]
fn class_directories_number_the_classes_in_sorted_order() {
    let scratch = classes();
    let dataset = Dataset::open(&source(&scratch)).unwrap();
    assert_eq!(dataset.shape(), [3, 4, 5]);
    assert_eq!(labels(&dataset), pairs(&[("cat/a.png", 0), ("cat/b.png", 0), ("dog/z.png", 1)]));
    assert_eq!(dataset.classes().unwrap(), ["cat", "dog"]);
}

#[test]
fn pixels_are_exact_in_every_channel_order() {
    let scratch = classes();
    let dataset = Dataset::open(&source(&scratch)).unwrap();
    let interleaved =
        |channels: usize| (0..3).flat_map(move |c| (0..20).map(move |p| pattern(channels * p + c)));
    assert_eq!(dataset.image(0).unwrap(), [patterns(0..20), patterns(0..20), patterns(0..20)].concat());
    assert_eq!(dataset.image(1).unwrap(), interleaved(3).collect::<Vec<_>>());
    assert_eq!(dataset.image(2).unwrap(), interleaved(4).collect::<Vec<_>>());
    let grey = Dataset::open(&Source { channels: Some(1), ..source(&scratch) }).unwrap();
    assert_eq!((grey.shape(), grey.image(0).unwrap()), ([1, 4, 5], patterns(0..20)));
    let luma = 0.2126 * pattern(0) + 0.7152 * pattern(1) + 0.0722 * pattern(2);
    assert!((grey.image(1).unwrap()[0] - luma).abs() < 1e-6);
    let error = Dataset::open(&Source { channels: Some(4), ..source(&scratch) }).unwrap_err();
    assert!(matches!(error, DataError::Channels { found: 4, .. }));
}

#[test]
fn sixteen_bits_are_kept() {
    let scratch = Scratch::new();
    std::fs::create_dir(scratch.path("a")).unwrap();
    let words: Vec<u16> = (0..6).map(|i| i * 13_107).collect();
    let picture = image::ImageBuffer::<image::Rgb<u16>, _>::from_raw(2, 1, words.clone()).unwrap();
    picture.save(scratch.path("a/deep.png")).unwrap();
    let image = Dataset::open(&source(&scratch)).unwrap().image(0).unwrap();
    let expected = [0, 3, 1, 4, 2, 5].map(|i: usize| f32::from(words[i]) / 65535.0);
    assert_eq!(image, expected);
}

#[test]
fn jpeg_is_read_by_content_not_by_name() {
    let scratch = Scratch::new();
    scratch.copy("flat.jpg", "a/picture.png");
    let image = Dataset::open(&source(&scratch)).unwrap().image(0).unwrap();
    assert!(image.iter().all(|value| (value - 200.0 / 255.0).abs() < 2.0 / 255.0), "{image:?}");
}

#[test]
fn different_shapes_are_named_unless_resized() {
    let scratch = classes();
    scratch.copy("large.png", "dog/large.png");
    let error = Dataset::open(&source(&scratch)).unwrap_err();
    let DataError::ImageShape { path, found: [8, 8], expected: [4, 5] } = &error else { panic!("{error}") };
    assert!(path.ends_with("dog/large.png"));
    // A crop makes one shape of them, but not the same part of the picture.
    assert!(Dataset::open(&Source { crop: Some([4, 4]), ..source(&scratch) }).is_err());
    let resized =
        Dataset::open(&Source { resize: Some([6, 6]), crop: Some([4, 2]), ..source(&scratch) }).unwrap();
    assert_eq!(resized.shape(), [3, 4, 2]);
    assert!((0..4).all(|i| resized.image(i).unwrap().len() == 24));
}

#[test]
fn resizing_agrees_with_pillow() {
    let scratch = Scratch::new();
    scratch.copy("large.png", "a/large.png");
    let source = Source { resize: Some([4, 3]), channels: Some(1), ..source(&scratch) };
    let ours = Dataset::open(&source).unwrap().image(0).unwrap();
    let pillow = Source::new(Format::Npy, fixture("large-resized-by-pillow.npy"))
        .with_labels(scratch.write("labels", &npy::npy(&[1], |_| 0u8)));
    let pillow = Dataset::open(&pillow).unwrap().image(0).unwrap();
    let error = ours.iter().zip(&pillow).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    assert!(error < 1e-5, "{error}");
}

#[test]
fn files_that_are_no_images_are_listed() {
    let scratch = classes();
    scratch.write("cat/notes.txt", b"text");
    scratch.write("dog/empty.png", b"");
    let error = Dataset::open(&source(&scratch)).unwrap_err();
    let DataError::NotImages { found, .. } = &error else { panic!("{error}") };
    assert_eq!(found, &["cat/notes.txt", "dog/empty.png"]);
    scratch.write("dog/nested/picture.png", b"");
    assert!(matches!(Dataset::open(&source(&scratch)), Err(DataError::NotAFile { .. })));
}

#[test]
fn a_folder_without_classes_or_images_is_refused() {
    let scratch = Scratch::new();
    scratch.copy("rgb.png", "a.png");
    assert!(matches!(Dataset::open(&source(&scratch)), Err(DataError::NoClasses { .. })));
    std::fs::create_dir(scratch.path("class")).unwrap();
    assert!(matches!(Dataset::open(&source(&scratch)), Err(DataError::Empty { .. })));
    let nowhere = Source::new(Format::Folder, scratch.path("nowhere"));
    assert!(matches!(Dataset::open(&nowhere), Err(DataError::Io { .. })));
}

#[test]
fn a_list_with_and_without_header() {
    let scratch = classes();
    let expected = pairs(&[("dog/z.png", 3), ("cat/a.png", 0)]);
    for list in [
        "file,label\ndog/z.png,3\ncat/a.png,0\n",
        "dog/z.png,3\ncat/a.png,0",
        "\u{feff}Label,weight,File\r\n3,0.5,dog/z.png\r\n 0 , 1, cat/a.png\r\n",
    ] {
        let dataset = Dataset::open(&listed(&scratch, list)).unwrap();
        assert_eq!(labels(&dataset), expected, "{list}");
        assert_eq!(dataset.classes(), None);
    }
}

#[test]
fn class_names_are_numbered_like_the_directories() {
    let scratch = classes();
    let dataset = Dataset::open(&listed(&scratch, "dog/z.png,dog\n")).unwrap();
    assert_eq!(
        (dataset.label(0), dataset.classes().unwrap()),
        (1, &["cat".to_owned(), "dog".to_owned()][..])
    );
    let own = Dataset::open(&listed(&scratch, "dog/z.png,wolf\ncat/a.png,lion\n")).unwrap();
    assert_eq!([own.label(0), own.label(1)], [1, 0]);
    assert_eq!(own.classes().unwrap(), ["lion", "wolf"]);
}

#[test]
fn faulty_lists_are_refused() {
    let scratch = classes();
    let error = |list: &str| Dataset::open(&listed(&scratch, list)).unwrap_err();
    assert!(matches!(error("cat/a.png,0\ndog/z.png,dog\n"), DataError::Label { index: 1, .. }));
    assert!(matches!(error("cat/a.png,-1\n"), DataError::Label { index: 0, .. }));
    assert!(matches!(error("cat/a.png,\n"), DataError::Label { index: 0, .. }));
    assert!(matches!(error("cat/a.png,0,1\n"), DataError::Columns { found, .. } if found.len() == 3));
    assert!(matches!(error("cat/a.png,0\ncat/b.png\n"), DataError::Csv { .. }));
    assert!(
        matches!(error("cat/none.png,0\n"), DataError::Io { path, .. } if path.ends_with("cat/none.png"))
    );
    assert!(matches!(error("cat,0\n"), DataError::NotAFile { .. }));
    assert!(matches!(error(""), DataError::Empty { .. }));
    assert!(matches!(error("file,label\n"), DataError::Empty { .. }));
}

#[test]
fn listed_paths_stay_in_the_folder() {
    let (scratch, elsewhere) = (classes(), Scratch::new());
    let outside = elsewhere.copy("rgb.png", "a.png");
    let error = |name: &str| Dataset::open(&listed(&scratch, &format!("{name},0\n"))).unwrap_err();
    assert!(matches!(error(outside.to_str().unwrap()), DataError::Outside { .. }));
    assert!(matches!(error("../a.png"), DataError::Outside { .. }));
    assert!(matches!(error("cat/../cat/a.png"), DataError::Outside { .. }));
    // A file named by the absolute path of the folder itself is no relative name either.
    assert!(matches!(error(scratch.path("cat/a.png").to_str().unwrap()), DataError::Outside { .. }));
}

#[cfg(unix)]
#[test]
fn symbolic_links_may_not_lead_out() {
    let (scratch, elsewhere) = (classes(), Scratch::new());
    let outside = elsewhere.copy("rgb.png", "a.png");
    std::os::unix::fs::symlink("../cat/b.png", scratch.path("dog/link.png")).unwrap();
    assert_eq!(Dataset::open(&source(&scratch)).unwrap().len(), 4);
    std::os::unix::fs::symlink(outside, scratch.path("dog/out.png")).unwrap();
    assert!(
        matches!(Dataset::open(&source(&scratch)), Err(DataError::Outside { path, .. }) if path.ends_with("out.png"))
    );
    assert!(matches!(Dataset::open(&listed(&scratch, "dog/out.png,0\n")), Err(DataError::Outside { .. })));
}

#[test]
fn a_file_that_changed_since_is_refused() {
    let scratch = classes();
    let dataset = Dataset::open(&source(&scratch)).unwrap();
    scratch.copy("grey.png", "cat/b.png");
    assert!(dataset.image(0).is_ok());
    assert!(matches!(dataset.image(1), Err(DataError::Changed { path, .. }) if path.ends_with("cat/b.png")));
    assert_ne!(Dataset::open(&source(&scratch)).unwrap().digest(), dataset.digest());
}

#[test]
fn the_digest_covers_names_and_contents_but_not_the_place() {
    let (one, two) = (classes(), classes());
    let digest = |scratch: &Scratch| Dataset::open(&source(scratch)).unwrap().digest();
    assert_eq!(digest(&one), digest(&two));
    std::fs::rename(two.path("cat/b.png"), two.path("cat/c.png")).unwrap();
    assert_ne!(digest(&one), digest(&two));
}

#[test]
fn large_pictures_are_refused_before_they_are_decoded() {
    let scratch = classes();
    let small = Source { max_bytes: 3 * 4 * 5 * 4 - 1, ..source(&scratch) };
    assert!(Dataset::open(&small).is_err());
    // A PNG header of 60,000 x 60,000 pixels, with the CRC-32 of its chunk left to be wrong or right by the decoder.
    let mut bomb = std::fs::read(fixture("grey.png")).unwrap();
    bomb[16..24].copy_from_slice(&[0, 0, 0xea, 0x60, 0, 0, 0xea, 0x60]);
    let mut crc = flate2::Crc::new();
    crc.update(&bomb[12..29]);
    bomb[29..33].copy_from_slice(&crc.sum().to_be_bytes());
    scratch.write("cat/a.png", &bomb);
    let resized = Source { resize: Some([4, 4]), ..source(&scratch) };
    let error = Dataset::open(&resized).unwrap_err();
    assert!(matches!(error, DataError::TooLarge { found: 43_200_000_000, .. }), "{error}");
}

#[test]
fn cut_off_or_damaged_files_never_panic() {
    for file in ["rgb.png", "flat.jpg"] {
        let scratch = Scratch::new();
        let bytes = std::fs::read(fixture(file)).unwrap();
        let path = scratch.copy(file, "a/image");
        let source = Source { resize: Some([4, 5]), max_bytes: 1 << 20, ..source(&scratch) };
        damage(&path, &source);
        for length in 0..bytes.len() {
            std::fs::write(&path, &bytes[..length]).unwrap();
            read_all(&source);
        }
    }
}
