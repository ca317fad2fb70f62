use super::*;

/// Records of the given label bytes, followed by pixels that tell channel, row and column apart.
fn records(labels: &[&[u8]]) -> Vec<u8> {
    let pixels: Vec<u8> = (0..3072usize).map(|i| (i * 37 % 256) as u8).collect();
    labels.iter().flat_map(|label| [*label, &pixels].concat()).collect()
}

fn open(format: Format, bytes: &[u8]) -> Result<Dataset, DataError> {
    Dataset::open(&Source::new(format, Scratch::new().write("file.bin", bytes)))
}

#[test]
fn a_record_is_a_label_and_three_planes() {
    let dataset = open(Format::Cifar10, &records(&[&[3], &[9]])).unwrap();
    assert_eq!((dataset.len(), dataset.shape()), (2, [3, 32, 32]));
    assert_eq!([dataset.label(0), dataset.label(1)], [3, 9]);
    assert_eq!(dataset.image(0).unwrap(), patterns(0..3072));
    assert_eq!(dataset.image(1).unwrap(), patterns(0..3072));
}

#[test]
fn cifar100_has_a_coarse_and_a_fine_label() {
    let source = Source::new(Format::Cifar100, Scratch::new().path("none"));
    let scratch = Scratch::new();
    let source = Source { images: scratch.write("test.bin", &records(&[&[19, 99], &[0, 5]])), ..source };
    let fine = Dataset::open(&source).unwrap();
    assert_eq!([fine.label(0), fine.label(1)], [99, 5]);
    assert_eq!(fine.image(1).unwrap(), patterns(0..3072));
    let coarse = Dataset::open(&Source { coarse_labels: true, ..source }).unwrap();
    assert_eq!([coarse.label(0), coarse.label(1)], [19, 0]);
}

#[test]
fn a_folder_gives_its_test_file() {
    let scratch = Scratch::new();
    scratch.write("data_batch_1.bin", &records(&[&[1]]));
    let source = |format| Source::new(format, scratch.path(""));
    assert!(
        matches!(Dataset::open(&source(Format::Cifar10)), Err(DataError::Io { path, .. }) if path.ends_with("test_batch.bin"))
    );
    scratch.write("test_batch.bin", &records(&[&[2]]));
    scratch.write("test.bin", &records(&[&[2, 33]]));
    assert_eq!(Dataset::open(&source(Format::Cifar10)).unwrap().label(0), 2);
    assert_eq!(Dataset::open(&source(Format::Cifar100)).unwrap().label(0), 33);
}

#[test]
fn labels_beyond_the_classes_are_refused_by_index() {
    let error = open(Format::Cifar10, &records(&[&[9], &[10]])).unwrap_err();
    assert!(matches!(&error, DataError::Label { index: 1, found, .. } if found == "10"), "{error}");
    let error = open(Format::Cifar100, &records(&[&[0, 100]])).unwrap_err();
    assert!(matches!(&error, DataError::Label { index: 0, found, .. } if found == "100"), "{error}");
}

#[test]
fn the_length_is_whole_records() {
    let error = open(Format::Cifar10, &records(&[&[1]])[1..]).unwrap_err();
    assert!(matches!(error, DataError::Records { found: 3072, expected: 3073, .. }), "{error}");
    assert!(matches!(
        open(Format::Cifar100, &records(&[&[1]])),
        Err(DataError::Records { expected: 3074, .. })
    ));
    assert!(matches!(open(Format::Cifar10, &[]), Err(DataError::Empty { .. })));
}

#[test]
fn cut_off_records_are_refused() {
    let scratch = Scratch::new();
    let source = Source::new(Format::Cifar10, scratch.write("file.bin", &records(&[&[1]])));
    cut_off(&source.images, &source);
    std::fs::write(&source.images, &records(&[&[1], &[2]])[..3073]).unwrap();
    assert_eq!(Dataset::open(&source).unwrap().len(), 1);
}
