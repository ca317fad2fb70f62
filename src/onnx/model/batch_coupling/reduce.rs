//! Operators along one or several axes: reductions, soft maxima, normalisation over trailing axes.

use super::cause::Cause;
use super::elementwise::broadcast;
use super::node::Node;
use super::sizes::unknown;
use super::value::{Dim, Value};

/// Softmax, LogSoftmax, Hardmax. Before operator set 13 they flattened: everything from the axis on was one.
pub(super) fn softmax(node: &Node<'_>) -> Result<Vec<Value>, Cause> {
    let value = node.required(0)?;
    let Some(batch) = value.batch_axis() else {
        return Ok(vec![value.clone()]);
    };
    if node.opset >= 13 {
        node.free_axis(0, node.int("axis", -1))?;
    } else if node.axis(0, node.int("axis", 1))? <= batch {
        return Err(Cause::AlongBatch { tensor: node.name(0), axis: batch });
    }
    Ok(vec![value.clone()])
}

/// Operators along one axis that keep the shape: CumSum (the axis is operand 1), LpNormalization.
pub(super) fn along_axis(node: &Node<'_>) -> Result<Vec<Value>, Cause> {
    let value = node.only_first_batched()?;
    if value.batch_axis().is_some() {
        let axis = match node.proto.op_type() {
            "CumSum" => match node.integers(1)?.as_deref() {
                Some([axis]) => *axis,
                _ => return Err(Cause::NotConstant { tensor: node.name(1) }),
            },
            _ => node.int("axis", -1),
        };
        node.free_axis(0, axis)?;
    }
    Ok(vec![Value { elements: None, ..value.clone() }])
}

/// ArgMax and ArgMin.
pub(super) fn arg_max(node: &Node<'_>) -> Result<Vec<Value>, Cause> {
    let value = node.required(0)?;
    let axis = node.free_axis(0, node.int("axis", 0))?;
    Ok(vec![reduced(value, &[axis], node.int("keepdims", 1) != 0)])
}

/// TopK: values and indices along an axis.
pub(super) fn top_k(node: &Node<'_>) -> Result<Vec<Value>, Cause> {
    let value = node.only_first_batched()?;
    let axis = node.free_axis(0, node.int("axis", -1))?;
    let shape = value.shape.as_ref().map(|dims| {
        let mut dims = dims.clone();
        dims[axis] = Dim::Fixed;
        dims
    });
    let result = Value::with_axis(value.batch_axis(), shape);
    Ok(vec![result.clone(), result])
}

/// The reductions; the axes are an attribute in old operator sets and operand 1 in new ones.
pub(super) fn reduce(node: &Node<'_>) -> Result<Vec<Value>, Cause> {
    let value = node.only_first_batched()?;
    let stated = match node.integers_or_attribute(1, "axes") {
        Err(_) if value.batch_axis().is_none() => return Ok(vec![unknown(node)]),
        stated => stated?.unwrap_or_default(),
    };
    let keep = node.int("keepdims", 1) != 0;
    if stated.is_empty() {
        return match value.batch_axis() {
            _ if node.int("noop_with_empty_axes", 0) != 0 => {
                Ok(vec![Value { elements: None, ..value.clone() }])
            }
            Some(axis) => Err(Cause::AlongBatch { tensor: node.name(0), axis }),
            None => Ok(vec![unknown(node)]),
        };
    }
    if value.batch_axis().is_none() && value.rank().is_none() {
        return Ok(vec![unknown(node)]);
    }
    let axes: Vec<usize> = stated.iter().map(|axis| node.free_axis(0, *axis)).collect::<Result<_, _>>()?;
    Ok(vec![reduced(value, &axes, keep)])
}

/// The value with some axes, none of them the batch, reduced to size 1 or removed.
fn reduced(value: &Value, axes: &[usize], keep: bool) -> Value {
    let entry = |(axis, dim): (usize, &Dim)| match (axes.contains(&axis), keep) {
        (false, _) => Some(*dim),
        (true, true) => Some(Dim::Known(1)),
        (true, false) => None,
    };
    let shape = value.shape.as_ref().map(|dims| dims.iter().enumerate().filter_map(entry).collect());
    let axis = value.batch_axis().map(|batch| match keep {
        true => batch,
        false => batch - (0..batch).filter(|axis| axes.contains(axis)).count(),
    });
    Value::with_axis(axis, shape)
}

/// MeanVarianceNormalization, which takes its statistics over the batch too unless told otherwise.
pub(super) fn mean_variance(node: &Node<'_>) -> Result<Vec<Value>, Cause> {
    let value = node.required(0)?;
    for axis in node.ints("axes").unwrap_or(&[0, 2, 3]) {
        node.free_axis(0, *axis)?;
    }
    Ok(vec![value.clone()])
}

/// LayerNormalization and RMSNormalization: statistics over all axes from `axis` on.
pub(super) fn layer_normalisation(node: &Node<'_>) -> Result<Vec<Value>, Cause> {
    let value = node.only_first_batched()?;
    let Some(batch) = value.batch_axis() else {
        return Ok(vec![value.clone()]);
    };
    if node.axis(0, node.int("axis", -1))? <= batch {
        return Err(Cause::AlongBatch { tensor: node.name(0), axis: batch });
    }
    let result = broadcast(node, &[0, 1, 2])?;
    let statistics = Value::batched(batch, value.rank().map(|rank| vec![Dim::Fixed; rank]));
    Ok(vec![result, statistics.clone(), statistics])
}
