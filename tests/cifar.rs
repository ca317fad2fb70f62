//! CIFAR-10 and CIFAR-100 from their binary files to certificates: labels and channels arrive as they are stored.
//!
//! The classifier answers by the brightest channel. Read in another order (blue first, or pixel by pixel), the pictures would get other
//! answers.

mod support;

use std::path::Path;

use gsmooth::audit::records::Record;
use gsmooth::onnx::proto::ModelProto;
use support::audit::Audit;
use support::models::{floats, info, integers, model, node, quoted, write};

/// Pixels of one channel.
const PLANE: usize = 32 * 32;

/// A binary version: where its test images lie, and the classes that stand for a brightest red, green and blue channel.
struct Version {
    format: &'static str,
    file: &'static str,
    classes: usize,
    of_channel: [u8; 3],
}

const CIFAR10: Version =
    Version { format: "cifar10", file: "test_batch.bin", classes: 10, of_channel: [7, 0, 9] };
const CIFAR100: Version =
    Version { format: "cifar100", file: "test.bin", classes: 100, of_channel: [42, 99, 5] };

/// The brightest channel and the class that is stored with it, by number; the last picture's class is not its channel's.
fn pictures(version: &Version) -> [(usize, u8); 5] {
    let [red, green, blue] = version.of_channel;
    [(0, red), (1, green), (2, blue), (1, green), (2, red)]
}

/// The three planes of a picture with one bright channel, and with some texture.
fn planes(brightest: usize) -> impl Iterator<Item = u8> {
    (0..3 * PLANE).map(move |at| {
        let base = if at / PLANE == brightest { 190 } else { 60 };
        base + (at * 7 % 32) as u8
    })
}

/// Writes the test file; a record of CIFAR-100 begins with a coarse label, which the fine one is not to be taken for.
fn write_records(version: &Version, folder: &Path) {
    let mut bytes = Vec::new();
    for (brightest, class) in pictures(version) {
        bytes.extend((version.classes == 100).then_some((class % 20) ^ 1));
        bytes.push(class);
        bytes.extend(planes(brightest));
    }
    std::fs::write(folder.join(version.file), bytes).unwrap();
}

/// The means of the channels, each given to the class of its channel; all other classes get -9.
fn brightest_channel(version: &Version) -> ModelProto {
    let mut weights = vec![0.0; 3 * version.classes];
    let mut bias = vec![-9.0; version.classes];
    for (channel, class) in version.of_channel.into_iter().map(usize::from).enumerate() {
        weights[channel * version.classes + class] = 1.0;
        bias[class] = 0.0;
    }
    let classes = version.classes as i64;
    let constants = vec![
        integers("axes", &[2, 3]),
        floats("weights", &[3, classes], &weights),
        floats("bias", &[classes], &bias),
    ];
    let nodes = vec![
        node("ReduceMean", &["image", "axes"], "means"),
        node("Flatten", &["means"], "flat"),
        node("Gemm", &["flat", "weights", "bias"], "logits"),
    ];
    model(info("image", &[-1, 3, 32, 32]), constants, nodes, info("logits", &[-1, classes]))
}

fn audit(version: &Version, folder: &Path) -> Audit {
    let model = write(&brightest_channel(version), folder, "brightest.onnx");
    let text = format!(
        r#"
version = 1
seed = 5

[data]
format = "{format}"
images = {images}

[classifier]
model = {model}

[sampling]
mode = "target"
select = 20
draws = 2000

[[case]]
name = "rotation"
method = "pixel"
transformation = {{ plugin = "rotation", range = [-2.0, 2.0] }}
radii = [2.0]
semantic_noise = 0.2

[[case]]
name = "brightness_contrast"
method = "resolvable"
transformation = {{ plugin = "brightness_contrast", range = [[-0.2, 0.2], [-0.2, 0.2]] }}
radii = [0.2]
norm = "linf"
noise = [{{ plugin = "gaussian", scale = 0.2 }}, {{ plugin = "gaussian", scale = 0.2 }}]
"#,
        format = version.format,
        images = quoted(folder),
    );
    Audit { text }
}

/// Certifies the pictures of one version, and compares each record with what was written.
fn check(version: &Version) {
    let folder = tempfile::tempdir().unwrap();
    write_records(version, folder.path());
    let run = support::certified(&audit(version, folder.path()), &folder.path().join("run"));
    let records = run.records();
    assert_eq!(records.len(), 2 * pictures(version).len());
    for record in &records {
        check_record(version, record);
    }
}

fn check_record(version: &Version, record: &Record) {
    let (brightest, class) = pictures(version)[record.index as usize];
    let answer = version.of_channel[brightest];
    let place = format!("{}, case {}, picture {}", version.format, record.case, record.index);
    assert_eq!(record.label, u32::from(class), "{place}");
    assert_eq!(record.predicted, Some(u32::from(answer)), "{place}");
    assert_eq!(record.correct, answer == class, "{place}");
    assert_eq!(record.selection.counts.len(), version.classes, "{place}");
    if record.correct {
        let largest = if record.case == "rotation" { 2.0 } else { 0.2 };
        assert!(record.radius >= largest, "{place}: only {} is certified", record.radius);
    }
}

#[test]
fn cifar10_arrives_with_its_labels_and_channels() {
    check(&CIFAR10);
}

#[test]
fn cifar100_arrives_with_its_fine_labels_and_channels() {
    check(&CIFAR100);
}
