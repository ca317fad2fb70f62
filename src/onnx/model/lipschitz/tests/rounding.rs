//! Rounding of float32 in evaluations that differ from the plain one, and inputs that bring out the worst of it.

use proptest::prelude::*;

use super::{Random, bound, evaluate, model};
use crate::onnx::model::testing::{Build, float_tensor, node};

/// A long sum, whose rounding grows with its length and is far from zero in float32.
#[test]
fn long_sums_stay_within_their_bound_and_not_far_below() {
    const LENGTH: usize = 4096;
    let sum = model(&[LENGTH], |b| {
        let ones = float_tensor("w", &[LENGTH as i64, 1], &[1.0; LENGTH]);
        b.constant(ones).node(node("MatMul", &["image", "w"], &["y"]))
    });
    let allowed = bound(&sum, "image", &[LENGTH]).unwrap();
    let tenth = f64::from(0.1_f32);
    let x = super::number::Array::new(&[1, LENGTH], vec![tenth; LENGTH]);
    let rounded = evaluate(&sum, &x.converted::<f32>()).data[0];
    let error = (f64::from(rounded) - evaluate(&sum, &x).data[0]).abs();
    assert!(error > 0.0 && error <= allowed.rounding(x.norm()));
    // n u |w| |x|, that is 4096^2 2^-24 0.1, and hardly more.
    assert!(allowed.rounding(x.norm()) < 1.01 * 0.1 * (LENGTH * LENGTH) as f64 / f64::from(1 << 24));
}

/// Cancellation: the sums are large, the result is small, and the error is that of the sums.
#[test]
fn cancellation_is_covered() {
    let difference = |b: Build| {
        b.constant(float_tensor("w", &[2, 2], &[1.0, 3.0, -1.0, -3.0]))
            .node(node("MatMul", &["image", "w"], &["m"]))
            .node(node("Tanh", &["m"], &["y"]))
    };
    let difference = model(&[2], difference);
    let allowed = bound(&difference, "image", &[2]).unwrap();
    let mut random = Random(4);
    for _ in 0..200 {
        let mut x = random.input(&[1, 2], 1000.0);
        x.data[1] = f64::from(x.data[0] as f32 + 0.1);
        let rounded = evaluate(&difference, &x.converted::<f32>()).converted::<f64>();
        assert!(evaluate(&difference, &x).distance(&rounded) <= allowed.rounding(x.norm()));
    }
}

/// Results below the normal range of float32, where rounding is no longer relative.
#[test]
fn underflow_is_covered() {
    let tiny = model(&[2], |b| {
        b.constant(float_tensor("w", &[2, 2], &[1e-25, 3e-30, -2e-28, 1.1e-25])).node(node(
            "MatMul",
            &["image", "w"],
            &["y"],
        ))
    });
    let allowed = bound(&tiny, "image", &[2]).unwrap();
    let mut random = Random(5);
    for _ in 0..100 {
        let x = random.input(&[1, 2], 1e-18);
        let exact = evaluate(&tiny, &x);
        let rounded = evaluate(&tiny, &x.converted::<f32>()).converted::<f64>();
        let allowed = allowed.rounding(x.norm());
        assert!(exact.distance(&rounded) <= allowed);
        // Flushing the result to zero altogether is allowed, too.
        let flushed = exact.map(|y| if y.abs() < f64::from(f32::MIN_POSITIVE) { 0.0 } else { y });
        assert!(exact.distance(&flushed) <= allowed);
    }
}

/// The same sum in float32, added up in an order drawn at random, starting from the bias or ending with it, with the
/// scale after it folded into the weights or not.
fn evaluated(weights: &[f32], scale: f32, bias: f32, x: &[f32], random: &mut Random) -> f32 {
    let (folds, bias_first, fused) = (random.next() > 0.0, random.next() > 0.0, random.next() > 0.0);
    let factor = if folds { scale } else { 1.0 };
    let mut terms: Vec<(f32, f32)> = weights.iter().map(|w| w * factor).zip(x.iter().copied()).collect();
    terms.sort_by_key(|(w, _)| (w.to_bits() as u64).wrapping_mul(random.0 | 1));
    let bias = bias * factor;
    let start = if bias_first { bias } else { 0.0 };
    let sum = terms.iter().fold(start, |sum, (w, x)| if fused { w.mul_add(*x, sum) } else { w * x + sum });
    let sum = if bias_first { sum } else { sum + bias };
    if folds { sum } else { sum * scale }
}

proptest! {
    #[test]
    fn any_order_is_covered(seed: u64, length in 1..60_usize) {
        let mut random = Random(seed);
        let weights = random.tensor("w", &[length as i64, 1]);
        let (values, bias, scale) = (weights.float_data.clone(), random.next() as f32, random.next() as f32);
        let layer = model(&[length], |b| {
            b.constant(weights)
                .constant(float_tensor("b", &[1], &[bias]))
                .constant(float_tensor("s", &[1], &[scale]))
                .node(node("Gemm", &["image", "w", "b"], &["g"]))
                .node(node("Mul", &["g", "s"], &["y"]))
        });
        let allowed = bound(&layer, "image", &[length]).unwrap();
        let x = random.input(&[1, length], 1.0);
        let exact = evaluate(&layer, &x).data[0];
        let input = x.converted::<f32>();
        for _ in 0..20 {
            let rounded = f64::from(evaluated(&values, scale, bias, &input.data, &mut random));
            prop_assert!((rounded - exact).abs() <= allowed.rounding(x.norm()));
        }
    }
}
