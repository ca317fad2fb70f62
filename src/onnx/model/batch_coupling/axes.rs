//! Operators that add, remove or reorder axes: Unsqueeze, Squeeze, Transpose.

use super::cause::Cause;
use super::node::{Node, normalised};
use super::sizes::unknown;
use super::value::{Dim, Element, Value};

/// Axes stated by attribute or operand 1, counted from the front of a tensor of the given rank, in order.
fn stated_axes(node: &Node<'_>, rank: Option<usize>) -> Result<Option<Vec<usize>>, Cause> {
    let Some(axes) = node.integers_or_attribute(1, "axes")? else {
        return Ok(None);
    };
    let front = |axis: &i64| {
        let tensor = node.name(0);
        let missing = if rank.is_none() {
            Cause::UnknownRank { tensor }
        } else {
            Cause::NoSuchAxis { tensor, axis: *axis }
        };
        normalised(*axis, rank).ok_or(missing)
    };
    let mut axes: Vec<usize> = axes.iter().map(front).collect::<Result<_, _>>()?;
    axes.sort_unstable();
    match axes.windows(2).find(|pair| pair[0] == pair[1]) {
        Some(pair) => Err(Cause::NoSuchAxis { tensor: node.name(0), axis: pair[0] as i64 }),
        None => Ok(Some(axes)),
    }
}

/// Unsqueeze: new axes of size 1.
pub(super) fn unsqueeze(node: &Node<'_>) -> Result<Vec<Value>, Cause> {
    let value = node.only_first_batched()?;
    let added = node.integers_or_attribute(1, "axes")?.map_or(0, |axes| axes.len());
    let axes = stated_axes(node, value.rank().map(|rank| rank + added))?
        .ok_or(Cause::MissingOperand { index: 1 })?;
    let shape = value.shape.as_ref().map(|dims| {
        let mut result = dims.clone();
        axes.iter().for_each(|axis| result.insert((*axis).min(result.len()), Dim::Known(1)));
        result
    });
    let moved =
        value.batch_axis().map(|batch| axes.iter().fold(batch, |b, axis| if *axis <= b { b + 1 } else { b }));
    Ok(vec![reordered(value, moved, shape, value.elements.clone())])
}

/// Squeeze: axes of size 1 removed.
pub(super) fn squeeze(node: &Node<'_>) -> Result<Vec<Value>, Cause> {
    let value = node.only_first_batched()?;
    let axes = match (stated_axes(node, value.rank())?, value.batch_axis()) {
        (Some(axes), _) => axes,
        // All axes of size 1 go: a batch of one image would lose its axis.
        (None, Some(axis)) => {
            return Err(Cause::AlongBatch { tensor: node.name(0), axis });
        }
        (None, None) => match value.known_shape() {
            Some(dims) => (0..dims.len()).filter(|i| dims[*i] == 1).collect(),
            None => return Ok(vec![unknown(node)]),
        },
    };
    if let Some(axis) = value.batch_axis().filter(|batch| axes.contains(batch)) {
        return Err(Cause::AlongBatch { tensor: node.name(0), axis });
    }
    let left = |dims: &Vec<Dim>| {
        let kept = dims.iter().enumerate().filter(|(i, _)| !axes.contains(i));
        kept.map(|(_, d)| *d).collect()
    };
    let moved = value.batch_axis().map(|batch| batch - axes.iter().filter(|axis| **axis < batch).count());
    Ok(vec![reordered(value, moved, value.shape.as_ref().map(left), value.elements.clone())])
}

/// Transpose.
pub(super) fn transpose(node: &Node<'_>) -> Result<Vec<Value>, Cause> {
    let value = node.required(0)?;
    let order: Vec<usize> = match (node.ints("perm"), value.rank()) {
        (Some(order), _) => {
            let invalid = |axis: i64| Cause::NoSuchAxis { tensor: node.name(0), axis };
            let order: Vec<usize> = order
                .iter()
                .map(|a| usize::try_from(*a).map_err(|_| invalid(*a)))
                .collect::<Result<_, _>>()?;
            let mut sorted = order.clone();
            sorted.sort_unstable();
            if let Some((i, _)) = sorted.iter().enumerate().find(|(i, axis)| i != *axis) {
                return Err(invalid(i as i64));
            }
            if value.rank().is_some_and(|rank| rank != order.len()) {
                return Err(invalid(order.len() as i64));
            }
            order
        }
        (None, Some(rank)) => (0..rank).rev().collect(),
        (None, None) if value.batch_axis().is_none() => return Ok(vec![unknown(node)]),
        (None, None) => return Err(Cause::UnknownRank { tensor: node.name(0) }),
    };
    let moved = match value.batch_axis() {
        None => None,
        Some(batch) => {
            let found = order.iter().position(|axis| *axis == batch);
            Some(found.ok_or(Cause::NoSuchAxis { tensor: node.name(0), axis: batch as i64 })?)
        }
    };
    let shape = value.shape.as_ref().map(|dims| order.iter().map(|axis| dims[*axis]).collect());
    let elements = value.elements.as_ref().zip(value.known_shape()).map(|(elements, dims)| {
        let strides: Vec<usize> = (0..dims.len()).map(|i| dims[i + 1..].iter().product()).collect();
        let result: Vec<usize> = order.iter().map(|axis| dims[*axis]).collect();
        let source = |mut flat: usize| {
            let mut index = 0;
            for (size, axis) in result.iter().zip(&order).rev() {
                index += flat % size * strides[*axis];
                flat /= size;
            }
            elements[index]
        };
        (0..elements.len()).map(source).collect()
    });
    Ok(vec![reordered(value, moved, shape, elements)])
}

/// The same tensor with its axes regrouped.
fn reordered(
    value: &Value,
    axis: Option<usize>,
    shape: Option<Vec<Dim>>,
    elements: Option<Vec<Element>>,
) -> Value {
    match axis {
        Some(axis) => Value::batched(axis, shape),
        None => Value { role: value.role, shape, elements },
    }
}
