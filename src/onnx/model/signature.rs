//! What a model takes and gives, as its graph declares it.

use std::fmt;

use super::graph::{default_opset, real_inputs};
use crate::onnx::proto::tensor_proto::DataType;
use crate::onnx::proto::tensor_shape_proto::dimension::Value as DimensionValue;
use crate::onnx::proto::{ModelProto, ValueInfoProto, type_proto};

/// One axis of a declared shape.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeclaredDim {
    /// A fixed size.
    Known(usize),
    /// A size known by name only, such as `batch`.
    Symbol(String),
    /// Nothing is declared.
    Unknown,
}

impl DeclaredDim {
    /// The size, where it is fixed.
    #[must_use]
    pub fn known(&self) -> Option<usize> {
        match self {
            Self::Known(size) => Some(*size),
            _ => None,
        }
    }
}

impl fmt::Display for DeclaredDim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Known(size) => write!(f, "{size}"),
            Self::Symbol(name) => f.write_str(name),
            Self::Unknown => f.write_str("?"),
        }
    }
}

/// The type of a tensor's elements.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ElementType {
    /// A type of the ONNX standard.
    Tensor(DataType),
    /// A number that this version of the standard does not know.
    Unknown(i32),
    /// Not a tensor (a sequence, map or optional), or not declared.
    NotATensor,
}

impl ElementType {
    /// 32-bit floating point, the only type in which images, codes and scores are exchanged.
    pub const FLOAT32: Self = Self::Tensor(DataType::Float);

    /// What can be done about a model that uses this type where float32 is needed.
    #[must_use]
    pub fn remedy(self) -> &'static str {
        match self {
            Self::Tensor(DataType::Float16 | DataType::Bfloat16 | DataType::Double) => {
                "export the model in float32, or put a Cast at this tensor"
            }
            Self::Tensor(DataType::Uint8 | DataType::Int8) => {
                "export the model with float32 inputs and outputs; its inside may stay quantised"
            }
            _ => "export the model with float32 inputs and outputs",
        }
    }
}

impl fmt::Display for ElementType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tensor(DataType::Float) => f.write_str("float32"),
            Self::Tensor(data_type) => f.write_str(&data_type.as_str_name().to_lowercase()),
            Self::Unknown(number) => write!(f, "unknown type {number}"),
            Self::NotATensor => f.write_str("no tensor"),
        }
    }
}

/// A graph input or output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TensorDeclaration {
    /// Its name.
    pub name: String,
    /// Type of its elements.
    pub element: ElementType,
    /// Its shape; `None` where not even the rank is declared.
    pub dims: Option<Vec<DeclaredDim>>,
}

impl TensorDeclaration {
    /// Reads a declaration.
    #[must_use]
    pub fn of(info: &ValueInfoProto) -> Self {
        let tensor = match info.r#type.as_ref().and_then(|t| t.value.as_ref()) {
            Some(type_proto::Value::TensorType(tensor)) => Some(tensor),
            _ => None,
        };
        let element = match tensor.map(|t| t.elem_type()) {
            None => ElementType::NotATensor,
            Some(number) => {
                DataType::try_from(number).map_or(ElementType::Unknown(number), ElementType::Tensor)
            }
        };
        let dims = tensor.and_then(|t| t.shape.as_ref()).map(|shape| {
            let dim = |value: &Option<DimensionValue>| match value {
                // Some exporters write 0 or -1 for a size that they do not know.
                Some(DimensionValue::DimValue(size)) if *size > 0 => {
                    usize::try_from(*size).map_or(DeclaredDim::Unknown, DeclaredDim::Known)
                }
                Some(DimensionValue::DimParam(name)) if !name.is_empty() => DeclaredDim::Symbol(name.clone()),
                _ => DeclaredDim::Unknown,
            };
            shape.dim.iter().map(|d| dim(&d.value)).collect()
        });
        Self { name: info.name().to_owned(), element, dims }
    }

    /// The size of one axis, where the declaration fixes it.
    #[must_use]
    pub fn known(&self, axis: usize) -> Option<usize> {
        self.dims.as_ref()?.get(axis)?.known()
    }
}

impl fmt::Display for TensorDeclaration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`: {}", self.name, self.element)?;
        match &self.dims {
            None => f.write_str(" of undeclared shape"),
            Some(dims) => {
                let dims: Vec<String> = dims.iter().map(ToString::to_string).collect();
                write!(f, " [{}]", dims.join(", "))
            }
        }
    }
}

/// A model's outer face.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// Inputs that must be fed; initialisers listed as inputs are left out.
    pub inputs: Vec<TensorDeclaration>,
    /// Outputs in their order.
    pub outputs: Vec<TensorDeclaration>,
    /// Version of the default operator set; 0 where the model states none.
    pub opset: i64,
    /// Version of the file format.
    pub ir_version: i64,
    /// Name and version of the program that wrote the model; may be empty.
    pub producer: String,
}

impl Signature {
    /// Reads a model's declarations.
    #[must_use]
    pub fn of(model: &ModelProto) -> Self {
        let graph = model.graph.as_ref();
        let inputs = graph.map(real_inputs).unwrap_or_default();
        let outputs = graph.map(|g| g.output.as_slice()).unwrap_or_default();
        Self {
            inputs: inputs.into_iter().map(TensorDeclaration::of).collect(),
            outputs: outputs.iter().map(TensorDeclaration::of).collect(),
            opset: default_opset(model).unwrap_or(0),
            ir_version: model.ir_version(),
            producer: format!("{} {}", model.producer_name(), model.producer_version()).trim().to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::onnx::model::testing;

    #[test]
    fn initialisers_listed_as_inputs_are_left_out() {
        let model = testing::old_classifier();
        assert!(model.graph.as_ref().unwrap().input.len() > 1);
        let signature = Signature::of(&model);
        assert_eq!(signature.opset, 9);
        assert_eq!(signature.inputs.len(), 1);
        assert_eq!(signature.inputs[0].to_string(), "`image`: float32 [batch, 3, 8, 8]");
        assert_eq!(
            signature.outputs[0].dims,
            Some(vec![DeclaredDim::Symbol("batch".into()), DeclaredDim::Known(10)])
        );
    }

    #[test]
    fn unknown_sizes_are_told_from_known_ones() {
        let info = testing::float_info("x", Some(&["-1", "0", "?", "h", "7"]));
        let dims = TensorDeclaration::of(&info).dims.unwrap();
        assert!(dims[..3].iter().all(|d| *d == DeclaredDim::Unknown));
        assert_eq!(dims[3..], [DeclaredDim::Symbol("h".into()), DeclaredDim::Known(7)]);
        assert_eq!(TensorDeclaration::of(&testing::float_info("x", None)).dims, None);
    }
}
