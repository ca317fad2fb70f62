//! Operators that extend a tensor or blank parts of it: Pad, Tile, Trilu.

use super::cause::Cause;
use super::node::Node;
use super::sizes::unknown;
use super::value::{Dim, Element, Value};

/// Pad: nothing may be added to or taken from the batch axis.
pub(super) fn pad(node: &Node<'_>) -> Result<Vec<Value>, Cause> {
    let value = node.only_first_batched()?;
    let Some(batch) = value.batch_axis() else {
        return Ok(vec![unknown(node)]);
    };
    let pads: Vec<Element> = match node.ints("pads") {
        Some(ints) => ints.iter().map(|i| Element::Integer(*i)).collect(),
        None => node.elements(1)?.ok_or(Cause::MissingOperand { index: 1 })?.to_vec(),
    };
    let half = pads.len() / 2;
    let axes: Vec<usize> = match node.integers(3)? {
        Some(axes) => axes.iter().map(|axis| node.axis(0, *axis)).collect::<Result<_, _>>()?,
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
            return Err(Cause::AlongBatch { tensor: node.name(0), axis: batch });
        }
        let Some(dim) = dims.as_mut().and_then(|dims| dims.get_mut(*axis)) else {
            continue;
        };
        *dim = match (*dim, ends) {
            (Dim::Known(n), (Element::Integer(before), Element::Integer(after))) => {
                let size = i128::try_from(n).unwrap_or(i128::MAX);
                let size = size.checked_add(i128::from(before) + i128::from(after));
                size.and_then(|s| usize::try_from(s).ok()).map_or(Dim::Fixed, Dim::Known)
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
        return Err(Cause::AlongBatch { tensor: node.name(0), axis: batch });
    }
    let size = |(dim, repeat): (&Dim, &Element)| match (dim, repeat) {
        (Dim::Known(n), Element::Integer(r)) => {
            usize::try_from(*r).ok().and_then(|r| n.checked_mul(r)).map_or(Dim::Fixed, Dim::Known)
        }
        _ => Dim::Fixed,
    };
    let shape = value.shape.as_ref().map(|dims| dims.iter().zip(repeats).map(size).collect());
    Ok(vec![Value::batched(batch, shape)])
}

/// Trilu: a triangle of the last two axes.
pub(super) fn triangle(node: &Node<'_>) -> Result<Vec<Value>, Cause> {
    let value = node.only_first_batched()?;
    if let Some(axis) = value.batch_axis() {
        let rank = value.rank().ok_or(Cause::UnknownRank { tensor: node.name(0) })?;
        if axis + 2 >= rank {
            return Err(Cause::AlongBatch { tensor: node.name(0), axis });
        }
    }
    Ok(vec![Value { elements: None, ..value.clone() }])
}
