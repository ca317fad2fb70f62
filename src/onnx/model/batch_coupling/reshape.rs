//! Operators that regroup elements: Reshape, Flatten.

use super::cause::Cause;
use super::node::{Node, dims_text, elements_text};
use super::sizes::unknown;
use super::value::{Dim, Element, Value, count};

/// Reshape. Elements keep their row-major order, so the batch stays an axis of its own, at `axis` before and at
/// `target` after, if and only if the sizes before it have the same product before and after, and its size is kept.
pub(super) fn reshape(node: &Node<'_>) -> Result<Vec<Value>, Cause> {
    let value = node.only_first_batched()?;
    let target = node.required(1)?.elements.as_deref();
    let Some(batch) = value.batch_axis() else {
        return Ok(vec![reshape_unbatched(node, value, target)]);
    };
    let Some(target) = target else {
        return Err(Cause::NotConstant { tensor: node.name(1) });
    };
    let refuse =
        || Cause::ReshapeMixes { from: dims_text(value.shape.as_deref()), to: elements_text(target) };
    let copies_zero = node.int("allowzero", 0) == 0;
    let inferred = Element::Integer(-1);
    // Zeros copied from before; a zero that is a size would empty the tensor, and is refused with it.
    let asked: Vec<Element> = target
        .iter()
        .enumerate()
        .map(|(i, e)| match e {
            Element::Integer(0) if copies_zero => {
                let rank_unknown =
                    value.shape.is_none().then_some(if i == batch { Dim::Batch } else { Dim::Fixed });
                let dim = value.shape.as_ref().and_then(|dims| dims.get(i).copied()).or(rank_unknown);
                dim.map(Element::from).ok_or_else(refuse)
            }
            Element::Integer(-1 | 1..) | Element::Batch | Element::Fixed => Ok(*e),
            _ => Err(refuse()),
        })
        .collect::<Result<_, _>>()?;
    if asked.iter().filter(|e| **e == inferred).count() > 1 {
        return Err(refuse());
    }
    let keeps = |position: usize| -> bool {
        let before_alike = prefix_kept(value, batch, &asked, position);
        let size_kept = match asked[position] {
            // The size left over is the batch exactly if the sizes after it keep their product.
            Element::Integer(-1) => {
                let after = value.shape.as_ref().and_then(|dims| product(&dims[batch + 1..]));
                after.is_some() && after == product_of_elements(&asked[position + 1..])
            }
            other => node.is_batch(other),
        };
        before_alike && size_kept
    };
    let position = (0..asked.len()).find(|p| keeps(*p)).ok_or_else(refuse)?;
    if asked.iter().enumerate().any(|(i, e)| i != position && *e == Element::Batch) {
        return Err(refuse());
    }
    let mut dims: Vec<Dim> = asked.iter().map(|e| e.as_dim().unwrap_or(Dim::Fixed)).collect();
    fill_inferred(value, batch, position, &asked, &mut dims);
    Ok(vec![Value::batched(position, Some(dims))])
}

/// Whether the sizes before the batch have the same product before and after.
fn prefix_kept(value: &Value, batch: usize, asked: &[Element], position: usize) -> bool {
    if batch == 0 && position == 0 {
        return true;
    }
    let Some(before) = value.shape.as_ref().and_then(|dims| dims.get(..batch)).and_then(product) else {
        return false;
    };
    product_of_elements(&asked[..position]) == Some(before)
}

/// The size of the axis that the target leaves to be inferred, where it can be told.
fn fill_inferred(value: &Value, batch: usize, position: usize, asked: &[Element], dims: &mut [Dim]) {
    let Some(hole) = asked.iter().position(|e| *e == Element::Integer(-1)) else {
        return;
    };
    if hole == position {
        return;
    }
    dims[hole] = Dim::Fixed;
    let Some(shape) = &value.shape else { return };
    let all: Option<usize> = (|| product(&shape[..batch])?.checked_mul(product(&shape[batch + 1..])?))();
    let others: Option<usize> = asked
        .iter()
        .enumerate()
        .filter(|(i, _)| *i != hole && *i != position)
        .try_fold(1_usize, |p, (_, e)| p.checked_mul(positive(*e)?));
    if let (Some(all), Some(others)) = (all, others)
        && all.is_multiple_of(others)
    {
        dims[hole] = Dim::Known(all / others);
    }
}

fn positive(element: Element) -> Option<usize> {
    match element {
        Element::Integer(n) if n > 0 => usize::try_from(n).ok(),
        _ => None,
    }
}

/// Product of sizes that are known and not zero.
fn product(dims: &[Dim]) -> Option<usize> {
    dims.iter().try_fold(1_usize, |p, dim| match dim {
        Dim::Known(n) if *n > 0 => p.checked_mul(*n),
        _ => None,
    })
}

fn product_of_elements(elements: &[Element]) -> Option<usize> {
    elements.iter().try_fold(1_usize, |p, e| p.checked_mul(positive(*e)?))
}

/// Reshape of a tensor without a batch axis: elements stay as they are.
fn reshape_unbatched(node: &Node<'_>, value: &Value, target: Option<&[Element]>) -> Value {
    let shape = || -> Option<Vec<usize>> {
        let before = value.known_shape()?;
        let all = count(&before)?;
        let copies_zero = node.int("allowzero", 0) == 0;
        let mut shape = Vec::new();
        for (i, element) in target?.iter().enumerate() {
            shape.push(match element {
                Element::Integer(0) if copies_zero => Some(*before.get(i)?),
                Element::Integer(-1) => None,
                other => Some(positive(*other)?),
            });
        }
        let known = count(&shape.iter().copied().flatten().collect::<Vec<_>>())?;
        let rest = all.checked_div(known)?;
        let holes = shape.iter().filter(|s| s.is_none()).count();
        let shape: Vec<usize> = shape.into_iter().map(|s| s.unwrap_or(rest)).collect();
        (holes <= 1 && count(&shape)? == all).then_some(shape)
    };
    match shape() {
        Some(shape) => regrouped(value, &shape),
        None => unknown(node),
    }
}

/// The same elements in another shape of known sizes.
fn regrouped(value: &Value, shape: &[usize]) -> Value {
    match &value.elements {
        Some(elements) => Value::of_elements(shape, elements.clone()),
        None => Value { shape: Some(shape.iter().map(|n| Dim::Known(*n)).collect()), ..value.clone() },
    }
}

/// Flatten to two axes.
pub(super) fn flatten(node: &Node<'_>) -> Result<Vec<Value>, Cause> {
    let value = node.required(0)?;
    let axis = node.int("axis", 1);
    let rank = value.rank();
    // The axis may be the rank itself: everything before it.
    let split = match rank {
        Some(rank) if axis == rank as i64 => rank,
        _ => node.axis(0, axis)?,
    };
    let Some(batch) = value.batch_axis() else {
        let parts =
            value.known_shape().and_then(|dims| Some([count(&dims[..split])?, count(&dims[split..])?]));
        return Ok(vec![parts.map_or_else(|| unknown(node), |parts| regrouped(value, &parts))]);
    };
    let refuse = || Cause::ReshapeMixes {
        from: dims_text(value.shape.as_deref()),
        to: format!("a matrix split at axis {axis}"),
    };
    let size = |dims: &[Dim]| product(dims).map_or(Dim::Fixed, Dim::Known);
    match &value.shape {
        None if batch == 0 && split == 1 => Ok(vec![Value::batched(0, Some(vec![Dim::Batch, Dim::Fixed]))]),
        None => Err(refuse()),
        Some(dims) => {
            let (front, back) = dims.split_at(split);
            let alone = |part: &[Dim]| part.iter().all(|d| matches!(d, Dim::Known(1) | Dim::Batch));
            if batch < split && alone(front) {
                Ok(vec![Value::batched(0, Some(vec![Dim::Batch, size(back)]))])
            } else if batch >= split && alone(back) {
                Ok(vec![Value::batched(1, Some(vec![size(front), Dim::Batch]))])
            } else {
                Err(refuse())
            }
        }
    }
}
