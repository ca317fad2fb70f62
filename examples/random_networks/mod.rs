//! Convolutional networks with random weights, as ONNX: how long they take depends on their shapes alone.

use gsmooth::onnx::proto::attribute_proto::AttributeType;
use gsmooth::onnx::proto::tensor_proto::DataType;
use gsmooth::onnx::proto::tensor_shape_proto::{Dimension, dimension};
use gsmooth::onnx::proto::{
    AttributeProto, GraphProto, ModelProto, NodeProto, OperatorSetIdProto, TensorProto, TensorShapeProto,
    TypeProto, ValueInfoProto, type_proto,
};

/// A network under construction, from `image` on.
#[derive(Default)]
pub struct Builder {
    nodes: Vec<NodeProto>,
    weights: Vec<TensorProto>,
}

impl Builder {
    /// A 3x3 convolution with padding.
    fn convolution(&mut self, input: &str, from: i64, to: i64, stride: i64) -> String {
        let kernel = self.random(&[to, from, 3, 3], (2.0 / (9 * from) as f32).sqrt());
        let bias = self.random(&[to], 0.01);
        let attributes = [integers("pads", &[1; 4]), integers("strides", &[stride; 2])];
        self.node("Conv", &[input, &kernel, &bias], attributes.to_vec())
    }

    fn relu(&mut self, input: &str) -> String {
        self.node("Relu", &[input], Vec::new())
    }

    /// Two convolutions beside a shortcut, which is a strided 1x1 convolution where the shape changes.
    fn residual_block(&mut self, input: &str, from: i64, to: i64) -> String {
        let stride = if from == to { 1 } else { 2 };
        let first = self.convolution(input, from, to, stride);
        let first = self.relu(&first);
        let second = self.convolution(&first, to, to, 1);
        let shortcut = if from == to {
            input.to_owned()
        } else {
            let kernel = self.random(&[to, from, 1, 1], (1.0 / from as f32).sqrt());
            self.node("Conv", &[input, &kernel], vec![integers("strides", &[stride; 2])])
        };
        let sum = self.node("Add", &[&second, &shortcut], Vec::new());
        self.relu(&sum)
    }

    /// The mean over the image and a linear map to 10 scores, named `scores`.
    fn head(&mut self, input: &str, channels: i64) {
        let mean = self.node("GlobalAveragePool", &[input], Vec::new());
        let flat = self.node("Flatten", &[&mean], Vec::new());
        let weights = self.random(&[channels, 10], (1.0 / channels as f32).sqrt());
        self.node("MatMul", &[&flat, &weights], Vec::new());
        if let Some(last) = self.nodes.last_mut() {
            last.output = vec!["scores".to_owned()];
        }
    }

    fn node(&mut self, operator: &str, inputs: &[&str], attribute: Vec<AttributeProto>) -> String {
        let output = format!("t{}", self.nodes.len());
        self.nodes.push(NodeProto {
            op_type: Some(operator.to_owned()),
            input: inputs.iter().map(|name| (*name).to_owned()).collect(),
            output: vec![output.clone()],
            attribute,
            ..Default::default()
        });
        output
    }

    /// Values spread evenly over (-sqrt(3), sqrt(3)) times `scale`, by Weyl's sequence.
    fn random(&mut self, dims: &[i64], scale: f32) -> String {
        let name = format!("w{}", self.weights.len());
        let start = self.weights.len() as f64 * 0.32;
        let value = |place: i64| (start + place as f64 * 0.618_033_988_749_895).fract() as f32 * 2.0 - 1.0;
        self.weights.push(TensorProto {
            name: Some(name.clone()),
            dims: dims.to_vec(),
            data_type: Some(DataType::Float as i32),
            float_data: (0..dims.iter().product()).map(|place| value(place) * 1.732 * scale).collect(),
            ..Default::default()
        });
        name
    }

    /// The whole network; `image` holds the sizes of NCHW, a negative number for a free one.
    fn model(self, image: [i64; 4]) -> ModelProto {
        let graph = GraphProto {
            name: Some("random_network".to_owned()),
            node: self.nodes,
            initializer: self.weights,
            input: vec![declared("image", &image)],
            output: vec![declared("scores", &[-1, 10])],
            ..Default::default()
        };
        ModelProto {
            ir_version: Some(8),
            opset_import: vec![OperatorSetIdProto { domain: None, version: Some(17) }],
            graph: Some(graph),
            ..Default::default()
        }
    }
}

/// 16 and 32 channels of 3x3 convolutions, the second with stride 2, for images of any size.
#[allow(dead_code, reason = "every example takes the networks that it needs")]
pub fn small(channels: i64) -> ModelProto {
    let mut builder = Builder::default();
    let first = builder.convolution("image", channels, 16, 1);
    let first = builder.relu(&first);
    let second = builder.convolution(&first, 16, 32, 2);
    let second = builder.relu(&second);
    builder.head(&second, 32);
    builder.model([-1, channels, -2, -3])
}

/// ResNet-20 for images of 32x32x3, batch normalisation folded into its convolutions.
#[allow(dead_code, reason = "every example takes the networks that it needs")]
pub fn resnet20() -> ModelProto {
    let mut builder = Builder::default();
    let stem = builder.convolution("image", 3, 16, 1);
    let mut last = builder.relu(&stem);
    let mut channels = 16;
    for stage in [16, 32, 64] {
        for _ in 0..3 {
            last = builder.residual_block(&last, channels, stage);
            channels = stage;
        }
    }
    builder.head(&last, 64);
    builder.model([-1, 3, 32, 32])
}

fn declared(name: &str, sizes: &[i64]) -> ValueInfoProto {
    let shape = Some(TensorShapeProto { dim: sizes.iter().map(dimension).collect() });
    let tensor = type_proto::Tensor { elem_type: Some(DataType::Float as i32), shape };
    let r#type = Some(TypeProto { value: Some(type_proto::Value::TensorType(tensor)), denotation: None });
    ValueInfoProto { name: Some(name.to_owned()), r#type, ..Default::default() }
}

/// A fixed size; a free one, with a name of its own, for a negative number.
fn dimension(size: &i64) -> Dimension {
    let value = match size {
        0.. => dimension::Value::DimValue(*size),
        _ => dimension::Value::DimParam(format!("axis_{}", -size)),
    };
    Dimension { value: Some(value), denotation: None }
}

fn integers(name: &str, values: &[i64]) -> AttributeProto {
    AttributeProto {
        name: Some(name.to_owned()),
        ints: values.to_vec(),
        r#type: Some(AttributeType::Ints as i32),
        ..Default::default()
    }
}
