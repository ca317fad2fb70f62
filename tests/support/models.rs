//! ONNX models for tests: the shipped ones edited, or small ones built node by node.

use std::path::{Path, PathBuf};

use gsmooth::onnx::proto::attribute_proto::AttributeType;
use gsmooth::onnx::proto::tensor_proto::DataType;
use gsmooth::onnx::proto::tensor_shape_proto::{Dimension, dimension};
use gsmooth::onnx::proto::{
    AttributeProto, GraphProto, ModelProto, NodeProto, OperatorSetIdProto, TensorProto, TensorShapeProto,
    TypeProto, ValueInfoProto, type_proto,
};
use prost::Message;

use super::repository;

/// A shipped model, by its path below `onnx/mnist`.
pub fn shipped(path: &str) -> ModelProto {
    let bytes = std::fs::read(repository().join("onnx/mnist").join(path)).unwrap();
    ModelProto::decode(bytes.as_slice()).unwrap()
}

/// Writes a model into a folder, and gives its path as a TOML string.
pub fn write(model: &ModelProto, folder: &Path, name: &str) -> String {
    std::fs::create_dir_all(folder).unwrap();
    let path = folder.join(name);
    std::fs::write(&path, model.encode_to_vec()).unwrap();
    quoted(&path)
}

/// A path as a TOML string.
pub fn quoted(path: &Path) -> String {
    format!("'{}'", PathBuf::from(path).display())
}

/// The graph of a model.
pub fn graph(model: &mut ModelProto) -> &mut GraphProto {
    model.graph.as_mut().expect("a graph")
}

/// A float tensor declaration; -1 stands for a free axis.
pub fn info(name: &str, dims: &[i64]) -> ValueInfoProto {
    let dim = |size: &i64| {
        let free = || dimension::Value::DimParam("batch".to_owned());
        let value = if *size < 0 { free() } else { dimension::Value::DimValue(*size) };
        Dimension { value: Some(value), denotation: None }
    };
    let shape = Some(TensorShapeProto { dim: dims.iter().map(dim).collect() });
    let tensor = type_proto::Tensor { elem_type: Some(DataType::Float as i32), shape };
    let value = Some(type_proto::Value::TensorType(tensor));
    let r#type = Some(TypeProto { value, denotation: None });
    ValueInfoProto { name: Some(name.to_owned()), r#type, ..Default::default() }
}

/// A constant of floats.
pub fn floats(name: &str, dims: &[i64], values: &[f32]) -> TensorProto {
    TensorProto {
        name: Some(name.to_owned()),
        dims: dims.to_vec(),
        data_type: Some(DataType::Float as i32),
        float_data: values.to_vec(),
        ..Default::default()
    }
}

/// A constant vector of integers.
pub fn integers(name: &str, values: &[i64]) -> TensorProto {
    TensorProto {
        name: Some(name.to_owned()),
        dims: vec![values.len() as i64],
        data_type: Some(DataType::Int64 as i32),
        int64_data: values.to_vec(),
        ..Default::default()
    }
}

/// A node with one output.
pub fn node(operator: &str, inputs: &[&str], output: &str) -> NodeProto {
    NodeProto {
        name: Some(format!("node_{output}")),
        op_type: Some(operator.to_owned()),
        input: inputs.iter().map(|name| (*name).to_owned()).collect(),
        output: vec![output.to_owned()],
        ..Default::default()
    }
}

/// The node with an attribute of integers.
pub fn with_integers(mut node: NodeProto, name: &str, values: &[i64]) -> NodeProto {
    let r#type = Some(AttributeType::Ints as i32);
    let (name, ints) = (Some(name.to_owned()), values.to_vec());
    node.attribute.push(AttributeProto { name, ints, r#type, ..Default::default() });
    node
}

/// A model of operator set 20 with one input.
pub fn model(
    input: ValueInfoProto,
    constants: Vec<TensorProto>,
    nodes: Vec<NodeProto>,
    output: ValueInfoProto,
) -> ModelProto {
    let graph = GraphProto {
        name: Some("graph".to_owned()),
        node: nodes,
        initializer: constants,
        input: vec![input],
        output: vec![output],
        ..Default::default()
    };
    ModelProto {
        ir_version: Some(10),
        opset_import: vec![OperatorSetIdProto { domain: None, version: Some(20) }],
        graph: Some(graph),
        ..Default::default()
    }
}

/// Puts nodes between a model's input and what reads it; they lead from the input's name to `inner`.
pub fn prepend(model: &mut ModelProto, inner: &str, constants: Vec<TensorProto>, nodes: Vec<NodeProto>) {
    let graph = graph(model);
    let input = graph.input[0].name.clone().expect("a name");
    for read in graph.node.iter_mut().flat_map(|node| &mut node.input).filter(|read| **read == input) {
        *read = inner.to_owned();
    }
    graph.initializer.extend(constants);
    graph.node.splice(0..0, nodes);
}

/// Puts nodes behind a model's output, which they read under the name `inner`; they give what it is called now.
pub fn append(model: &mut ModelProto, inner: &str, nodes: Vec<NodeProto>) {
    let graph = graph(model);
    let output = graph.output[0].name.clone().expect("a name");
    for name in graph.node.iter_mut().flat_map(|node| node.input.iter_mut().chain(&mut node.output)) {
        if *name == output {
            *name = inner.to_owned();
        }
    }
    graph.node.extend(nodes);
}
