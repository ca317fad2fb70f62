//! Gemm and MatMul with a constant matrix.

use std::rc::Rc;

use super::constant::Constant;
use super::dense::Dense;
use super::linear_map::LinearMap;
use super::live::{Layer, Live};
use super::matrix::Matrix;
use super::node::{Node, Tensor};
use super::obstacle::Obstacle;
use super::upward::{UNIT_F64, Upper, euclidean, gamma};

/// Gemm: alpha A' B' + beta C with A' from the image.
pub(super) fn gemm(node: &Node<'_>) -> Result<Live, Obstacle> {
    let live = node.only_live()?;
    let weights = node.constant(1)?;
    let [first, second] = weights.shape[..] else {
        return Err(node.parameter_shape_obstacle(1, "a matrix".into()));
    };
    let (input, output) = (node.input_shape(0)?, node.output_shape(0)?);
    let transposed = node.int("transB", 0) != 0;
    let (rows, columns) = if transposed { (first, second) } else { (second, first) };
    let contracted = usize::from(node.int("transA", 0) == 0);
    if input.get(contracted) != Some(&columns) || output.get(1) != Some(&rows) || input.len() != 2 {
        return Err(node.parameter_shape_obstacle(1, format!("a matrix for {input:?} that gives {output:?}")));
    }
    let alpha = node.float("alpha", 1.0);
    // Rows of the matrix meant are entries of the result.
    let stored = if transposed { weights.clone() } else { turned(weights) };
    let entries = stored.values.iter().map(|weight| alpha * weight).collect();
    let matrix = Matrix::real(rows, columns, entries);
    let rounding = if alpha == 1.0 { Upper::ZERO } else { gamma(2, UNIT_F64) * matrix.frobenius() };
    // The rows of A' are images, the columns lie on axis 1.
    let dense = Dense::new(matrix, (contracted == 1).then_some(1), rounding);
    let outputs = node.output_count(0)?;
    let bias = match node.optional_constant(2)? {
        Some(bias) if repeats(bias, outputs) => {
            let times = Upper::count(outputs / bias.count()).sqrt();
            euclidean(bias.values.iter().copied()) * times * Upper::of(node.float("beta", 1.0))
        }
        Some(_) => return Err(node.parameter_shape_obstacle(2, format!("one that broadcasts to {output:?}"))),
        None => Upper::ZERO,
    };
    let absolute = dense.absolute_norm();
    Ok(live.then(&Layer {
        map: LinearMap::Dense(Rc::new(dense)),
        absolute,
        bias,
        terms: columns,
        // A product, the additions of all others and of the bias, and alpha or beta.
        roundings: columns.saturating_add(2),
        elements: (node.input_count(0)?, outputs),
    }))
}

/// Whether a constant broadcasts to a number of elements by being repeated.
fn repeats(constant: &Constant, elements: usize) -> bool {
    constant.count() > 0 && elements.is_multiple_of(constant.count())
}

fn turned(matrix: &Constant) -> Constant {
    matrix.transposed(&[1, 0]).unwrap_or_else(|| matrix.clone())
}

/// MatMul with a constant matrix on either side.
pub(super) fn matrix_product(node: &Node<'_>) -> Result<Live, Obstacle> {
    let (live, constant_index) = match (node.operand(0), node.operand(1)) {
        (Some(Tensor::Live(_)), Some(Tensor::Live(_))) => {
            return Err(Obstacle::ProductOfLive { first: node.name(0), second: node.name(1) });
        }
        (Some(Tensor::Live(live)), Some(_)) => (live, 1),
        (Some(_), Some(Tensor::Live(live))) => (live, 0),
        _ => return Err(Obstacle::MissingOperand { index: 1 }),
    };
    let shape = node.input_shape(1 - constant_index)?;
    let constant = matrix_of(node, constant_index, node.constant(constant_index)?)?;
    let rank = shape.len();
    // A vector on the left stands for a row, one on the right for a column.
    let contracted = if constant_index == 1 || rank == 1 { rank.checked_sub(1) } else { rank.checked_sub(2) };
    let matrix = if constant_index == 1 { turned(&constant) } else { constant };
    let [rows, columns] = matrix.shape[..] else {
        return Err(node.shape_obstacle(constant_index));
    };
    let axis = contracted.filter(|axis| shape[*axis] == columns).ok_or_else(|| {
        node.parameter_shape_obstacle(constant_index, format!("a matrix that multiplies {shape:?}"))
    })?;
    let keeps_axis = node.output_shape(0)?.len() == rank;
    let matrix = Matrix::real(rows, columns, matrix.values.to_vec());
    let dense = Dense::new(matrix, keeps_axis.then_some(axis), Upper::ZERO);
    let absolute = dense.absolute_norm();
    Ok(live.then(&Layer {
        map: LinearMap::Dense(Rc::new(dense)),
        absolute,
        bias: Upper::ZERO,
        terms: columns,
        roundings: columns,
        elements: (node.input_count(1 - constant_index)?, node.output_count(0)?),
    }))
}

/// A constant as a matrix: vectors stand for a row on the left and for a column on the right.
fn matrix_of(node: &Node<'_>, index: usize, constant: &Constant) -> Result<Constant, Obstacle> {
    let rank = constant.shape.len();
    let shape = match constant.shape[..] {
        [length] if index == 0 => vec![1, length],
        [length] => vec![length, 1],
        _ if rank >= 2 && constant.shape[..rank - 2].iter().all(|size| *size == 1) => {
            constant.shape[rank - 2..].to_vec()
        }
        _ => return Err(node.parameter_shape_obstacle(index, "a single matrix".into())),
    };
    constant.reshaped(shape).ok_or_else(|| node.shape_obstacle(index))
}
