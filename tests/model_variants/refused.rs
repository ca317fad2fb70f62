//! Classifiers for which a certificate would be void.

use super::support::models::{append, floats, graph, info, integers, node, shipped};
use super::{support, with_classifier};
use gsmooth::onnx::proto::ModelProto;

/// The binary refuses the classifier, with these words, in plain text and before it draws.
fn assert_refused(model: &ModelProto, words: &[&str]) {
    let folder = tempfile::tempdir().unwrap();
    let audit = with_classifier(model, folder.path(), "");
    for command in ["check", "certify"] {
        let said = support::plain_gsmooth()
            .arg(command)
            .arg(audit.write(folder.path()))
            .current_dir(folder.path())
            .output()
            .unwrap();
        let text = support::stderr(&said);
        assert_eq!(said.status.code(), Some(3), "{text}");
        assert!(!text.contains("panicked"), "{text}");
        let place = format!("audit.toml:{}:", audit.line_of("model = "));
        for word in words.iter().chain(&["twin.onnx", place.as_str()]) {
            assert!(text.contains(word), "no `{word}` in\n{text}");
        }
    }
    assert!(!folder.path().join("runs").exists(), "a refused classifier leaves a run folder");
}

#[test]
fn one_that_draws_random_numbers() {
    let mut model = shipped("classifier.onnx");
    let nodes =
        vec![node("RandomNormalLike", &["inner"], "noise"), node("Add", &["inner", "noise"], "logits")];
    append(&mut model, "inner", nodes);
    assert_refused(
        &model,
        &["can't be smoothed", "`node_noise`", "RandomNormalLike", "draws random numbers"],
    );
}

#[test]
fn one_that_couples_the_images_of_a_batch() {
    let mut model = shipped("classifier.onnx");
    let nodes =
        vec![node("ReduceMean", &["inner", "axis"], "mean"), node("Sub", &["inner", "mean"], "logits")];
    append(&mut model, "inner", nodes);
    graph(&mut model).initializer.push(integers("axis", &[0]));
    assert_refused(&model, &["can't be smoothed", "`node_mean`", "ReduceMean", "which is the batch"]);
}

/// A mean over the classes couples no images: the refusal above is not of the operator.
#[test]
fn a_mean_over_the_classes_is_no_coupling() {
    let mut model = shipped("classifier.onnx");
    let nodes =
        vec![node("ReduceMean", &["inner", "axis"], "mean"), node("Sub", &["inner", "mean"], "logits")];
    append(&mut model, "inner", nodes);
    graph(&mut model).initializer.push(integers("axis", &[1]));
    let folder = tempfile::tempdir().unwrap();
    let run = support::certified(&with_classifier(&model, folder.path(), ""), folder.path());
    super::assert_same_records(&run, super::original());
}

/// Images of a fixed batch are told apart by their place in it where a constant has one entry for each.
#[test]
fn one_that_tells_the_places_of_a_batch_apart() {
    let mut model = shipped("classifier.onnx");
    append(&mut model, "inner", vec![node("Add", &["inner", "by_place"], "logits")]);
    let graph = graph(&mut model);
    graph.value_info.clear();
    graph.initializer.push(floats("by_place", &[3, 1], &[0.0, 1.0, 2.0]));
    graph.input[0] = info("image", &[3, 1, 28, 28]);
    graph.output[0] = info("logits", &[3, 10]);
    assert_refused(&model, &["can't be smoothed", "`by_place`", "size 1 where it meets the batch"]);
}

/// The largest score alone, whether the file says so or only a run shows it.
#[test]
fn one_of_a_single_class() {
    let mut model = shipped("classifier.onnx");
    append(&mut model, "inner", vec![node("ReduceMax", &["inner", "axis"], "logits")]);
    graph(&mut model).initializer.push(integers("axis", &[1]));
    graph(&mut model).output[0] = info("logits", &[-1, 1]);
    assert_refused(&model, &["`logits`", "1", "class"]);
    let undeclared = &mut graph(&mut model).output[0];
    *undeclared = info("logits", &[-1, -1]);
    assert_refused(&model, &["scores 1 class", "fewer than two classes"]);
}
