//! Dense layers, and layers that join.

use super::{Found, Random, check, model};
use crate::onnx::model::testing::{Build, WithAttribute, float_tensor, floats, node};

fn sharp(found: &Found) {
    assert!(found.looseness() < 3e-4, "{} above {}", found.bound, found.reached);
}

#[test]
fn dense_layers_are_bounded_sharply() {
    let mut random = Random(1);
    for (transposed, shape) in [(0, [6, 4]), (1, [4, 6])] {
        let build = |b: Build| {
            let gemm = node("Gemm", &["image", "w", "b"], &["y"]).int("transB", transposed);
            b.constant(random.tensor("w", &shape))
                .constant(random.tensor("b", &[4]))
                .node(gemm.float("alpha", -0.7).float("beta", 2.0))
        };
        sharp(&check(&model(&[6], build), &[6]));
    }
    let right = model(&[3, 5], |b| {
        b.constant(random.tensor("w", &[5, 4])).node(node("MatMul", &["image", "w"], &["y"]))
    });
    sharp(&check(&right, &[3, 5]));
    let left = model(&[3, 5], |b| {
        b.constant(random.tensor("w", &[4, 3])).node(node("MatMul", &["w", "image"], &["y"]))
    });
    sharp(&check(&left, &[3, 5]));
}

#[test]
fn known_matrices() {
    // The largest singular value of [[3, 0], [4, 5]] is 3 sqrt(5).
    let known = model(&[2], |b| {
        let weights = float_tensor("w", &[2, 2], &[3.0, 4.0, 0.0, 5.0]);
        b.constant(weights).node(node("MatMul", &["image", "w"], &["y"]))
    });
    let found = check(&known, &[2]);
    let truth = 45.0_f64.sqrt();
    assert!(found.bound >= truth && found.bound < truth * (1.0 + 1.1e-4), "{}", found.bound);
}

/// A rotation there and half-way back: the norm of the product is 1, that of two scales is their product.
#[test]
fn dense_layers_in_a_row_join() {
    let build = |b: Build| {
        b.constant(float_tensor("first", &[2, 2], &[4.0, 0.0, 0.0, 0.25]))
            .constant(float_tensor("second", &[2, 2], &[0.25, 0.0, 0.0, 4.0]))
            .node(node("MatMul", &["image", "first"], &["h"]))
            .node(node("MatMul", &["h", "second"], &["y"]))
    };
    let found = check(&model(&[2], build), &[2]);
    assert!(found.bound < 1.001, "{}", found.bound);
}

fn normalised(b: Build, random: &mut Random, input: &str, output: &str, channels: i64) -> Build {
    let names = ["scale", "shift", "mean", "variance"].map(|name| format!("{output}_{name}"));
    let normalisation =
        node("BatchNormalization", &[input, &names[0], &names[1], &names[2], &names[3]], &[output]);
    names[..3]
        .iter()
        .fold(b, |b, name| b.constant(random.tensor(name, &[channels])))
        .constant(random.positive(&names[3], &[channels]))
        .node(normalisation.float("epsilon", 1e-3))
}

/// Folded, scale and weights are bounded as one map.
#[test]
fn normalisation_by_stored_statistics_joins_with_what_is_before_it() {
    let mut random = Random(2);
    let convolution = model(&[2, 4, 4], |b| {
        let b = b.constant(random.tensor("w", &[3, 2, 3, 3])).constant(random.tensor("b", &[3]));
        let b = b.node(node("Conv", &["image", "w", "b"], &["c"]).ints("pads", &[1; 4]));
        normalised(b, &mut random, "c", "y", 3)
    });
    sharp(&check(&convolution, &[2, 4, 4]));
    let grouped = model(&[4, 4], |b| {
        let convolution = node("Conv", &["image", "w"], &["c"]).int("group", 2);
        let b = b.constant(random.tensor("w", &[6, 2, 3])).node(convolution);
        normalised(b, &mut random, "c", "y", 6)
    });
    sharp(&check(&grouped, &[4, 4]));
    let transposed = model(&[2, 3, 3], |b| {
        let convolution = node("ConvTranspose", &["image", "w"], &["c"]).ints("strides", &[2, 2]);
        let b = b.constant(random.tensor("w", &[2, 3, 2, 2])).node(convolution);
        normalised(b, &mut random, "c", "y", 3)
    });
    sharp(&check(&transposed, &[2, 3, 3]));
    let dense = model(&[5], |b| {
        let b = b.constant(random.tensor("w", &[5, 4])).node(node("Gemm", &["image", "w"], &["g"]));
        normalised(b, &mut random, "g", "y", 4)
    });
    sharp(&check(&dense, &[5]));
    let alone = model(&[3, 4], |b| normalised(b, &mut random, "image", "y", 3));
    sharp(&check(&alone, &[3, 4]));
}

#[test]
fn scales_join_with_what_is_after_them() {
    let mut random = Random(3);
    let standardised = model(&[3, 4, 4], |b| {
        b.constant(float_tensor("mean", &[3, 1, 1], &[0.485, 0.456, 0.406]))
            .constant(float_tensor("deviation", &[1, 3, 1, 1], &[0.229, 2.24, 22.5]))
            .constant(floats("two", &[2.0]))
            .constant(random.tensor("w", &[2, 3, 3, 3]))
            .node(node("Sub", &["image", "mean"], &["centred"]))
            .node(node("Div", &["centred", "deviation"], &["scaled"]))
            .node(node("Mul", &["two", "scaled"], &["doubled"]))
            .node(node("Conv", &["doubled", "w"], &["y"]))
    });
    sharp(&check(&standardised, &[3, 4, 4]));
    let dense = model(&[4], |b| {
        b.constant(random.tensor("s", &[4]))
            .constant(random.tensor("w", &[4, 3]))
            .constant(random.tensor("t", &[3]))
            .node(node("Mul", &["image", "s"], &["a"]))
            .node(node("MatMul", &["a", "w"], &["m"]))
            .node(node("Div", &["m", "t"], &["y"]))
    });
    sharp(&check(&dense, &[4]));
}

/// A scale along an axis that is not that of the channels must not join as if it were.
#[test]
fn scales_along_other_axes_do_not_join() {
    let mut random = Random(4);
    let rows = model(&[3, 3, 3], |b| {
        b.constant(random.tensor("w", &[3, 3, 2, 2]))
            .constant(float_tensor("rows", &[2, 1], &[1.0, 3.0]))
            .constant(float_tensor("channels", &[3, 1, 1], &[1.0, -2.0, 0.1]))
            .node(node("Conv", &["image", "w"], &["c"]))
            .node(node("Mul", &["c", "rows"], &["r"]))
            .node(node("Mul", &["r", "channels"], &["y"]))
    });
    check(&rows, &[3, 3, 3]);
    let tokens = model(&[3, 3], |b| {
        b.constant(random.tensor("w", &[3, 3]))
            .constant(float_tensor("tokens", &[3, 1], &[1.0, 5.0, 0.1]))
            .node(node("MatMul", &["image", "w"], &["m"]))
            .node(node("Mul", &["m", "tokens"], &["t"]))
            .node(node("MatMul", &["w", "t"], &["y"]))
    });
    check(&tokens, &[3, 3]);
}
