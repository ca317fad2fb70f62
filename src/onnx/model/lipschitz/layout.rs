//! Operators that move elements, leave some out, or repeat them. None of them rounds.

use std::collections::HashMap;

use super::arithmetic::flushed;
use super::float32::gamma_f32;
use super::linear_map::LinearMap;
use super::live::{Bound, Layer, Live};
use super::node::{Node, Tensor};
use super::obstacle::Obstacle;
use super::upward::{Upper, euclidean};
use crate::onnx::proto::tensor_proto::DataType;

/// Identity, and Dropout outside of training.
pub(super) fn same(node: &Node<'_>) -> Result<Live, Obstacle> {
    Ok(node.only_live()?.clone())
}

/// Reshape and its kind: all elements, each once.
pub(super) fn moved(node: &Node<'_>) -> Result<Live, Obstacle> {
    let live = node.only_live()?;
    if node.input_count(0)? != node.output_count(0)? {
        return Err(node.shape_obstacle(0));
    }
    Ok(Live::from(live.bound()))
}

/// Slice, Split, Trilu: some elements, each at most once in all outputs together.
pub(super) fn parts(node: &Node<'_>) -> Result<Vec<Tensor>, Obstacle> {
    let bound = node.only_live()?.bound();
    Ok(vec![Tensor::Live(Live::from(bound)); node.proto.output.len()])
}

/// Expand, Tile: all elements, each equally often.
pub(super) fn repetition(node: &Node<'_>) -> Result<Live, Obstacle> {
    let bound = node.only_live()?.bound();
    let (input, output) = (node.input_count(0)?, node.output_count(0)?);
    if input == 0 || !output.is_multiple_of(input) {
        return Err(node.shape_obstacle(0));
    }
    Ok(Live::from(bound.times(Upper::count(output / input).sqrt())))
}

/// Concat. Constants may be among the parts.
pub(super) fn concat(node: &Node<'_>) -> Result<Live, Obstacle> {
    let bound = |index: usize| match node.operand(index) {
        Some(Tensor::Live(live)) => Ok(live.bound()),
        _ => Ok(Bound::constant(euclidean(node.constant(index)?.values.iter().copied()))),
    };
    let bounds = (0..node.operands.len()).map(bound).collect::<Result<Vec<_>, _>>()?;
    Ok(Live::from(Bound::joined(&bounds)))
}

/// Gather by constant indices: the norm is the root of how often the most frequent index occurs.
pub(super) fn gather(node: &Node<'_>) -> Result<Live, Obstacle> {
    let bound = node.only_live()?.bound();
    let axis = node.axis(node.int("axis", 0))?;
    let size = node.input_shape(0)?[axis];
    let indices = node.integers(1)?.ok_or(Obstacle::MissingOperand { index: 1 })?;
    let front = |index: i64| if index < 0 { index.checked_add_unsigned(size as u64) } else { Some(index) };
    let repeats = most_frequent(indices.into_iter().filter_map(front));
    Ok(Live::from(bound.times(Upper::count(repeats).sqrt())))
}

fn most_frequent(entries: impl Iterator<Item = i64>) -> usize {
    let mut times = HashMap::new();
    for entry in entries {
        *times.entry(entry).or_insert(0) += 1;
    }
    times.into_values().max().unwrap_or(0)
}

/// Pad: constants beside the elements, or elements once more.
pub(super) fn pad(node: &Node<'_>) -> Result<Live, Obstacle> {
    let live = node.only_live()?;
    let mode = node.text("mode", "constant");
    if mode == "constant" {
        return padded_by_constant(node, live);
    }
    let shape = node.input_shape(0)?;
    let stated = node.integers_or_attribute(1, "pads")?.ok_or(Obstacle::MissingOperand { index: 1 })?;
    let axes: Vec<usize> = match node.integers(3)? {
        Some(axes) => axes.iter().map(|axis| node.axis(*axis)).collect::<Result<_, _>>()?,
        None => (0..shape.len()).collect(),
    };
    if stated.len() != 2 * axes.len() {
        return Err(node.attribute_obstacle("pads", format!("{stated:?}")));
    }
    // The map is the tensor product of one for each axis, which repeats some entries.
    let mut repeats = Upper::ONE;
    for (at, axis) in axes.iter().enumerate() {
        let pads = (stated[at], stated[at + axes.len()]);
        let most = most_frequent(sources(node, &mode, shape[*axis], pads)?.into_iter());
        repeats = repeats * Upper::count(most);
    }
    Ok(Live::from(live.bound().times(repeats.sqrt())))
}

fn padded_by_constant(node: &Node<'_>, live: &Live) -> Result<Live, Obstacle> {
    let value = match node.operand(2) {
        Some(_) => node.constant(2)?.values.first().copied().unwrap_or(0.0),
        // An attribute before operator set 11.
        None => node.float("value", 0.0),
    };
    let output = node.output_count(0)?;
    let norm = Upper::of(value) * Upper::count(output).sqrt();
    // Entries may be shifted, so that what is joined with the map before could meet the wrong ones.
    Ok(Live::from(live.bound()).then(&Layer {
        map: LinearMap::IDENTITY,
        absolute: Upper::ONE,
        bias: norm,
        terms: 0,
        roundings: 0,
        elements: (node.input_count(0)?, output),
    }))
}

/// Which entry of an axis of a given size each entry of the padded axis repeats.
fn sources(node: &Node<'_>, mode: &str, size: usize, pads: (i64, i64)) -> Result<Vec<i64>, Obstacle> {
    const MOST: i64 = 1 << 24;
    let size = i64::try_from(size).unwrap_or(0);
    let (before, after) = pads;
    let refused = || node.attribute_obstacle("pads", format!("[{before}, {after}] of {size} entries"));
    if before == 0 && after == 0 {
        return Ok((0..size).collect());
    }
    if size == 0 || before < 0 || after < 0 || before.max(after).max(size) > MOST {
        return Err(refused());
    }
    let source = |at: i64| match mode {
        "edge" => Some(at.clamp(0, size - 1)),
        "wrap" => Some(at.rem_euclid(size)),
        // Without the edge itself: a period of 2 (size - 1).
        "reflect" if size == 1 => Some(0),
        "reflect" => {
            let at = at.rem_euclid(2 * (size - 1));
            Some(at.min(2 * (size - 1) - at))
        }
        _ => None,
    };
    let entries: Option<Vec<i64>> = (-before..size + after).map(source).collect();
    entries.ok_or_else(|| node.attribute_obstacle("mode", mode.to_owned()))
}

/// Cast between the floating-point types that numbers survive.
pub(super) fn cast(node: &Node<'_>) -> Result<Live, Obstacle> {
    let live = node.only_live()?;
    let to = node.int("to", 0);
    let data_type = i32::try_from(to).ok().and_then(|to| DataType::try_from(to).ok());
    match data_type {
        Some(DataType::Float) => {
            let bound = live.bound();
            let rounding = (bound.norm + bound.error).times(gamma_f32(1));
            let error = bound.error + rounding + flushed(node.output_count(0)?);
            Ok(Live::from(Bound { error, ..bound }))
        }
        Some(DataType::Double) => Ok(live.clone()),
        Some(other) => Err(Obstacle::Cast { to: other.as_str_name().to_lowercase() }),
        None => Err(Obstacle::Cast { to: to.to_string() }),
    }
}
