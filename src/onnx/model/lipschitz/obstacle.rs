//! Why a node has no bound, and what its owner can do about it.

/// What stands between a node and a bound of its Lipschitz constant.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Obstacle {
    /// Normalisation by statistics of the image at hand.
    #[error(
        "it divides by a deviation that it takes from the image itself, so that a flat image is stretched without \
         useful bound"
    )]
    NormalisesImage,
    /// A product of two tensors that both depend on the image.
    #[error(
        "it multiplies `{first}` by `{second}`, which both depend on the image, and such products grow without bound"
    )]
    ProductOfLive {
        /// A factor.
        first: String,
        /// The other.
        second: String,
    },
    /// A function whose slope has no bound.
    #[error("the slope of this function has no bound")]
    Steep,
    /// A function with jumps.
    #[error("this function jumps, so that no distance of images bounds that of its results")]
    Jumps,
    /// An operator for which no bound is known here.
    #[error("no bound of its Lipschitz constant is known here")]
    NotBounded,
    /// An operand that must be a constant depends on the image.
    #[error("`{tensor}`, which must be a constant, depends on the image")]
    ParameterFromImage {
        /// The operand.
        tensor: String,
    },
    /// A constant whose values are not stored in the model as they are used.
    #[error(
        "the values of the constant `{tensor}` are not stored in the model as float32 numbers, but {}",
        origin_text(origin)
    )]
    ParameterNotStored {
        /// The operand.
        tensor: String,
        /// The operator that computes it, or what it is stored as.
        origin: Origin,
    },
    /// A tensor whose shape does not follow from the graph and the image's shape.
    #[error("the shape of `{tensor}` does not follow from the graph, or does not fit the operator")]
    UnknownShape {
        /// The tensor.
        tensor: String,
    },
    /// A constant whose shape does not fit the tensors it meets.
    #[error("the constant `{tensor}` has shape {found:?}, expected {expected}")]
    ParameterShape {
        /// The constant.
        tensor: String,
        /// Its shape.
        found: Vec<usize>,
        /// What fits.
        expected: String,
    },
    /// An attribute with a value for which no bound is known here.
    #[error("its attribute {attribute} = {value} is not followed")]
    Attribute {
        /// The attribute.
        attribute: &'static str,
        /// Its value.
        value: String,
    },
    /// A constant with values that are not finite, or that make results infinite.
    #[error(
        "the constant `{tensor}` has values that are not finite, or that cannot be divided by or be a variance"
    )]
    NotFinite {
        /// The constant.
        tensor: String,
    },
    /// A cast to another type than float32.
    #[error("it casts to {to}, whose rounding is not followed")]
    Cast {
        /// The type.
        to: String,
    },
    /// A pooling window that holds nothing but padding.
    #[error("one of its windows lies in the padding alone")]
    EmptyWindow,
    /// An operand is missing.
    #[error("operand {index} is missing")]
    MissingOperand {
        /// Its index, from 0.
        index: usize,
    },
}

/// Where a constant comes from that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// A node computes it.
    Computed {
        /// The node's operator.
        operator: String,
    },
    /// The model stores it in another way.
    Stored {
        /// How.
        form: String,
    },
}

fn origin_text(origin: &Origin) -> String {
    match origin {
        Origin::Computed { operator } => format!("computed by an operator {operator}"),
        Origin::Stored { form } => format!("stored as {form}"),
    }
}

impl Obstacle {
    /// What the owner of the model can do about it.
    #[must_use]
    pub fn remedy(&self) -> Option<&'static str> {
        Some(match self {
            Self::NormalisesImage => {
                "train the encoder without normalisation, or with BatchNormalization, whose statistics are constants \
                 after training"
            }
            Self::ProductOfLive { .. } => {
                "use an activation that is one operator (operator set 20 has Gelu, 14 has HardSwish); of products, \
                 x * Sigmoid(x) and x * HardSigmoid(x) are understood"
            }
            Self::Steep | Self::Jumps | Self::NotBounded => {
                "build the encoder from convolutions, dense layers, pooling, sums and activations such as ReLU"
            }
            Self::ParameterNotStored { .. } => {
                "fold constants (python -m onnxsim), and keep the weights in float32"
            }
            Self::ParameterFromImage { .. } => "use constant weights in the encoder",
            Self::UnknownShape { .. } => "fold constants (python -m onnxsim) or export with dynamo=True",
            Self::Cast { .. } => "keep the encoder in float32",
            Self::NotFinite { .. } => "train again: the weights have diverged",
            _ => return None,
        })
    }
}
