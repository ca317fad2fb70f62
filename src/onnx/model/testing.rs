//! Small models for tests.

use crate::onnx::proto::attribute_proto::AttributeType;
use crate::onnx::proto::tensor_proto::DataType;
use crate::onnx::proto::tensor_shape_proto::{Dimension, dimension};
use crate::onnx::proto::{
    AttributeProto, GraphProto, ModelProto, NodeProto, OperatorSetIdProto, TensorProto, TensorShapeProto,
    TypeProto, ValueInfoProto, type_proto,
};

/// A tensor declaration; an axis is a number, "?" for an unknown size, or a symbol.
pub(crate) fn info(name: &str, element: DataType, dims: Option<&[&str]>) -> ValueInfoProto {
    let dim = |text: &&str| {
        let value = match text.parse() {
            Ok(size) => Some(dimension::Value::DimValue(size)),
            Err(_) if *text == "?" => None,
            Err(_) => Some(dimension::Value::DimParam((*text).into())),
        };
        Dimension { value, denotation: None }
    };
    let shape = dims.map(|dims| TensorShapeProto { dim: dims.iter().map(dim).collect() });
    let tensor = type_proto::Tensor { elem_type: Some(element as i32), shape };
    let value = Some(type_proto::Value::TensorType(tensor));
    let r#type = Some(TypeProto { value, denotation: None });
    ValueInfoProto { name: Some(name.into()), r#type, ..Default::default() }
}

pub(crate) fn float_info(name: &str, dims: Option<&[&str]>) -> ValueInfoProto {
    info(name, DataType::Float, dims)
}

/// A float initialiser with plausible values.
pub(crate) fn weights(name: &str, dims: &[i64]) -> TensorProto {
    let count: i64 = dims.iter().product();
    let raw = (0..count).flat_map(|i| (((i * 7 + 3) % 11) as f32 * 0.1 - 0.5).to_le_bytes()).collect();
    TensorProto {
        name: Some(name.into()),
        dims: dims.to_vec(),
        data_type: Some(DataType::Float as i32),
        raw_data: Some(raw),
        ..Default::default()
    }
}

pub(crate) fn floats(name: &str, values: &[f32]) -> TensorProto {
    float_tensor(name, &[values.len() as i64], values)
}

pub(crate) fn float_tensor(name: &str, dims: &[i64], values: &[f32]) -> TensorProto {
    TensorProto {
        name: Some(name.into()),
        dims: dims.to_vec(),
        data_type: Some(DataType::Float as i32),
        float_data: values.to_vec(),
        ..Default::default()
    }
}

/// An int64 vector, or a scalar where `dims` is empty.
pub(crate) fn integers(name: &str, dims: &[i64], values: &[i64]) -> TensorProto {
    TensorProto {
        name: Some(name.into()),
        dims: dims.to_vec(),
        data_type: Some(DataType::Int64 as i32),
        raw_data: Some(values.iter().flat_map(|v| v.to_le_bytes()).collect()),
        ..Default::default()
    }
}

pub(crate) fn node(operator: &str, inputs: &[&str], outputs: &[&str]) -> NodeProto {
    NodeProto {
        name: Some(format!("node_{}", outputs[0])),
        op_type: Some(operator.into()),
        input: inputs.iter().map(|s| (*s).into()).collect(),
        output: outputs.iter().map(|s| (*s).into()).collect(),
        ..Default::default()
    }
}

/// Adding attributes in a chain.
pub(crate) trait WithAttribute: Sized {
    fn attribute(self, attribute: AttributeProto) -> Self;

    fn int(self, name: &str, value: i64) -> Self {
        let r#type = Some(AttributeType::Int as i32);
        self.attribute(AttributeProto {
            name: Some(name.into()),
            i: Some(value),
            r#type,
            ..Default::default()
        })
    }

    fn float(self, name: &str, value: f32) -> Self {
        let (name, r#type) = (Some(name.into()), Some(AttributeType::Float as i32));
        self.attribute(AttributeProto { name, f: Some(value), r#type, ..Default::default() })
    }

    fn text(self, name: &str, value: &str) -> Self {
        let (name, r#type) = (Some(name.into()), Some(AttributeType::String as i32));
        self.attribute(AttributeProto { name, s: Some(value.into()), r#type, ..Default::default() })
    }

    fn ints(self, name: &str, values: &[i64]) -> Self {
        let (name, ints) = (Some(name.into()), values.to_vec());
        let r#type = Some(AttributeType::Ints as i32);
        self.attribute(AttributeProto { name, ints, r#type, ..Default::default() })
    }
}

impl WithAttribute for NodeProto {
    fn attribute(mut self, attribute: AttributeProto) -> Self {
        self.attribute.push(attribute);
        self
    }
}

/// A model in the making.
pub(crate) struct Build {
    pub(crate) opset: i64,
    pub(crate) inputs: Vec<ValueInfoProto>,
    pub(crate) outputs: Vec<ValueInfoProto>,
    pub(crate) initialisers: Vec<TensorProto>,
    pub(crate) nodes: Vec<NodeProto>,
}

impl Build {
    /// A model of operator set 18 with input `image`.
    pub(crate) fn new(image: &[&str]) -> Self {
        let inputs = vec![float_info("image", Some(image))];
        Self { opset: 18, inputs, outputs: vec![], initialisers: vec![], nodes: vec![] }
    }

    pub(crate) fn opset(mut self, opset: i64) -> Self {
        self.opset = opset;
        self
    }

    pub(crate) fn constant(mut self, tensor: TensorProto) -> Self {
        self.initialisers.push(tensor);
        self
    }

    pub(crate) fn node(mut self, node: NodeProto) -> Self {
        self.nodes.push(node);
        self
    }

    pub(crate) fn output(mut self, name: &str, dims: Option<&[&str]>) -> Self {
        self.outputs.push(float_info(name, dims));
        self
    }

    pub(crate) fn model(self) -> ModelProto {
        let graph = GraphProto {
            name: Some("graph".into()),
            node: self.nodes,
            initializer: self.initialisers,
            input: self.inputs,
            output: self.outputs,
            ..Default::default()
        };
        ModelProto {
            ir_version: Some(8),
            opset_import: vec![OperatorSetIdProto { domain: None, version: Some(self.opset) }],
            producer_name: Some("gsmooth test".into()),
            graph: Some(graph),
            ..Default::default()
        }
    }
}

/// Convolution, ReLU, global pooling, a dense layer: [batch, 3, 8, 8] to [batch, 10].
pub(crate) fn small_classifier_build() -> Build {
    Build::new(&["batch", "3", "8", "8"])
        .constant(weights("kernel", &[4, 3, 3, 3]))
        .constant(weights("dense", &[10, 4]))
        .constant(weights("bias", &[10]))
        .node(node("Conv", &["image", "kernel"], &["features"]))
        .node(node("Relu", &["features"], &["active"]))
        .node(node("GlobalAveragePool", &["active"], &["pooled"]))
        .node(node("Flatten", &["pooled"], &["flat"]))
        .node(node("Gemm", &["flat", "dense", "bias"], &["logits"]).int("transB", 1))
        .output("logits", Some(&["batch", "10"]))
}

pub(crate) fn small_classifier() -> ModelProto {
    small_classifier_build().model()
}

/// The same in operator set 9 and IR version 3, which list initialisers as inputs.
pub(crate) fn old_classifier() -> ModelProto {
    let mut build = small_classifier_build().opset(9);
    build.inputs.extend([
        float_info("kernel", Some(&["4", "3", "3", "3"])),
        float_info("dense", Some(&["10", "4"])),
        float_info("bias", Some(&["10"])),
    ]);
    let mut model = build.model();
    model.ir_version = Some(3);
    model
}
