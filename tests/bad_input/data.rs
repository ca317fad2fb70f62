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

/// The audit with another file of images or labels is refused: at the file's line, with its name.
fn refused_with(key: &str, name: &str, bytes: &[u8]) -> Refusal {
    let folder = tempfile::tempdir().unwrap();
    let path: PathBuf = folder.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    let audit = Audit::small().set(key, &quoted(&path));
    let line = audit.line_of(&format!("{key} = "));
    refused_in(&audit, folder.path(), &[]).code(UNFIT).at_line(line).says(&[name])
}

fn shipped(path: &str) -> Vec<u8> {
    std::fs::read(support::repository().join(path)).unwrap()
}

#[test]
fn a_plain_file_that_is_cut_short() {
    let whole = idx(&[1_000, 28, 28]);
    let cut = &whole[..whole.len() - 1];
    refused_with("images", "cut-images", cut).says(&["holds 784015 bytes", "demands 784016"]);
    let whole = idx(&[1_000]);
    refused_with("labels", "cut-labels", &whole[..500]).says(&["holds 500 bytes", "demands 1008"]);
    // Not even the header is whole.
    refused_with("images", "no-images", &whole[..3]);
    refused_with("images", "empty-images", &[]);
}

#[test]
fn a_compressed_file_that_is_cut_short() {
    let whole = shipped(IMAGES);
    refused_with("images", "half.gz", &whole[..whole.len() / 2]).says(&["bytes; its header demands 784016"]);
    // All pixels are there, but not the whole checksum.
    refused_with("images", "cut.gz", &whole[..whole.len() - 1]).says(&["cannot read", "unexpected end"]);
    let whole = shipped(LABELS);
    refused_with("labels", "cut-labels.gz", &whole[..whole.len() / 2]).says(&["header demands 1008"]);
}

#[test]
fn a_file_of_another_kind() {
    let text = b"these are no images at all";
    refused_with("images", "pictures.txt", text).says(&["starts with", "expected"]);
    // Labels where images belong.
    refused_with("images", "labels", &idx(&[1_000])).says(&["shape [1000]", "expected [N, H, W]"]);
}

#[test]
fn more_labels_than_images() {
    let words = ["holds 999 labels", "expected 1000"];
    refused_with("labels", "fewer-labels", &idx(&[999])).says(&words);
}

#[test]
fn a_missing_file() {
    let audit = Audit::small().set("images", &quoted(Path::new("absent-images")));
    let refusal = refused(&audit).code(UNFIT).at_line(audit.line_of("images = "));
    refusal.says(&["cannot read", "absent-images"]);
}

#[test]
fn images_beyond_the_end_of_the_data() {
    let words = ["`count` can't be 1001", "at most 1000", "1000 images"];
    assert_refused(AUDIT, "count = 12", "count = 1001", &words);
    let audit = Audit::small().set("first", "995");
    let words = ["`count` can't be 12", "at most 5"];
    refused(&audit).code(AUDIT).at_line(audit.line_of("count = ")).says(&words);
    let audit = Audit::small().set("first", "1000");
    refused(&audit).code(AUDIT).says(&["holds 1000 images", "`first` = 1000"]);
    assert_refused(AUDIT, "count = 12", "count = 0", &["`count` can't be 0", "at least 1"]);
}

/// The labels of the twelve images reach up to 9.
#[test]
fn labels_that_the_classifier_has_no_score_for() {
    let (most, least) = (i64::MAX.to_string(), i64::MIN.to_string());
    for (offset, label) in [
        ("1", "the label 10"),
        ("-1", "the label -1"),
        (&most, "the label 9223"),
        (&least, "the label -9223"),
    ] {
        let audit = Audit::small().before_sampling(&format!("label_offset = {offset}"));
        let refusal = refused(&audit).code(AUDIT).at_line(audit.line_of("model = "));
        refusal.says(&[label, "scores 10 classes", "`label_offset`", "classifier.onnx"]);
    }
}
