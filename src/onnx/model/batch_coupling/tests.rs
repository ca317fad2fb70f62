use super::*;
use crate::onnx::model::testing::{
    Build, WithAttribute, floats, integers, node, small_classifier_build, weights,
};
use crate::onnx::model::testing::{old_classifier, small_classifier};

const IMAGE: [&str; 4] = ["batch", "3", "8", "8"];

/// Checks a model with one input `image` and output `y`.
fn check(build: Build) -> Result<(), CouplingError> {
    check_batch_independence(&build.output("y", None).model(), "image")
}

/// One node from `image` to `y`.
fn check_node(node: NodeProto) -> Result<(), CouplingError> {
    check(Build::new(&IMAGE).node(node))
}

fn cause(result: Result<(), CouplingError>) -> Cause {
    match result {
        Err(CouplingError::Node { cause, .. }) => cause,
        other => panic!("{other:?}"),
    }
}

#[test]
fn plain_classifiers_are_accepted() {
    check_batch_independence(&small_classifier(), "image").unwrap();
    check_batch_independence(&old_classifier(), "image").unwrap();
}

#[test]
fn statistics_over_the_batch_are_refused() {
    let along = Cause::AlongBatch { tensor: "image".into(), axis: 0 };
    let reduce = |axes: &[i64]| node("ReduceMean", &["image"], &["y"]).ints("axes", axes);
    assert_eq!(cause(check(Build::new(&IMAGE).opset(13).node(reduce(&[0])))), along);
    assert_eq!(cause(check(Build::new(&IMAGE).opset(13).node(reduce(&[-4])))), along);
    check(Build::new(&IMAGE).opset(13).node(reduce(&[2, -1]))).unwrap();
    let everything = || node("ReduceMean", &["image"], &["y"]);
    assert_eq!(cause(check_node(everything())), along);
    check_node(everything().int("noop_with_empty_axes", 1)).unwrap();
    let by_operand = |axis| {
        let build = Build::new(&IMAGE).constant(integers("axes", &[1], &[axis]));
        check(build.node(node("ReduceMax", &["image", "axes"], &["y"]).int("keepdims", 0)))
    };
    assert_eq!(cause(by_operand(0)), along);
    by_operand(1).unwrap();
    assert_eq!(cause(check_node(node("MeanVarianceNormalization", &["image"], &["y"]))), along);
    assert_eq!(
        cause(check_node(node("DynamicQuantizeLinear", &["image"], &["y", "s", "z"]))),
        Cause::WholeBatchRange
    );
    assert_eq!(cause(check_node(node("ArgMax", &["image"], &["y"]))), along);
    assert_eq!(
        cause(check_node(node("TopK", &["image", "k"], &["y"]).int("axis", 0)).or_else(|_| {
            let build = Build::new(&IMAGE).constant(integers("k", &[1], &[1]));
            check(build.node(node("TopK", &["image", "k"], &["y", "i"]).int("axis", 0)))
        })),
        along
    );
}

#[test]
fn softmax_follows_the_operator_set() {
    let softmax = |axis| node("Softmax", &["image"], &["y"]).int("axis", axis);
    check_node(softmax(1)).unwrap();
    check_node(softmax(-1)).unwrap();
    assert!(matches!(cause(check_node(softmax(0))), Cause::AlongBatch { .. }));
    assert!(matches!(cause(check_node(softmax(-4))), Cause::AlongBatch { .. }));
    check(Build::new(&IMAGE).opset(11).node(node("Softmax", &["image"], &["y"]))).unwrap();
    let transposed = |opset| {
        let build = Build::new(&["n", "10"]).opset(opset);
        let build = build.node(node("Transpose", &["image"], &["t"]).ints("perm", &[1, 0]));
        let build = build.node(node("Softmax", &["t"], &["s"]).int("axis", -1));
        check(build.node(node("Transpose", &["s"], &["y"]).ints("perm", &[1, 0])))
    };
    for opset in [11, 18] {
        assert_eq!(cause(transposed(opset)), Cause::AlongBatch { tensor: "t".into(), axis: 1 });
    }
    // Flattening softmax of old: axis 1 with the batch on axis 1 takes the batch along.
    let build = Build::new(&["n", "10"]).opset(11).node(node("Transpose", &["image"], &["t"]));
    assert!(matches!(cause(check(build.node(node("Softmax", &["t"], &["y"])))), Cause::AlongBatch { .. }));
}

#[test]
fn random_and_unknown_operators_are_refused() {
    for operator in ["RandomNormalLike", "RandomUniformLike", "Bernoulli", "Multinomial"] {
        assert!(matches!(check_node(node(operator, &["image"], &["y"])), Err(CouplingError::Random { .. })));
    }
    for operator in ["RandomNormal", "RandomUniform"] {
        let build = Build::new(&IMAGE).node(node(operator, &[], &["r"]).ints("shape", &[1]));
        let build = build.node(node("Add", &["image", "r"], &["y"]));
        assert!(matches!(check(build), Err(CouplingError::Random { .. })));
    }
    let error = check_node(node("Telepathy", &["image"], &["y"])).unwrap_err();
    assert!(error.to_string().starts_with("node `node_y` (Telepathy): unknown operator"), "{error}");
    let mut foreign = node("Relu", &["image"], &["y"]);
    foreign.domain = Some("elsewhere".into());
    assert!(matches!(check_node(foreign), Err(CouplingError::UnknownOperator { .. })));
    assert!(matches!(check_node(node("If", &["image"], &["y"])), Err(CouplingError::ControlFlow { .. })));
}

#[test]
fn dropout_is_accepted_in_inference_only() {
    check_node(node("Dropout", &["image"], &["y"])).unwrap();
    let with_mode = |value: i32| {
        let mode = crate::onnx::proto::TensorProto {
            name: Some("mode".into()),
            data_type: Some(9),
            int32_data: vec![value],
            ..Default::default()
        };
        check(Build::new(&IMAGE).constant(mode).node(node("Dropout", &["image", "", "mode"], &["y"])))
    };
    with_mode(0).unwrap();
    assert!(matches!(with_mode(1), Err(CouplingError::Random { .. })));
}

#[test]
fn normalisation_by_the_batch_is_refused() {
    let normalisation = |node: NodeProto| {
        let names = ["scale", "bias", "mean", "variance"];
        let build = names.iter().fold(Build::new(&IMAGE), |build, name| build.constant(weights(name, &[3])));
        check(build.node(node))
    };
    let inputs = ["image", "scale", "bias", "mean", "variance"];
    normalisation(node("BatchNormalization", &inputs, &["y"])).unwrap();
    let training = node("BatchNormalization", &inputs, &["y"]).int("training_mode", 1);
    assert_eq!(cause(normalisation(training)), Cause::TrainingMode);
    let old = node("BatchNormalization", &inputs, &["y", "m", "v"]);
    assert_eq!(cause(normalisation(old)), Cause::TrainingMode);
    normalisation(node("InstanceNormalization", &inputs[..3], &["y"])).unwrap();
    normalisation(node("GroupNormalization", &inputs[..3], &["y"]).int("num_groups", 3)).unwrap();

    let swapped = |operator: &str| {
        let build = Build::new(&IMAGE).constant(weights("scale", &[3])).constant(weights("bias", &[3]));
        let build = build.node(node("Transpose", &["image"], &["t"]).ints("perm", &[1, 0, 2, 3]));
        let build = build.node(node(operator, &["t", "scale", "bias"], &["u"]));
        cause(check(build.node(node("Transpose", &["u"], &["y"]).ints("perm", &[1, 0, 2, 3]))))
    };
    let elsewhere = Cause::BatchElsewhere { tensor: "t".into(), expected: 0, found: 1 };
    for operator in ["InstanceNormalization", "GroupNormalization"] {
        assert_eq!(swapped(operator), elsewhere);
    }
}

#[test]
fn layer_normalisation_works_behind_the_batch() {
    let layer = |axis: i64| {
        let build = Build::new(&IMAGE).constant(weights("scale", &[8]));
        check(build.node(node("LayerNormalization", &["image", "scale"], &["y"]).int("axis", axis)))
    };
    layer(-1).unwrap();
    layer(1).unwrap();
    assert!(matches!(cause(layer(0)), Cause::AlongBatch { .. }));
}

#[test]
fn constants_must_not_tell_images_apart() {
    let add = |batch: &str, dims: &[i64]| {
        let build = Build::new(&[batch, "3", "8", "8"]).constant(weights("c", dims));
        check(build.node(node("Add", &["image", "c"], &["y"])))
    };
    add("n", &[3, 1, 1]).unwrap();
    add("n", &[1, 3, 8, 8]).unwrap();
    add("n", &[]).unwrap();
    let differs = Cause::DiffersByPosition { tensor: "c".into() };
    assert_eq!(cause(add("4", &[4, 1, 1, 1])), differs);
    assert_eq!(cause(add("n", &[2, 3, 8, 8])), differs);
    // One more axis in front moves the batch to axis 1.
    assert!(matches!(add("n", &[1, 1, 1, 1, 1]), Err(CouplingError::Output { .. })));
    assert_eq!(cause(add("n", &[5, 2, 1, 1, 1])), differs);
}

#[test]
fn images_must_not_meet_each_other() {
    let gram = Build::new(&["n", "10"]).node(node("Transpose", &["image"], &["t"])).node(node(
        "MatMul",
        &["image", "t"],
        &["y"],
    ));
    assert!(matches!(cause(check(gram)), Cause::BatchesCross { .. }));
    let sum = Build::new(&["n", "10"]).constant(weights("ones", &[1, 7])).node(node(
        "MatMul",
        &["ones", "image"],
        &["y"],
    ));
    assert_eq!(cause(check(sum)), Cause::SumsOverBatch { tensor: "image".into(), axis: 0 });
    let pairwise = Build::new(&["n", "10"])
        .constant(integers("zero", &[1], &[0]))
        .node(node("Unsqueeze", &["image", "zero"], &["row"]))
        .node(node("Sub", &["image", "row"], &["y"]));
    // [n, 10] against [1, n, 10]: the same axis; harmless, but the output moves.
    assert!(matches!(check(pairwise), Err(CouplingError::Output { .. })));
    let crossed = Build::new(&["n", "10"])
        .constant(integers("one", &[1], &[1]))
        .node(node("Unsqueeze", &["image", "one"], &["column"]))
        .node(node("Sub", &["image", "column"], &["y"]));
    assert!(matches!(cause(check(crossed)), Cause::BatchesCross { .. }));
    let weight = Build::new(&IMAGE).node(node("Conv", &["image", "image"], &["y"]));
    assert!(matches!(cause(check(weight)), Cause::ParameterFromImages { .. }));
}

#[test]
fn products_with_constants_are_followed() {
    let product = |dims: &[i64]| {
        let build = Build::new(&["n", "5", "10"]).constant(weights("w", dims));
        check(build.node(node("MatMul", &["image", "w"], &["y"])))
    };
    product(&[10, 4]).unwrap();
    product(&[10]).unwrap();
    product(&[1, 10, 4]).unwrap();
    assert_eq!(cause(product(&[3, 10, 4])), Cause::DiffersByPosition { tensor: "w".into() });
    let attention = Build::new(&["n", "5", "10"])
        .node(node("Transpose", &["image"], &["t"]).ints("perm", &[0, 2, 1]))
        .node(node("MatMul", &["image", "t"], &["scores"]))
        .node(node("Softmax", &["scores"], &["p"]))
        .node(node("MatMul", &["p", "image"], &["y"]));
    check(attention).unwrap();
    let gemm = |bias: &[i64]| {
        let build = Build::new(&["n", "10"]).constant(weights("w", &[10, 4])).constant(weights("c", bias));
        check(build.node(node("Gemm", &["image", "w", "c"], &["y"])))
    };
    gemm(&[4]).unwrap();
    gemm(&[1, 4]).unwrap();
    assert_eq!(cause(gemm(&[8, 4])), Cause::DiffersByPosition { tensor: "c".into() });
}

/// Reshape of [batch, 3, 8, 8] to a constant target.
fn reshape(batch: &str, target: &[i64]) -> Result<(), CouplingError> {
    let build = Build::new(&[batch, "3", "8", "8"]).constant(integers("to", &[target.len() as i64], target));
    check(build.node(node("Reshape", &["image", "to"], &["y"])))
}

#[test]
fn reshapes_that_keep_the_batch_are_accepted() {
    for target in [[0, -1].as_slice(), &[-1, 192], &[-1, 3, 64], &[0, 3, -1, 4], &[-1, 0, 0, 0], &[0, 0, -1]]
    {
        reshape("n", target).unwrap();
    }
    for target in [[4, -1].as_slice(), &[4, 192], &[-1, 192], &[0, -1]] {
        reshape("4", target).unwrap();
    }
}

#[test]
fn reshapes_that_mix_images_are_refused() {
    for target in
        [[-1, 96].as_slice(), &[-1], &[1, -1], &[3, -1], &[64, -1], &[-1, 384], &[-1, 3], &[192, -1]]
    {
        assert!(matches!(cause(reshape("n", target)), Cause::ReshapeMixes { .. }), "{target:?}");
    }
    for target in [[2, -1].as_slice(), &[8, 96], &[-1, 96], &[-1, 384]] {
        assert!(matches!(cause(reshape("4", target)), Cause::ReshapeMixes { .. }), "{target:?}");
    }
    // Kept, but no longer first.
    assert!(matches!(reshape("4", &[1, 4, -1]), Err(CouplingError::Output { .. })));
    // Two sizes left open at the height and width: their product is not known to be 192.
    let open = Build::new(&["n", "3", "h", "w"]).constant(integers("to", &[2], &[-1, 192])).node(node(
        "Reshape",
        &["image", "to"],
        &["y"],
    ));
    assert!(matches!(cause(check(open)), Cause::ReshapeMixes { .. }));
    // Batch and channels change places, and the reshape takes a channel for an image.
    let swapped = Build::new(&["4", "4", "8"])
        .constant(integers("to", &[2], &[4, -1]))
        .node(node("Transpose", &["image"], &["t"]).ints("perm", &[1, 0, 2]))
        .node(node("Reshape", &["t", "to"], &["y"]));
    assert!(matches!(cause(check(swapped)), Cause::ReshapeMixes { .. }));
    let flattened = Build::new(&["n", "8"]).node(node("Flatten", &["image"], &["y"]).int("axis", 0));
    assert!(matches!(cause(check(flattened)), Cause::ReshapeMixes { .. }));
}

/// Shape, Gather, Unsqueeze, Concat, Reshape, as exporters write x.view(x.size(0), ...), with `last` behind.
fn view(first: i64, last: &[i64]) -> Build {
    Build::new(&IMAGE)
        .constant(integers("which", &[], &[first]))
        .constant(integers("zero", &[1], &[0]))
        .constant(integers("last", &[last.len() as i64], last))
        .node(node("Shape", &["image"], &["shape"]))
        .node(node("Gather", &["shape", "which"], &["size"]).int("axis", 0))
        .node(node("Unsqueeze", &["size", "zero"], &["sizes"]))
        .node(node("Concat", &["sizes", "last"], &["to"]).int("axis", 0))
        .node(node("Reshape", &["image", "to"], &["y"]))
}

#[test]
fn shape_arithmetic_is_understood() {
    check(view(0, &[-1])).unwrap();
    check(view(-4, &[3, 64])).unwrap();
    assert!(matches!(cause(check(view(1, &[-1]))), Cause::ReshapeMixes { .. }));
    let doubled = |operator: &str| {
        let mut build = view(0, &[-1]).constant(integers("two", &[], &[2]));
        build.nodes.insert(2, node(operator, &["size", "two"], &["twice"]));
        build.nodes[3].input[0] = "twice".into();
        build
    };
    assert!(matches!(cause(check(doubled("Mul"))), Cause::ReshapeMixes { .. }));
    // Slice instead of Gather, through floats and back.
    let build = Build::new(&IMAGE)
        .constant(integers("start", &[1], &[0]))
        .constant(integers("end", &[1], &[1]))
        .constant(integers("rest", &[1], &[-1]))
        .node(node("Shape", &["image"], &["shape"]))
        .node(node("Slice", &["shape", "start", "end"], &["n"]))
        .node(node("Cast", &["n"], &["n_float"]).int("to", 1))
        .node(node("Cast", &["n_float"], &["n_again"]).int("to", 7))
        .node(node("Concat", &["n_again", "rest"], &["to"]).int("axis", 0))
        .node(node("Reshape", &["image", "to"], &["y"]));
    check(build).unwrap();
}

#[test]
fn the_size_of_the_batch_must_not_become_data() {
    let build = Build::new(&IMAGE)
        .node(node("Shape", &["image"], &["shape"]).int("end", 1))
        .node(node("Cast", &["shape"], &["n"]).int("to", 1))
        .node(node("Div", &["image", "n"], &["y"]));
    assert_eq!(cause(check(build)), Cause::BatchSizeAsData { tensor: "n".into() });
    let numbered = Build::new(&["n", "10"])
        .constant(integers("zero", &[], &[0]))
        .constant(integers("one", &[], &[1]))
        .node(node("Shape", &["image"], &["shape"]))
        .node(node("Gather", &["shape", "zero"], &["n"]))
        .node(node("Range", &["zero", "n", "one"], &["positions"]))
        .node(node("Add", &["image", "positions"], &["y"]));
    assert_eq!(cause(check(numbered)), Cause::BatchSizeAsData { tensor: "positions".into() });
}

#[test]
fn a_token_expanded_for_every_image_is_accepted() {
    let token = |dims: &[i64]| {
        Build::new(&["n", "5", "8"])
            .constant(weights("token", dims))
            .constant(integers("rest", &[2], &[1, 8]))
            .node(node("Shape", &["image"], &["n"]).int("end", 1))
            .node(node("Concat", &["n", "rest"], &["to"]).int("axis", 0))
            .node(node("Expand", &["token", "to"], &["tokens"]))
            .node(node("Concat", &["tokens", "image"], &["y"]).int("axis", 1))
    };
    check(token(&[1, 1, 8])).unwrap();
    check(token(&[8])).unwrap();
    assert!(matches!(cause(check(token(&[3, 1, 8]))), Cause::DiffersByPosition { .. }));
    // A constant of the batch's length beside the images.
    let constant = Build::new(&["2", "5", "8"])
        .constant(weights("c", &[2, 1, 8]))
        .node(node("Concat", &["c", "image"], &["y"]).int("axis", 1));
    assert!(matches!(cause(check(constant)), Cause::DiffersByPosition { .. }));
}

#[test]
fn parts_of_the_batch_are_refused() {
    let slice = |start: i64, end: i64, axis: i64, step: i64| {
        let build = [("s", start), ("e", end), ("a", axis), ("t", step)]
            .iter()
            .fold(Build::new(&IMAGE), |build, (name, value)| build.constant(integers(name, &[1], &[*value])));
        check(build.node(node("Slice", &["image", "s", "e", "a", "t"], &["y"])))
    };
    slice(1, 3, 2, 1).unwrap();
    slice(0, i64::MAX, 0, 1).unwrap();
    assert!(matches!(cause(slice(1, i64::MAX, 0, 1)), Cause::AlongBatch { .. }));
    assert!(matches!(cause(slice(0, 8, 0, 1)), Cause::AlongBatch { .. }));
    assert!(matches!(cause(slice(-1, i64::MIN, 0, -1)), Cause::AlongBatch { .. }));
    let gather = |axis| {
        let build = Build::new(&IMAGE).constant(integers("i", &[1], &[0]));
        check(build.node(node("Gather", &["image", "i"], &["y"]).int("axis", axis)))
    };
    gather(1).unwrap();
    assert!(matches!(cause(gather(0)), Cause::AlongBatch { .. }));
    assert!(matches!(
        cause(check_node(node("Concat", &["image", "image"], &["y"]).int("axis", 0))),
        Cause::AlongBatch { .. }
    ));
    assert!(matches!(cause(check_node(node("Split", &["image"], &["y", "z"]))), Cause::AlongBatch { .. }));
    assert!(matches!(cause(check_node(node("Squeeze", &["image"], &["y"]))), Cause::AlongBatch { .. }));
    let pad = |pads: &[i64]| {
        let build = Build::new(&IMAGE).constant(integers("pads", &[8], pads));
        check(build.node(node("Pad", &["image", "pads"], &["y"])))
    };
    pad(&[0, 0, 1, 1, 0, 0, 1, 1]).unwrap();
    assert!(matches!(cause(pad(&[0, 0, 1, 1, 1, 0, 1, 1])), Cause::AlongBatch { .. }));
    assert!(matches!(
        cause(check_node(node("MaxPool", &["image"], &["y", "indices"]).ints("kernel_shape", &[2, 2]))),
        Cause::PositionsInBatch { .. }
    ));
}

#[test]
fn resizing_leaves_the_batch_alone() {
    let resize = |scales: &[f32]| {
        let build = Build::new(&IMAGE).constant(floats("scales", scales));
        check(build.node(node("Resize", &["image", "", "scales"], &["y"])))
    };
    resize(&[1.0, 1.0, 2.0, 2.0]).unwrap();
    assert!(matches!(cause(resize(&[2.0, 1.0, 2.0, 2.0])), Cause::AlongBatch { .. }));
    let sizes = Build::new(&IMAGE)
        .constant(integers("to", &[2], &[16, 16]))
        .constant(integers("two", &[1], &[2]))
        .constant(integers("zero", &[1], &[0]))
        .node(node("Shape", &["image"], &["shape"]))
        .node(node("Slice", &["shape", "zero", "two"], &["front"]))
        .node(node("Concat", &["front", "to"], &["sizes"]).int("axis", 0))
        .node(node("Resize", &["image", "", "", "sizes"], &["y"]));
    check(sizes).unwrap();
}

#[test]
fn convolution_sizes_are_inferred() {
    // LeNet: 28 -> 24 -> 12 -> 8 -> 4, then view(-1, 16 * 4 * 4).
    let lenet = |features: i64| {
        let pool = |from: &str, to: &str| {
            node("MaxPool", &[from], &[to]).ints("kernel_shape", &[2, 2]).ints("strides", &[2, 2])
        };
        let build = Build::new(&["n", "1", "28", "28"])
            .constant(weights("k1", &[6, 1, 5, 5]))
            .constant(weights("k2", &[16, 6, 5, 5]))
            .constant(integers("to", &[2], &[-1, features]))
            .node(node("Conv", &["image", "k1"], &["c1"]))
            .node(pool("c1", "p1"))
            .node(node("Conv", &["p1", "k2"], &["c2"]))
            .node(pool("c2", "p2"))
            .node(node("Reshape", &["p2", "to"], &["y"]));
        check(build)
    };
    lenet(256).unwrap();
    assert!(matches!(cause(lenet(400)), Cause::ReshapeMixes { .. }));
    assert!(matches!(cause(lenet(128)), Cause::ReshapeMixes { .. }));
    let padded = small_classifier_build().model();
    let shape = inferred_shape(&padded, "image", "features").unwrap();
    assert_eq!(shape, [None, Some(4), Some(6), Some(6)]);
}

#[test]
fn a_batch_of_one_cannot_couple_but_may_be_random() {
    let one = |node: NodeProto| check(Build::new(&["1", "3", "8", "8"]).node(node));
    one(node("ReduceMean", &["image"], &["y"])).unwrap();
    one(node("DynamicQuantizeLinear", &["image"], &["y", "s", "z"])).unwrap();
    assert!(matches!(one(node("RandomNormalLike", &["image"], &["y"])), Err(CouplingError::Random { .. })));
    assert!(matches!(one(node("Telepathy", &["image"], &["y"])), Err(CouplingError::UnknownOperator { .. })));
}

#[test]
fn damaged_graphs_and_odd_faces_are_refused() {
    let undefined = check_node(node("Relu", &["nowhere"], &["y"]));
    assert!(matches!(undefined, Err(CouplingError::Undefined { .. })));
    let twice =
        Build::new(&IMAGE).node(node("Relu", &["image"], &["y"])).node(node("Abs", &["image"], &["y"]));
    assert!(matches!(check(twice), Err(CouplingError::DefinedTwice { .. })));
    let old = Build::new(&IMAGE).opset(6).node(node("Relu", &["image"], &["y"]));
    assert_eq!(check(old), Err(CouplingError::Opset { found: 6 }));
    let constant = Build::new(&IMAGE).constant(weights("c", &[1, 3])).node(node("Relu", &["c"], &["y"]));
    assert!(matches!(check(constant), Err(CouplingError::Output { .. })));
    let mut two = Build::new(&IMAGE).node(node("Relu", &["image"], &["y"]));
    two.inputs.push(crate::onnx::model::testing::float_info("other", None));
    assert_eq!(check(two), Err(CouplingError::OtherInput { input: "other".into() }));
    let model = small_classifier();
    assert!(check_batch_independence(&model, "picture").is_err());
}

#[test]
fn quantised_products_keep_scales_off_the_batch() {
    let product = |scale: &[i64]| {
        let build = Build::new(&["4", "10"])
            .constant(weights("w", &[10, 4]))
            .constant(weights("s", scale))
            .constant(weights("z", &[]));
        check(build.node(node("QLinearMatMul", &["image", "s", "z", "w", "z", "z", "z", "z"], &["y"])))
    };
    product(&[]).unwrap();
    assert_eq!(cause(product(&[4])), Cause::DiffersByPosition { tensor: "s".into() });
    let quantise = |axis: i64| {
        let build = Build::new(&["4", "4"]).constant(weights("s", &[4]));
        check(build.node(node("QuantizeLinear", &["image", "s"], &["y"]).int("axis", axis)))
    };
    quantise(1).unwrap();
    assert_eq!(cause(quantise(0)), Cause::DiffersByPosition { tensor: "s".into() });
}
