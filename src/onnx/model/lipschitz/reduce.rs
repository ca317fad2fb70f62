//! Reductions over axes, and pooling over whole images, which is one.

use super::linear_map::LinearMap;
use super::live::{Layer, Live};
use super::node::Node;
use super::obstacle::Obstacle;
use super::upward::Upper;

/// Number of elements that each result is made of. Axes are never looked at: each element goes into one result, and
/// all results are made of equally many.
fn reduced(node: &Node<'_>) -> Result<usize, Obstacle> {
    let (input, output) = (node.input_count(0)?, node.output_count(0)?);
    match input.checked_div(output) {
        Some(each) if each > 0 && each * output == input => Ok(each),
        _ => Err(node.shape_obstacle(0)),
    }
}

/// A sum of n elements each, times `factor`.
fn summed(node: &Node<'_>, each: usize, norm: Upper) -> Result<Live, Obstacle> {
    Ok(node.only_live()?.then(&Layer {
        map: LinearMap::Norm(norm),
        absolute: norm,
        bias: Upper::ZERO,
        terms: each,
        roundings: each.saturating_add(1),
        elements: (node.input_count(0)?, node.output_count(0)?),
    }))
}

/// ReduceSum: n ones have norm sqrt(n).
pub(super) fn sum(node: &Node<'_>) -> Result<Live, Obstacle> {
    let each = reduced(node)?;
    summed(node, each, Upper::count(each).sqrt())
}

/// ReduceMean and GlobalAveragePool: n entries 1/n have norm 1/sqrt(n).
pub(super) fn mean(node: &Node<'_>) -> Result<Live, Obstacle> {
    let each = reduced(node)?;
    let norm = if each == 1 { Upper::ONE } else { Upper::rounded(1.0 / each as f64).sqrt() };
    summed(node, each, norm)
}

/// ReduceMax, ReduceMin and GlobalMaxPool: the windows do not overlap, and nothing is rounded.
pub(super) fn extremum(node: &Node<'_>) -> Result<Live, Obstacle> {
    reduced(node)?;
    Ok(Live::from(node.only_live()?.bound()))
}
