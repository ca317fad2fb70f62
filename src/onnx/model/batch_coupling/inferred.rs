//! What the walk along the batch axis leaves behind: the shapes of all tensors, and small tensors of integers.

use std::collections::HashMap;

use super::value::{Dim, Element, Value};

/// What follows from a graph about its tensors, without running it.
#[derive(Debug)]
pub(crate) struct Inferred<'a> {
    values: HashMap<&'a str, Value>,
}

impl<'a> Inferred<'a> {
    pub(super) fn new(values: HashMap<&'a str, Value>) -> Self {
        Self { values }
    }

    /// The shape of a tensor for a batch of one image; `None` if one of its sizes is not known.
    pub(crate) fn shape(&self, tensor: &str) -> Option<Vec<usize>> {
        let size = |dim: &Dim| match dim {
            Dim::Known(size) => Some(*size),
            Dim::Batch => Some(1),
            Dim::Fixed => None,
        };
        self.values.get(tensor)?.shape.as_ref()?.iter().map(size).collect()
    }

    /// The elements of a small tensor; `None` unless all are integers known beforehand.
    pub(crate) fn integers(&self, tensor: &str) -> Option<Vec<i64>> {
        let integer = |element: &Element| match element {
            Element::Integer(value) => Some(*value),
            _ => None,
        };
        self.values.get(tensor)?.elements.as_ref()?.iter().map(integer).collect()
    }
}
