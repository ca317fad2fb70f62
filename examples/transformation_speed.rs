//! Images a second that each transformation makes on one core, beside the forward pass of a small network on such images.
//!
//! ```sh
//! cargo build --release && cargo run --release --example transformation_speed
//! ```
//!
//! The network: 16 and 32 channels of 3x3 convolutions, the second with stride 2, a global mean and 10 classes.

use std::time::{Duration, Instant};

use gsmooth::host::{PluginKind, Registry, SearchPath};
use gsmooth::onnx::proto::attribute_proto::AttributeType;
use gsmooth::onnx::proto::tensor_proto::DataType;
use gsmooth::onnx::proto::tensor_shape_proto::{Dimension, dimension};
use gsmooth::onnx::proto::{
    AttributeProto, GraphProto, ModelProto, NodeProto, OperatorSetIdProto, TensorProto, TensorShapeProto,
    TypeProto, ValueInfoProto, type_proto,
};
use gsmooth::onnx::runtime::{Options, Runtime, Session, SessionOptions};
use gsmooth::transformation::Transformation;
use prost::Message;

/// Channels, height and width.
const SHAPES: [[usize; 3]; 3] = [[1, 28, 28], [3, 32, 32], [3, 224, 224]];
/// Images a call.
const BATCH: usize = 16;
/// Each figure is the median of so many runs of at least this long.
const RUNS: usize = 5;
const LEAST: Duration = Duration::from_millis(100);

fn main() -> anyhow::Result<()> {
    let registry = Registry::load(&SearchPath::standard(&[]))?;
    let runtime = Runtime::open(&Options::default(), &mut |message| eprintln!("{message}"))?;
    let heads: Vec<String> = SHAPES.iter().map(|[c, h, w]| format!("{h}x{w}x{c}")).collect();
    println!("| images a second, one core | {} |\n|---|---|---|---|", heads.join(" | "));
    let network: Vec<f64> =
        SHAPES.iter().map(|shape| network_speed(&runtime, *shape)).collect::<anyhow::Result<_>>()?;
    print_row("small network", &network);
    for info in registry.plugins().iter().filter(|info| info.kind == PluginKind::Transformation) {
        let transformation = Transformation::from_plugin(registry.transformation(&info.id, &[])?);
        let speeds: Vec<f64> =
            SHAPES.iter().map(|shape| speed(&transformation, *shape)).collect::<anyhow::Result<_>>()?;
        print_row(&info.id, &speeds);
    }
    Ok(())
}

fn print_row(name: &str, speeds: &[f64]) {
    let cells: Vec<String> = speeds.iter().map(|speed| format!("{speed:.0}")).collect();
    println!("| {name} | {} |", cells.join(" | "));
}

/// Images a second of a call that takes [`BATCH`] of them.
fn measured(mut call: impl FnMut() -> anyhow::Result<()>) -> anyhow::Result<f64> {
    call()?;
    let mut speeds = Vec::with_capacity(RUNS);
    for _ in 0..RUNS {
        let (start, mut calls) = (Instant::now(), 0);
        while start.elapsed() < LEAST {
            call()?;
            calls += 1;
        }
        speeds.push((calls * BATCH) as f64 / start.elapsed().as_secs_f64());
    }
    speeds.sort_by(f64::total_cmp);
    Ok(speeds[RUNS / 2])
}

/// Parameters a third of the way to the end of the domain, or to 5 where that is farther.
fn parameters(transformation: &Transformation) -> Vec<f64> {
    let at = |parameter: &gsmooth::transformation::ParameterInfo| {
        parameter.identity + (parameter.high - parameter.identity).min(5.0) / 3.0
    };
    transformation.parameters().iter().map(at).collect()
}

fn images(values: usize) -> Vec<f32> {
    (0..values).map(|place| (place * 7919 % 256) as f32 / 255.0).collect()
}

fn speed(transformation: &Transformation, shape: [usize; 3]) -> anyhow::Result<f64> {
    let images = images(BATCH * shape.iter().product::<usize>());
    let mut out = vec![0.0; images.len()];
    let parameters = parameters(transformation).repeat(BATCH);
    let [channels, height, width] = shape;
    measured(|| Ok(transformation.apply(&images, [BATCH, channels, height, width], &parameters, &mut out)?))
}

fn network_speed(runtime: &Runtime, shape: [usize; 3]) -> anyhow::Result<f64> {
    let model = small_network(shape[0]).encode_to_vec();
    let mut session =
        Session::from_bytes(runtime, "small network", &model, None, &SessionOptions::default())?;
    let images = images(BATCH * shape.iter().product::<usize>());
    let [channels, height, width] = shape;
    let mut scores = Vec::new();
    measured(|| {
        session.run("image", &images, &[BATCH, channels, height, width], &mut scores)?;
        Ok(())
    })
}

fn small_network(channels: usize) -> ModelProto {
    let dims = |sizes: &[i64]| Some(TensorShapeProto { dim: sizes.iter().map(dimension).collect() });
    let declared = |name: &str, sizes: &[i64]| {
        let tensor = type_proto::Tensor { elem_type: Some(DataType::Float as i32), shape: dims(sizes) };
        let r#type = Some(TypeProto { value: Some(type_proto::Value::TensorType(tensor)), denotation: None });
        ValueInfoProto { name: Some(name.to_owned()), r#type, ..Default::default() }
    };
    let node = |operator: &str, inputs: &[&str], output: &str, attributes: &[(&str, &[i64])]| NodeProto {
        op_type: Some(operator.to_owned()),
        input: inputs.iter().map(|name| (*name).to_owned()).collect(),
        output: vec![output.to_owned()],
        attribute: attributes.iter().map(|(name, values)| integers(name, values)).collect(),
        ..Default::default()
    };
    let graph = GraphProto {
        name: Some("small_network".to_owned()),
        node: vec![
            node("Conv", &["image", "w1"], "a", &[("pads", &[1; 4])]),
            node("Relu", &["a"], "b", &[]),
            node("Conv", &["b", "w2"], "c", &[("pads", &[1; 4]), ("strides", &[2; 2])]),
            node("Relu", &["c"], "d", &[]),
            node("GlobalAveragePool", &["d"], "e", &[]),
            node("Flatten", &["e"], "f", &[]),
            node("MatMul", &["f", "w3"], "scores", &[]),
        ],
        initializer: vec![
            weights("w1", &[16, channels as i64, 3, 3]),
            weights("w2", &[32, 16, 3, 3]),
            weights("w3", &[32, 10]),
        ],
        input: vec![declared("image", &[-1, channels as i64, -2, -3])],
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

fn weights(name: &str, dims: &[i64]) -> TensorProto {
    let count: i64 = dims.iter().product();
    TensorProto {
        name: Some(name.to_owned()),
        dims: dims.to_vec(),
        data_type: Some(DataType::Float as i32),
        float_data: (0..count).map(|place| ((place * 37 % 19) as f32 - 9.0) / 90.0).collect(),
        ..Default::default()
    }
}
