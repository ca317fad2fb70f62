//! Splitting a surrogate that is one model into its parts F1, F2 and H.
//!
//! The model computes H(F1(theta) + F2(x)). It is cut at the outputs of F1 and F2; the one addition that joins them
//! belongs to no part, since the sum is formed outside, in double precision and together with the noise.

use super::batch_coupling::inferred_shape;
use super::cut::{CutError, extract, inputs_reached, reads};
use super::graph::{node_name, operator_domain};
use super::signature::Signature;
use crate::onnx::proto::tensor_shape_proto::{Dimension, dimension};
use crate::onnx::proto::{GraphProto, ModelProto, NodeProto, TensorShapeProto, ValueInfoProto, type_proto};

/// The parts of a surrogate as models of their own.
#[derive(Debug, Clone, PartialEq)]
pub struct SurrogateParts {
    /// From theta to the code.
    pub f1: ModelProto,
    /// From the image to the code.
    pub f2: ModelProto,
    /// From the sum to an image.
    pub h: ModelProto,
    /// Name of the input that takes theta.
    pub theta_input: String,
    /// Name of the input that takes the image.
    pub image_input: String,
}

/// Why a surrogate could not be split.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SplitError {
    /// A part could not be cut out.
    #[error("the surrogate cannot be cut into F1, F2 and H: {0}")]
    Cut(#[from] CutError),
    /// F1 or F2 depends on none or several of the model's inputs.
    #[error("`{tensor}` must depend on exactly one input of the model, found {}", list(inputs))]
    Inputs {
        /// The cut tensor.
        tensor: String,
        /// The inputs it depends on.
        inputs: Vec<String>,
    },
    /// F1 and F2 depend on the same input.
    #[error(
        "both cut tensors depend on input `{input}`; one must depend on theta alone, the other on the image alone"
    )]
    SameInput {
        /// The input.
        input: String,
    },
    /// A number of additions of the two cut tensors other than one.
    #[error("expected exactly one Add of `{f1}` and `{f2}`, found {}", list(found))]
    Join {
        /// F1's output.
        f1: String,
        /// F2's output.
        f2: String,
        /// Names of the additions.
        found: Vec<String>,
    },
    /// A cut tensor is used by something besides the addition.
    #[error(
        "cut tensor `{tensor}` is also used by {used_by}; then H sees more than the sum, and no certificate holds"
    )]
    OtherUse {
        /// The tensor.
        tensor: String,
        /// Who uses it.
        used_by: String,
    },
    /// A number of outputs other than one.
    #[error("expected exactly one output, the transformed image, found {}", list(outputs))]
    Outputs {
        /// The outputs.
        outputs: Vec<String>,
    },
}

fn list(names: &[String]) -> String {
    if names.is_empty() { "none".into() } else { names.join(", ") }
}

/// Splits a surrogate at the outputs of F1 and F2.
///
/// # Errors
/// [`SplitError`]: among others, where the cut tensors are joined by anything but one Add, or used elsewhere.
pub fn split_surrogate(
    model: &ModelProto,
    f1_output: &str,
    f2_output: &str,
) -> Result<SurrogateParts, SplitError> {
    let graph = model.graph.as_ref().ok_or(CutError::NoGraph)?;
    let theta_input = only_input(graph, f1_output)?;
    let image_input = only_input(graph, f2_output)?;
    if theta_input == image_input {
        return Err(SplitError::SameInput { input: theta_input });
    }
    let sum = join(graph, f1_output, f2_output)?;
    let outputs: Vec<&str> = graph.output.iter().map(|info| info.name()).collect();
    let [output] = outputs[..] else {
        return Err(SplitError::Outputs { outputs: outputs.into_iter().map(str::to_owned).collect() });
    };
    let mut f1 = extract(model, &[&theta_input], &[f1_output])?;
    let mut f2 = extract(model, &[&image_input], &[f2_output])?;
    let mut h = extract(model, &[sum], &[output])?;
    // The code's shape is seldom declared. It is stated where it follows from the graphs: F1's from F1 alone, so that
    // a sum by broadcasting is not mistaken for one in the code's space.
    let f1_shape = inferred_shape(&f1, &theta_input, f1_output);
    declare(first_output(&mut f1), f1_shape.as_deref());
    let mut code = inferred_shape(&f2, &image_input, f2_output);
    let image = Signature::of(&f2).inputs.first().and_then(|image| image.known(0));
    if let Some(batch) = code.as_mut().and_then(|dims| dims.first_mut()) {
        *batch = image;
    }
    declare(first_output(&mut f2), code.as_deref());
    declare(h.graph.as_mut().and_then(|g| g.input.first_mut()), code.as_deref());
    Ok(SurrogateParts { f1, f2, h, theta_input, image_input })
}

fn only_input(graph: &GraphProto, tensor: &str) -> Result<String, SplitError> {
    match inputs_reached(graph, tensor)?[..] {
        [input] => Ok(input.to_owned()),
        ref inputs => {
            let inputs = inputs.iter().map(|name| (*name).to_owned()).collect();
            Err(SplitError::Inputs { tensor: tensor.to_owned(), inputs })
        }
    }
}

/// The output of the one Add of the two tensors, which must have no other use.
fn join<'a>(graph: &'a GraphProto, f1: &str, f2: &str) -> Result<&'a str, SplitError> {
    let joins = |node: &&NodeProto| {
        let inputs: Vec<&str> = node.input.iter().map(String::as_str).collect();
        node.op_type() == "Add"
            && operator_domain(node).is_empty()
            && (inputs == [f1, f2] || inputs == [f2, f1])
    };
    let found: Vec<&NodeProto> = graph.node.iter().filter(joins).collect();
    let ([join], Some(sum)) = (&found[..], found.first().and_then(|node| node.output.first())) else {
        let found = found.into_iter().map(node_name).collect();
        return Err(SplitError::Join { f1: f1.to_owned(), f2: f2.to_owned(), found });
    };
    for tensor in [f1, f2] {
        let node =
            graph.node.iter().find(|node| !std::ptr::eq(*node, *join) && reads(node).contains(&tensor));
        let output = graph.output.iter().any(|info| info.name() == tensor);
        let used_by = match (node, output) {
            (Some(node), _) => format!("node `{}` ({})", node_name(node), node.op_type()),
            (None, true) => "the model's outputs".into(),
            (None, false) => continue,
        };
        return Err(SplitError::OtherUse { tensor: tensor.to_owned(), used_by });
    }
    Ok(sum)
}

fn first_output(model: &mut ModelProto) -> Option<&mut ValueInfoProto> {
    model.graph.as_mut()?.output.first_mut()
}

/// Declares a shape where none is declared.
fn declare(info: Option<&mut ValueInfoProto>, shape: Option<&[Option<usize>]>) {
    let value = info.and_then(|info| info.r#type.as_mut()).and_then(|t| t.value.as_mut());
    let (Some(type_proto::Value::TensorType(tensor)), Some(shape)) = (value, shape) else {
        return;
    };
    let dim = |size: &Option<usize>| {
        let size = size.and_then(|n| i64::try_from(n).ok());
        Dimension { value: size.map(dimension::Value::DimValue), denotation: None }
    };
    tensor.shape.get_or_insert_with(|| TensorShapeProto { dim: shape.iter().map(dim).collect() });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::onnx::model::contract::NamedModel;
    use crate::onnx::model::surrogate::SurrogateContract;
    use crate::onnx::model::testing::{Build, WithAttribute, float_info, integers, node, weights};

    /// H(F1(theta) + F2(x)) with theta in R^2 and a code of 4 x 6 x 6.
    fn surrogate() -> Build {
        let mut build = Build::new(&["n", "1", "8", "8"]);
        build.inputs.push(float_info("theta", Some(&["n", "2"])));
        build
            .constant(weights("a1", &[2, 144]))
            .constant(weights("b1", &[144]))
            .constant(integers("code_shape", &[4], &[-1, 4, 6, 6]))
            .constant(weights("kernel", &[4, 1, 3, 3]))
            .constant(weights("back", &[4, 1, 3, 3]))
            .node(node("Gemm", &["theta", "a1", "b1"], &["flat"]))
            .node(node("Reshape", &["flat", "code_shape"], &["f1_out"]))
            .node(node("Conv", &["image", "kernel"], &["f2_out"]))
            .node(node("Add", &["f1_out", "f2_out"], &["sum"]))
            .node(node("Relu", &["sum"], &["active"]))
            .node(node("ConvTranspose", &["active", "back"], &["out"]).ints("strides", &[1, 1]))
            .output("out", Some(&["n", "1", "8", "8"]))
    }

    #[test]
    fn the_parts_fulfil_the_contract() {
        let parts = split_surrogate(&surrogate().model(), "f1_out", "f2_out").unwrap();
        assert_eq!((parts.theta_input.as_str(), parts.image_input.as_str()), ("theta", "image"));
        let [f1, f2, h] = [("f1", &parts.f1), ("f2", &parts.f2), ("h", &parts.h)]
            .map(|(name, proto)| NamedModel { name, proto });
        let contract = SurrogateContract::of(f1, f2, h).unwrap();
        assert_eq!((contract.parameters, contract.code_dimension()), (2, Some(144)));
        assert_eq!((contract.h_input.as_str(), contract.h_output.as_str()), ("sum", "out"));
        let operators: Vec<&str> = parts.h.graph.as_ref().unwrap().node.iter().map(|n| n.op_type()).collect();
        assert_eq!(operators, ["Relu", "ConvTranspose"]);
        crate::onnx::model::batch_coupling::check_batch_independence(&parts.h, "sum").unwrap();
    }

    #[test]
    fn a_sum_by_broadcasting_does_not_fulfil_the_contract() {
        let mut build = surrogate();
        build.initialisers[0] = weights("a1", &[2, 4]);
        build.initialisers[1] = weights("b1", &[4]);
        build.initialisers[2] = integers("code_shape", &[4], &[-1, 4, 1, 1]);
        let parts = split_surrogate(&build.model(), "f1_out", "f2_out").unwrap();
        let [f1, f2, h] = [("f1", &parts.f1), ("f2", &parts.f2), ("h", &parts.h)]
            .map(|(name, proto)| NamedModel { name, proto });
        let error = SurrogateContract::of(f1, f2, h).unwrap_err().to_string();
        assert!(error.contains("`f1_out`: expected shape [N, 4, 6, 6], found [?, 4, 1, 1]"), "{error}");
    }

    #[test]
    fn another_use_of_a_cut_tensor_is_refused() {
        let model = surrogate().node(node("Sigmoid", &["f2_out"], &["gate"])).model();
        let error = split_surrogate(&model, "f1_out", "f2_out").unwrap_err();
        assert!(matches!(&error, SplitError::OtherUse { tensor, .. } if tensor == "f2_out"), "{error}");
        let model = surrogate().output("f1_out", None).model();
        assert!(matches!(split_surrogate(&model, "f1_out", "f2_out"), Err(SplitError::OtherUse { .. })));
    }

    #[test]
    fn a_skip_connection_from_the_image_is_refused() {
        let mut build = surrogate();
        build.outputs.clear();
        let model = build.node(node("Add", &["out", "image"], &["final"])).output("final", None).model();
        let error = split_surrogate(&model, "f1_out", "f2_out").unwrap_err();
        assert!(
            matches!(&error, SplitError::Cut(CutError::ReachesInput { input, .. }) if input == "image"),
            "{error}"
        );
    }

    #[test]
    fn joins_other_than_one_addition_are_refused() {
        let mut product = surrogate();
        product.nodes[3].op_type = Some("Mul".into());
        assert!(matches!(
            split_surrogate(&product.model(), "f1_out", "f2_out"),
            Err(SplitError::Join { .. })
        ));
        let twice = surrogate().node(node("Add", &["f2_out", "f1_out"], &["again"])).model();
        let error = split_surrogate(&twice, "f1_out", "f2_out").unwrap_err();
        assert!(matches!(&error, SplitError::Join { found, .. } if found.len() == 2), "{error}");
        let model = surrogate().model();
        assert!(matches!(split_surrogate(&model, "f2_out", "f2_out"), Err(SplitError::SameInput { .. })));
        assert!(matches!(split_surrogate(&model, "sum", "f2_out"), Err(SplitError::Inputs { .. })));
        assert!(matches!(
            split_surrogate(&model, "f1_ou", "f2_out"),
            Err(SplitError::Cut(CutError::NoSuchTensor { nearest: Some(n), .. })) if n == "f1_out"
        ));
    }
}
