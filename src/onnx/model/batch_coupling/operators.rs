//! The operator table: what every operator that may stand in a smoothed model does to the batch axis.
//!
//! An operator that is not in the table is refused: nothing is known of it. Names are those of the ONNX standard
//! (operator sets 7 to 28) and of the fused operators that ONNX Runtime adds in domain com.microsoft.

use super::cause::Cause;
use super::node::Node;
use super::sizes::unknown;
use super::value::Value;
use super::{axes, elementwise, extend, images, linear, reduce, reshape, resize, select, sizes, slice};

/// What an operator does to the batch axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rule {
    /// Element by element, operands broadcast.
    Elementwise,
    /// The first operand, element by element.
    Same,
    Dropout,
    Quantise,
    DynamicQuantise,
    Convolution,
    TransposedConvolution,
    Pooling,
    GlobalPooling,
    ImageNormalisation,
    BatchNormalisation,
    GridSample,
    PixelShuffle,
    MatrixProduct {
        left: usize,
        right: usize,
    },
    Gemm,
    Reduce,
    Softmax,
    AlongAxis,
    ArgMax,
    TopK,
    MeanVariance,
    LayerNormalisation,
    Reshape,
    Flatten,
    Squeeze,
    Unsqueeze,
    Transpose,
    Concat,
    Split,
    Slice,
    Gather,
    ByElement,
    Pad,
    Tile,
    Triangle,
    Resize,
    Constant,
    ConstantOfShape,
    Expand,
    Shape,
    Size,
    Range,
    /// Understood where no operand depends on the images.
    OnConstants,
    /// Draws random numbers.
    Random,
    /// Runs graphs held in its attributes.
    ControlFlow,
}

/// The table; `domain` is "" for ONNX's own operators. `None` for an operator that is not in it.
pub(super) fn rule(domain: &str, operator: &str) -> Option<Rule> {
    match domain {
        "" => standard(operator),
        "com.microsoft" => fused(operator),
        _ => None,
    }
}

#[rustfmt::skip]
fn standard(operator: &str) -> Option<Rule> {
    Some(match operator {
        "Abs" | "Acos" | "Acosh" | "Add" | "And" | "Asin" | "Asinh" | "Atan" | "Atanh" | "BitShift" | "BitwiseAnd"
        | "BitwiseNot" | "BitwiseOr" | "BitwiseXor" | "Ceil" | "Celu" | "Clip" | "Cos" | "Cosh" | "Div" | "Elu"
        | "Equal" | "Erf" | "Exp" | "Floor" | "Gelu" | "Greater" | "GreaterOrEqual" | "HardSigmoid" | "HardSwish"
        | "IsInf" | "IsNaN" | "LeakyRelu" | "Less" | "LessOrEqual" | "Log" | "Max" | "Mean" | "Min" | "Mish" | "Mod"
        | "Mul" | "Neg" | "Not" | "Or" | "PRelu" | "Pow" | "Reciprocal" | "Relu" | "Round" | "Selu" | "Shrink"
        | "Sigmoid" | "Sign" | "Sin" | "Sinh" | "Softplus" | "Softsign" | "Sqrt" | "Sub" | "Sum" | "Swish" | "Tan"
        | "Tanh" | "ThresholdedRelu" | "Where" | "Xor" => Rule::Elementwise,
        "Cast" | "CastLike" | "Identity" => Rule::Same,
        "Dropout" => Rule::Dropout,
        "QuantizeLinear" | "DequantizeLinear" => Rule::Quantise,
        "DynamicQuantizeLinear" => Rule::DynamicQuantise,
        "Conv" | "ConvInteger" | "QLinearConv" => Rule::Convolution,
        "ConvTranspose" => Rule::TransposedConvolution,
        "AveragePool" | "LpPool" | "MaxPool" => Rule::Pooling,
        "GlobalAveragePool" | "GlobalLpPool" | "GlobalMaxPool" => Rule::GlobalPooling,
        "GroupNormalization" | "InstanceNormalization" | "LRN" => Rule::ImageNormalisation,
        "BatchNormalization" => Rule::BatchNormalisation,
        "GridSample" => Rule::GridSample,
        "DepthToSpace" | "SpaceToDepth" => Rule::PixelShuffle,
        "MatMul" | "MatMulInteger" => Rule::MatrixProduct { left: 0, right: 1 },
        "QLinearMatMul" => Rule::MatrixProduct { left: 0, right: 3 },
        "Gemm" => Rule::Gemm,
        "ReduceL1" | "ReduceL2" | "ReduceLogSum" | "ReduceLogSumExp" | "ReduceMax" | "ReduceMean" | "ReduceMin"
        | "ReduceProd" | "ReduceSum" | "ReduceSumSquare" => Rule::Reduce,
        "Softmax" | "LogSoftmax" | "Hardmax" => Rule::Softmax,
        "CumSum" | "LpNormalization" => Rule::AlongAxis,
        "ArgMax" | "ArgMin" => Rule::ArgMax,
        "TopK" => Rule::TopK,
        "MeanVarianceNormalization" => Rule::MeanVariance,
        "LayerNormalization" | "RMSNormalization" => Rule::LayerNormalisation,
        "Reshape" => Rule::Reshape,
        "Flatten" => Rule::Flatten,
        "Squeeze" => Rule::Squeeze,
        "Unsqueeze" => Rule::Unsqueeze,
        "Transpose" => Rule::Transpose,
        "Concat" => Rule::Concat,
        "Split" => Rule::Split,
        "Slice" => Rule::Slice,
        "Gather" => Rule::Gather,
        "GatherElements" | "ScatterElements" => Rule::ByElement,
        "Pad" => Rule::Pad,
        "Tile" => Rule::Tile,
        "Trilu" => Rule::Triangle,
        "Resize" | "Upsample" => Rule::Resize,
        "Constant" => Rule::Constant,
        "ConstantOfShape" => Rule::ConstantOfShape,
        "Expand" => Rule::Expand,
        "Shape" => Rule::Shape,
        "Size" => Rule::Size,
        "Range" => Rule::Range,
        "AffineGrid" | "BlackmanWindow" | "CenterCropPad" | "Col2Im" | "Compress" | "Det" | "Einsum" | "EyeLike"
        | "GatherND" | "HammingWindow" | "HannWindow" | "NonZero" | "OneHot" | "ReverseSequence" | "Scatter"
        | "ScatterND" | "Unique" => Rule::OnConstants,
        "Bernoulli" | "Multinomial" | "RandomNormal" | "RandomNormalLike" | "RandomUniform" | "RandomUniformLike" => {
            Rule::Random
        }
        "If" | "Loop" | "Scan" | "SequenceMap" => Rule::ControlFlow,
        _ => return None,
    })
}

fn fused(operator: &str) -> Option<Rule> {
    Some(match operator {
        "BiasGelu" | "FastGelu" | "Gelu" | "QuickGelu" => Rule::Elementwise,
        "QLinearAdd" | "QLinearLeakyRelu" | "QLinearMul" | "QLinearSigmoid" => Rule::Elementwise,
        "FusedConv" => Rule::Convolution,
        "FusedGemm" => Rule::Gemm,
        "QLinearGlobalAveragePool" => Rule::GlobalPooling,
        _ => return None,
    })
}

impl Rule {
    /// Operands that are shapes, in which the size of the batch may stand.
    fn shape_operands(self) -> &'static [usize] {
        match self {
            Self::Reshape | Self::Expand => &[1],
            Self::Resize => &[3],
            _ => &[],
        }
    }

    /// What is known of the outputs.
    pub(super) fn apply(self, node: &Node<'_>) -> Result<Vec<Value>, Cause> {
        let batched = node.any_batched();
        if batched {
            self.refuse_batch_size_as_data(node)?;
        }
        let results = match self {
            Self::Elementwise => elementwise::elementwise(node),
            Self::Same => elementwise::same(node),
            Self::Dropout => elementwise::dropout(node),
            Self::Reshape => reshape::reshape(node),
            Self::Flatten => reshape::flatten(node),
            Self::Squeeze => axes::squeeze(node),
            Self::Unsqueeze => axes::unsqueeze(node),
            Self::Transpose => axes::transpose(node),
            Self::Concat => select::concat(node),
            Self::Split => select::split(node),
            Self::Slice => slice::slice(node),
            Self::Gather => select::gather(node),
            Self::Constant => Ok(vec![constant(node)]),
            Self::ConstantOfShape if !batched => sizes::constant_of_shape(node),
            Self::Range if !batched => sizes::range(node),
            Self::Expand => sizes::expand(node),
            Self::Shape => sizes::shape(node),
            Self::Size => sizes::size(node),
            Self::Quantise => elementwise::quantise(node),
            Self::MatrixProduct { left, right } => linear::matrix_product(node, left, right),
            Self::Reduce => reduce::reduce(node),
            _ if !batched => Ok(vec![unknown(node); node.proto.output.len()]),
            batched_only => batched_only.apply_to_batch(node),
        }?;
        if batched {
            return Ok(results);
        }
        // Whatever is computed from the size of the batch depends on it, unless its elements say otherwise.
        let depends = node.unbatched_role() == super::value::Role::BatchSize;
        let lost = |v: &Value| depends && v.elements.is_none() && v.batch_axis().is_none();
        Ok(results.into_iter().map(|v| if lost(&v) { Value::batch_size() } else { v }).collect())
    }

    /// Operators that are followed only where they see images.
    fn apply_to_batch(self, node: &Node<'_>) -> Result<Vec<Value>, Cause> {
        match self {
            Self::DynamicQuantise => Err(Cause::WholeBatchRange),
            Self::Convolution => images::convolution(node),
            Self::TransposedConvolution => images::transposed_convolution(node),
            Self::Pooling => images::pooling(node),
            Self::GlobalPooling => images::global_pooling(node),
            Self::ImageNormalisation => images::image_normalisation(node),
            Self::BatchNormalisation => images::batch_normalisation(node),
            Self::GridSample => images::grid_sample(node),
            Self::PixelShuffle => images::pixel_shuffle(node),
            Self::Gemm => linear::gemm(node),
            Self::Softmax => reduce::softmax(node),
            Self::AlongAxis => reduce::along_axis(node),
            Self::ArgMax => reduce::arg_max(node),
            Self::TopK => reduce::top_k(node),
            Self::MeanVariance => reduce::mean_variance(node),
            Self::LayerNormalisation => reduce::layer_normalisation(node),
            Self::ByElement => select::by_element(node),
            Self::Pad => extend::pad(node),
            Self::Tile => extend::tile(node),
            Self::Triangle => extend::triangle(node),
            Self::Resize => resize::resize(node),
            _ => Err(Cause::NotFollowed),
        }
    }

    fn refuse_batch_size_as_data(self, node: &Node<'_>) -> Result<(), Cause> {
        for (index, value) in node.operands.iter().enumerate() {
            let depends = value.is_some_and(|v| v.role == super::value::Role::BatchSize);
            if depends && !self.shape_operands().contains(&index) {
                return Err(Cause::BatchSizeAsData { tensor: node.name(index) });
            }
        }
        Ok(())
    }
}

/// The tensor that a Constant node holds.
fn constant(node: &Node<'_>) -> Value {
    use super::value::Element::{Integer, Real};
    let Some(attribute) = node.proto.attribute.iter().find(|a| a.name() != "value_string") else {
        return Value::constant(None);
    };
    match attribute.name() {
        "value" => attribute.t.as_ref().map_or(Value::constant(None), Value::of_tensor),
        "value_int" => Value::of_elements(&[], vec![Integer(attribute.i())]),
        "value_float" => Value::of_elements(&[], vec![Real(attribute.f().into())]),
        "value_ints" => {
            let elements: Vec<_> = attribute.ints.iter().map(|v| Integer(*v)).collect();
            Value::of_elements(&[elements.len()], elements)
        }
        "value_floats" => {
            let elements: Vec<_> = attribute.floats.iter().map(|v| Real((*v).into())).collect();
            Value::of_elements(&[elements.len()], elements)
        }
        _ => Value::constant(None),
    }
}
