//! Operators that take parts of tensors or put them together: Concat, Split, Slice, Gather, Pad, Tile, Trilu.

use super::cause::Cause;
use super::node::Node;
use super::sizes::unknown;
use super::value::{Dim, Element, Role, Value};

/// Entries `indices` along `axis` of elements in row-major order.
fn take(dims: &[usize], elements: &[Element], axis: usize, indices: &[usize]) -> Option<Vec<Element>> {
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
    let Some(first) = node
        .operands
        .iter()
        .position(|v| v.is_some_and(|v| v.batch_axis().is_some()))
    else {
        return Ok(vec![concat_unbatched(node, axis)]);
    };
    let axis = node.free_axis(first, axis)?;
    let batch = node.required(first)?.batch_axis();
    for index in 0..node.operands.len() {
        let value = node.required(index)?;
        match value.batch_axis() {
            // A constant as long as the batch: its entries belong to positions in the batch.
            None => {
                return Err(Cause::DiffersByPosition {
                    tensor: node.name(index),
                });
            }
            own if own != batch => {
                return Err(Cause::BatchesCross {
                    first: node.name(first),
                    second: node.name(index),
                });
            }
            _ => {}
        }
    }
    let shapes: Option<Vec<&Vec<Dim>>> = node.operands.iter().flatten().map(|v| v.shape.as_ref()).collect();
    let shape = shapes.and_then(|shapes| {
        let mut dims = shapes.first()?.to_vec();
        let sizes = shapes.iter().map(|s| s.get(axis));
        let mut total = sizes.map(|d| {
            if let Some(Dim::Known(n)) = d {
                Some(*n)
            } else {
                None
            }
        });
        let total = total.try_fold(0_usize, |sum, size| sum.checked_add(size?));
        *dims.get_mut(axis)? = total.map_or(Dim::Fixed, Dim::Known);
        Some(dims)
    });
    Ok(vec![Value::with_axis(batch, shape)])
}

/// Concat of vectors of sizes.
fn concat_unbatched(node: &Node<'_>, axis: i64) -> Value {
    let vectors = node
        .operands
        .iter()
        .all(|v| v.is_some_and(|v| v.rank() == Some(1)));
    if !vectors || !matches!(axis, 0 | -1) {
        return unknown(node);
    }
    let parts: Option<Vec<Vec<Element>>> = node
        .operands
        .iter()
        .flatten()
        .map(|v| v.elements_or_fixed())
        .collect();
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

/// One axis of a Slice, as stated.
struct Cut {
    axis: usize,
    start: Element,
    end: Element,
    step: i64,
}

/// Slice.
pub(super) fn slice(node: &Node<'_>) -> Result<Vec<Value>, Cause> {
    let value = node.only_first_batched()?;
    if value.batch_axis().is_none() && value.rank().is_none() {
        return Ok(vec![unknown(node)]);
    }
    let cuts = match cuts(node) {
        Err(_) if value.batch_axis().is_none() => return Ok(vec![unknown(node)]),
        cuts => cuts?,
    };
    for cut in &cuts {
        let whole = cut.start == Element::Integer(0)
            && cut.step == 1
            && matches!(cut.end, Element::Integer(end) if end >= i64::from(i32::MAX));
        if value.batch_axis() == Some(cut.axis) && !whole {
            return Err(Cause::AlongBatch {
                tensor: node.name(0),
                axis: cut.axis,
            });
        }
    }
    let mut dims = value.shape.clone();
    let mut followed = value.elements.clone().zip(value.known_shape());
    for cut in cuts.iter().filter(|cut| value.batch_axis() != Some(cut.axis)) {
        let Some(dim) = dims.as_mut().and_then(|dims| dims.get_mut(cut.axis)) else {
            continue;
        };
        let selected = if let Dim::Known(size) = *dim {
            selected(cut, size)
        } else {
            None
        };
        *dim = selected
            .as_ref()
            .map_or(Dim::Fixed, |selection| Dim::Known(selection.length));
        followed = followed
            .zip(selected)
            .and_then(|((elements, mut shape), selection)| {
                let indices = selection.indices()?;
                let elements = take(&shape, &elements, cut.axis, &indices)?;
                shape[cut.axis] = indices.len();
                Some((elements, shape))
            });
    }
    Ok(vec![match (followed, value.role) {
        (Some((elements, shape)), _) => Value::of_elements(&shape, elements),
        (None, Role::BatchSize) => Value::batch_size(),
        (None, _) => Value::with_axis(value.batch_axis(), dims),
    }])
}

/// Starts, ends, axes and steps: attributes before operator set 10, operands since.
fn cuts(node: &Node<'_>) -> Result<Vec<Cut>, Cause> {
    let attribute = |name| {
        node.ints(name)
            .map(|i| i.iter().map(|v| Element::Integer(*v)).collect::<Vec<_>>())
    };
    let required = |index: usize| {
        let elements = node.elements(index)?.ok_or(Cause::MissingOperand { index })?;
        Ok::<_, Cause>(elements.to_vec())
    };
    let old = node.opset < 10;
    let missing = |index: usize| Cause::MissingOperand { index };
    let starts = if old {
        attribute("starts").ok_or(missing(1))?
    } else {
        required(1)?
    };
    let ends = if old {
        attribute("ends").ok_or(missing(2))?
    } else {
        required(2)?
    };
    let axes = if old {
        node.ints("axes").map(<[i64]>::to_vec)
    } else {
        node.integers(3)?
    };
    let steps = if old { None } else { node.integers(4)? };
    let axes = axes.unwrap_or_else(|| (0..starts.len() as i64).collect());
    let steps = steps.unwrap_or_else(|| vec![1; starts.len()]);
    if [ends.len(), axes.len(), steps.len()] != [starts.len(); 3] {
        return Err(Cause::MissingOperand { index: 1 });
    }
    (0..starts.len())
        .map(|i| {
            Ok(Cut {
                axis: node.axis(0, axes[i])?,
                start: starts[i],
                end: ends[i],
                step: steps[i],
            })
        })
        .collect()
}

/// Entries `start`, `start + step`, ... of an axis.
struct Selection {
    start: i128,
    step: i128,
    length: usize,
}

impl Selection {
    fn indices(&self) -> Option<Vec<usize>> {
        (0..self.length as i128)
            .map(|i| usize::try_from(self.start + i * self.step).ok())
            .collect()
    }
}

/// Which entries of an axis a cut takes, by ONNX's rules for negative and outlying bounds.
fn selected(cut: &Cut, size: usize) -> Option<Selection> {
    let (Element::Integer(start), Element::Integer(end)) = (cut.start, cut.end) else {
        return None;
    };
    let size = i128::try_from(size).ok()?;
    let step = i128::from(cut.step);
    let front = |bound: i64| {
        if bound < 0 {
            i128::from(bound) + size
        } else {
            i128::from(bound)
        }
    };
    let (start, distance) = if step > 0 {
        let start = front(start).clamp(0, size);
        (start, front(end).clamp(0, size) - start)
    } else {
        let start = front(start).clamp(0, (size - 1).max(0));
        (start, start - front(end).clamp(-1, (size - 1).max(-1)))
    };
    let steps = if size == 0 { 0 } else { distance.max(0) };
    let length = (steps + step.abs() - 1).checked_div(step.abs())?;
    Some(Selection {
        start,
        step,
        length: usize::try_from(length).ok()?,
    })
}

/// Gather: entries of the data, by constant indices, or by indices that each image computes for itself.
pub(super) fn gather(node: &Node<'_>) -> Result<Vec<Value>, Cause> {
    let (data, indices) = (node.required(0)?, node.required(1)?);
    if data.batch_axis().is_some() && indices.batch_axis().is_some() {
        return Err(Cause::BatchesCross {
            first: node.name(0),
            second: node.name(1),
        });
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
            let rank = indices
                .rank()
                .ok_or(Cause::UnknownRank { tensor: node.name(1) })?;
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
        let indices: Vec<usize> = indices
            .elements
            .as_ref()?
            .iter()
            .map(index)
            .collect::<Option<_>>()?;
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
            return Err(Cause::DiffersByPosition {
                tensor: node.name(index),
            });
        }
        if own != batch {
            return Err(Cause::BatchesCross {
                first: node.name(0),
                second: node.name(index),
            });
        }
    }
    let shaped_like = node.required(if node.proto.op_type() == "GatherElements" {
        1
    } else {
        0
    })?;
    Ok(vec![Value {
        elements: None,
        ..shaped_like.clone()
    }])
}

/// Pad: nothing may be added to or taken from the batch axis.
pub(super) fn pad(node: &Node<'_>) -> Result<Vec<Value>, Cause> {
    let value = node.only_first_batched()?;
    let Some(batch) = value.batch_axis() else {
        return Ok(vec![unknown(node)]);
    };
    let pads: Vec<Element> = match node.ints("pads") {
        Some(ints) => ints.iter().map(|i| Element::Integer(*i)).collect(),
        None => node
            .elements(1)?
            .ok_or(Cause::MissingOperand { index: 1 })?
            .to_vec(),
    };
    let half = pads.len() / 2;
    let axes: Vec<usize> = match node.integers(3)? {
        Some(axes) => axes
            .iter()
            .map(|axis| node.axis(0, *axis))
            .collect::<Result<_, _>>()?,
        None => (0..half).collect(),
    };
    if pads.len() != 2 * axes.len()
        || node.operand(3).is_none() && value.rank().is_some_and(|rank| rank != half)
    {
        return Err(Cause::NotConstant { tensor: node.name(1) });
    }
    let mut dims = value.shape.clone();
    for (i, axis) in axes.iter().enumerate() {
        let ends = (pads[i], pads[i + half]);
        if *axis == batch && ends != (Element::Integer(0), Element::Integer(0)) {
            return Err(Cause::AlongBatch {
                tensor: node.name(0),
                axis: batch,
            });
        }
        let Some(dim) = dims.as_mut().and_then(|dims| dims.get_mut(*axis)) else {
            continue;
        };
        *dim = match (*dim, ends) {
            (Dim::Known(n), (Element::Integer(before), Element::Integer(after))) => {
                let size = i128::try_from(n).unwrap_or(i128::MAX);
                let size = size.checked_add(i128::from(before) + i128::from(after));
                size.and_then(|s| usize::try_from(s).ok())
                    .map_or(Dim::Fixed, Dim::Known)
            }
            _ => Dim::Fixed,
        };
    }
    Ok(vec![Value::batched(batch, dims)])
}

/// Tile: the batch axis must not be repeated.
pub(super) fn tile(node: &Node<'_>) -> Result<Vec<Value>, Cause> {
    let value = node.only_first_batched()?;
    let Some(batch) = value.batch_axis() else {
        return Ok(vec![unknown(node)]);
    };
    let repeats = node.elements(1)?.ok_or(Cause::MissingOperand { index: 1 })?;
    if repeats.get(batch) != Some(&Element::Integer(1)) {
        return Err(Cause::AlongBatch {
            tensor: node.name(0),
            axis: batch,
        });
    }
    let size = |(dim, repeat): (&Dim, &Element)| match (dim, repeat) {
        (Dim::Known(n), Element::Integer(r)) => usize::try_from(*r)
            .ok()
            .and_then(|r| n.checked_mul(r))
            .map_or(Dim::Fixed, Dim::Known),
        _ => Dim::Fixed,
    };
    let shape = value
        .shape
        .as_ref()
        .map(|dims| dims.iter().zip(repeats).map(size).collect());
    Ok(vec![Value::batched(batch, shape)])
}

/// Trilu: a triangle of the last two axes.
pub(super) fn triangle(node: &Node<'_>) -> Result<Vec<Value>, Cause> {
    let value = node.only_first_batched()?;
    if let Some(axis) = value.batch_axis() {
        let rank = value.rank().ok_or(Cause::UnknownRank { tensor: node.name(0) })?;
        if axis + 2 >= rank {
            return Err(Cause::AlongBatch {
                tensor: node.name(0),
                axis,
            });
        }
    }
    Ok(vec![Value {
        elements: None,
        ..value.clone()
    }])
}
