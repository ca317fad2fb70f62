//! Constants that nodes compute: those that only regroup stored numbers are followed, all others would be rounded in
//! a way that is not known here.

use super::constant::Constant;
use super::node::{Node, Tensor};
use super::obstacle::Origin;
use crate::onnx::proto::tensor_proto::DataType;

/// What a node without live operands computes.
pub(super) fn computed(node: &Node<'_>) -> Tensor {
    let origin = || Origin::Computed { operator: node.proto.op_type().to_owned() };
    if node.proto.op_type() == "Constant" {
        let stored = node.proto.attribute.first().ok_or_else(origin).and_then(Constant::of_attribute);
        return stored.map_or_else(Tensor::Opaque, Tensor::Constant);
    }
    match node.operand(0) {
        // What stands at the root of a chain of regroupings says most.
        Some(Tensor::Opaque(origin)) if regroups(node) => Tensor::Opaque(origin.clone()),
        Some(Tensor::Constant(constant)) if regroups(node) => {
            regrouped(node, constant).map_or_else(|| Tensor::Opaque(origin()), Tensor::Constant)
        }
        _ => Tensor::Opaque(origin()),
    }
}

fn regroups(node: &Node<'_>) -> bool {
    let float = |to: i64| to == DataType::Float as i64 || to == DataType::Double as i64;
    match node.proto.op_type() {
        "Identity" | "Reshape" | "Flatten" | "Squeeze" | "Unsqueeze" | "Transpose" => true,
        "Cast" => float(node.int("to", 0)),
        _ => false,
    }
}

fn regrouped(node: &Node<'_>, constant: &Constant) -> Option<Constant> {
    match node.proto.op_type() {
        "Identity" => Some(constant.clone()),
        "Cast" => {
            // A double that float32 cannot hold would change.
            let kept = |value: &f64| f64::from(*value as f32) == *value;
            let kept = node.int("to", 0) == DataType::Double as i64 || constant.values.iter().all(kept);
            kept.then(|| constant.clone())
        }
        "Transpose" => {
            let axes = constant.shape.len();
            let order: Option<Vec<usize>> = match node.ints("perm") {
                Some(order) => order.iter().map(|axis| usize::try_from(*axis).ok()).collect(),
                None => Some((0..axes).rev().collect()),
            };
            constant.transposed(&order?)
        }
        _ => constant.reshaped(node.output_shape(0).ok()?),
    }
}
