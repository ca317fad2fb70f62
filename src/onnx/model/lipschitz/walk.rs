//! The walk through a graph in its order, which carries a bound from the image to the output.

use std::collections::HashMap;

use super::LipschitzError;
use super::constant::Constant;
use super::growth::Growth;
use super::live::{Bound, Live};
use super::node::{Node, Tensor};
use super::obstacle::Origin;
use super::operators::rule;
use crate::onnx::model::batch_coupling::Inferred;
use crate::onnx::model::graph::{default_opset, node_name};
use crate::onnx::proto::{GraphProto, ModelProto, NodeProto};

/// Where the walk has come to.
pub(super) struct Walk<'a> {
    opset: i64,
    inferred: &'a Inferred<'a>,
    tensors: HashMap<&'a str, Tensor>,
    producers: HashMap<&'a str, &'a NodeProto>,
    /// Bounds every sum that float32 has to hold.
    largest: Growth,
}

impl<'a> Walk<'a> {
    /// Walks through a whole graph, whose image input is `input`.
    ///
    /// # Errors
    /// At the first node without a bound.
    pub(super) fn through(
        model: &'a ModelProto,
        graph: &'a GraphProto,
        input: &'a str,
        inferred: &'a Inferred<'a>,
    ) -> Result<Self, LipschitzError> {
        let mut walk = Self {
            opset: default_opset(model).unwrap_or(0),
            inferred,
            tensors: stored_constants(graph),
            producers: HashMap::new(),
            largest: Growth::RADIUS,
        };
        walk.tensors.insert(input, Tensor::Live(Live::from(Bound::IMAGE)));
        for proto in &graph.node {
            walk.step(proto)?;
        }
        Ok(walk)
    }

    fn step(&mut self, proto: &'a NodeProto) -> Result<(), LipschitzError> {
        let results = {
            let node = Node {
                proto,
                opset: self.opset,
                inferred: self.inferred,
                operands: proto.input.iter().map(|name| self.tensors.get(name.as_str())).collect(),
                producers: proto
                    .input
                    .iter()
                    .map(|name| self.producers.get(name.as_str()).copied())
                    .collect(),
            };
            rule(proto).apply(&node).map_err(|obstacle| LipschitzError::Node {
                node: node_name(proto),
                operator: proto.op_type().to_owned(),
                obstacle,
            })?
        };
        let mut results = results.into_iter();
        for name in &proto.output {
            // Outputs that the rule says nothing of, such as the mask of Dropout.
            let other = || Tensor::Opaque(Origin::Computed { operator: proto.op_type().to_owned() });
            let result = results.next().unwrap_or_else(other);
            if let Tensor::Live(live) = &result {
                self.largest = self.largest.max(live.magnitude());
            }
            if !name.is_empty() {
                self.tensors.insert(name, result);
                self.producers.insert(name, proto);
            }
        }
        Ok(())
    }

    /// What is known of a tensor in the end; `None` if there is no such tensor.
    pub(super) fn bound(&self, tensor: &str) -> Option<Bound> {
        Some(match self.tensors.get(tensor)? {
            Tensor::Live(live) => live.bound(),
            // It does not depend on the image, and how large it is matters to nobody.
            Tensor::Constant(_) | Tensor::Opaque(_) => Bound::constant(super::upward::Upper::ZERO),
        })
    }

    pub(super) fn largest(&self) -> Growth {
        self.largest
    }
}

fn stored_constants(graph: &GraphProto) -> HashMap<&str, Tensor> {
    let dense = graph.initializer.iter().map(|tensor| {
        (tensor.name(), Constant::stored(tensor).map_or_else(Tensor::Opaque, Tensor::Constant))
    });
    let sparse = graph
        .sparse_initializer
        .iter()
        .filter_map(|sparse| sparse.values.as_ref())
        .map(|values| (values.name(), Tensor::Opaque(Origin::Stored { form: "a sparse tensor".into() })));
    dense.chain(sparse).collect()
}
