//! Data files that are damaged, and images that the audit asks for in vain.

use std::path::{Path, PathBuf};

use super::support::audit::Audit;
use super::support::models::quoted;
use super::{AUDIT, Refusal, UNFIT, assert_refused, refused, refused_in, support};

const IMAGES: &str = "onnx/mnist/test-images-idx3-ubyte.gz";
const LABELS: &str = "onnx/mnist/test-labels-idx1-ubyte.gz";

/// An IDX file of unsigned bytes with these axes, all zero.
fn idx(axes: &[u32]) -> Vec<u8> {
    let mut bytes = vec![0, 0, 8, axes.len() as u8];
    bytes.extend(axes.iter().flat_map(|size| size.to_be_bytes()));
    bytes.resize(bytes.len() + axes.iter().product::<u32>() as usize, 0);
    bytes
}

/// The audit with another file of images or labels is refused: at the line of the images, with the file's name.
fn refused_with(key: &str, name: &str, bytes: &[u8]) -> Refusal {
    let folder = tempfile::tempdir().unwrap();
    let path: PathBuf = folder.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    let audit = Audit::small().set(key, &quoted(&path));
    let line = audit.line_of("images = ");
    refused_in(&audit, folder.path(), &[]).code(UNFIT).at_line(line).says(&[name])
}

fn shipped(path: &str) -> Vec<u8> {
    std::fs::read(support::repository().join(path)).unwrap()
}

#[test]
fn a_plain_file_that_is_cut_short() {
    let whole = idx(&[10_000, 28, 28]);
    let cut = &whole[..whole.len() - 1];
    refused_with("images", "cut-images", cut).says(&["holds 7840015 bytes", "demands 7840016"]);
    let whole = idx(&[10_000]);
    refused_with("labels", "cut-labels", &whole[..5000]).says(&["holds 5000 bytes", "demands 10008"]);
    // Not even the header is whole.
    refused_with("images", "no-images", &whole[..3]);
    refused_with("images", "empty-images", &[]);
}

#[test]
fn a_compressed_file_that_is_cut_short() {
    let whole = shipped(IMAGES);
    for length in [whole.len() / 2, whole.len() - 1] {
        refused_with("images", "cut.gz", &whole[..length]).says(&["cannot read"]);
    }
    let whole = shipped(LABELS);
    refused_with("labels", "cut-labels.gz", &whole[..whole.len() / 2]).says(&["cannot read"]);
}

#[test]
fn a_file_of_another_kind() {
    let words = ["starts with", "expected"];
    refused_with("images", "pictures.txt", b"these are no images at all").says(&words);
    // Labels where images belong.
    refused_with("images", "labels", &idx(&[10_000])).says(&words);
}

#[test]
fn more_labels_than_images() {
    let words = ["holds 9999 labels", "expected 10000"];
    refused_with("labels", "fewer-labels", &idx(&[9_999])).says(&words);
}

#[test]
fn a_missing_file() {
    let audit = Audit::small().set("images", &quoted(Path::new("absent-images")));
    let refusal = refused(&audit).code(UNFIT).at_line(audit.line_of("images = "));
    refusal.says(&["cannot read", "absent-images"]);
}

#[test]
fn images_beyond_the_end_of_the_data() {
    let words = ["`count` can't be 10001", "at most 10000", "10000 images"];
    assert_refused(AUDIT, "count = 12", "count = 10001", &words);
    let audit = Audit::small().set("first", "9995");
    let words = ["`count` can't be 12", "at most 5"];
    refused(&audit).code(AUDIT).at_line(audit.line_of("count = ")).says(&words);
    let audit = Audit::small().set("first", "10000");
    refused(&audit).code(AUDIT).says(&["holds 10000 images", "`first` = 10000"]);
    assert_refused(AUDIT, "count = 12", "count = 0", &["`count` can't be 0", "at least 1"]);
}

/// The labels of the twelve images reach up to 9.
#[test]
fn labels_that_the_classifier_has_no_score_for() {
    for (offset, label) in [("1", "the label 10"), ("-1", "the label -1")] {
        let audit = Audit::small().before_sampling(&format!("label_offset = {offset}"));
        refused(&audit).code(AUDIT).says(&[label, "scores 10 classes", "`label_offset`", "classifier.onnx"]);
    }
}
