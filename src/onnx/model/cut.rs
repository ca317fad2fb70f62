//! Cutting a part out of a graph.

use std::collections::{HashMap, HashSet};

use super::graph::{initialiser_names, node_name, nodes, real_inputs};
use crate::onnx::proto::tensor_proto::DataType;
use crate::onnx::proto::{GraphProto, ModelProto, NodeProto, TypeProto, ValueInfoProto, type_proto};

/// Why a part could not be cut out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CutError {
    /// A model without a graph.
    #[error("the model has no graph")]
    NoGraph,
    /// A tensor that the graph does not have.
    #[error("the graph has no tensor `{tensor}`{}", nearest_text(nearest.as_deref()))]
    NoSuchTensor {
        /// The name asked for.
        tensor: String,
        /// The most similar name in the graph.
        nearest: Option<String>,
    },
    /// The part needs an input of the whole that was not asked for, so it is not separate.
    #[error(
        "`{output}` depends on the model's input `{input}` directly, through node `{node}`, not only through the \
         tensors at the cut"
    )]
    ReachesInput {
        /// The wanted output.
        output: String,
        /// The input of the whole.
        input: String,
        /// The node that uses it.
        node: String,
    },
    /// A tensor at the cut that the wanted outputs do not depend on.
    #[error("the wanted outputs do not depend on `{input}`")]
    Unused {
        /// The tensor.
        input: String,
    },
    /// A constant cannot be fed.
    #[error("`{input}` is a constant of the model, so it cannot be an input of a part")]
    ConstantInput {
        /// The tensor.
        input: String,
    },
    /// Nothing lies between input and output.
    #[error("`{tensor}` is asked for both as input and as output")]
    InputIsOutput {
        /// The tensor.
        tensor: String,
    },
    /// A tensor whose elements are declared not to be float32.
    #[error("`{tensor}` at the cut has elements of type {found}, expected float32")]
    Element {
        /// The tensor.
        tensor: String,
        /// Its element type.
        found: String,
    },
    /// A tensor that no node, constant or input provides.
    #[error("node `{node}`: its operand `{tensor}` is computed nowhere; the graph is damaged")]
    Undefined {
        /// The node.
        node: String,
        /// The tensor.
        tensor: String,
    },
}

fn nearest_text(nearest: Option<&str>) -> String {
    nearest.map(|name| format!("; the nearest name is `{name}`")).unwrap_or_default()
}

/// The part of a model that computes `outputs` from `inputs`: a walk backwards that stops at the inputs.
///
/// Inputs need not be inputs of the whole; any float32 tensor can be one. The part keeps the order and the names of
/// the whole, its operator sets, and those constants that it uses.
///
/// # Errors
/// [`CutError`]; above all [`CutError::ReachesInput`], where the outputs depend on more than the inputs asked for.
pub fn extract(model: &ModelProto, inputs: &[&str], outputs: &[&str]) -> Result<ModelProto, CutError> {
    let graph = model.graph.as_ref().ok_or(CutError::NoGraph)?;
    let map = Map::of(graph);
    for name in inputs.iter().chain(outputs) {
        map.require(name)?;
    }
    if let Some(tensor) = inputs.iter().find(|name| outputs.contains(name)) {
        return Err(CutError::InputIsOutput { tensor: (*tensor).to_owned() });
    }
    if let Some(input) = inputs.iter().find(|name| map.constants.contains(**name)) {
        return Err(CutError::ConstantInput { input: (*input).to_owned() });
    }
    let used = map.walk(inputs, outputs)?;
    if let Some(input) = inputs.iter().find(|name| !used.tensors.contains(**name)) {
        return Err(CutError::Unused { input: (*input).to_owned() });
    }
    let declarations =
        |names: &[&str]| names.iter().map(|name| map.declaration(name)).collect::<Result<_, _>>();
    let mut input: Vec<ValueInfoProto> = declarations(inputs)?;
    // Old IR versions demand that constants are listed as inputs.
    let kept =
        |info: &&ValueInfoProto| map.constants.contains(info.name()) && used.tensors.contains(info.name());
    input.extend(graph.input.iter().filter(kept).cloned());
    let inner = |info: &&ValueInfoProto| {
        used.tensors.contains(info.name())
            && !inputs.contains(&info.name())
            && !outputs.contains(&info.name())
    };
    let part = GraphProto {
        name: graph.name.clone(),
        node: used.nodes.iter().map(|index| graph.node[*index].clone()).collect(),
        initializer: graph.initializer.iter().filter(|t| used.tensors.contains(t.name())).cloned().collect(),
        sparse_initializer: graph
            .sparse_initializer
            .iter()
            .filter(|s| s.values.as_ref().is_some_and(|v| used.tensors.contains(v.name())))
            .cloned()
            .collect(),
        input,
        output: declarations(outputs)?,
        value_info: graph.value_info.iter().filter(inner).cloned().collect(),
        quantization_annotation: graph
            .quantization_annotation
            .iter()
            .filter(|annotation| used.tensors.contains(annotation.tensor_name()))
            .cloned()
            .collect(),
        ..Default::default()
    };
    Ok(ModelProto { graph: Some(part), training_info: Vec::new(), ..model.clone_without_graph() })
}

impl ModelProto {
    /// Everything but the graph, which holds the weights.
    fn clone_without_graph(&self) -> Self {
        Self {
            ir_version: self.ir_version,
            opset_import: self.opset_import.clone(),
            producer_name: self.producer_name.clone(),
            producer_version: self.producer_version.clone(),
            domain: self.domain.clone(),
            model_version: self.model_version,
            functions: self.functions.clone(),
            ..Default::default()
        }
    }
}

/// The inputs of the whole, initialisers left out, that a tensor depends on, in the order of the model.
pub(super) fn inputs_reached<'a>(graph: &'a GraphProto, tensor: &str) -> Result<Vec<&'a str>, CutError> {
    let map = Map::of(graph);
    map.require(tensor)?;
    let all: Vec<&str> = map.inputs.clone();
    if all.contains(&tensor) {
        return Ok(all.into_iter().filter(|name| *name == tensor).collect());
    }
    let used = map.walk(&all, &[tensor])?;
    Ok(all.into_iter().filter(|name| used.tensors.contains(*name)).collect())
}

/// Names that a node reads: its operands, and what the graphs in its attributes take from outside.
pub(super) fn reads(node: &NodeProto) -> Vec<&str> {
    let inner = super::graph::bodies(node).flat_map(nodes).flat_map(|n| &n.input);
    let outputs = super::graph::bodies(node).flat_map(|g| &g.output).map(|info| info.name());
    node.input
        .iter()
        .chain(inner)
        .map(String::as_str)
        .chain(outputs)
        .filter(|name| !name.is_empty())
        .collect()
}

/// Where the tensors of a graph come from.
struct Map<'a> {
    graph: &'a GraphProto,
    /// Which node computes a tensor.
    producers: HashMap<&'a str, usize>,
    constants: HashSet<&'a str>,
    inputs: Vec<&'a str>,
}

/// What a walk has met.
struct Used<'a> {
    /// Indices of nodes, in the order of the graph.
    nodes: Vec<usize>,
    tensors: HashSet<&'a str>,
}

impl<'a> Map<'a> {
    fn of(graph: &'a GraphProto) -> Self {
        let outputs =
            |(i, node): (usize, &'a NodeProto)| node.output.iter().map(move |name| (name.as_str(), i));
        Self {
            graph,
            producers: graph
                .node
                .iter()
                .enumerate()
                .flat_map(outputs)
                .filter(|(name, _)| !name.is_empty())
                .collect(),
            constants: initialiser_names(graph),
            inputs: real_inputs(graph).into_iter().map(|info| info.name()).collect(),
        }
    }

    fn exists(&self, name: &str) -> bool {
        self.producers.contains_key(name) || self.constants.contains(name) || self.inputs.contains(&name)
    }

    fn require(&self, name: &str) -> Result<(), CutError> {
        if self.exists(name) {
            return Ok(());
        }
        let names = self.producers.keys().chain(&self.inputs);
        let nearest = names.map(|known| (strsim::jaro_winkler(name, known), *known));
        let nearest = nearest.max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(a.1)));
        let nearest = nearest.map(|(_, known)| known.to_owned());
        Err(CutError::NoSuchTensor { tensor: name.to_owned(), nearest })
    }

    /// Walks backwards from the outputs until it meets the inputs.
    fn walk(&self, inputs: &[&str], outputs: &[&str]) -> Result<Used<'a>, CutError> {
        let mut tensors = HashSet::new();
        let mut used_nodes = HashSet::new();
        for output in outputs {
            let mut waiting = vec![*output];
            if self.inputs.contains(output) {
                let (output, node) = ((*output).to_owned(), String::new());
                return Err(CutError::ReachesInput { input: output.clone(), output, node });
            }
            while let Some(tensor) = waiting.pop() {
                let Some(&index) = self.producers.get(tensor).filter(|_| !inputs.contains(&tensor)) else {
                    continue;
                };
                if !used_nodes.insert(index) {
                    continue;
                }
                let node = &self.graph.node[index];
                for name in reads(node) {
                    self.meet(node, name, inputs, output)?;
                    tensors.insert(name);
                    waiting.push(name);
                }
                tensors.extend(node.output.iter().map(String::as_str));
            }
        }
        let mut nodes: Vec<usize> = used_nodes.into_iter().collect();
        nodes.sort_unstable();
        Ok(Used { nodes, tensors })
    }

    /// Checks that a tensor may be used by a part.
    fn meet(&self, node: &NodeProto, tensor: &str, inputs: &[&str], output: &str) -> Result<(), CutError> {
        if inputs.contains(&tensor) {
            return Ok(());
        }
        if self.inputs.contains(&tensor) {
            let (output, input, node) = (output.to_owned(), tensor.to_owned(), node_name(node));
            return Err(CutError::ReachesInput { output, input, node });
        }
        // What a body computes for itself is no tensor of this graph.
        if self.exists(tensor) || !node.input.iter().any(|name| name == tensor) {
            return Ok(());
        }
        Err(CutError::Undefined { node: node_name(node), tensor: tensor.to_owned() })
    }

    /// How a tensor is declared in the whole; as a float32 of unknown shape where it is not.
    fn declaration(&self, name: &str) -> Result<ValueInfoProto, CutError> {
        let graph = self.graph;
        let mut declared = graph.input.iter().chain(&graph.output).chain(&graph.value_info);
        let info = declared.find(|info| info.name() == name && info.r#type.is_some());
        let Some(info) = info else {
            return Ok(float_of_unknown_shape(name));
        };
        let element = super::signature::TensorDeclaration::of(info).element;
        if element != super::signature::ElementType::FLOAT32 {
            return Err(CutError::Element { tensor: name.to_owned(), found: element.to_string() });
        }
        Ok(info.clone())
    }
}

fn float_of_unknown_shape(name: &str) -> ValueInfoProto {
    let tensor = type_proto::Tensor { elem_type: Some(DataType::Float as i32), shape: None };
    let r#type = TypeProto { value: Some(type_proto::Value::TensorType(tensor)), denotation: None };
    ValueInfoProto { name: Some(name.to_owned()), r#type: Some(r#type), ..Default::default() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::onnx::model::testing;

    #[test]
    fn a_part_holds_what_it_needs_and_no_more() {
        let whole = testing::small_classifier();
        let part = extract(&whole, &["active"], &["logits"]).unwrap();
        let graph = part.graph.as_ref().unwrap();
        let operators: Vec<&str> = graph.node.iter().map(|n| n.op_type()).collect();
        assert_eq!(operators, ["GlobalAveragePool", "Flatten", "Gemm"]);
        let constants: Vec<&str> = graph.initializer.iter().map(|t| t.name()).collect();
        assert_eq!(constants, ["dense", "bias"]);
        assert_eq!(graph.input[0], testing::float_info("active", None));
        assert_eq!(graph.output[0], whole.graph.as_ref().unwrap().output[0]);
        assert_eq!(part.opset_import, whole.opset_import);
    }

    #[test]
    fn constants_stay_listed_as_inputs_in_old_models() {
        let part = extract(&testing::old_classifier(), &["pooled"], &["logits"]).unwrap();
        let inputs: Vec<String> = part.graph.unwrap().input.iter().map(|i| i.name().to_owned()).collect();
        assert_eq!(inputs, ["pooled", "dense", "bias"]);
    }

    #[test]
    fn what_else_is_reached_is_an_error() {
        use testing::node;
        let skip = testing::small_classifier_build()
            .node(node("ReduceMean", &["image"], &["mean"]))
            .node(node("Add", &["logits", "mean"], &["scores"]))
            .output("scores", None)
            .model();
        let error = extract(&skip, &["active"], &["scores"]).unwrap_err();
        let expected = CutError::ReachesInput {
            output: "scores".into(),
            input: "image".into(),
            node: "node_mean".into(),
        };
        assert_eq!(error, expected);
        assert!(extract(&skip, &["active"], &["logits"]).is_ok());
    }

    #[test]
    fn unfit_names_are_refused() {
        let model = testing::small_classifier();
        let cut = |input: &str, output: &str| extract(&model, &[input], &[output]).unwrap_err();
        let error = cut("image", "logit");
        assert_eq!(error.to_string(), "the graph has no tensor `logit`; the nearest name is `logits`");
        assert_eq!(cut("bias", "logits"), CutError::ConstantInput { input: "bias".into() });
        assert_eq!(cut("flat", "flat"), CutError::InputIsOutput { tensor: "flat".into() });
        assert!(matches!(cut("flat", "active"), CutError::ReachesInput { .. }));
        let both = extract(&model, &["image", "flat"], &["active"]).unwrap_err();
        assert_eq!(both, CutError::Unused { input: "flat".into() });
    }
}
