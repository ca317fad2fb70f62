//! A node with what is known of its operands.

use super::constant::Constant;
use super::live::Live;
use super::obstacle::{Obstacle, Origin};
use crate::onnx::model::batch_coupling::Inferred;
use crate::onnx::model::graph;
use crate::onnx::proto::NodeProto;

/// A tensor of the graph.
#[derive(Debug, Clone)]
pub(super) enum Tensor {
    /// It depends on the image.
    Live(Live),
    /// It does not, and its values are known.
    Constant(Constant),
    /// It does not, and its values are not known.
    Opaque(Origin),
}

/// A node, its operands and the circumstances that its meaning depends on.
pub(super) struct Node<'a> {
    pub(super) proto: &'a NodeProto,
    /// Version of the default operator set.
    pub(super) opset: i64,
    pub(super) inferred: &'a Inferred<'a>,
    /// `None` for an optional operand left out.
    pub(super) operands: Vec<Option<&'a Tensor>>,
    /// The operators and first operands of the nodes that compute the operands.
    pub(super) producers: Vec<Option<&'a NodeProto>>,
}

impl<'a> Node<'a> {
    pub(super) fn int(&self, name: &str, default: i64) -> i64 {
        graph::int_attribute(self.proto, name, default)
    }

    pub(super) fn ints(&self, name: &str) -> Option<&'a [i64]> {
        graph::ints_attribute(self.proto, name)
    }

    pub(super) fn text(&self, name: &str, default: &'static str) -> String {
        graph::text_attribute(self.proto, name, default)
    }

    /// A float32 attribute, which is exact in f64.
    pub(super) fn float(&self, name: &str, default: f32) -> f64 {
        graph::float_attribute(self.proto, name, default)
    }

    /// Sizes stated for each of a number of axes, 1 where none are stated.
    pub(super) fn sizes(&self, name: &'static str, axes: usize) -> Result<Vec<usize>, Obstacle> {
        let Some(stated) = self.ints(name) else {
            return Ok(vec![1; axes]);
        };
        let sizes: Option<Vec<usize>> = stated.iter().map(|size| usize::try_from(*size).ok()).collect();
        match sizes {
            Some(sizes) if sizes.len() == axes && !sizes.contains(&0) => Ok(sizes),
            _ => Err(self.attribute_obstacle(name, format!("{stated:?}"))),
        }
    }

    /// The padding in front of one of a number of spatial axes.
    pub(super) fn padding(&self, axis: usize, axes: usize) -> Result<i64, Obstacle> {
        match self.ints("pads") {
            None => Ok(0),
            Some(pads) if pads.len() == 2 * axes => Ok(pads[axis]),
            Some(pads) => Err(self.attribute_obstacle("pads", format!("{pads:?}"))),
        }
    }

    /// Name of an operand.
    pub(super) fn name(&self, index: usize) -> String {
        self.proto.input.get(index).cloned().unwrap_or_default()
    }

    pub(super) fn operand(&self, index: usize) -> Option<&'a Tensor> {
        self.operands.get(index).copied().flatten()
    }

    pub(super) fn any_live(&self) -> bool {
        self.operands.iter().flatten().any(|tensor| matches!(tensor, Tensor::Live(_)))
    }

    /// The first operand, when it alone depends on the image.
    pub(super) fn only_live(&self) -> Result<&'a Live, Obstacle> {
        for index in 1..self.operands.len() {
            if let Some(Tensor::Live(_)) = self.operand(index) {
                return Err(Obstacle::ParameterFromImage { tensor: self.name(index) });
            }
        }
        match self.operand(0) {
            Some(Tensor::Live(live)) => Ok(live),
            Some(_) => Err(Obstacle::NotBounded),
            None => Err(Obstacle::MissingOperand { index: 0 }),
        }
    }

    /// A constant operand with finite values; `None` if it is left out.
    pub(super) fn optional_constant(&self, index: usize) -> Result<Option<&'a Constant>, Obstacle> {
        let tensor = || self.name(index);
        match self.operand(index) {
            None => Ok(None),
            Some(Tensor::Constant(constant)) if constant.is_finite() => Ok(Some(constant)),
            Some(Tensor::Constant(_)) => Err(Obstacle::NotFinite { tensor: tensor() }),
            Some(Tensor::Live(_)) => Err(Obstacle::ParameterFromImage { tensor: tensor() }),
            Some(Tensor::Opaque(origin)) => {
                Err(Obstacle::ParameterNotStored { tensor: tensor(), origin: origin.clone() })
            }
        }
    }

    pub(super) fn constant(&self, index: usize) -> Result<&'a Constant, Obstacle> {
        self.optional_constant(index)?.ok_or(Obstacle::MissingOperand { index })
    }

    /// The integers of an operand, which the graph may compute; `None` if it is left out.
    pub(super) fn integers(&self, index: usize) -> Result<Option<Vec<i64>>, Obstacle> {
        let inferred = self.proto.input.get(index).and_then(|name| self.inferred.integers(name));
        if inferred.is_some() {
            return Ok(inferred);
        }
        let Some(constant) = self.optional_constant(index)? else {
            return Ok(None);
        };
        let form = "numbers that are not integers".into();
        let obstacle =
            Obstacle::ParameterNotStored { tensor: self.name(index), origin: Origin::Stored { form } };
        constant.integers().ok_or(obstacle).map(Some)
    }

    /// Integers that are an attribute in old operator sets and an operand in new ones.
    pub(super) fn integers_or_attribute(
        &self,
        index: usize,
        name: &str,
    ) -> Result<Option<Vec<i64>>, Obstacle> {
        match self.ints(name) {
            Some(ints) => Ok(Some(ints.to_vec())),
            None => self.integers(index),
        }
    }

    /// The shape of an operand, for one image.
    pub(super) fn input_shape(&self, index: usize) -> Result<Vec<usize>, Obstacle> {
        if let Some(Tensor::Constant(constant)) = self.operand(index) {
            return Ok(constant.shape.clone());
        }
        let name = self.proto.input.get(index).ok_or(Obstacle::MissingOperand { index })?;
        self.inferred.shape(name).ok_or_else(|| self.shape_obstacle(index))
    }

    /// The shape of an output, for one image.
    pub(super) fn output_shape(&self, index: usize) -> Result<Vec<usize>, Obstacle> {
        let tensor = self.proto.output.get(index).cloned().unwrap_or_default();
        self.inferred.shape(&tensor).ok_or(Obstacle::UnknownShape { tensor })
    }

    pub(super) fn input_count(&self, index: usize) -> Result<usize, Obstacle> {
        count(&self.input_shape(index)?).ok_or_else(|| self.shape_obstacle(index))
    }

    pub(super) fn output_count(&self, index: usize) -> Result<usize, Obstacle> {
        count(&self.output_shape(index)?).ok_or_else(|| self.shape_obstacle(0))
    }

    pub(super) fn shape_obstacle(&self, index: usize) -> Obstacle {
        Obstacle::UnknownShape { tensor: self.name(index) }
    }

    pub(super) fn attribute_obstacle(&self, attribute: &'static str, value: String) -> Obstacle {
        Obstacle::Attribute { attribute, value }
    }

    pub(super) fn parameter_shape_obstacle(&self, index: usize, expected: String) -> Obstacle {
        let found = self.input_shape(index).unwrap_or_default();
        Obstacle::ParameterShape { tensor: self.name(index), found, expected }
    }

    /// An axis of the first operand, counted from the front, given one that may count from the back.
    pub(super) fn axis(&self, axis: i64) -> Result<usize, Obstacle> {
        let rank = self.input_shape(0)?.len();
        let front = if axis < 0 { axis.checked_add_unsigned(rank as u64).unwrap_or(-1) } else { axis };
        usize::try_from(front)
            .ok()
            .filter(|front| *front < rank)
            .ok_or_else(|| self.attribute_obstacle("axis", axis.to_string()))
    }
}

/// Number of elements of a shape.
pub(super) fn count(shape: &[usize]) -> Option<usize> {
    shape.iter().try_fold(1_usize, |product, size| product.checked_mul(*size))
}
