//! A transformation of images as a graph: image and parameters in, image out.

use super::contract::{Batch, ContractError, NamedModel};
use super::graph::default_opset;
use super::signature::{Signature, TensorDeclaration};
use crate::onnx::proto::attribute_proto::AttributeType;
use crate::onnx::proto::tensor_proto::DataType;
use crate::onnx::proto::tensor_shape_proto::{Dimension, dimension};
use crate::onnx::proto::{
    AttributeProto, GraphProto, ModelProto, NodeProto, TensorProto, TensorShapeProto, TypeProto,
    ValueInfoProto, type_proto,
};

/// What the two inputs should be, for messages.
const INPUTS: &str = "two float32 inputs, an image [N, C, H, W] and its parameters [N, m] with m fixed";
/// The first operator set whose Reshape takes its shape as an input.
const RESHAPE_BY_INPUT: i64 = 5;
/// The first version of the file format in which constants need not be listed as inputs.
const CONSTANTS_APART: i64 = 4;

/// A transformation's graph with its two inputs joined into one, so that it runs, is padded, and is shown to treat images
/// alone like any other network.
#[derive(Debug, Clone)]
pub struct TransformationContract {
    /// The model with the one input [`TransformationContract::INPUT`], N rows: the C H W pixels of an image, then its m
    /// parameters.
    pub proto: ModelProto,
    /// Number m of parameters.
    pub parameters: usize,
    /// How many images it takes at once.
    pub batch: Batch,
}

impl TransformationContract {
    /// Name of the joined input.
    pub const INPUT: &'static str = "gsmooth/image_and_parameters";

    /// Reads a model that takes an image of `shape` (C, H, W) and m parameters, and gives an image of that shape.
    ///
    /// # Errors
    /// [`ContractError`]: other inputs or outputs, other types, other shapes.
    pub fn of(model: NamedModel<'_>, shape: [usize; 3]) -> Result<Self, ContractError> {
        let Signature { inputs, outputs, .. } = Signature::of(model.proto);
        let refused = |found| ContractError::Inputs { model: model.name.to_owned(), found, expected: INPUTS };
        let [first, second] = <[_; 2]>::try_from(inputs).map_err(refused)?;
        let rank = |tensor: &TensorDeclaration| tensor.dims.as_ref().map(Vec::len);
        let (image, theta) = match (rank(&first), rank(&second)) {
            (Some(4), Some(2)) => (first, second),
            (Some(2), Some(4)) => (second, first),
            _ => return Err(refused(vec![first, second])),
        };
        let [output] = <[_; 1]>::try_from(outputs).map_err(|found| ContractError::Outputs {
            model: model.name.to_owned(),
            found,
            expected: "the image transformed",
        })?;
        for tensor in [&image, &theta, &output] {
            model.require_float32(tensor)?;
        }
        check_shape(&model, &image, shape)?;
        let parameters = theta.known(1).ok_or_else(|| model.shape_error(&theta, "[N, m] with m fixed"))?;
        let batch = match (Batch::of(&image), Batch::of(&theta)) {
            (Batch::Fixed(a), Batch::Fixed(b)) if a != b => {
                return Err(model.shape_error(&theta, &format!("[{a}, m], the batch of the image")));
            }
            (Batch::Fixed(size), _) | (_, Batch::Fixed(size)) => Batch::Fixed(size),
            _ => Batch::Dynamic,
        };
        let opset = default_opset(model.proto).unwrap_or(0);
        if opset < RESHAPE_BY_INPUT {
            let expected = format!("operator set {RESHAPE_BY_INPUT} or newer");
            return Err(model.shape_error(&image, &expected));
        }
        let proto = joined(model.proto, &image.name, &theta.name, shape, parameters, batch);
        Ok(Self { proto, parameters, batch })
    }
}

fn check_shape(
    model: &NamedModel<'_>,
    image: &TensorDeclaration,
    shape: [usize; 3],
) -> Result<(), ContractError> {
    let fits = |axis: usize| image.known(axis + 1).is_none_or(|declared| declared == shape[axis]);
    if (0..3).all(fits) {
        return Ok(());
    }
    let [channels, height, width] = shape;
    Err(model.shape_error(image, &format!("[N, {channels}, {height}, {width}], that of the data")))
}

/// The graph behind a Gather of the pixels and one of the parameters.
fn joined(
    model: &ModelProto,
    image: &str,
    theta: &str,
    shape: [usize; 3],
    parameters: usize,
    batch: Batch,
) -> ModelProto {
    let pixels: usize = shape.iter().product();
    let mut graph = model.graph.clone().unwrap_or_default();
    graph.input.retain(|input| ![image, theta].contains(&input.name()));
    graph.input.insert(0, rows_of(pixels + parameters, batch));
    let before = [
        gather("gsmooth/pixel_places", "gsmooth/pixels"),
        node("Reshape", &["gsmooth/pixels", "gsmooth/image_shape"], image),
        gather("gsmooth/parameter_places", theta),
    ];
    graph.node.splice(0..0, before);
    let places = |range: std::ops::Range<usize>| range.map(|place| place as i64).collect::<Vec<_>>();
    let dims: Vec<i64> = std::iter::once(0).chain(shape.map(|size| size as i64)).collect();
    let constants = [
        ("gsmooth/pixel_places", places(0..pixels)),
        ("gsmooth/parameter_places", places(pixels..pixels + parameters)),
        ("gsmooth/image_shape", dims),
    ];
    for (name, values) in constants {
        add_integers(&mut graph, name, values, model.ir_version() < CONSTANTS_APART);
    }
    ModelProto { graph: Some(graph), ..model.clone() }
}

fn node(operator: &str, inputs: &[&str], output: &str) -> NodeProto {
    NodeProto {
        op_type: Some(operator.to_owned()),
        name: Some(format!("{operator} of {output}")),
        input: inputs.iter().map(|name| (*name).to_owned()).collect(),
        output: vec![output.to_owned()],
        ..Default::default()
    }
}

/// The columns at `places` of the joined input.
fn gather(places: &str, output: &str) -> NodeProto {
    let axis = AttributeProto {
        name: Some("axis".to_owned()),
        r#type: Some(AttributeType::Int as i32),
        i: Some(1),
        ..Default::default()
    };
    NodeProto { attribute: vec![axis], ..node("Gather", &[TransformationContract::INPUT, places], output) }
}

/// A constant; listed as an input too where an old version of the format demands it.
fn add_integers(graph: &mut GraphProto, name: &str, values: Vec<i64>, constants_are_inputs: bool) {
    let count = values.len();
    graph.initializer.push(TensorProto {
        name: Some(name.to_owned()),
        dims: vec![count as i64],
        data_type: Some(DataType::Int64 as i32),
        int64_data: values,
        ..Default::default()
    });
    if constants_are_inputs {
        let size = Dimension { value: Some(dimension::Value::DimValue(count as i64)), denotation: None };
        graph.input.push(declaration(name, DataType::Int64, vec![size]));
    }
}

fn rows_of(values: usize, batch: Batch) -> ValueInfoProto {
    let rows = match batch {
        Batch::Dynamic => dimension::Value::DimParam("gsmooth_batch".to_owned()),
        Batch::Fixed(size) => dimension::Value::DimValue(size as i64),
    };
    let dims = [rows, dimension::Value::DimValue(values as i64)];
    let dims = dims.map(|value| Dimension { value: Some(value), denotation: None }).to_vec();
    declaration(TransformationContract::INPUT, DataType::Float, dims)
}

fn declaration(name: &str, element: DataType, dims: Vec<Dimension>) -> ValueInfoProto {
    let shape = Some(TensorShapeProto { dim: dims });
    let tensor = type_proto::Tensor { elem_type: Some(element as i32), shape };
    let value = Some(type_proto::Value::TensorType(tensor));
    let r#type = Some(TypeProto { value, denotation: None });
    ValueInfoProto { name: Some(name.to_owned()), r#type, ..Default::default() }
}
