//! Walking graphs: nodes and tensors at every depth, and the names by which errors call them.

use std::collections::HashSet;

use crate::onnx::proto::{AttributeProto, GraphProto, ModelProto, NodeProto, TensorProto, ValueInfoProto};

/// What an error calls a node: its own name or, as names are optional, its first output.
pub(crate) fn node_name(node: &NodeProto) -> String {
    let first_output = || node.output.first().map_or("", String::as_str);
    node.name.as_deref().filter(|name| !name.is_empty()).unwrap_or_else(first_output).to_owned()
}

/// The domain of a node's operator, with the long name of the default domain shortened to "".
pub(crate) fn operator_domain(node: &NodeProto) -> &str {
    match node.domain() {
        "ai.onnx" => "",
        domain => domain,
    }
}

/// An attribute of a node.
pub(crate) fn attribute<'a>(node: &'a NodeProto, name: &str) -> Option<&'a AttributeProto> {
    node.attribute.iter().find(|a| a.name() == name)
}

/// An integer attribute, or `default` where it is not stated.
pub(crate) fn int_attribute(node: &NodeProto, name: &str, default: i64) -> i64 {
    attribute(node, name).and_then(|a| a.i).unwrap_or(default)
}

/// A list of integers, where it is stated.
pub(crate) fn ints_attribute<'a>(node: &'a NodeProto, name: &str) -> Option<&'a [i64]> {
    attribute(node, name).map(|a| a.ints.as_slice())
}

/// A text attribute, or `default` where it is not stated.
pub(crate) fn text_attribute(node: &NodeProto, name: &str, default: &'static str) -> String {
    let stated = attribute(node, name).and_then(|a| a.s.as_deref());
    stated.map_or_else(|| default.to_owned(), |s| String::from_utf8_lossy(s).into_owned())
}

/// A float32 attribute, or `default` where it is not stated, exact in f64.
pub(crate) fn float_attribute(node: &NodeProto, name: &str, default: f32) -> f64 {
    attribute(node, name).and_then(|a| a.f).unwrap_or(default).into()
}

/// Graphs held by a node's attributes (the bodies of If, Loop, Scan).
pub(crate) fn bodies(node: &NodeProto) -> impl Iterator<Item = &GraphProto> {
    node.attribute.iter().flat_map(|a| a.g.iter().chain(&a.graphs))
}

/// All nodes of a graph and of the bodies inside it. The depth is bounded by that of the decoder.
pub(crate) fn nodes(graph: &GraphProto) -> Vec<&NodeProto> {
    let mut found = Vec::new();
    let mut waiting = vec![graph];
    while let Some(graph) = waiting.pop() {
        for node in &graph.node {
            found.push(node);
            waiting.extend(bodies(node));
        }
    }
    found
}

/// Shows every tensor of a graph, at any depth, to `visit`, until it fails.
pub(crate) fn for_each_tensor<E>(
    graph: &mut GraphProto,
    visit: &mut impl FnMut(&mut TensorProto) -> Result<(), E>,
) -> Result<(), E> {
    let mut waiting = vec![graph];
    while let Some(graph) = waiting.pop() {
        graph.initializer.iter_mut().try_for_each(&mut *visit)?;
        for sparse in &mut graph.sparse_initializer {
            sparse.values.iter_mut().chain(&mut sparse.indices).try_for_each(&mut *visit)?;
        }
        for attribute in graph.node.iter_mut().flat_map(|node| &mut node.attribute) {
            attribute.t.iter_mut().chain(&mut attribute.tensors).try_for_each(&mut *visit)?;
            for sparse in attribute.sparse_tensor.iter_mut().chain(&mut attribute.sparse_tensors) {
                sparse.values.iter_mut().chain(&mut sparse.indices).try_for_each(&mut *visit)?;
            }
            waiting.extend(attribute.g.iter_mut().chain(&mut attribute.graphs));
        }
    }
    Ok(())
}

/// Names of a graph's constants: dense and sparse initialisers.
pub(crate) fn initialiser_names(graph: &GraphProto) -> HashSet<&str> {
    let sparse = graph.sparse_initializer.iter().filter_map(|s| s.values.as_ref());
    graph.initializer.iter().chain(sparse).map(TensorProto::name).collect()
}

/// The inputs that a caller must feed: models of old IR versions list their initialisers as inputs, too.
pub(crate) fn real_inputs(graph: &GraphProto) -> Vec<&ValueInfoProto> {
    let constants = initialiser_names(graph);
    graph.input.iter().filter(|input| !constants.contains(input.name())).collect()
}

/// The version of the default operator set, if the model states one.
pub(crate) fn default_opset(model: &ModelProto) -> Option<i64> {
    model.opset_import.iter().find(|o| matches!(o.domain(), "" | "ai.onnx")).map(|o| o.version())
}
