//! Every other operator on its own: its bound is not below what its slope reaches, and its rounding holds.

use super::{Found, Random, check, model};
use crate::onnx::model::testing::{Build, WithAttribute, float_tensor, floats, integers, node};
use crate::onnx::proto::NodeProto;

const ITEM: [usize; 3] = [2, 4, 6];

/// One node from `image` to `y`, with constants.
fn check_node(node: NodeProto, build: impl FnOnce(Build) -> Build) -> Found {
    check(&model(&ITEM, |b| build(b).node(node)), &ITEM)
}

fn plain(operator: &str) -> NodeProto {
    node(operator, &["image"], &["y"])
}

fn exactly(found: &Found, truth: f64) {
    assert!((found.bound / truth - 1.0).abs() < 2e-4, "{} instead of {truth}", found.bound);
}

#[test]
fn activations() {
    // The largest slopes, as far as inputs between -3 and 3 show them.
    let known = [
        ("Relu", 1.0),
        ("Abs", 1.0),
        ("Neg", 1.0),
        ("Identity", 1.0),
        ("Elu", 1.0),
        ("Celu", 1.0),
        ("Selu", 1.758_1),
        ("Softplus", 1.0),
        ("Softsign", 1.0),
        ("Sigmoid", 0.25),
        ("Tanh", 1.0),
        ("Erf", std::f64::consts::FRAC_2_SQRT_PI),
        ("HardSigmoid", 0.2),
        ("HardSwish", 1.5),
        ("Gelu", 1.129),
        ("Mish", 1.0885),
        ("Swish", 1.0999),
    ];
    for (operator, slope) in known {
        let found = check_node(plain(operator), |b| b);
        assert!(found.bound < slope * 1.01, "{operator}: {}", found.bound);
    }
    exactly(&check_node(plain("LeakyRelu").float("alpha", -3.0), |b| b), 3.0);
    exactly(&check_node(plain("Elu").float("alpha", 2.5), |b| b), 2.5);
    exactly(&check_node(plain("Celu").float("alpha", 50.0), |b| b), 1.0);
    for beta in [-0.2, 1.5] {
        exactly(&check_node(plain("HardSigmoid").float("alpha", 0.7).float("beta", beta), |b| b), 0.7);
    }
    let mut quick = plain("QuickGelu");
    quick.domain = Some("com.microsoft".into());
    assert!(check_node(quick, |b| b).bound < 1.11);
    let slopes = float_tensor("slope", &[2, 1, 1], &[0.1, -1.7]);
    exactly(&check_node(node("PRelu", &["image", "slope"], &["y"]), |b| b.constant(slopes)), 1.7_f32.into());
    let softmax = check_node(plain("Softmax").int("axis", 1), |b| b);
    exactly(&softmax, 0.5);
}

#[test]
fn limits() {
    let limits = |b: Build| b.constant(floats("low", &[0.5])).constant(floats("high", &[2.0]));
    exactly(&check_node(node("Clip", &["image", "low", "high"], &["y"]), limits), 1.0);
    exactly(&check_node(node("Clip", &["image", "", "high"], &["y"]), limits), 1.0);
    exactly(&check_node(node("Min", &["image", "high"], &["y"]), limits), 1.0);
    exactly(&check_node(node("Max", &["low", "image", "high"], &["y"]), limits), 1.0);
    // Limits that are never reached do not loosen the bound of rounding.
    let far =
        |b: Build| b.constant(floats("far", &[f32::MAX])).constant(floats("none", &[f32::NEG_INFINITY]));
    exactly(&check_node(node("Min", &["image", "far"], &["y"]), far), 1.0);
    exactly(&check_node(node("Clip", &["image", "none", "far"], &["y"]), far), 1.0);
    let old = node("Clip", &["image"], &["y"]).float("min", 0.2).float("max", 6.0);
    exactly(&check(&model(&[3], |b| b.opset(9).node(old)), &[3]), 1.0);
}

/// x sigmoid(x) and x clip(x / 6 + 1/2, 0, 1) as exporters write them.
#[test]
fn gates_of_two_nodes() {
    for (gate, most) in [("Sigmoid", 1.1), ("HardSigmoid", 1.51)] {
        for order in [["image", "gate"], ["gate", "image"]] {
            let gate = node(gate, &["image"], &["gate"]).float("alpha", 1.0 / 6.0);
            let found = check_node(node("Mul", &order, &["y"]), |b| b.node(gate));
            assert!(found.bound <= most, "{}", found.bound);
        }
    }
}

#[test]
fn pooling() {
    let pool = |operator: &str, kernel: [i64; 2], strides: [i64; 2]| {
        plain(operator).ints("kernel_shape", &kernel).ints("strides", &strides)
    };
    exactly(&check_node(pool("AveragePool", [2, 3], [2, 3]), |b| b), 1.0 / 6.0_f64.sqrt());
    for count in [0, 1] {
        let overlapping = pool("AveragePool", [3, 3], [1, 2]).ints("pads", &[1, 1, 1, 1]);
        let found = check_node(overlapping.int("count_include_pad", count), |b| b);
        assert!(found.looseness() < 3e-4, "{}", found.looseness());
    }
    exactly(&check_node(pool("MaxPool", [2, 2], [2, 2]), |b| b), 1.0);
    let found = check_node(pool("MaxPool", [3, 2], [1, 1]).ints("pads", &[1, 0, 1, 0]), |b| b);
    exactly(&found, 6.0_f64.sqrt());
    exactly(&check_node(plain("GlobalAveragePool"), |b| b), 1.0 / 24.0_f64.sqrt());
    exactly(&check_node(plain("GlobalMaxPool"), |b| b), 1.0);
}

#[test]
fn reductions() {
    let axes = |b: Build| b.constant(integers("axes", &[2], &[1, -1]));
    let reduce = |operator: &str| node(operator, &["image", "axes"], &["y"]).int("keepdims", 0);
    exactly(&check_node(reduce("ReduceMax"), axes), 1.0);
    exactly(&check_node(reduce("ReduceMin"), axes), 1.0);
    let old = |operator: &str| plain(operator).ints("axes", &[2, 3]);
    let mean = model(&ITEM, |b| b.opset(11).node(old("ReduceMean")));
    exactly(&check(&mean, &ITEM), 1.0 / 24.0_f64.sqrt());
    let sum = model(&ITEM, |b| b.opset(11).node(old("ReduceSum").int("keepdims", 0)));
    exactly(&check(&sum, &ITEM), 24.0_f64.sqrt());
}

#[test]
fn sums_and_extrema() {
    let mut random = Random(6);
    let added = random.tensor("c", &[2, 1, 1]);
    let sum =
        |operator: &str, b: Build| b.constant(added.clone()).node(node(operator, &["image", "c"], &["y"]));
    for operator in ["Add", "Sub", "Sum"] {
        exactly(&check(&model(&ITEM, |b| sum(operator, b)), &ITEM), 1.0);
    }
    exactly(&check_node(node("Sub", &["c", "image"], &["y"]), |b| b.constant(added.clone())), 1.0);
    // The same path twice.
    exactly(&check_node(node("Add", &["image", "image"], &["y"]), |b| b), 2.0);
    let residual = model(&[2, 4, 4], |b| {
        b.constant(random.tensor("w", &[2, 2, 3, 3]))
            .node(node("Conv", &["image", "w"], &["c"]).ints("pads", &[1; 4]))
            .node(node("Relu", &["c"], &["r"]))
            .node(node("Add", &["r", "image"], &["y"]))
    });
    let found = check(&residual, &[2, 4, 4]);
    assert!(found.bound > 1.0 && found.looseness() < 1.0);
    // Two live operands of different shapes.
    let broadcast = model(&ITEM, |b| {
        b.node(node("GlobalAveragePool", &["image"], &["g"])).node(node("Sub", &["image", "g"], &["y"]))
    });
    let found = check(&broadcast, &ITEM);
    assert!(found.bound >= 1.0 && found.bound <= 2.001);
    let maximum =
        model(&ITEM, |b| b.node(node("Neg", &["image"], &["n"])).node(node("Max", &["image", "n"], &["y"])));
    exactly(&check(&maximum, &ITEM), 2.0_f64.sqrt());
}

/// A factor that spreads one entry over many.
#[test]
fn factors_that_broadcast_the_image() {
    let mut random = Random(12);
    let factors = random.tensor("f", &[1, 3, 4]);
    let spread = model(&[2, 1, 1], |b| b.constant(factors).node(node("Mul", &["image", "f"], &["y"])));
    check(&spread, &[2, 1, 1]);
    let offset = random.tensor("o", &[1, 1, 5]);
    let spread = model(&[2, 3, 1], |b| b.constant(offset).node(node("Add", &["image", "o"], &["y"])));
    exactly(&check(&spread, &[2, 3, 1]), 5.0_f64.sqrt());
}

#[test]
fn moving_elements() {
    let target = |b: Build| b.constant(integers("t", &[3], &[0, -1, 6]));
    exactly(&check_node(node("Reshape", &["image", "t"], &["y"]), target), 1.0);
    exactly(&check_node(plain("Flatten"), |b| b), 1.0);
    exactly(&check_node(plain("Transpose").ints("perm", &[0, 2, 3, 1]), |b| b), 1.0);
    exactly(&check_node(plain("SpaceToDepth").int("blocksize", 2), |b| b), 1.0);
    let axes = |b: Build| b.constant(integers("a", &[1], &[2]));
    let squeezed = |b: Build| axes(b).node(node("Unsqueeze", &["image", "a"], &["u"]));
    exactly(&check_node(node("Squeeze", &["u", "a"], &["y"]), squeezed), 1.0);
    let deep = model(&[8, 2, 2], |b| b.node(plain("DepthToSpace").int("blocksize", 2)));
    exactly(&check(&deep, &[8, 2, 2]), 1.0);
    exactly(&check_node(plain("Dropout"), |b| b), 1.0);
    exactly(&check_node(plain("Cast").int("to", 1), |b| b), 1.0);
}

#[test]
fn leaving_out_and_repeating_elements() {
    let slice = |b: Build| {
        let names = ["start", "end", "axis", "step"];
        names.iter().zip([1, 6, 3, 2]).fold(b, |b, (name, value)| b.constant(integers(name, &[1], &[value])))
    };
    exactly(&check_node(node("Slice", &["image", "start", "end", "axis", "step"], &["y"]), slice), 1.0);
    let split = |b: Build| {
        let b = b.constant(integers("sizes", &[2], &[1, 3]));
        b.node(node("Split", &["image", "sizes"], &["first", "second"]).int("axis", 2))
    };
    exactly(&check_node(node("Relu", &["second"], &["y"]), split), 1.0);
    let joined = model(&ITEM, |b| {
        b.node(node("Neg", &["image"], &["n"])).node(node("Concat", &["image", "n"], &["y"]).int("axis", 1))
    });
    exactly(&check(&joined, &ITEM), 2.0_f64.sqrt());
    let gather = |b: Build| b.constant(integers("i", &[4], &[3, 0, -1, 3]));
    let found = check_node(node("Gather", &["image", "i"], &["y"]).int("axis", 2), gather);
    exactly(&found, 3.0_f64.sqrt());
    let tile = |b: Build| b.constant(integers("r", &[4], &[1, 3, 1, 2]));
    exactly(&check_node(node("Tile", &["image", "r"], &["y"]), tile), 6.0_f64.sqrt());
    let expand = model(&[2, 1, 3], |b| {
        b.constant(integers("s", &[4], &[1, 2, 5, 3])).node(node("Expand", &["image", "s"], &["y"]))
    });
    exactly(&check(&expand, &[2, 1, 3]), 5.0_f64.sqrt());
}

#[test]
fn padding() {
    let pads =
        |b: Build| b.constant(integers("p", &[8], &[0, 0, 2, 1, 0, 0, 1, 3])).constant(floats("v", &[0.7]));
    exactly(&check_node(node("Pad", &["image", "p", "v"], &["y"]), pads), 1.0);
    for mode in ["reflect", "edge", "wrap"] {
        let found = check_node(node("Pad", &["image", "p"], &["y"]).text("mode", mode), pads);
        assert!(found.looseness() < 1e-6, "{mode}: {}", found.looseness());
    }
    let cropped = |b: Build| b.constant(integers("p", &[8], &[0, -1, 1, 0, 0, 1, -2, 0]));
    exactly(&check_node(node("Pad", &["image", "p"], &["y"]), cropped), 1.0);
}

/// Channels that are shifted by padding must not meet factors meant for others.
#[test]
fn padding_of_channels_keeps_factors_apart() {
    let shifted = model(&ITEM, |b| {
        b.constant(float_tensor("f", &[2, 1, 1], &[10.0, 0.1]))
            .constant(integers("p", &[8], &[0, 1, 0, 0, 0, -1, 0, 0]))
            .node(node("Mul", &["image", "f"], &["m"]))
            .node(node("Pad", &["m", "p"], &["s"]))
            .node(node("Mul", &["s", "f"], &["y"]))
    });
    check(&shifted, &ITEM);
}
