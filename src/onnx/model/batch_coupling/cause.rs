//! Why a node's outputs cannot be shown to treat every image of a batch alone.

/// What stands against a node.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Cause {
    /// The operator works along the batch axis.
    #[error("it works along axis {axis} of `{tensor}`, which is the batch")]
    AlongBatch {
        /// The tensor.
        tensor: String,
        /// The axis.
        axis: usize,
    },
    /// A matrix product sums over the batch.
    #[error("it sums over axis {axis} of `{tensor}`, which is the batch")]
    SumsOverBatch {
        /// The tensor.
        tensor: String,
        /// The axis.
        axis: usize,
    },
    /// The operator takes the batch on another axis.
    #[error("it takes the batch on axis {expected} of `{tensor}`, but there the batch is axis {found}")]
    BatchElsewhere {
        /// The tensor.
        tensor: String,
        /// Where the batch must be.
        expected: usize,
        /// Where it is.
        found: usize,
    },
    /// A constant meets the batch axis with more than one entry, so that images are treated by their position.
    #[error("the constant `{tensor}` is not known to have size 1 where it meets the batch axis")]
    DiffersByPosition {
        /// The constant.
        tensor: String,
    },
    /// Two batched tensors meet with the batch on different axes.
    #[error("`{first}` and `{second}` meet with the batch on different axes")]
    BatchesCross {
        /// A tensor.
        first: String,
        /// The other.
        second: String,
    },
    /// The rank of a tensor cannot be told, and with it which axes meet.
    #[error("the rank of `{tensor}` cannot be told from the graph")]
    UnknownRank {
        /// The tensor.
        tensor: String,
    },
    /// An operand that must be known beforehand is computed while running.
    #[error("`{tensor}` must be a constant for the batch axis to be followed")]
    NotConstant {
        /// The operand.
        tensor: String,
    },
    /// The images flow into a parameter of the operator.
    #[error("`{tensor}`, which must be a constant, depends on the images")]
    ParameterFromImages {
        /// The operand.
        tensor: String,
    },
    /// The size of the batch flows into the data.
    #[error("`{tensor}`, which depends on the size of the batch, is used as data")]
    BatchSizeAsData {
        /// The operand.
        tensor: String,
    },
    /// A reshape whose result is not known to keep the batch axis apart.
    #[error("reshaping {from} to {to} is not known to keep the batch as an axis of its own")]
    ReshapeMixes {
        /// Shape before.
        from: String,
        /// Shape asked for.
        to: String,
    },
    /// A result whose other sizes would depend on the size of the batch.
    #[error("the shape {shape} depends on the size of the batch beyond one axis")]
    ShapeFromBatchSize {
        /// The shape asked for.
        shape: String,
    },
    /// Normalisation by the statistics of the batch at hand.
    #[error("it runs in training mode and normalises by the statistics of the whole batch")]
    TrainingMode,
    /// Quantisation by the range of the batch at hand.
    #[error("it takes its scale from the smallest and largest value of the whole batch")]
    WholeBatchRange,
    /// Second output of a pooling operator.
    #[error("its output `{tensor}` counts positions through the whole batch")]
    PositionsInBatch {
        /// The output.
        tensor: String,
    },
    /// An attribute with a value under which the batch axis is not followed.
    #[error("its attribute {attribute} = {value} is not followed")]
    Attribute {
        /// The attribute.
        attribute: &'static str,
        /// Its value.
        value: String,
    },
    /// An operator that is understood on constants only.
    #[error("this operator is understood on constants only, not on a batch of images")]
    NotFollowed,
    /// An operand is missing.
    #[error("operand {index} is missing")]
    MissingOperand {
        /// Its index, from 0.
        index: usize,
    },
    /// An axis that the tensor does not have.
    #[error("axis {axis} does not exist in `{tensor}`, or is stated twice")]
    NoSuchAxis {
        /// The tensor.
        tensor: String,
        /// The axis.
        axis: i64,
    },
}

impl Cause {
    /// What the owner of the model can do about it.
    #[must_use]
    pub fn remedy(&self) -> Option<&'static str> {
        Some(match self {
            Self::TrainingMode => "call model.eval() before the export",
            Self::WholeBatchRange => "quantise statically, or use the float32 model",
            Self::DiffersByPosition { .. } | Self::ReshapeMixes { .. } | Self::ShapeFromBatchSize { .. } => {
                "export with a dynamic batch axis (or with a batch of exactly 1), and flatten with \
                 torch.flatten(x, 1)"
            }
            Self::UnknownRank { .. } | Self::NotConstant { .. } => {
                "declare the input's shape, and fold constants (python -m onnxsim) or export with dynamo=True"
            }
            Self::NotFollowed | Self::Attribute { .. } => "export with a fixed batch of exactly 1",
            _ => return None,
        })
    }
}
