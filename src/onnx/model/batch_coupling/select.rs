//! Operators that take parts of tensors or put them together: Concat, Split, Gather.

use super::cause::Cause;
use super::node::Node;
use super::sizes::unknown;
use super::value::{Dim, Element, Role, Value};

/// Entries `indices` along `axis` of elements in row-major order.
pub(super) fn take(
    dims: &[usize],
    elements: &[Element],
    axis: usize,
    indices: &[usize],
) -> Option<Vec<Element>> {
    let inner: usize = dims[axis + 1..].iter().product();
    let outer: usize = dims[..axis].iter().product();
    let mut result = Vec::with_capacity(outer * indices.len() * inner);
    for block in 0..outer {
        for index in indices {
            let start = (block * dims[axis] + index) * inner;
            result.extend_from_slice(elements.get(start..start + inner)?);
        }
    }
    Some(result)
}

/// Concat.
pub(super) fn concat(node: &Node<'_>) -> Result<Vec<Value>, Cause> {
    let axis = node.int("axis", 1);
    let Some(first) = node.operands.iter().position(|v| v.is_some_and(|v| v.batch_axis().is_some())) else {
        return Ok(vec![concat_unbatched(node, axis)]);
    };
    let axis = node.free_axis(first, axis)?;
    let batch = node.required(first)?.batch_axis();
    for index in 0..node.operands.len() {
        let value = node.required(index)?;
        match value.batch_axis() {
            // A constant as long as the batch: its entries belong to positions in the batch.
            None => {
                return Err(Cause::DiffersByPosition { tensor: node.name(index) });
            }
            own if own != batch => {
                return Err(Cause::BatchesCross { first: node.name(first), second: node.name(index) });
            }
            _ => {}
        }
    }
    let shapes: Option<Vec<&Vec<Dim>>> = node.operands.iter().flatten().map(|v| v.shape.as_ref()).collect();
    let shape = shapes.and_then(|shapes| {
        let mut dims = shapes.first()?.to_vec();
        let sizes = shapes.iter().map(|s| s.get(axis));
        let mut total = sizes.map(|d| if let Some(Dim::Known(n)) = d { Some(*n) } else { None });
        let total = total.try_fold(0_usize, |sum, size| sum.checked_add(size?));
        *dims.get_mut(axis)? = total.map_or(Dim::Fixed, Dim::Known);
        Some(dims)
    });
    Ok(vec![Value::with_axis(batch, shape)])
}

/// Concat of vectors of sizes.
fn concat_unbatched(node: &Node<'_>, axis: i64) -> Value {
    let vectors = node.operands.iter().all(|v| v.is_some_and(|v| v.rank() == Some(1)));
    if !vectors || !matches!(axis, 0 | -1) {
        return unknown(node);
    }
    let parts: Option<Vec<Vec<Element>>> =
        node.operands.iter().flatten().map(|v| v.elements_or_fixed()).collect();
    match parts {
        Some(parts) => {
            let elements = parts.concat();
            Value::of_elements(&[elements.len()], elements)
        }
        None => unknown(node),
    }
}

/// Split.
pub(super) fn split(node: &Node<'_>) -> Result<Vec<Value>, Cause> {
    let value = node.only_first_batched()?;
    let outputs = node.proto.output.len();
    if value.batch_axis().is_none() && value.rank().is_none() {
        return Ok(vec![unknown(node); outputs]);
    }
    let axis = node.free_axis(0, node.int("axis", 0))?;
    // The same part of every image, whatever the sizes are.
    let sizes = node.integers_or_attribute(1, "split").unwrap_or(None);
    let part = |index: usize| {
        let shape = value.shape.as_ref().map(|dims| {
            let stated = sizes.as_ref().and_then(|s| usize::try_from(*s.get(index)?).ok());
            let equal = match dims[axis] {
                Dim::Known(n)
                    if sizes.is_none() && node.operand(1).is_none() && n.is_multiple_of(outputs.max(1)) =>
                {
                    Some(n / outputs.max(1))
                }
                _ => None,
            };
            let mut dims = dims.clone();
            dims[axis] = stated.or(equal).map_or(Dim::Fixed, Dim::Known);
            dims
        });
        match value.role {
            Role::BatchSize => Value::batch_size(),
            _ => Value::with_axis(value.batch_axis(), shape),
        }
    };
    Ok((0..outputs).map(part).collect())
}

/// Gather: entries of the data, by constant indices, or by indices that each image computes for itself.
pub(super) fn gather(node: &Node<'_>) -> Result<Vec<Value>, Cause> {
    let (data, indices) = (node.required(0)?, node.required(1)?);
    if data.batch_axis().is_some() && indices.batch_axis().is_some() {
        return Err(Cause::BatchesCross { first: node.name(0), second: node.name(1) });
    }
    if !node.any_batched() && data.rank().is_none() {
        return Ok(vec![unknown(node)]);
    }
    let axis = node.free_axis(0, node.int("axis", 0))?;
    let shape = data
        .shape
        .as_ref()
        .zip(indices.shape.as_ref())
        .map(|(data, indices)| [&data[..axis], indices.as_slice(), &data[axis + 1..]].concat());
    let batch = match (data.batch_axis(), indices.batch_axis()) {
        (Some(batch), _) if batch < axis => Some(batch),
        (Some(batch), _) => {
            let rank = indices.rank().ok_or(Cause::UnknownRank { tensor: node.name(1) })?;
            Some(batch - 1 + rank)
        }
        (None, Some(batch)) => Some(axis + batch),
        (None, None) => return Ok(vec![gather_elements_of_shape(node, data, indices, axis, shape)]),
    };
    Ok(vec![Value::with_axis(batch, shape)])
}

/// Gather without images: the way a size is picked from a shape.
fn gather_elements_of_shape(
    node: &Node<'_>,
    data: &Value,
    indices: &Value,
    axis: usize,
    shape: Option<Vec<Dim>>,
) -> Value {
    let followed = || {
        let dims = data.known_shape()?;
        let size = i64::try_from(*dims.get(axis)?).ok()?;
        let index = |e: &Element| match e {
            Element::Integer(i) if (-size..size).contains(i) => usize::try_from(i.rem_euclid(size)).ok(),
            _ => None,
        };
        let indices: Vec<usize> = indices.elements.as_ref()?.iter().map(index).collect::<Option<_>>()?;
        let elements = take(&dims, data.elements.as_ref()?, axis, &indices)?;
        let known = |d: &Dim| if let Dim::Known(n) = d { Some(*n) } else { None };
        let shape: Vec<usize> = shape.as_ref()?.iter().map(known).collect::<Option<_>>()?;
        Some(Value::of_elements(&shape, elements))
    };
    followed().unwrap_or_else(|| match node.unbatched_role() {
        Role::Constant => Value::constant(shape.clone()),
        _ => Value::batch_size(),
    })
}

/// GatherElements and ScatterElements, when all operands carry the batch on the same axis.
pub(super) fn by_element(node: &Node<'_>) -> Result<Vec<Value>, Cause> {
    node.free_axis(0, node.int("axis", 0))?;
    let batch = node.required(0)?.batch_axis();
    for index in 0..node.operands.len() {
        let own = node.required(index)?.batch_axis();
        if own.is_none() {
            return Err(Cause::DiffersByPosition { tensor: node.name(index) });
        }
        if own != batch {
            return Err(Cause::BatchesCross { first: node.name(0), second: node.name(index) });
        }
    }
    let shaped_like = node.required(if node.proto.op_type() == "GatherElements" { 1 } else { 0 })?;
    Ok(vec![Value { elements: None, ..shaped_like.clone() }])
}
