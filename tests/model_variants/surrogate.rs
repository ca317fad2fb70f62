//! A surrogate in one file, cut by gsmooth, is the same as its three parts.

use super::support::models::{graph, model, node, shipped, write};
use super::support::{self};
use super::{audit, original};
use gsmooth::onnx::proto::{GraphProto, ModelProto};

/// Puts `part` before every name of a graph but those of its input and output, which the parts share or hand on.
fn rename(graph: &mut GraphProto, part: &str) {
    let outer = [graph.input[0].name().to_owned(), graph.output[0].name().to_owned()];
    let rename = |name: &mut String| {
        if !outer.contains(name) && !name.is_empty() {
            *name = format!("{part}.{name}");
        }
    };
    let named = graph.node.iter_mut().flat_map(|node| node.input.iter_mut().chain(&mut node.output));
    named.for_each(rename);
    graph.initializer.iter_mut().filter_map(|constant| constant.name.as_mut()).for_each(rename);
    graph.node.iter_mut().filter_map(|node| node.name.as_mut()).for_each(rename);
    graph.value_info.clear();
}

/// H(F1(theta) + F2(x)) as one graph with an Add between the parts.
fn merged() -> ModelProto {
    let mut parts = ["f1", "f2", "h"].map(|part| shipped(&format!("defocus-blur/{part}.onnx")));
    let [f1, f2, h] = parts.each_mut().map(graph);
    for (part, name) in [(&mut *f1, "f1"), (&mut *f2, "f2"), (&mut *h, "h")] {
        rename(part, name);
    }
    let sum = node("Add", &["parameter_code", "image_code"], "code");
    let nodes = [f1.node.clone(), f2.node.clone(), vec![sum], h.node.clone()].concat();
    let constants = [&f1, &f2, &h].iter().flat_map(|part| part.initializer.clone()).collect();
    let mut whole = model(f1.input[0].clone(), constants, nodes, h.output[0].clone());
    graph(&mut whole).input.push(f2.input[0].clone());
    whole
}

fn with_surrogate(entries: &str) -> support::audit::Audit {
    let whole = audit();
    let start = whole.text.find("[case.surrogate]").expect("the surrogate stands last");
    support::audit::Audit { text: format!("{}[case.surrogate]\n{entries}\n", &whole.text[..start]) }
}

#[test]
fn one_file_with_cuts_is_the_three_files() {
    let folder = tempfile::tempdir().unwrap();
    let path = write(&merged(), folder.path(), "surrogate.onnx");
    let cut = "cut = [\"parameter_code\", \"image_code\"]";
    let run = support::certified(&with_surrogate(&format!("model = {path}\n{cut}")), folder.path());
    super::assert_same_records(&run, original());
}

#[test]
fn cuts_at_the_wrong_tensors_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = write(&merged(), folder.path(), "surrogate.onnx");
    for (cut, words) in [
        (
            "[\"parameter_cod\", \"image_code\"]",
            "no tensor `parameter_cod`; the nearest name is `parameter_code`",
        ),
        ("[\"image_code\", \"image_code\"]", "both cut tensors depend on input `image`"),
        ("[\"parameter_code\", \"f2.relu_1\"]", "expected exactly one Add"),
        ("[\"parameter_code\", \"code\"]", "`code` must depend on exactly one input"),
    ] {
        let audit = with_surrogate(&format!("model = {path}\ncut = {cut}"));
        let (said, _) = support::certify(&audit, folder.path());
        let text = support::stderr(&said);
        assert_eq!(said.status.code(), Some(3), "{text}");
        assert!(text.contains(words), "no `{words}` in\n{text}");
        assert!(text.contains(&format!("audit.toml:{}:", audit.line_of("cut = "))), "{text}");
    }
}
