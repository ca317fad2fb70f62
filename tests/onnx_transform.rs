//! A transformation given as an ONNX graph, in the real binary: it certifies like a plugin that does the same, and what is
//! no transformation is refused.

mod support;

use gsmooth::certify::geometry::Kind;
use gsmooth::onnx::proto::ModelProto;
use support::audit::Audit;
use support::models::{self, floats, graph, info, integers, node};

/// image + amount + `offset`; the amount is a row of one value an image.
fn brighten(offset: f32, channels: i64) -> ModelProto {
    let image = [-1, channels, 28, 28];
    let nodes = vec![
        node("Reshape", &["amount", "shape"], "spread"),
        node("Add", &["image", "spread"], "moved"),
        node("Add", &["moved", "offset"], "out"),
    ];
    let constants = vec![integers("shape", &[0, 1, 1, 1]), floats("offset", &[], &[offset])];
    let mut model = models::model(info("image", &image), constants, nodes, info("out", &image));
    // The order of the inputs does not matter.
    graph(&mut model).input.insert(0, info("amount", &[-1, 1]));
    model
}

const CASES: &str = "\n[[case]]\nname = \"gaussian_blur\"";

/// Pixel noise on a classifier under this transformation.
fn audit(transformation: &str) -> Audit {
    let small = Audit::small();
    let head = small.text.split(CASES).next().unwrap().replace("mode = \"fixed\"", "mode = \"target\"");
    let case = format!(
        "{CASES}\nmethod = \"pixel\"\ntransformation = {{ {transformation}, range = [-0.2, 0.2] }}\nradii = [0.1, 0.2]\n\
         semantic_noise = 0.25\nestimator = {{ plugin = \"displacement\" }}\n"
    );
    Audit { text: (head + &case).replace("draws = 200", "draws = 20000") }
}

fn of_graph(path: &str, more: &str) -> Audit {
    audit(&format!("plugin = \"onnx_transform\", model = {path}{more}"))
}

#[test]
fn it_certifies_like_a_plugin_that_does_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let path = models::write(&brighten(0.0, 1), folder.path(), "brighten.onnx");
    let from_graph = support::certified(&of_graph(&path, ""), &folder.path().join("graph"));
    let of_plugin = support::certified(&audit("plugin = \"brightness\""), &folder.path().join("plugin"));
    let (a, b) = (from_graph.records(), of_plugin.records());
    assert!(a.iter().filter(|record| record.radius == 0.2).count() > 6, "hardly any certificate");
    for (a, b) in a.iter().zip(&b) {
        assert_eq!((a.predicted, a.status, a.radius), (b.predicted, b.status, b.radius), "image {}", a.index);
        // Nothing is known of a graph between the points where it ran.
        assert!(a.radius == 0.0 || a.radius_kind == Kind::Estimated);
    }
    let plugin = &from_graph.header()["plugins"][0];
    assert_eq!(plugin["id"], "onnx_transform");
    assert_eq!(plugin["digest"].as_str().map(str::len), Some(64));
}

/// Where the identity is not 0 the range is measured from there.
#[test]
fn the_identity_may_be_stated() {
    let folder = tempfile::tempdir().unwrap();
    let path = models::write(&brighten(-0.1, 1), folder.path(), "brighten.onnx");
    let stated = of_graph(&path, ", identity = 0.1").with("radii = [0.1, 0.2]", "radii = [0.05]");
    let run = support::certified(&stated, &folder.path().join("run"));
    assert!(run.records().iter().any(|record| record.radius == 0.05));
    assert_refused(
        &of_graph(&path, ""),
        3,
        &["changes a pixel by 1.0e-1 at its identity", "identity = [..]"],
    );
}

#[test]
fn what_is_no_transformation_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let write = |model: &ModelProto| models::write(model, folder.path(), "graph.onnx");
    let refused = |model: &ModelProto, code, words: &[&str]| {
        assert_refused(&of_graph(&write(model), ""), code, words);
    };
    refused(&brighten(0.0, 3), 3, &["`image`", "[N, 1, 28, 28]"]);

    let mut coupled = brighten(0.0, 1);
    let nodes = &mut graph(&mut coupled).node;
    nodes.push(node("ReduceMean", &["out"], "mean"));
    nodes.push(node("Sub", &["out", "mean"], "last"));
    graph(&mut coupled).output[0].name = Some("last".to_owned());
    refused(&coupled, 3, &["can't be smoothed", "ReduceMean"]);

    let mut one_input = brighten(0.0, 1);
    graph(&mut one_input).input.remove(0);
    graph(&mut one_input).node = vec![node("Relu", &["image"], "out")];
    refused(&one_input, 3, &["two float32 inputs", "found 1"]);

    let path = write(&brighten(0.0, 1));
    assert_refused(&of_graph(&path, ", modle = 3"), 2, &["`modle`", "`model`"]);
    assert_refused(&of_graph(&path, ", identity = [0.0, 0.0]"), 2, &["identity", "1 finite numbers"]);
    assert_refused(&audit("plugin = \"onnx_transform\""), 2, &["`model`", "rain.onnx"]);
    assert_refused(&of_graph("'nowhere.onnx'", ""), 3, &["nowhere.onnx"]);
}

/// A pixel that is not finite ends the image in an error, and the image is not certified.
#[test]
fn values_that_are_not_finite_are_errors() {
    let folder = tempfile::tempdir().unwrap();
    let mut model = brighten(0.0, 1);
    // The root of a negative amount is not a number.
    let parts = graph(&mut model);
    parts.node.push(node("Sqrt", &["amount_times"], "root"));
    parts.node.insert(0, node("Reshape", &["amount", "shape"], "amount_times"));
    parts.node.push(node("Sub", &["root", "root"], "nothing"));
    parts.node.push(node("Add", &["out", "nothing"], "last"));
    parts.output[0].name = Some("last".to_owned());
    let path = models::write(&model, folder.path(), "graph.onnx");
    let (said, run) = support::certify(&of_graph(&path, ""), &folder.path().join("run"));
    assert_eq!(said.status.code(), Some(5), "{}", support::stderr(&said));
    assert!(run.records().iter().all(|record| record.radius == 0.0));
}

fn assert_refused(audit: &Audit, code: i32, words: &[&str]) {
    let folder = tempfile::tempdir().unwrap();
    let (said, _) = support::certify(audit, folder.path());
    let text = support::stderr(&said);
    assert_eq!(said.status.code(), Some(code), "{text}");
    for word in words {
        assert!(text.contains(word), "no `{word}` in\n{text}");
    }
}
