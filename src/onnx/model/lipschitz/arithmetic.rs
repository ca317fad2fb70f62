//! Sums, products with constants, and extrema, element by element with broadcasting.

use std::rc::Rc;

use super::activation;
use super::constant::Constant;
use super::float32::{UNDERFLOW, gamma_f32};
use super::growth::Growth;
use super::linear_map::{LinearMap, Scale};
use super::live::{Bound, Layer, Live};
use super::node::{Node, Tensor};
use super::obstacle::Obstacle;
use super::upward::{UNIT_F64, Upper, euclidean, gamma};

/// The root of how often broadcasting repeats each element of an operand, which is the norm of the repetition.
fn repetition(node: &Node<'_>, index: usize) -> Result<Upper, Obstacle> {
    let (input, output) = (node.input_count(index)?, node.output_count(0)?);
    if input == 0 || !output.is_multiple_of(input) {
        return Err(node.shape_obstacle(index));
    }
    Ok(Upper::count(output / input).sqrt())
}

/// Bounds the norm of a constant operand once it is broadcast.
fn constant_norm(node: &Node<'_>, index: usize) -> Result<Upper, Obstacle> {
    let norm = euclidean(node.constant(index)?.values.iter().copied());
    Ok(norm * repetition(node, index)?)
}

/// Operands that depend on the image.
fn live_operands<'a>(node: &Node<'a>) -> Vec<(usize, &'a Live)> {
    let live = |(index, tensor): (usize, &Option<&'a Tensor>)| match tensor {
        Some(Tensor::Live(live)) => Some((index, live)),
        _ => None,
    };
    node.operands.iter().enumerate().filter_map(live).collect()
}

fn constant_operands(node: &Node<'_>) -> Vec<usize> {
    let constant = |index: &usize| !matches!(node.operand(*index), Some(Tensor::Live(_)) | None);
    (0..node.operands.len()).filter(constant).collect()
}

/// Add, Sub, Sum. Signs matter to no bound.
pub(super) fn sum(node: &Node<'_>) -> Result<Live, Obstacle> {
    let norms = constant_operands(node).into_iter().map(|index| constant_norm(node, index));
    let constants = norms.collect::<Result<Vec<_>, _>>()?.into_iter().sum();
    let live = live_operands(node);
    let additions = node.operands.len().saturating_sub(1);
    if let [(index, live)] = live[..] {
        let repetition = repetition(node, index)?;
        return Ok(live.then(&Layer {
            map: LinearMap::Norm(repetition),
            absolute: repetition,
            bias: constants,
            terms: 0,
            roundings: additions,
            elements: (node.input_count(index)?, node.output_count(0)?),
        }));
    }
    // The sum may go on from the sum of terms that a layer before it ends with, so its roundings count as well.
    let roundings = live.iter().map(|(_, live)| live.roundings()).fold(additions, usize::saturating_add);
    let mut bounds = vec![Bound {
        error: Growth::constant(constants * gamma_f32(roundings)),
        ..Bound::constant(constants)
    }];
    for (index, live) in live {
        bounds.push(live.bound_after(roundings).times(repetition(node, index)?));
    }
    Ok(Live::from(Bound {
        lipschitz: bounds.iter().map(|bound| bound.lipschitz).sum(),
        norm: bounds.iter().map(|bound| bound.norm).sum(),
        error: bounds.iter().map(|bound| bound.error).sum(),
    }))
}

/// Max, Min: |max(a, b) - max(a', b')| <= max(|a - a'|, |b - b'|), element by element, and nothing is rounded.
pub(super) fn extremum(node: &Node<'_>) -> Result<Live, Obstacle> {
    let largest = node.proto.op_type() == "Max";
    let mut bounds = Vec::new();
    for index in constant_operands(node) {
        // max(x, c) is x, or c beyond 0, or c between x and 0: a limit that is never reached adds nothing.
        let beyond_zero = |c: &f64| if largest { c.max(0.0) } else { c.min(0.0) };
        let norm = euclidean(node.constant(index)?.values.iter().map(beyond_zero));
        bounds.push(Bound::constant(norm * repetition(node, index)?));
    }
    for (index, live) in live_operands(node) {
        bounds.push(live.bound().times(repetition(node, index)?));
    }
    Ok(Live::from(Bound::joined(&bounds)))
}

/// Neg.
pub(super) fn negation(node: &Node<'_>) -> Result<Live, Obstacle> {
    Ok(Live::from(node.only_live()?.bound()))
}

/// Mul.
pub(super) fn multiplication(node: &Node<'_>) -> Result<Live, Obstacle> {
    match live_operands(node)[..] {
        [(index, live)] => {
            let factors = node.constant(1 - index.min(1))?;
            scale(node, live, index, factors, factors.values.to_vec(), Upper::ZERO)
        }
        _ => activation::gated(node)
            .unwrap_or_else(|| Err(Obstacle::ProductOfLive { first: node.name(0), second: node.name(1) })),
    }
}

/// Div by a constant.
pub(super) fn division(node: &Node<'_>) -> Result<Live, Obstacle> {
    match live_operands(node)[..] {
        [(0, live)] => {
            let divisors = node.constant(1)?;
            let factors: Vec<f64> = divisors.values.iter().map(|divisor| 1.0 / divisor).collect();
            if factors.iter().any(|factor| !factor.is_finite()) {
                return Err(Obstacle::NotFinite { tensor: node.name(1) });
            }
            scale(node, live, 0, divisors, factors, gamma(1, UNIT_F64))
        }
        [_] => Err(Obstacle::Steep),
        _ => Err(Obstacle::ProductOfLive { first: node.name(0), second: format!("1/{}", node.name(1)) }),
    }
}

/// Operand `index` times factors that have the shape of `constant`.
fn scale(
    node: &Node<'_>,
    live: &Live,
    index: usize,
    constant: &Constant,
    factors: Vec<f64>,
    relative: Upper,
) -> Result<Live, Obstacle> {
    let rank = node.output_shape(0)?.len();
    let repetition = repetition(node, index)?;
    let axis = constant.only_axis_from_end().map(|axis| axis.and_then(|from_end| rank.checked_sub(from_end)));
    let largest = factors.iter().fold(Upper::ZERO, |most, factor| most.max(Upper::of(*factor)));
    let norm = largest * (Upper::ONE + relative) * repetition;
    let map = match axis {
        Some(axis) if repetition == Upper::ONE => {
            LinearMap::Scale(Rc::new(Scale { axis, factors, relative }))
        }
        // Factors that vary along several axes join with nothing.
        _ => LinearMap::Norm(norm),
    };
    Ok(live.then(&Layer {
        map,
        absolute: norm,
        bias: Upper::ZERO,
        terms: 1,
        // The product, or a reciprocal and the product.
        roundings: 2,
        elements: (node.input_count(index)?, node.output_count(0)?),
    }))
}

/// What flushing results to zero may lose in a tensor of so many elements.
pub(super) fn flushed(elements: usize) -> Growth {
    Growth::constant(Upper::of(UNDERFLOW) * Upper::count(elements).sqrt())
}
