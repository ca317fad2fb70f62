//! A node with what is known of its operands.

use super::cause::Cause;
use super::value::{Dim, Element, Role, Value};
use crate::onnx::model::graph;
use crate::onnx::proto::{AttributeProto, NodeProto};

/// A node, its operands and the circumstances that its meaning depends on.
pub(super) struct Node<'a> {
    pub(super) proto: &'a NodeProto,
    /// Version of the default operator set.
    pub(super) opset: i64,
    /// The batch size, where the model fixes it.
    pub(super) fixed_batch: Option<usize>,
    /// `None` for an optional operand left out.
    pub(super) operands: Vec<Option<&'a Value>>,
}

impl<'a> Node<'a> {
    pub(super) fn attribute(&self, name: &str) -> Option<&'a AttributeProto> {
        graph::attribute(self.proto, name)
    }

    pub(super) fn int(&self, name: &str, default: i64) -> i64 {
        graph::int_attribute(self.proto, name, default)
    }

    pub(super) fn ints(&self, name: &str) -> Option<&'a [i64]> {
        graph::ints_attribute(self.proto, name)
    }

    pub(super) fn text(&self, name: &str, default: &'static str) -> String {
        graph::text_attribute(self.proto, name, default)
    }

    pub(super) fn operand(&self, index: usize) -> Option<&'a Value> {
        self.operands.get(index).copied().flatten()
    }

    pub(super) fn required(&self, index: usize) -> Result<&'a Value, Cause> {
        self.operand(index).ok_or(Cause::MissingOperand { index })
    }

    /// Name of an operand.
    pub(super) fn name(&self, index: usize) -> String {
        self.proto.input.get(index).cloned().unwrap_or_default()
    }

    /// The elements of an operand; `None` if it is left out.
    pub(super) fn elements(&self, index: usize) -> Result<Option<&'a [Element]>, Cause> {
        match self.operand(index) {
            None => Ok(None),
            Some(value) => match &value.elements {
                Some(elements) => Ok(Some(elements)),
                None => Err(Cause::NotConstant { tensor: self.name(index) }),
            },
        }
    }

    /// The elements of an operand, all of them known integers; `None` if it is left out.
    pub(super) fn integers(&self, index: usize) -> Result<Option<Vec<i64>>, Cause> {
        let Some(elements) = self.elements(index)? else {
            return Ok(None);
        };
        let integer = |e: &Element| match e {
            Element::Integer(value) => Ok(*value),
            _ => Err(Cause::NotConstant { tensor: self.name(index) }),
        };
        elements.iter().map(integer).collect::<Result<_, _>>().map(Some)
    }

    /// Integers that are an attribute in old operator sets and an operand in new ones.
    pub(super) fn integers_or_attribute(&self, index: usize, name: &str) -> Result<Option<Vec<i64>>, Cause> {
        match self.ints(name) {
            Some(ints) => Ok(Some(ints.to_vec())),
            None => self.integers(index),
        }
    }

    /// The first operand, when all others are constants.
    pub(super) fn only_first_batched(&self) -> Result<&'a Value, Cause> {
        self.only_batched(&[0])?;
        self.required(0)
    }

    /// Fails if an operand other than those at `indices` depends on the images.
    pub(super) fn only_batched(&self, indices: &[usize]) -> Result<(), Cause> {
        for (index, value) in self.operands.iter().enumerate() {
            if !indices.contains(&index) && value.is_some_and(|v| v.batch_axis().is_some()) {
                return Err(Cause::ParameterFromImages { tensor: self.name(index) });
            }
        }
        Ok(())
    }

    /// Fails if any operand at `indices` carries the batch on another axis than 0.
    pub(super) fn batch_first(&self, indices: &[usize]) -> Result<(), Cause> {
        for &index in indices {
            match self.operand(index).and_then(Value::batch_axis) {
                None | Some(0) => {}
                Some(found) => {
                    return Err(Cause::BatchElsewhere { tensor: self.name(index), expected: 0, found });
                }
            }
        }
        Ok(())
    }

    /// An axis counted from the front, given one that may count from the back.
    pub(super) fn axis(&self, index: usize, axis: i64) -> Result<usize, Cause> {
        let rank = self.operand(index).and_then(Value::rank);
        match rank {
            None if axis < 0 => Err(Cause::UnknownRank { tensor: self.name(index) }),
            _ => normalised(axis, rank).ok_or_else(|| Cause::NoSuchAxis { tensor: self.name(index), axis }),
        }
    }

    /// As [`Node::axis`], and fails if it is the batch axis of that operand.
    pub(super) fn free_axis(&self, index: usize, axis: i64) -> Result<usize, Cause> {
        let axis = self.axis(index, axis)?;
        if self.operand(index).and_then(Value::batch_axis) == Some(axis) {
            return Err(Cause::AlongBatch { tensor: self.name(index), axis });
        }
        Ok(axis)
    }

    pub(super) fn any_batched(&self) -> bool {
        self.operands.iter().flatten().any(|v| v.batch_axis().is_some())
    }

    /// The role of a result computed from operands none of which is batched.
    pub(super) fn unbatched_role(&self) -> Role {
        let varies = self.operands.iter().flatten().any(|v| v.role == Role::BatchSize);
        if varies { Role::BatchSize } else { Role::Constant }
    }

    /// Whether an element of a shape is the size of the batch.
    pub(super) fn is_batch(&self, element: Element) -> bool {
        match element {
            Element::Batch => true,
            Element::Integer(size) => self.fixed_batch.is_some_and(|n| usize::try_from(size) == Ok(n)),
            _ => false,
        }
    }
}

/// An axis counted from the front; `None` if it lies outside the rank, or counts from the back of an unknown rank.
pub(super) fn normalised(axis: i64, rank: Option<usize>) -> Option<usize> {
    let front = if axis < 0 { axis.checked_add(i64::try_from(rank?).ok()?)? } else { axis };
    let front = usize::try_from(front).ok()?;
    rank.is_none_or(|rank| front < rank).then_some(front)
}

/// A shape as errors print it.
pub(super) fn dims_text(shape: Option<&[Dim]>) -> String {
    let dim = |d: &Dim| match d {
        Dim::Known(n) => n.to_string(),
        Dim::Batch => "batch".into(),
        Dim::Fixed => "?".into(),
    };
    match shape {
        None => "an unknown shape".into(),
        Some(dims) => format!("[{}]", dims.iter().map(dim).collect::<Vec<_>>().join(", ")),
    }
}

/// A computed shape as errors print it.
pub(super) fn elements_text(elements: &[Element]) -> String {
    let element = |e: &Element| match e {
        Element::Integer(n) => n.to_string(),
        Element::Real(r) => r.to_string(),
        Element::Batch => "batch".into(),
        Element::Fixed => "?".into(),
        Element::Varying => "depends on batch".into(),
    };
    format!("[{}]", elements.iter().map(element).collect::<Vec<_>>().join(", "))
}
