//! Model files that are missing, damaged, or no models of the kind that their place needs.

use std::path::Path;

use super::support::audit::Audit;
use super::support::{models, repository};
use super::{Refusal, UNFIT, refused, refused_in};
use gsmooth::onnx::proto::ModelProto;

/// The audit with another file at `key` is refused at that line, with the file's name.
fn refused_file(key: &str, name: &str, bytes: &[u8]) -> Refusal {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    let audit = Audit::small().set(key, &models::quoted(&path));
    let line = audit.line_of(&format!("{key} = "));
    refused_in(&audit, folder.path(), &[]).code(UNFIT).at_line(line).says(&[name])
}

fn refused_classifier(model: &ModelProto) -> Refusal {
    let folder = tempfile::tempdir().unwrap();
    let audit = Audit::small().set("model", &models::write(model, folder.path(), "wrong.onnx"));
    let line = audit.line_of("model = ");
    refused_in(&audit, folder.path(), &[]).code(UNFIT).at_line(line).says(&["wrong.onnx"])
}

/// The audit with another part of the surrogate is refused, with the file's name.
fn refused_part(key: &str, model: &ModelProto) -> Refusal {
    let folder = tempfile::tempdir().unwrap();
    let audit = Audit::small().set(key, &models::write(model, folder.path(), "wrong.onnx"));
    let line = audit.line_of("[case.surrogate]");
    refused_in(&audit, folder.path(), &[]).code(UNFIT).at_line(line).says(&["wrong.onnx"])
}

#[test]
fn a_missing_file() {
    for key in ["model", "f1", "f2", "h"] {
        let audit = Audit::small().set(key, &models::quoted(Path::new("absent.onnx")));
        let line = audit.line_of(&format!("{key} = "));
        refused(&audit).code(UNFIT).at_line(line).says(&["absent.onnx", "cannot be read"]);
    }
}

#[test]
fn a_file_that_is_cut_short() {
    let whole = std::fs::read(repository().join("onnx/mnist/classifier.onnx")).unwrap();
    for length in [1, 1000, whole.len() / 2, whole.len() - 1] {
        refused_file("model", "cut.onnx", &whole[..length]).says(&["expected an ONNX model"]);
    }
    refused_file("model", "empty.onnx", &[]).says(&["expected an ONNX model, found an empty file"]);
    let whole = std::fs::read(repository().join("onnx/mnist/defocus-blur/f2.onnx")).unwrap();
    refused_file("f2", "cut.onnx", &whole[..whole.len() / 2]).says(&["cut short or damaged"]);
}

#[test]
fn a_file_of_another_kind() {
    refused_file("model", "notes.txt", b"This is a text about a classifier.\n")
        .says(&["expected an ONNX model"]);
    let gzip = std::fs::read(repository().join("onnx/mnist/test-labels-idx1-ubyte.gz")).unwrap();
    refused_file("model", "labels.gz", &gzip).says(&["expected an ONNX model"]);
    let toml = std::fs::read(repository().join("Cargo.toml")).unwrap();
    refused_file("h", "Cargo.toml", &toml).says(&["expected an ONNX model"]);
}

/// A classifier of images of another size: scores from a mean over all pixels.
fn of_images(dims: &[i64]) -> ModelProto {
    let nodes = vec![
        models::node("GlobalAveragePool", &["image"], "pooled"),
        models::node("Flatten", &["pooled"], "logits"),
    ];
    models::model(models::info("image", dims), vec![], nodes, models::info("logits", &[-1, dims[1]]))
}

#[test]
fn a_classifier_of_images_of_another_shape() {
    let words = ["tensor `image` takes images of 3x32x32", "the data has 1x28x28", "`resize` or `crop`"];
    refused_classifier(&of_images(&[-1, 3, 32, 32])).says(&words);
    // Height, width and channels in the other order are found out, too.
    refused_classifier(&of_images(&[-1, 28, 28, 1])).says(&["takes images of 28x28x1", "layout = \"nhwc\""]);
    refused_classifier(&of_images(&[-1, 784])).says(&["`image`", "expected shape [N, C, H, W]", "784"]);
}

#[test]
fn a_classifier_of_one_class() {
    refused_classifier(&of_images(&[-1, 1, 28, 28])).says(&["class", "1"]);
}

#[test]
fn a_classifier_whose_scores_are_no_numbers() {
    let mut model = models::shipped("classifier.onnx");
    models::append(
        &mut model,
        "inner",
        vec![
            models::node("Sub", &["inner", "inner"], "zero"),
            models::node("Div", &["zero", "zero"], "logits"),
        ],
    );
    refused_classifier(&model).says(&["scores that are not finite", "image 0"]);
}

#[test]
fn a_first_part_that_is_not_affine() {
    let mut bent = models::shipped("defocus-blur/f1.onnx");
    models::append(&mut bent, "inner", vec![models::node("Tanh", &["inner"], "parameter_code")]);
    refused_part("f1", &bent).says(&["F1 must be affine in theta"]);
    // Affine on either side of a kink that lies within the noise.
    let mut kinked = models::shipped("defocus-blur/f1.onnx");
    models::append(&mut kinked, "inner", vec![models::node("Relu", &["inner"], "parameter_code")]);
    refused_part("f1", &kinked).says(&["F1 must be affine in theta"]);
}

#[test]
fn parts_that_do_not_fit_together() {
    // F2 in the place of H: a code where an image belongs.
    let words = ["tensor `image_code`", "expected shape [N, 1, 28, 28]", "found [batch, 8, 14, 14]"];
    refused_part("h", &models::shipped("defocus-blur/f2.onnx")).says(&words);
}
