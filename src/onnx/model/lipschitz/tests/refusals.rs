//! What is refused, and how.

use proptest::prelude::*;

use super::{Random, model};
use crate::onnx::model::lipschitz::{LipschitzError, Obstacle, bound};
use crate::onnx::model::testing::{
    Build, WithAttribute, float_tensor, floats, integers, node, small_classifier, weights,
};
use crate::onnx::proto::NodeProto;

const ITEM: [usize; 3] = [2, 4, 4];

fn refusal(build: impl FnOnce(Build) -> Build) -> (Obstacle, String) {
    let error = bound(&model(&ITEM, build), "image", &ITEM).unwrap_err();
    let text = error.to_string();
    match error {
        LipschitzError::Node { obstacle, .. } => (obstacle, text),
        other => panic!("{other:?}"),
    }
}

fn refusal_of(node: NodeProto) -> (Obstacle, String) {
    refusal(|b| b.node(node))
}

#[test]
fn messages_name_the_node_the_reason_and_the_remedy() {
    let parameters = |b: Build| b.constant(floats("s", &[1.0, 1.0])).constant(floats("b", &[0.0, 0.0]));
    let normalisation = node("InstanceNormalization", &["image", "s", "b"], &["y"]);
    let (obstacle, text) = refusal(|b| parameters(b).node(normalisation));
    assert_eq!(obstacle, Obstacle::NormalisesImage);
    assert_eq!(
        text,
        "node `node_y` (InstanceNormalization): it divides by a deviation that it takes from the image itself, so \
         that a flat image is stretched without useful bound, so no Lipschitz constant of the encoder can be proven; \
         train the encoder without normalisation, or with BatchNormalization, whose statistics are constants after \
         training"
    );
    let (_, text) = refusal_of(node("Mul", &["image", "image"], &["y"]));
    assert!(text.starts_with("node `node_y` (Mul): it multiplies `image` by `image`"), "{text}");
    let (_, text) = refusal_of(node("Exp", &["image"], &["y"]));
    assert!(text.contains("(Exp): the slope of this function has no bound"), "{text}");
    let (_, text) = refusal_of(node("Round", &["image"], &["y"]));
    assert!(text.contains("jumps"), "{text}");
}

#[test]
fn normalisation_products_and_steep_functions_are_refused() {
    let scale = |b: Build| b.constant(floats("s", &[1.0; 4]));
    let layer = node("LayerNormalization", &["image", "s"], &["y"]);
    assert_eq!(refusal(|b| scale(b).node(layer)).0, Obstacle::NormalisesImage);
    let gated = |b: Build| {
        b.node(node("Sigmoid", &["image"], &["s"])).node(node("Tanh", &["image"], &["t"])).node(node(
            "Mul",
            &["t", "s"],
            &["y"],
        ))
    };
    // The gate is not that of its factor.
    assert!(matches!(refusal(gated).0, Obstacle::ProductOfLive { .. }));
    let attention = node("MatMul", &["image", "image"], &["y"]);
    assert!(matches!(refusal_of(attention).0, Obstacle::ProductOfLive { .. }));
    let inverse = |b: Build| b.constant(floats("c", &[1.0])).node(node("Div", &["c", "image"], &["y"]));
    assert_eq!(refusal(inverse).0, Obstacle::Steep);
    assert_eq!(refusal_of(node("LogSoftmax", &["image"], &["y"])).0, Obstacle::NotBounded);
    assert_eq!(refusal_of(node("Celu", &["image"], &["y"]).float("alpha", -1.0)).0, Obstacle::NotBounded);
    let half = node("Cast", &["image"], &["y"]).int("to", 10);
    assert_eq!(refusal_of(half).0, Obstacle::Cast { to: "float16".into() });
}

#[test]
fn parameters_must_be_stored_finite_and_of_the_right_shape() {
    let computed = |b: Build| {
        b.constant(weights("w", &[2, 2, 3, 3])).node(node("Sqrt", &["w"], &["root"])).node(node(
            "Conv",
            &["image", "root"],
            &["y"],
        ))
    };
    let (obstacle, text) = refusal(computed);
    assert!(matches!(obstacle, Obstacle::ParameterNotStored { .. }));
    assert!(text.contains("computed by an operator Sqrt") && text.contains("onnxsim"), "{text}");
    let infinite = float_tensor("w", &[1, 2, 1, 1], &[1.0, f32::INFINITY]);
    let (obstacle, _) = refusal(|b| b.constant(infinite).node(node("Conv", &["image", "w"], &["y"])));
    assert_eq!(obstacle, Obstacle::NotFinite { tensor: "w".into() });
    let zero = |b: Build| b.constant(floats("w", &[0.0])).node(node("Div", &["image", "w"], &["y"]));
    assert_eq!(refusal(zero).0, Obstacle::NotFinite { tensor: "w".into() });
    let wrong =
        |b: Build| b.constant(weights("w", &[2, 3, 3, 3])).node(node("Conv", &["image", "w"], &["y"]));
    let (_, text) = refusal(wrong);
    assert!(text.contains("`w` has shape [2, 3, 3, 3]"), "{text}");
    let from_image = |b: Build| {
        b.constant(weights("w", &[2, 2, 1, 1])).node(node("Conv", &["image", "w", "image"], &["y"]))
    };
    assert!(bound(&model(&ITEM, from_image), "image", &ITEM).is_err());
    let empty = node("AveragePool", &["image"], &["y"]).ints("kernel_shape", &[1, 1]).ints("pads", &[1; 4]);
    assert_eq!(refusal_of(empty).0, Obstacle::EmptyWindow);
}

#[test]
fn stored_weights_may_be_regrouped_on_the_way() {
    let turned = model(&[5], |b| {
        b.constant(weights("w", &[4, 5]))
            .node(node("Identity", &["w"], &["same"]))
            .node(node("Transpose", &["same"], &["t"]).ints("perm", &[1, 0]))
            .node(node("MatMul", &["image", "t"], &["y"]))
    });
    super::check(&turned, &[5]);
}

#[test]
fn inputs_and_outputs_must_be_what_is_asked_for() {
    let classifier = small_classifier();
    super::check(&classifier, &[3, 8, 8]);
    let error = bound(&classifier, "image", &[3, 8, 9]).unwrap_err().to_string();
    assert_eq!(
        error,
        "input `image` declares shape [batch, 3, 8, 8], which does not fit an image of shape [3, 8, 9]"
    );
    assert!(bound(&classifier, "image", &[3, 8]).is_err());
    assert!(matches!(bound(&classifier, "photo", &[3, 8, 8]), Err(LipschitzError::Graph(_))));
    let mut two = classifier.clone();
    let output = two.graph.as_ref().unwrap().output[0].clone();
    two.graph.as_mut().unwrap().output.push(output);
    assert!(matches!(bound(&two, "image", &[3, 8, 8]), Err(LipschitzError::Outputs { .. })));
    let coupled = model(&ITEM, |b| {
        b.constant(integers("axes", &[1], &[0])).node(node("ReduceMean", &["image", "axes"], &["y"]))
    });
    assert!(matches!(bound(&coupled, "image", &ITEM), Err(LipschitzError::Graph(_))));
}

/// Sizes that the model leaves open are those of the image that is asked about; a fixed batch changes nothing.
#[test]
fn open_sizes_and_fixed_batches() {
    let dynamic = |dims: &[&str]| {
        let convolution = node("Conv", &["image", "w"], &["y"]).ints("strides", &[2, 2]);
        Build::new(dims).constant(weights("w", &[3, 2, 3, 3])).node(convolution).output("y", None).model()
    };
    let of = |dims: &[&str], item: &[usize]| bound(&dynamic(dims), "image", item).unwrap();
    let open = of(&["n", "2", "h", "w"], &[2, 7, 7]);
    assert_eq!(open, of(&["n", "2", "7", "7"], &[2, 7, 7]));
    assert_eq!(open, of(&["8", "2", "7", "7"], &[2, 7, 7]));
    assert_eq!(open, of(&["1", "2", "7", "7"], &[2, 7, 7]));
    assert!(of(&["n", "2", "h", "w"], &[2, 9, 9]).lipschitz >= open.lipschitz);
}

#[test]
fn norms_that_are_none_have_no_rounding() {
    let bound = bound(&small_classifier(), "image", &[3, 8, 8]).unwrap();
    assert!(bound.rounding(1.0) > 0.0 && bound.rounding(2.0) > bound.rounding(1.0));
    assert_eq!(bound.rounding(f64::NAN), f64::INFINITY);
    assert_eq!(bound.rounding(-1.0), f64::INFINITY);
    // float32 would overflow.
    assert_eq!(bound.rounding(1e39), f64::INFINITY);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Whatever a stranger's model says, the answer is a bound or an error.
    #[test]
    fn damaged_models_never_panic(at in 0.0..1.0f64, value: u8) {
        use prost::Message;
        let mut random = Random(1);
        let model = model(&ITEM, |b| {
            b.constant(random.tensor("w", &[3, 2, 3, 3]))
                .constant(random.tensor("s", &[3, 1, 1]))
                .node(node("Conv", &["image", "w"], &["c"]).ints("pads", &[1; 4]).ints("strides", &[2, 1]))
                .node(node("Mul", &["c", "s"], &["m"]))
                .node(node("MaxPool", &["m"], &["y"]).ints("kernel_shape", &[2, 2]))
        });
        let mut bytes = model.encode_to_vec();
        let length = bytes.len() as f64;
        bytes[(at * length) as usize] = value;
        if let Ok(model) = crate::onnx::proto::ModelProto::decode(bytes.as_slice()) {
            let _ = bound(&model, "image", &ITEM);
        }
    }
}
