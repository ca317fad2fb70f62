//! Matrix products.

use super::cause::Cause;
use super::elementwise::broadcast_dim;
use super::node::Node;
use super::sizes::unknown;
use super::value::{Dim, Value};

/// Which operand of a product, as seen from its axes.
#[derive(Clone, Copy, PartialEq)]
enum Side {
    Left,
    Right,
}

/// MatMul and its quantised kin, whose matrices are operands `left` and `right`.
pub(super) fn matrix_product(node: &Node<'_>, left: usize, right: usize) -> Result<Vec<Value>, Cause> {
    node.only_batched(&[left, right])?;
    let (a, b) = (node.required(left)?, node.required(right)?);
    check_quantisation(node, left, right)?;
    let (Some(rank_a), Some(rank_b)) = (a.rank(), b.rank()) else {
        if !node.any_batched() {
            return Ok(vec![unknown(node)]);
        }
        return Err(Cause::UnknownRank { tensor: node.name(if a.rank().is_none() { left } else { right }) });
    };
    let contracted_a = rank_a.checked_sub(1).ok_or(Cause::UnknownRank { tensor: node.name(left) })?;
    let contracted_b = rank_b.checked_sub(if rank_b == 1 { 1 } else { 2 });
    let contracted_b = contracted_b.ok_or(Cause::UnknownRank { tensor: node.name(right) })?;
    for (index, value, contracted) in [(left, a, contracted_a), (right, b, contracted_b)] {
        if value.batch_axis() == Some(contracted) {
            return Err(Cause::SumsOverBatch { tensor: node.name(index), axis: contracted });
        }
    }
    let (a_dims, b_dims) = (matrix_dims(a, Side::Left), matrix_dims(b, Side::Right));
    // Both as matrices with stacking axes in front, aligned at the end.
    let stack = a_dims.len().max(b_dims.len()) - 2;
    let place = |value: &Value, side: Side, dims: usize| {
        let added = usize::from(side == Side::Left && value.rank() == Some(1));
        value.batch_axis().map(|axis| axis + added + (stack + 2 - dims))
    };
    let (place_a, place_b) = (place(a, Side::Left, a_dims.len()), place(b, Side::Right, b_dims.len()));
    let aligned = |dims: &[Dim], axis: usize| {
        (axis + dims.len()).checked_sub(stack + 2).map_or(Dim::Known(1), |a| dims[a])
    };
    let axis = match (place_a, place_b) {
        (None, None) => None,
        (Some(axis), Some(other)) if axis != other || axis >= stack => {
            return Err(Cause::BatchesCross { first: node.name(left), second: node.name(right) });
        }
        (Some(axis), Some(_)) => Some(axis),
        (Some(axis), None) if axis < stack && aligned(&b_dims, axis) != Dim::Known(1) => {
            return Err(Cause::DiffersByPosition { tensor: node.name(right) });
        }
        (None, Some(axis)) if axis < stack && aligned(&a_dims, axis) != Dim::Known(1) => {
            return Err(Cause::DiffersByPosition { tensor: node.name(left) });
        }
        (one, other) => one.or(other),
    };
    let mut dims: Vec<Dim> =
        (0..stack).map(|axis| broadcast_dim(aligned(&a_dims, axis), aligned(&b_dims, axis))).collect();
    dims.extend([a_dims[a_dims.len() - 2], b_dims[b_dims.len() - 1]]);
    Ok(vec![without_vector_axes(dims, axis, stack, rank_a == 1, rank_b == 1)])
}

/// Scales and zero points may differ between the rows of the left or the columns of the right matrix: only a
/// constant matrix may have such, as the rows or columns of the other one may be the images.
fn check_quantisation(node: &Node<'_>, left: usize, right: usize) -> Result<(), Cause> {
    let of_left: &[usize] = if right == 3 { &[1, 2] } else { &[2] };
    let of_right: &[usize] = if right == 3 { &[4, 5] } else { &[3] };
    let constant = |index: usize| node.operand(index).is_some_and(|v| v.batch_axis().is_none());
    for index in (0..node.operands.len()).filter(|i| ![left, right].contains(i)) {
        let of_constant =
            of_left.contains(&index) && constant(left) || of_right.contains(&index) && constant(right);
        let vector = |v: &Value| v.rank().is_some_and(|rank| rank < 2);
        let fit = |v: &Value| v.is_scalar() || of_constant && vector(v);
        if node.any_batched() && node.operand(index).is_some_and(|v| !fit(v)) {
            return Err(Cause::DiffersByPosition { tensor: node.name(index) });
        }
    }
    Ok(())
}

/// A vector on the left is a matrix of one row, on the right of one column.
fn matrix_dims(value: &Value, side: Side) -> Vec<Dim> {
    let mut dims = value.shape.clone().unwrap_or_default();
    if dims.len() == 1 {
        dims.insert(if side == Side::Left { 0 } else { 1 }, Dim::Known(1));
    }
    dims
}

/// Removes the row or column that stood for a vector.
fn without_vector_axes(
    mut dims: Vec<Dim>,
    axis: Option<usize>,
    stack: usize,
    row: bool,
    column: bool,
) -> Value {
    if column {
        dims.remove(stack + 1);
    }
    let mut axis = axis;
    if row {
        dims.remove(stack);
        axis = axis.map(|axis| if axis > stack { axis - 1 } else { axis });
    }
    Value::with_axis(axis, Some(dims))
}

/// Gemm: alpha A' B' + beta C with A' and B' matrices, transposed on request.
pub(super) fn gemm(node: &Node<'_>) -> Result<Vec<Value>, Cause> {
    let (a, b) = (node.required(0)?, node.required(1)?);
    let rows_of_a = usize::from(node.int("transA", 0) != 0);
    let columns_of_b = usize::from(node.int("transB", 0) == 0);
    let axis = match (a.batch_axis(), b.batch_axis()) {
        (None, None) => None,
        (Some(_), Some(_)) => {
            return Err(Cause::BatchesCross { first: node.name(0), second: node.name(1) });
        }
        (Some(axis), None) if axis == rows_of_a => Some(0),
        (None, Some(axis)) if axis == columns_of_b => Some(1),
        (Some(axis), None) => {
            return Err(Cause::SumsOverBatch { tensor: node.name(0), axis });
        }
        (None, Some(axis)) => {
            return Err(Cause::SumsOverBatch { tensor: node.name(1), axis });
        }
    };
    let size = |value: &Value, axis: usize| {
        value.shape.as_ref().and_then(|dims| dims.get(axis).copied()).unwrap_or(Dim::Fixed)
    };
    let result = Value::with_axis(axis, Some(vec![size(a, rows_of_a), size(b, columns_of_b)]));
    let Some(added) = node.operand(2) else {
        return Ok(vec![result]);
    };
    check_added(node, &result, added)?;
    Ok(vec![result])
}

/// C broadcasts to the product: where it meets the batch it must be batched too, or of size 1.
fn check_added(node: &Node<'_>, result: &Value, added: &Value) -> Result<(), Cause> {
    let crossing = Cause::BatchesCross { first: node.name(0), second: node.name(2) };
    let Some(rank) = added.rank() else {
        return Err(Cause::UnknownRank { tensor: node.name(2) });
    };
    let from_end = |axis: usize, rank: usize| rank.checked_sub(axis);
    match (result.batch_axis(), added.batch_axis()) {
        (None, None) => Ok(()),
        (None, Some(_)) => Err(crossing),
        (Some(axis), Some(own)) if from_end(own, rank) == from_end(axis, 2) => Ok(()),
        (Some(_), Some(_)) => Err(crossing),
        (Some(axis), None) => {
            let meets = (axis + rank).checked_sub(2).and_then(|axis| added.shape.as_ref()?.get(axis));
            match meets {
                None | Some(Dim::Known(1)) => Ok(()),
                Some(_) => Err(Cause::DiffersByPosition { tensor: node.name(2) }),
            }
        }
    }
}
