//! Preprocessing that the audit states is the same as preprocessing inside the model.

use super::support::models::{floats, node, prepend, shipped};
use super::support::run_folder::RunFolder;
use super::{assert_same_records, assert_telling, original, support, with_classifier};
use gsmooth::onnx::proto::ModelProto;

/// Pixels of bytes with mean and deviation such as MNIST recipes have them.
const KEYS: &str = "scale = 255\nmean = [33.3184]\nstd = [78.5675]";

/// The shipped classifier with arithmetic of constants in front.
fn behind(steps: &[(&str, f32)]) -> ModelProto {
    let mut model = shipped("classifier.onnx");
    let name = |step: usize| if step == 0 { "image".to_owned() } else { format!("step{step}") };
    let constant = |step: usize| format!("constant{step}");
    let nodes = steps
        .iter()
        .enumerate()
        .map(|(i, (operator, _))| node(operator, &[&name(i), &constant(i)], &name(i + 1)));
    let constants = steps.iter().enumerate().map(|(i, (_, value))| floats(&constant(i), &[1], &[*value]));
    prepend(&mut model, &name(steps.len()), constants.collect(), nodes.collect());
    model
}

/// A run in a folder of its own, which is gone once it is let go.
fn run(model: &ModelProto, keys: &str) -> (tempfile::TempDir, RunFolder) {
    let folder = tempfile::tempdir().unwrap();
    let run = support::certified(&with_classifier(model, folder.path(), keys), folder.path());
    (folder, run)
}

#[test]
fn stated_in_the_audit_or_folded_into_the_model() {
    let (_folder, stated) = run(&shipped("classifier.onnx"), KEYS);
    assert_ne!(stated.body(), original().body(), "the keys must have an effect");
    assert_telling(&stated);
    let (_folder, folded) = run(&behind(&[("Mul", 255.0), ("Sub", 33.3184), ("Div", 78.5675)]), "");
    assert_same_records(&folded, &stated);
}

/// A model that undoes what is stated leaves the classifier as it was.
#[test]
fn a_model_that_wants_normalised_bytes() {
    let (_folder, undone) = run(&behind(&[("Mul", 78.5675), ("Add", 33.3184), ("Div", 255.0)]), KEYS);
    assert_same_records(&undone, original());
}
