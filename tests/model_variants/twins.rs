//! The shipped classifier written down in other ways.

use super::support::models::{append, floats, graph, info, node, prepend, shipped, with_integers};
use super::support::{self};
use super::{assert_same_records, original, with_classifier};
use gsmooth::onnx::proto::ModelProto;

fn assert_twin(twin: &ModelProto, keys: &str) {
    let folder = tempfile::tempdir().unwrap();
    let run = support::certified(&with_classifier(twin, folder.path(), keys), folder.path());
    assert_same_records(&run, original());
}

/// The shapes inside a graph, which another input shape makes wrong.
fn forget_inner_shapes(model: &mut ModelProto) {
    graph(model).value_info.clear();
}

#[test]
fn channels_last() {
    let mut twin = shipped("classifier.onnx");
    let transpose = with_integers(node("Transpose", &["image"], "channels_first"), "perm", &[0, 3, 1, 2]);
    prepend(&mut twin, "channels_first", vec![], vec![transpose]);
    graph(&mut twin).input[0] = info("image", &[-1, 28, 28, 1]);
    assert_twin(&twin, "layout = \"nhwc\"");
}

/// Neither the 20 nor the 100 draws are a multiple of seven.
#[test]
fn a_fixed_batch() {
    let mut twin = shipped("classifier.onnx");
    forget_inner_shapes(&mut twin);
    graph(&mut twin).input[0] = info("image", &[7, 1, 28, 28]);
    graph(&mut twin).output[0] = info("logits", &[7, 10]);
    assert_twin(&twin, "");
}

/// The whole surrogate in batches of seven, too: what fills up the last batch must not reach a vote.
#[test]
fn a_fixed_batch_of_the_surrogate() {
    let folder = tempfile::tempdir().unwrap();
    let mut audit = super::audit();
    let parts = [
        ("f1", "theta", vec![1], "parameter_code", vec![8, 14, 14]),
        ("f2", "image", vec![1, 28, 28], "image_code", vec![8, 14, 14]),
        ("h", "code", vec![8, 14, 14], "imitation", vec![1, 28, 28]),
    ];
    for (key, input, input_dims, output, output_dims) in parts {
        let mut twin = shipped(&format!("defocus-blur/{key}.onnx"));
        forget_inner_shapes(&mut twin);
        graph(&mut twin).input[0] = info(input, &[vec![7], input_dims].concat());
        graph(&mut twin).output[0] = info(output, &[vec![7], output_dims].concat());
        let path = support::models::write(&twin, folder.path(), &format!("{key}.onnx"));
        audit = audit.set(key, &path);
    }
    let run = support::certified(&audit, folder.path());
    assert_same_records(&run, original());
}

/// Opset 9 knows no `allowzero`, and IR version 3 lists constants as inputs.
#[test]
fn an_old_operator_set() {
    let mut twin = shipped("classifier.onnx");
    twin.ir_version = Some(3);
    twin.opset_import[0].version = Some(9);
    let graph = graph(&mut twin);
    for reshape in graph.node.iter_mut().filter(|node| node.op_type() == "Reshape") {
        reshape.attribute.retain(|attribute| attribute.name() != "allowzero");
    }
    let declared: Vec<_> = graph.initializer.iter().map(|constant| constant.name().to_owned()).collect();
    let (constants, inner) =
        graph.value_info.drain(..).partition(|info| declared.iter().any(|name| name == info.name()));
    graph.value_info = inner;
    graph.input.extend::<Vec<_>>(constants);
    assert_eq!(graph.input.len(), 1 + graph.initializer.len());
    assert_twin(&twin, "");
}

/// The comparison sees a small change: one class with a little more score than it had.
#[test]
fn another_network_gives_other_records() {
    let mut other = shipped("classifier.onnx");
    append(&mut other, "inner", vec![node("Add", &["inner", "bonus"], "logits")]);
    let bonus = [0.0, 0.0, 0.0, 0.5, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0];
    graph(&mut other).initializer.push(floats("bonus", &[1, 10], &bonus));
    let folder = tempfile::tempdir().unwrap();
    let run = support::certified(&with_classifier(&other, folder.path(), ""), folder.path());
    assert_ne!(run.body(), original().body());
}
