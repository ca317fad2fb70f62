//! What contracts of models share: picking the one input or output, its element type and rank, and their errors.

use super::signature::{DeclaredDim, ElementType, Signature, TensorDeclaration};
use crate::onnx::proto::ModelProto;

/// A model and the name by which errors call it, usually its path.
#[derive(Debug, Clone, Copy)]
pub struct NamedModel<'a> {
    /// The name.
    pub name: &'a str,
    /// The model.
    pub proto: &'a ModelProto,
}

/// How many images a model takes at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Batch {
    /// Any number.
    Dynamic,
    /// Exactly this number, at least 1; batches are padded to it.
    Fixed(usize),
}

impl Batch {
    /// The batch that a tensor's first axis declares.
    #[must_use]
    pub fn of(tensor: &TensorDeclaration) -> Self {
        tensor.known(0).map_or(Self::Dynamic, Self::Fixed)
    }
}

/// Why a model cannot play its part.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ContractError {
    /// A number of inputs other than one.
    #[error("model {model}: expected exactly one input ({expected}), found {}: {}", found.len(), list(found))]
    Inputs {
        /// The model.
        model: String,
        /// The inputs found, initialisers left out.
        found: Vec<TensorDeclaration>,
        /// What the one input should be.
        expected: &'static str,
    },
    /// A number of outputs other than one.
    #[error(
        "model {model}: expected exactly one output ({expected}), found {}: {}; keep the one that is meant, with \
         onnx.utils.extract_model in Python", found.len(), list(found)
    )]
    Outputs {
        /// The model.
        model: String,
        /// The outputs found.
        found: Vec<TensorDeclaration>,
        /// What the one output should be.
        expected: &'static str,
    },
    /// Elements that are not float32.
    #[error("model {model}: tensor `{tensor}`: expected float32 elements, found {found}; {}", found.remedy())]
    Element {
        /// The model.
        model: String,
        /// The tensor.
        tensor: String,
        /// Its element type.
        found: ElementType,
    },
    /// A shape that does not fit.
    #[error("model {model}: tensor `{tensor}`: expected shape {expected}, found {found}")]
    Shape {
        /// The model.
        model: String,
        /// The tensor.
        tensor: String,
        /// Its declared shape.
        found: String,
        /// What it should be.
        expected: String,
    },
    /// A classifier of one class: the largest of one score is always the first, so everything would be certified.
    #[error(
        "model {model}: tensor `{tensor}`: expected the scores of at least 2 classes, found {found}; with one class \
         the arg max is always the same and would certify everything; export one score for each class"
    )]
    TooFewClasses {
        /// The model.
        model: String,
        /// The output.
        tensor: String,
        /// Classes found.
        found: usize,
    },
}

fn list(tensors: &[TensorDeclaration]) -> String {
    tensors.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

/// A declared shape as errors print it.
#[must_use]
pub fn shape_text(dims: Option<&[DeclaredDim]>) -> String {
    match dims {
        None => "undeclared".into(),
        Some(dims) => format!("[{}]", dims.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")),
    }
}

impl NamedModel<'_> {
    /// The one input and the one output, both of float32.
    pub(super) fn single(
        &self,
        input: &'static str,
        output: &'static str,
    ) -> Result<(TensorDeclaration, TensorDeclaration), ContractError> {
        let signature = Signature::of(self.proto);
        let model = self.name.to_owned();
        let inputs = <[_; 1]>::try_from(signature.inputs).map_err(|found| ContractError::Inputs {
            model: model.clone(),
            found,
            expected: input,
        });
        let outputs = <[_; 1]>::try_from(signature.outputs).map_err(|found| ContractError::Outputs {
            model,
            found,
            expected: output,
        });
        let ([input], [output]) = (inputs?, outputs?);
        self.require_float32(&input)?;
        self.require_float32(&output)?;
        Ok((input, output))
    }

    pub(super) fn require_float32(&self, tensor: &TensorDeclaration) -> Result<(), ContractError> {
        if tensor.element == ElementType::FLOAT32 {
            return Ok(());
        }
        let (model, tensor, found) = (self.name.to_owned(), tensor.name.clone(), tensor.element);
        Err(ContractError::Element { model, tensor, found })
    }

    /// Fails unless the tensor's shape is declared with as many axes as `expected` names.
    pub(super) fn require_rank(
        &self,
        tensor: &TensorDeclaration,
        rank: usize,
        expected: &str,
    ) -> Result<(), ContractError> {
        match &tensor.dims {
            Some(dims) if dims.len() == rank => Ok(()),
            _ => Err(self.shape_error(tensor, expected)),
        }
    }

    pub(super) fn shape_error(&self, tensor: &TensorDeclaration, expected: &str) -> ContractError {
        ContractError::Shape {
            model: self.name.to_owned(),
            tensor: tensor.name.clone(),
            found: shape_text(tensor.dims.as_deref()),
            expected: expected.to_owned(),
        }
    }
}
