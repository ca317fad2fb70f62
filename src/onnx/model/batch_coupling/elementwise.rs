//! Operators that work element by element, with ONNX's multidirectional (NumPy) broadcasting.

use super::cause::Cause;
use super::node::Node;
use super::value::{Dim, Role, Value, count};
use super::{sizes, value::Element};

/// The result of broadcasting the operands at `indices` against each other.
pub(super) fn broadcast(node: &Node<'_>, indices: &[usize]) -> Result<Value, Cause> {
    let operands: Vec<(usize, &Value)> =
        indices.iter().filter_map(|i| node.operand(*i).map(|value| (*i, value))).collect();
    let batched: Vec<(usize, &Value)> =
        operands.iter().copied().filter(|(_, v)| v.batch_axis().is_some()).collect();
    let Some(&(first, first_value)) = batched.first() else {
        return Ok(unbatched(node, &operands));
    };
    let others_are_scalars =
        operands.iter().all(|(i, v)| *i == first || v.is_scalar() && v.batch_axis().is_none());
    if others_are_scalars {
        return Ok(first_value.clone());
    }
    let from_end = axis_from_end(node, first, first_value)?;
    for &(index, value) in &operands {
        let Some(rank) = value.rank() else {
            return Err(Cause::UnknownRank { tensor: node.name(index) });
        };
        if value.batch_axis().is_some() {
            if axis_from_end(node, index, value)? != from_end {
                return Err(Cause::BatchesCross { first: node.name(first), second: node.name(index) });
            }
        } else if let Some(axis) = rank.checked_sub(from_end) {
            let meets = value.shape.as_ref().and_then(|dims| dims.get(axis));
            if meets != Some(&Dim::Known(1)) {
                return Err(Cause::DiffersByPosition { tensor: node.name(index) });
            }
        }
    }
    let shape = broadcast_shape(operands.iter().map(|(_, value)| *value));
    let rank = shape.as_ref().map_or(0, Vec::len);
    Ok(Value::batched(rank - from_end, shape))
}

/// The batch axis counted from the end, 1 for the last, as broadcasting aligns axes.
fn axis_from_end(node: &Node<'_>, index: usize, value: &Value) -> Result<usize, Cause> {
    match (value.rank(), value.batch_axis()) {
        (Some(rank), Some(axis)) if axis < rank => Ok(rank - axis),
        _ => Err(Cause::UnknownRank { tensor: node.name(index) }),
    }
}

fn unbatched(node: &Node<'_>, operands: &[(usize, &Value)]) -> Value {
    let values: Vec<&Value> = operands.iter().map(|(_, v)| *v).collect();
    let shape = broadcast_shape(values.iter().copied());
    if let Some(elements) = elementwise_elements(node, &values, shape.as_deref()) {
        return elements;
    }
    match node.unbatched_role() {
        Role::Constant => Value::constant(shape),
        _ => Value::batch_size(),
    }
}

/// The elements of a result where those of the operands are followed and of one shape, or single.
fn elementwise_elements(node: &Node<'_>, values: &[&Value], shape: Option<&[Dim]>) -> Option<Value> {
    let dims: Vec<usize> =
        shape?.iter().map(|d| if let Dim::Known(n) = d { Some(*n) } else { None }).collect::<Option<_>>()?;
    let size = count(&dims)?;
    let operands: Vec<Vec<Element>> = values.iter().map(|v| v.elements_or_fixed()).collect::<Option<_>>()?;
    if operands.iter().any(|o| o.len() != 1 && o.len() != size) {
        return None;
    }
    let at = |i: usize| operands.iter().map(|o| o[if o.len() == 1 { 0 } else { i }]).collect::<Vec<_>>();
    let elements = (0..size).map(|i| sizes::compute(node, &at(i))).collect();
    Some(Value::of_elements(&dims, elements))
}

/// The shape that shapes broadcast to; `None` if the rank of one is unknown.
fn broadcast_shape<'a>(values: impl Iterator<Item = &'a Value>) -> Option<Vec<Dim>> {
    let shapes: Vec<&Vec<Dim>> = values.map(|v| v.shape.as_ref()).collect::<Option<_>>()?;
    let rank = shapes.iter().map(|s| s.len()).max().unwrap_or(0);
    let dim = |axis: usize| {
        let meeting = shapes.iter().filter_map(|s| axis.checked_sub(rank - s.len()).map(|a| s[a]));
        meeting.fold(Dim::Known(1), broadcast_dim)
    };
    Some((0..rank).map(dim).collect())
}

/// The size of an axis where two of them meet.
pub(super) fn broadcast_dim(a: Dim, b: Dim) -> Dim {
    match (a, b) {
        (Dim::Known(1), other) | (other, Dim::Known(1)) => other,
        (Dim::Batch, _) | (_, Dim::Batch) => Dim::Batch,
        (Dim::Known(a), Dim::Known(b)) if a == b => Dim::Known(a),
        // Not 1, so the other is 1 or the same.
        (Dim::Known(n), Dim::Fixed) | (Dim::Fixed, Dim::Known(n)) => Dim::Known(n),
        _ => Dim::Fixed,
    }
}

/// Elementwise operators: all operands broadcast.
pub(super) fn elementwise(node: &Node<'_>) -> Result<Vec<Value>, Cause> {
    let all: Vec<usize> = (0..node.operands.len()).collect();
    Ok(vec![broadcast(node, &all)?])
}

/// Cast, Identity and their kind: the first operand, whose elements keep their meaning.
pub(super) fn same(node: &Node<'_>) -> Result<Vec<Value>, Cause> {
    let value = node.required(0)?;
    let mut result = value.clone();
    if let Some(elements) = &value.elements {
        let shape = value.known_shape().unwrap_or_default();
        let elements = elements.iter().map(|e| sizes::compute(node, &[*e])).collect();
        result = Value::of_elements(&shape, elements);
    }
    Ok(vec![result])
}

/// Dropout outside of training: the identity, and a mask of ones.
pub(super) fn dropout(node: &Node<'_>) -> Result<Vec<Value>, Cause> {
    node.only_batched(&[0])?;
    let value = node.required(0)?;
    let mask = Value { elements: None, ..value.clone() };
    Ok(vec![value.clone(), mask])
}

/// QuantizeLinear and DequantizeLinear.
pub(super) fn quantise(node: &Node<'_>) -> Result<Vec<Value>, Cause> {
    let value = node.only_first_batched()?;
    if let Some(batch) = value.batch_axis() {
        let block_size = node.int("block_size", 0);
        if block_size != 0 {
            return Err(Cause::Attribute { attribute: "block_size", value: block_size.to_string() });
        }
        // One scale for each entry of an axis: along the batch, images would be treated by their position.
        for index in [1, 2] {
            if node.operand(index).is_some_and(|scale| !scale.is_scalar())
                && node.axis(0, node.int("axis", 1))? == batch
            {
                return Err(Cause::DiffersByPosition { tensor: node.name(index) });
            }
        }
    }
    Ok(vec![Value { elements: None, ..value.clone() }])
}
