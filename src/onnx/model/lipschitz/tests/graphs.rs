//! Random small graphs: no difference quotient above the bound, and no rounding above its bound.

use proptest::prelude::*;

use super::{Random, check, model};
use crate::onnx::model::testing::{Build, WithAttribute, node};
use crate::onnx::proto::ModelProto;

const ITEM: [usize; 3] = [2, 4, 4];

/// One block from tensor `from` of `channels` to tensor `to`; returns its channels.
fn block(b: Build, kind: u8, random: &mut Random, from: &str, to: &str, channels: i64) -> (Build, i64) {
    let inner = |part: &str| format!("{to}_{part}");
    let (weights, between) = (inner("w"), inner("between"));
    match kind {
        0 => {
            let convolution = node("Conv", &[from, &weights, &inner("b")], &[to]).ints("pads", &[1; 4]);
            let b = b.constant(random.tensor(&weights, &[3, channels, 3, 3]));
            (b.constant(random.tensor(&inner("b"), &[3])).node(convolution), 3)
        }
        1 => (b.node(node("Relu", &[from], &[to])), channels),
        2 => (b.node(node("Tanh", &[from], &[to])), channels),
        3 => (b.node(node("LeakyRelu", &[from], &[to])), channels),
        4 => {
            let names = ["s", "t", "m", "v"].map(inner);
            let operands = [from, &names[0], &names[1], &names[2], &names[3]];
            let b = names[..3].iter().fold(b, |b, name| b.constant(random.tensor(name, &[channels])));
            let b = b.constant(random.positive(&names[3], &[channels]));
            (b.node(node("BatchNormalization", &operands, &[to])), channels)
        }
        5 => {
            let convolution = node("Conv", &[from, &weights], &[&between]).ints("pads", &[1; 4]);
            let b = b.constant(random.tensor(&weights, &[channels, channels, 3, 3])).node(convolution);
            (b.node(node("Add", &[from, &between], &[to])), channels)
        }
        6 => {
            let pool =
                node("AveragePool", &[from], &[to]).ints("kernel_shape", &[3, 3]).ints("pads", &[1; 4]);
            (b.node(pool), channels)
        }
        7 => {
            let pool = node("MaxPool", &[from], &[to]).ints("kernel_shape", &[3, 3]).ints("pads", &[1; 4]);
            (b.node(pool), channels)
        }
        8 => {
            let b = b.constant(random.tensor(&weights, &[channels, 1, 1]));
            (b.node(node("Mul", &[from, &weights], &[to])), channels)
        }
        9 => {
            let b = b.constant(random.tensor(&weights, &[channels, 1, 1]));
            (b.node(node("Add", &[&weights, from], &[to])), channels)
        }
        10 => {
            let b = b.node(node("Softplus", &[from], &[&between]));
            (b.node(node("Concat", &[from, &between], &[to]).int("axis", 1)), 2 * channels)
        }
        _ => {
            let b = b.node(node("Sigmoid", &[from], &[&between]));
            (b.node(node("Mul", &[from, &between], &[to])), channels)
        }
    }
}

fn graph(kinds: &[u8], dense: bool, seed: u64) -> ModelProto {
    let mut random = Random(seed);
    model(&ITEM, |mut b| {
        let (mut from, mut channels) = ("image".to_owned(), 2);
        for (i, kind) in kinds.iter().enumerate() {
            let to = format!("t{i}");
            (b, channels) = block(b, *kind, &mut random, &from, &to, channels);
            from = to;
        }
        if !dense {
            return b.node(node("Identity", &[&from], &["y"]));
        }
        let size = 16 * channels;
        b.constant(random.tensor("dense", &[size, 3]))
            .constant(random.tensor("bias", &[3]))
            .node(node("Flatten", &[&from], &["flat"]))
            .node(node("Gemm", &["flat", "dense", "bias"], &["y"]))
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn bounds_hold(kinds in prop::collection::vec(0..12_u8, 1..5), dense: bool, seed: u64) {
        let model = graph(&kinds, dense, seed);
        check(&model, &ITEM);
    }
}
