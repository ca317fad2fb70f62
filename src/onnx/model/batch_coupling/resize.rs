//! Resize and Upsample: interpolation, with a scale for every axis that must be 1 for the batch.

use super::cause::Cause;
use super::node::Node;
use super::sizes::unknown;
use super::value::{Dim, Element, Value};

/// Resize and Upsample of all operator sets from 7 on.
pub(super) fn resize(node: &Node<'_>) -> Result<Vec<Value>, Cause> {
    let value = node.only_first_batched()?;
    let Some(batch) = value.batch_axis() else {
        return Ok(vec![unknown(node)]);
    };
    refuse_attributes(node)?;
    let (scales, sizes) = stated(node)?;
    let axes: Option<Vec<usize>> = match node.ints("axes") {
        Some(axes) => Some(axes.iter().map(|axis| node.axis(0, *axis)).collect::<Result<_, _>>()?),
        None => None,
    };
    let stated_for = |elements: &[Element], axis: usize| match &axes {
        Some(axes) => axes.iter().position(|a| *a == axis).and_then(|i| elements.get(i).copied()),
        None => elements.get(axis).copied(),
    };
    let untouched = axes.as_ref().is_some_and(|axes| !axes.contains(&batch));
    let (elements, are_sizes) = match (&scales, &sizes) {
        (Some(scales), _) => (scales, false),
        (None, Some(sizes)) => (sizes, true),
        (None, None) => return Err(Cause::MissingOperand { index: 2 }),
    };
    let kept = match stated_for(elements, batch) {
        Some(Element::Real(scale)) => !are_sizes && scale == 1.0,
        Some(size) => are_sizes && node.is_batch(size),
        None => untouched,
    };
    if !kept {
        return Err(Cause::AlongBatch { tensor: node.name(0), axis: batch });
    }
    let size = |(axis, dim): (usize, &Dim)| match (stated_for(elements, axis), *dim) {
        (None, dim) => dim,
        (Some(element), _) if are_sizes && stretches(node) => element.as_dim().unwrap_or(Dim::Fixed),
        (Some(Element::Real(scale)), Dim::Known(n)) => scaled(n, scale),
        _ => Dim::Fixed,
    };
    let shape = value.shape.as_ref().map(|dims| dims.iter().enumerate().map(size).collect());
    Ok(vec![Value::batched(batch, shape)])
}

/// The elements of an operand that may be left out.
type Operand = Option<Vec<Element>>;

/// Scales and sizes, by operator set.
fn stated(node: &Node<'_>) -> Result<(Operand, Operand), Cause> {
    if let Some(attribute) = node.attribute("scales") {
        return Ok((Some(attribute.floats.iter().map(|s| Element::Real((*s).into())).collect()), None));
    }
    let nonempty = |index| Ok(node.elements(index)?.filter(|e| !e.is_empty()).map(<[Element]>::to_vec));
    if node.opset < 11 || node.proto.op_type() == "Upsample" {
        return Ok((nonempty(1)?, None));
    }
    Ok((nonempty(2)?, nonempty(3)?))
}

fn stretches(node: &Node<'_>) -> bool {
    node.text("keep_aspect_ratio_policy", "stretch") == "stretch"
}

/// Ways of interpolating that do not leave an axis of scale 1 alone.
fn refuse_attributes(node: &Node<'_>) -> Result<(), Cause> {
    let mode = node.text("coordinate_transformation_mode", "half_pixel");
    if matches!(mode.as_str(), "tf_crop_and_resize" | "tf_half_pixel_for_nn") {
        return Err(Cause::Attribute { attribute: "coordinate_transformation_mode", value: mode });
    }
    if !stretches(node) {
        let value = node.text("keep_aspect_ratio_policy", "stretch");
        return Err(Cause::Attribute { attribute: "keep_aspect_ratio_policy", value });
    }
    Ok(())
}

/// A size times a scale, where there is nothing to round.
fn scaled(size: usize, scale: f64) -> Dim {
    let product = size as f64 * scale;
    if scale >= 1.0 && scale.fract() == 0.0 && product < (1_u64 << 24) as f64 {
        Dim::Known(product as usize)
    } else {
        Dim::Fixed
    }
}
