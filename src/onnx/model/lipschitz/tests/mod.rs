//! Bounds against a reference evaluator: never below what it reaches, and close where a bound can be close.

mod convolutions;
mod evaluate;
mod evaluate_images;
mod evaluate_layout;
mod graphs;
mod number;
mod operators;
mod products;
mod refusals;
mod rounding;
mod shipped;

use self::evaluate::evaluate;
use self::number::Array;
use super::{EncoderBound, bound};
use crate::onnx::model::testing::{Build, float_tensor};
use crate::onnx::proto::{ModelProto, TensorProto};

/// Numbers between -1 and 1 (SplitMix64).
#[derive(Debug)]
struct Random(u64);

impl Random {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
    }

    fn tensor(&mut self, name: &str, dims: &[i64]) -> TensorProto {
        let count = dims.iter().product::<i64>();
        let values: Vec<f32> = (0..count).map(|_| self.next() as f32).collect();
        float_tensor(name, dims, &values)
    }

    /// A tensor of positive numbers.
    fn positive(&mut self, name: &str, dims: &[i64]) -> TensorProto {
        let count = dims.iter().product::<i64>();
        let values: Vec<f32> = (0..count).map(|_| self.next() as f32 * 0.4 + 0.6).collect();
        float_tensor(name, dims, &values)
    }

    /// An input with values of float32.
    fn input(&mut self, shape: &[usize], size: f64) -> Array<f64> {
        Array::build(shape, |_| f64::from((size * self.next()) as f32))
    }
}

/// What was found of a model.
struct Found {
    bound: f64,
    /// The largest stretch that the reference evaluator reached.
    reached: f64,
}

impl Found {
    /// Relative looseness.
    fn looseness(&self) -> f64 {
        self.bound / self.reached - 1.0
    }
}

/// A model with input `image` of dims `item` and output `y`, made by `nodes`.
fn model(item: &[usize], nodes: impl FnOnce(Build) -> Build) -> ModelProto {
    let item: Vec<String> = item.iter().map(ToString::to_string).collect();
    let dims: Vec<&str> = std::iter::once("batch").chain(item.iter().map(String::as_str)).collect();
    nodes(Build::new(&dims)).output("y", None).model()
}

/// Checks the bounds of a model from all sides.
fn check(model: &ModelProto, item: &[usize]) -> Found {
    let bound = bound(model, "image", item).unwrap_or_else(|error| panic!("{error}"));
    let mut random = Random(7);
    let shape = [&[1], item].concat();
    let mut reached: f64 = 0.0;
    for size in [0.1, 1.0, 3.0] {
        let x = random.input(&shape, size);
        reached = reached.max(stretch(model, &x));
        let far = random.input(&shape, size);
        let distance = evaluate(model, &x).distance(&evaluate(model, &far));
        reached = reached.max(distance / x.distance(&far));
        check_rounding(model, &bound, &x);
    }
    // Finite differences are right to about eight digits.
    assert!(bound.lipschitz >= reached * (1.0 - 1e-7), "bound {} below {reached}", bound.lipschitz);
    Found { bound: bound.lipschitz, reached }
}

fn check_rounding(model: &ModelProto, bound: &EncoderBound, x: &Array<f64>) {
    let exact = evaluate(model, x);
    let rounded: Array<f64> = evaluate(model, &x.converted::<f32>()).converted();
    let error = exact.distance(&rounded);
    let allowed = bound.rounding(x.norm());
    assert!(allowed.is_finite() && error <= allowed, "error {error} above {allowed}");
}

/// The norm of the Jacobian at x, by central differences and power iteration.
fn stretch(model: &ModelProto, x: &Array<f64>) -> f64 {
    const STEP: f64 = 1e-5;
    let columns: Vec<Vec<f64>> = (0..x.data.len())
        .map(|i| {
            let moved = |step: f64| {
                let mut x = x.clone();
                x.data[i] += step;
                evaluate(model, &x)
            };
            let (up, down) = (moved(STEP), moved(-STEP));
            up.data.iter().zip(&down.data).map(|(a, b)| (a - b) / (2.0 * STEP)).collect()
        })
        .collect();
    largest_singular_value(&columns)
}

/// By power iteration; never above the truth by more than rounding.
fn largest_singular_value(columns: &[Vec<f64>]) -> f64 {
    let norm = |v: &[f64]| v.iter().map(|v| v * v).sum::<f64>().sqrt();
    let mut random = Random(11);
    let mut x: Vec<f64> = columns.iter().map(|_| random.next()).collect();
    let mut reached = 0.0;
    for _ in 0..200 {
        let size = norm(&x);
        if size == 0.0 {
            return 0.0;
        }
        x.iter_mut().for_each(|x| *x /= size);
        let mut y = vec![0.0; columns[0].len()];
        for (column, x) in columns.iter().zip(&x) {
            y.iter_mut().zip(column).for_each(|(y, entry)| *y += entry * x);
        }
        reached = norm(&y);
        x = columns.iter().map(|column| column.iter().zip(&y).map(|(a, b)| a * b).sum()).collect();
    }
    reached
}
