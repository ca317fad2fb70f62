//! The arithmetic by which exporters compute shapes, on elements that may be the size of the batch.

use super::cause::Cause;
use super::elementwise::broadcast_dim;
use super::node::{Node, elements_text};
use super::value::{Dim, Element, MOST_ELEMENTS, Role, Value, count};
use crate::onnx::proto::tensor_proto::DataType;

/// One element of the result of an elementwise operator.
pub(super) fn compute(node: &Node<'_>, operands: &[Element]) -> Element {
    let unknown =
        if operands.iter().any(|e| e.depends_on_batch_size()) { Element::Varying } else { Element::Fixed };
    let truth = |t: bool| Element::Integer(i64::from(t));
    let integer = |value: Option<i64>| value.map_or(unknown, Element::Integer);
    use Element::{Batch, Integer};
    match (node.proto.op_type(), operands) {
        ("Identity", [one]) => *one,
        ("Cast", [one]) => cast(node.int("to", 0), *one).unwrap_or(unknown),
        ("Add" | "Sum", [Integer(a), Integer(b)]) => integer(a.checked_add(*b)),
        ("Sub", [Integer(a), Integer(b)]) => integer(a.checked_sub(*b)),
        ("Mul", [Integer(a), Integer(b)]) => integer(a.checked_mul(*b)),
        // ONNX divides integers towards zero, as Rust does.
        ("Div", [Integer(a), Integer(b)]) => integer(a.checked_div(*b)),
        ("Neg", [Integer(a)]) => integer(a.checked_neg()),
        ("Min", [Integer(a), Integer(b)]) => Integer(*a.min(b)),
        ("Max", [Integer(a), Integer(b)]) => Integer(*a.max(b)),
        ("Equal", [Integer(a), Integer(b)]) => truth(a == b),
        ("Less", [Integer(a), Integer(b)]) => truth(a < b),
        ("Greater", [Integer(a), Integer(b)]) => truth(a > b),
        ("Not", [Integer(a)]) => truth(*a == 0),
        ("And", [Integer(a), Integer(b)]) => truth(*a != 0 && *b != 0),
        ("Or", [Integer(a), Integer(b)]) => truth(*a != 0 || *b != 0),
        // A batch has at least one image.
        ("Equal", [Batch, Integer(a)] | [Integer(a), Batch]) if *a < 1 => truth(false),
        ("Where", [Integer(condition), yes, no]) => *(if *condition != 0 { yes } else { no }),
        ("Add", [Batch, Integer(0)] | [Integer(0), Batch]) | ("Sub", [Batch, Integer(0)]) => Batch,
        ("Mul", [Batch, Integer(1)] | [Integer(1), Batch]) | ("Div", [Batch, Integer(1)]) => Batch,
        ("Max", [Batch, Integer(a)] | [Integer(a), Batch]) if *a <= 1 => Batch,
        _ => unknown,
    }
}

/// A number in another type; `None` where it might not be the same number any more.
fn cast(to: i64, element: Element) -> Option<Element> {
    let to = i32::try_from(to).ok().and_then(|to| DataType::try_from(to).ok())?;
    // Integers up to this are exact in float32.
    const EXACT: i64 = 1 << 24;
    match (to, element) {
        (DataType::Int64, Element::Integer(_)) => Some(element),
        (DataType::Int32, Element::Integer(value)) => i32::try_from(value).ok().map(|_| element),
        (DataType::Bool, Element::Integer(value)) => Some(Element::Integer(i64::from(value != 0))),
        (DataType::Float | DataType::Double, Element::Integer(value))
            if (-EXACT..=EXACT).contains(&value) =>
        {
            Some(Element::Real(value as f64))
        }
        (DataType::Float, Element::Real(value)) => Some(Element::Real(f64::from(value as f32))),
        (DataType::Double, Element::Real(_)) => Some(element),
        (DataType::Int64 | DataType::Int32, Element::Real(value)) if value.abs() <= EXACT as f64 => {
            Some(Element::Integer(value.trunc() as i64))
        }
        (DataType::Int64 | DataType::Int32 | DataType::Float | DataType::Double, Element::Batch) => {
            Some(Element::Batch)
        }
        _ => None,
    }
}

/// Shape: the only place where the size of the batch becomes a number.
pub(super) fn shape(node: &Node<'_>) -> Result<Vec<Value>, Cause> {
    let Some(dims) = &node.required(0)?.shape else {
        return Ok(vec![Value::batch_size()]);
    };
    let rank = dims.len() as i64;
    let clamp = |position: i64| {
        let front = if position < 0 { position.saturating_add(rank) } else { position };
        usize::try_from(front.clamp(0, rank)).unwrap_or(0)
    };
    let (start, end) = (clamp(node.int("start", 0)), clamp(node.int("end", rank)));
    let elements: Vec<Element> = dims.get(start..end).unwrap_or(&[]).iter().map(|d| (*d).into()).collect();
    Ok(vec![Value::of_elements(&[elements.len()], elements)])
}

/// Size: the product of all sizes.
pub(super) fn size(node: &Node<'_>) -> Result<Vec<Value>, Cause> {
    let value = node.required(0)?;
    let known = value.known_shape().and_then(|dims| count(&dims)).and_then(|n| i64::try_from(n).ok());
    let element = match (known, value.role) {
        (Some(count), _) => Element::Integer(count),
        (None, Role::Constant) => Element::Fixed,
        (None, _) => Element::Varying,
    };
    Ok(vec![Value::of_elements(&[], vec![element])])
}

/// The shape that elements describe, and which of its axes is the batch.
pub(super) fn described(node: &Node<'_>, elements: &[Element]) -> Result<(Vec<Dim>, Option<usize>), Cause> {
    let mixed = || Cause::ShapeFromBatchSize { shape: elements_text(elements) };
    let dims: Vec<Dim> = elements
        .iter()
        .map(|e| match e {
            Element::Varying => Err(mixed()),
            other => other.as_dim().ok_or_else(|| Cause::NotConstant { tensor: node.name(1) }),
        })
        .collect::<Result<_, _>>()?;
    let mut batches = (0..dims.len()).filter(|i| dims[*i] == Dim::Batch);
    match (batches.next(), batches.next()) {
        (_, Some(_)) => Err(mixed()),
        (axis, None) => Ok((dims, axis)),
    }
}

/// ConstantOfShape: one constant everywhere, so that every image gets the same.
pub(super) fn constant_of_shape(node: &Node<'_>) -> Result<Vec<Value>, Cause> {
    let Some(elements) = node.required(0)?.elements.as_deref() else {
        return Ok(vec![unknown(node)]);
    };
    let (dims, axis) = described(node, elements)?;
    let value = Value::with_axis(axis, Some(dims));
    let Some(shape) = value.known_shape() else {
        return Ok(vec![value]);
    };
    let filling = node.attribute("value").and_then(|a| a.t.as_ref());
    let element = match filling {
        None => Some(Element::Real(0.0)),
        Some(tensor) => Value::of_tensor(tensor).elements.and_then(|e| e.first().copied()),
    };
    Ok(vec![match (element, count(&shape)) {
        (Some(element), Some(count)) if count <= MOST_ELEMENTS => {
            Value::of_elements(&shape, vec![element; count])
        }
        _ => value,
    }])
}

/// Expand: broadcasting to a shape that is computed.
pub(super) fn expand(node: &Node<'_>) -> Result<Vec<Value>, Cause> {
    let value = node.only_first_batched()?;
    let target = node.required(1)?;
    if value.role == Role::BatchSize {
        return Ok(vec![Value::batch_size()]);
    }
    let (Some(elements), Some(shape)) = (target.elements.as_deref(), value.shape.as_deref()) else {
        if value.batch_axis().is_none() {
            return Ok(vec![unknown(node)]);
        }
        let tensor = node.name(if value.shape.is_none() { 0 } else { 1 });
        return Err(Cause::NotConstant { tensor });
    };
    let (dims, target_axis) = described(node, elements)?;
    let rank = dims.len().max(shape.len());
    let aligned =
        |dims: &[Dim], axis: usize| axis.checked_sub(rank - dims.len()).map_or(Dim::Known(1), |a| dims[a]);
    let own_axis = value.batch_axis().map(|axis| axis + rank - shape.len());
    let target_axis = target_axis.map(|axis| axis + rank - dims.len());
    let axis = match (own_axis, target_axis) {
        // A constant repeated for every image, or only once where it would differ from image to image.
        (None, Some(axis)) if aligned(shape, axis) == Dim::Known(1) => Some(axis),
        (None, Some(_)) => return Err(Cause::DiffersByPosition { tensor: node.name(0) }),
        (Some(own), Some(target)) if own != target => {
            return Err(Cause::ShapeFromBatchSize { shape: elements_text(elements) });
        }
        (Some(own), None) => {
            let element = Element::from(aligned(&dims, own));
            if element != Element::Integer(1) && !node.is_batch(element) {
                return Err(Cause::AlongBatch { tensor: node.name(0), axis: own });
            }
            Some(own)
        }
        (own, _) => own,
    };
    let result = (0..rank).map(|a| broadcast_dim(aligned(shape, a), aligned(&dims, a))).collect();
    Ok(vec![Value::with_axis(axis, Some(result))])
}

/// Range over numbers: positions, which must never meet the images unless they are independent of the batch.
pub(super) fn range(node: &Node<'_>) -> Result<Vec<Value>, Cause> {
    let bound = |index| match node.operand(index).and_then(|v| v.elements.as_deref()) {
        Some([Element::Integer(value)]) => Some(*value),
        _ => None,
    };
    if let (Some(start), Some(end), Some(step)) = (bound(0), bound(1), bound(2)) {
        let most = MOST_ELEMENTS as i128;
        let (start, end, step) = (i128::from(start), i128::from(end), i128::from(step));
        if step != 0 && (end - start) / step <= most {
            let inside = |v: &i128| if step > 0 { *v < end } else { *v > end };
            let elements: Vec<Element> = (0..=most)
                .map(|i| start + i * step)
                .take_while(inside)
                .filter_map(|v| i64::try_from(v).ok())
                .map(Element::Integer)
                .collect();
            return Ok(vec![Value::of_elements(&[elements.len()], elements)]);
        }
    }
    Ok(vec![match node.unbatched_role() {
        Role::Constant => Value::constant(Some(vec![Dim::Fixed])),
        _ => Value::batch_size(),
    }])
}

/// A result computed from constants, or from the size of the batch, of which nothing more is known.
pub(super) fn unknown(node: &Node<'_>) -> Value {
    match node.unbatched_role() {
        Role::Constant => Value::constant(None),
        _ => Value::batch_size(),
    }
}
