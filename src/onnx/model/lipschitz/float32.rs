//! How float32 arithmetic is taken to round (MATHEMATICS 5).
//!
//! One operation is right up to a factor 1 + d, |d| <= u = 2^-24, or, where the result is below the normal range, up
//! to the smallest normal number, so that flushing to zero is covered. Sums may be taken in any order and with fused
//! multiply-add. Neither TensorFloat-32 nor Winograd convolution keeps to this.

use super::growth::Growth;
use super::upward::{Upper, gamma};

/// Unit roundoff of float32, 2^-24.
const UNIT_F32: f64 = f32::EPSILON as f64 / 2.0;

/// The most by which an implementation of exp, tanh, erf and their kind may be off: 2^-20, sixteen roundings, of the
/// larger of 1 and the value. The polynomials in use keep to a few.
pub(super) const ELEMENTARY: f64 = 16.0 * UNIT_F32;

/// The most that a result below the normal range of float32 can lose.
pub(super) const UNDERFLOW: f64 = f32::MIN_POSITIVE as f64;

/// gamma_n of float32.
pub(super) fn gamma_f32(operations: usize) -> Upper {
    gamma(operations, UNIT_F32)
}

/// What underflow can add to a linear map with `outputs` sums of `terms` products, of an input with `inputs` elements
/// and norm at most `input`, where the map's entrywise absolute value has norm at most `absolute`.
pub(super) fn linear_underflow(
    input: Growth,
    inputs: usize,
    outputs: usize,
    terms: usize,
    absolute: Upper,
) -> Growth {
    let smallest = Upper::of(UNDERFLOW);
    let terms = Upper::count(terms);
    // Products and partial sums that are flushed.
    let results =
        Upper::of(2.0) * terms * Upper::count(outputs).sqrt() + absolute * Upper::count(inputs).sqrt();
    // Weights that are flushed: a matrix of outputs x terms entries, each at most the smallest normal number.
    let weights = (Upper::count(outputs) * terms).sqrt();
    input.times(smallest * weights) + Growth::constant(smallest * results)
}
