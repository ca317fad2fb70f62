//! The operator table: how a bound of each operator's Lipschitz constant is found, or why there is none.
//!
//! Names are those of the ONNX standard (operator sets 7 to 28). Operators of other domains are refused but for
//! activations that ONNX Runtime adds in com.microsoft.

use super::activation::{self, Activation};
use super::node::{Node, Tensor};
use super::obstacle::{Obstacle, Origin};
use super::{arithmetic, constants, convolutional, layout, normalisation, pooling, product, reduce};
use crate::onnx::model::graph::operator_domain;
use crate::onnx::proto::NodeProto;

/// What an operator does to a bound.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Rule {
    Convolution,
    TransposedConvolution,
    Gemm,
    MatrixProduct,
    /// Add, Sub, Sum.
    Sum,
    Multiplication,
    Division,
    Negation,
    /// Max, Min.
    Extremum,
    Activation(Activation),
    ParametricRelu,
    Clip,
    Softmax,
    BatchNormalisation,
    AveragePooling,
    MaximumPooling,
    GlobalAverage,
    GlobalMaximum,
    ReduceMean,
    ReduceSum,
    ReduceExtremum,
    Concat,
    /// All elements, each once.
    Rearrangement,
    /// Some elements, each at most once.
    Part,
    /// All elements, each equally often.
    Repetition,
    Gather,
    Pad,
    Same,
    Cast,
    NormalisesImage,
    Steep,
    Jumps,
    /// Its results do not depend on the image's values.
    OfShape,
    Unknown,
}

/// The table.
#[rustfmt::skip]
pub(super) fn rule(node: &NodeProto) -> Rule {
    let operator = node.op_type();
    match operator_domain(node) {
        "" => {}
        "com.microsoft" if activation::of(node).is_some() => {}
        _ => return Rule::Unknown,
    }
    match operator {
        "Conv" => Rule::Convolution,
        "ConvTranspose" => Rule::TransposedConvolution,
        "Gemm" => Rule::Gemm,
        "MatMul" => Rule::MatrixProduct,
        "Add" | "Sub" | "Sum" => Rule::Sum,
        "Mul" => Rule::Multiplication,
        "Div" => Rule::Division,
        "Neg" => Rule::Negation,
        "Max" | "Min" => Rule::Extremum,
        "PRelu" => Rule::ParametricRelu,
        "Clip" => Rule::Clip,
        "Softmax" => Rule::Softmax,
        "BatchNormalization" => Rule::BatchNormalisation,
        "AveragePool" => Rule::AveragePooling,
        "MaxPool" => Rule::MaximumPooling,
        "GlobalAveragePool" => Rule::GlobalAverage,
        "GlobalMaxPool" => Rule::GlobalMaximum,
        "ReduceMean" => Rule::ReduceMean,
        "ReduceSum" => Rule::ReduceSum,
        "ReduceMax" | "ReduceMin" => Rule::ReduceExtremum,
        "Concat" => Rule::Concat,
        "Reshape" | "Flatten" | "Squeeze" | "Unsqueeze" | "Transpose" | "DepthToSpace" | "SpaceToDepth" => {
            Rule::Rearrangement
        }
        "Slice" | "Split" | "Trilu" => Rule::Part,
        "Expand" | "Tile" => Rule::Repetition,
        "Gather" => Rule::Gather,
        "Pad" => Rule::Pad,
        "Identity" | "Dropout" => Rule::Same,
        "Cast" => Rule::Cast,
        "Shape" | "Size" => Rule::OfShape,
        "InstanceNormalization" | "GroupNormalization" | "LayerNormalization" | "RMSNormalization"
        | "MeanVarianceNormalization" | "LpNormalization" => Rule::NormalisesImage,
        "Exp" | "Log" | "Sqrt" | "Pow" | "Reciprocal" | "Tan" | "Sinh" | "Cosh" | "Acos" | "Asin" | "Acosh"
        | "Atanh" => Rule::Steep,
        "Sign" | "Floor" | "Ceil" | "Round" | "Mod" | "ThresholdedRelu" | "Hardmax" | "ArgMax" | "ArgMin" | "Equal"
        | "Less" | "LessOrEqual" | "Greater" | "GreaterOrEqual" | "Not" | "And" | "Or" | "Xor" | "IsInf" | "IsNaN"
        | "QuantizeLinear" | "DynamicQuantizeLinear" | "QLinearConv" | "QLinearMatMul" => Rule::Jumps,
        _ => activation::of(node).map_or(Rule::Unknown, Rule::Activation),
    }
}

impl Rule {
    /// What is known of the outputs.
    pub(super) fn apply(self, node: &Node<'_>) -> Result<Vec<Tensor>, Obstacle> {
        if self == Self::OfShape {
            let operator = node.proto.op_type().to_owned();
            return Ok(vec![Tensor::Opaque(Origin::Computed { operator })]);
        }
        if !node.any_live() {
            return Ok(vec![constants::computed(node); node.proto.output.len()]);
        }
        let result = match self {
            Self::Convolution => convolutional::convolution(node),
            Self::TransposedConvolution => convolutional::transposed_convolution(node),
            Self::Gemm => product::gemm(node),
            Self::MatrixProduct => product::matrix_product(node),
            Self::Sum => arithmetic::sum(node),
            Self::Multiplication => arithmetic::multiplication(node),
            Self::Division => arithmetic::division(node),
            Self::Negation => arithmetic::negation(node),
            Self::Extremum => arithmetic::extremum(node),
            Self::Activation(activation) => activation::apply(node, activation),
            Self::ParametricRelu => activation::parametric_relu(node),
            Self::Clip => activation::clip(node),
            Self::Softmax => activation::softmax(node),
            Self::BatchNormalisation => normalisation::batch_normalisation(node),
            Self::AveragePooling => pooling::average(node),
            Self::MaximumPooling => pooling::maximum(node),
            Self::GlobalAverage => reduce::mean(node),
            Self::GlobalMaximum => reduce::extremum(node),
            Self::ReduceMean => reduce::mean(node),
            Self::ReduceSum => reduce::sum(node),
            Self::ReduceExtremum => reduce::extremum(node),
            Self::Concat => layout::concat(node),
            Self::Rearrangement => layout::moved(node),
            Self::Part => return layout::parts(node),
            Self::Repetition => layout::repetition(node),
            Self::Gather => layout::gather(node),
            Self::Pad => layout::pad(node),
            Self::Same => layout::same(node),
            Self::Cast => layout::cast(node),
            Self::NormalisesImage => Err(Obstacle::NormalisesImage),
            Self::Steep => Err(Obstacle::Steep),
            Self::Jumps => Err(Obstacle::Jumps),
            Self::OfShape | Self::Unknown => Err(Obstacle::NotBounded),
        }?;
        Ok(vec![Tensor::Live(result)])
    }
}
