//! Two models as one, so that one session runs both: f after H.

use super::contract::{Batch, shape_text};
use super::graph::default_opset;
use super::signature::{Signature, TensorDeclaration};
use crate::onnx::proto::tensor_shape_proto::dimension;
use crate::onnx::proto::{GraphProto, ModelProto, NodeProto, OperatorSetIdProto, ValueInfoProto, type_proto};

/// The first IR version in which constants need not be listed as inputs, and may be overridden where they are.
const OVERRIDABLE_CONSTANTS: i64 = 4;

/// Why two models could not become one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MergeError {
    /// The models cannot live in one file; run them one after the other.
    #[error("the models cannot be merged: {0}")]
    Incompatible(Incompatibility),
    /// A model that does not have exactly one input and one output.
    #[error("{part} must have exactly one input and one output, found {inputs} and {outputs}")]
    Face {
        /// Which of the models.
        part: &'static str,
        /// Inputs found, constants left out.
        inputs: usize,
        /// Outputs found.
        outputs: usize,
    },
    /// What one gives is not what the other takes.
    #[error("output {output} of H does not fit input {input} of f")]
    Shapes {
        /// Declared shape of H's output.
        output: String,
        /// Declared shape of f's input.
        input: String,
    },
}

/// What keeps two sound models from sharing a file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Incompatibility {
    /// Operators of one domain would change their meaning.
    #[error("operator sets of domain `{domain}` differ, {h} in H and {f} in f")]
    Opsets {
        /// The domain, "" for ONNX's own operators.
        domain: String,
        /// Version in H.
        h: i64,
        /// Version in f.
        f: i64,
    },
    /// Batches of different fixed sizes.
    #[error("batches are fixed to {h} in H and to {f} in f")]
    Batches {
        /// Batch of H.
        h: usize,
        /// Batch of f.
        f: usize,
    },
    /// Functions defined inside a model.
    #[error("a model defines its own functions")]
    Functions,
}

/// f(H(z)) as one model: its input is H's, its output f's, with names prefixed by `h/` and `f/`.
///
/// # Errors
/// [`MergeError`]; on [`MergeError::Incompatible`] the models still run one after the other.
pub fn compose(h: &ModelProto, f: &ModelProto) -> Result<ModelProto, MergeError> {
    let (_, h_output) = face(h, "H")?;
    let (f_input, _) = face(f, "f")?;
    check_shapes(&h_output, &f_input)?;
    check_batches(h, f)?;
    if !h.functions.is_empty() || !f.functions.is_empty() {
        return Err(MergeError::Incompatible(Incompatibility::Functions));
    }
    let opset_import = joined_opsets(h, f)?;
    let ir_version = h.ir_version().max(f.ir_version());
    let mut graph = GraphProto { name: Some("f after H".into()), ..Default::default() };
    let joint = format!("h/{}", h_output.name);
    let parts = [
        (h, Renaming { prefix: "h/", joint: None }),
        (f, Renaming { prefix: "f/", joint: Some((&f_input.name, &joint)) }),
    ];
    for (model, renaming) in parts {
        let part = model.graph.clone().unwrap_or_default();
        // Constants that were listed as inputs only because an old version demanded it would become overridable,
        // and ONNX Runtime could not fold them any more.
        let drop_constants =
            model.ir_version() < OVERRIDABLE_CONSTANTS && ir_version >= OVERRIDABLE_CONSTANTS;
        append(&mut graph, part, &renaming, drop_constants);
    }
    graph.output.retain(|info| info.name() != joint);
    Ok(ModelProto {
        ir_version: Some(ir_version),
        opset_import,
        producer_name: Some("gsmooth".into()),
        graph: Some(graph),
        ..Default::default()
    })
}

fn face(
    model: &ModelProto,
    part: &'static str,
) -> Result<(TensorDeclaration, TensorDeclaration), MergeError> {
    let Signature { mut inputs, mut outputs, .. } = Signature::of(model);
    let counts = (inputs.len(), outputs.len());
    match (inputs.pop(), outputs.pop()) {
        (Some(input), Some(output)) if counts == (1, 1) => Ok((input, output)),
        _ => Err(MergeError::Face { part, inputs: counts.0, outputs: counts.1 }),
    }
}

fn check_shapes(output: &TensorDeclaration, input: &TensorDeclaration) -> Result<(), MergeError> {
    let fits = match (&output.dims, &input.dims) {
        (Some(a), Some(b)) => {
            let differ = |i: usize| matches!((a[i].known(), b[i].known()), (Some(m), Some(n)) if m != n);
            a.len() == b.len() && !(1..a.len()).any(differ)
        }
        _ => true,
    };
    if fits && output.element == input.element {
        return Ok(());
    }
    let text = |t: &TensorDeclaration| format!("{} {}", t.element, shape_text(t.dims.as_deref()));
    Err(MergeError::Shapes { output: text(output), input: text(input) })
}

fn check_batches(h: &ModelProto, f: &ModelProto) -> Result<(), MergeError> {
    let batches = |model| {
        let Signature { inputs, outputs, .. } = Signature::of(model);
        inputs.into_iter().chain(outputs).map(|tensor| Batch::of(&tensor)).collect::<Vec<_>>()
    };
    for h in batches(h) {
        for f in batches(f) {
            if let (Batch::Fixed(h), Batch::Fixed(f)) = (h, f)
                && h != f
            {
                return Err(MergeError::Incompatible(Incompatibility::Batches { h, f }));
            }
        }
    }
    Ok(())
}

/// The operator sets of both, which must agree wherever both name a domain.
fn joined_opsets(h: &ModelProto, f: &ModelProto) -> Result<Vec<OperatorSetIdProto>, MergeError> {
    let opsets = |h, f, domain: &str| {
        MergeError::Incompatible(Incompatibility::Opsets { domain: domain.to_owned(), h, f })
    };
    let (of_h, of_f) = (default_opset(h).unwrap_or(0), default_opset(f).unwrap_or(0));
    if of_h != of_f {
        return Err(opsets(of_h, of_f, ""));
    }
    let mut joined = h.opset_import.clone();
    let short = |domain: &str| {
        if domain == "ai.onnx" { String::new() } else { domain.to_owned() }
    };
    for opset in &f.opset_import {
        match joined.iter().find(|known| short(known.domain()) == short(opset.domain())) {
            None => joined.push(opset.clone()),
            Some(known) if known.version() == opset.version() => {}
            Some(known) => return Err(opsets(known.version(), opset.version(), opset.domain())),
        }
    }
    Ok(joined)
}

/// How the names of one part change.
struct Renaming<'a> {
    prefix: &'static str,
    /// The part's input, and the tensor of the other part that takes its place.
    joint: Option<(&'a str, &'a str)>,
}

impl Renaming<'_> {
    fn renamed(&self, name: &str) -> String {
        match self.joint {
            // An empty name stands for an operand left out.
            _ if name.is_empty() => String::new(),
            Some((input, other)) if name == input => other.to_owned(),
            _ => format!("{}{name}", self.prefix),
        }
    }

    fn option(&self, name: &mut Option<String>) {
        if let Some(name) = name {
            *name = self.renamed(name);
        }
    }

    fn info(&self, info: &mut ValueInfoProto) {
        self.option(&mut info.name);
        let value = info.r#type.as_mut().and_then(|t| t.value.as_mut());
        let Some(type_proto::Value::TensorType(tensor)) = value else {
            return;
        };
        for dim in tensor.shape.iter_mut().flat_map(|shape| &mut shape.dim) {
            // Symbols of the two models need not mean the same size.
            if let Some(dimension::Value::DimParam(symbol)) = &mut dim.value {
                *symbol = format!("{}{symbol}", self.prefix);
            }
        }
    }

    fn node(&self, node: &mut NodeProto) {
        self.option(&mut node.name);
        node.input.iter_mut().chain(&mut node.output).for_each(|name| *name = self.renamed(name));
        for attribute in &mut node.attribute {
            attribute.g.iter_mut().chain(&mut attribute.graphs).for_each(|graph| self.graph(graph));
        }
    }

    /// Renames everything in a graph. Names of a body's own tensors change too; they cannot clash with outer ones.
    fn graph(&self, graph: &mut GraphProto) {
        graph.node.iter_mut().for_each(|node| self.node(node));
        graph.initializer.iter_mut().for_each(|tensor| self.option(&mut tensor.name));
        for sparse in &mut graph.sparse_initializer {
            sparse.values.iter_mut().for_each(|values| self.option(&mut values.name));
        }
        graph.input.iter_mut().chain(&mut graph.output).for_each(|info| self.info(info));
        graph.value_info.iter_mut().for_each(|info| self.info(info));
        for annotation in &mut graph.quantization_annotation {
            self.option(&mut annotation.tensor_name);
            let names = &mut annotation.quant_parameter_tensor_names;
            names.iter_mut().for_each(|entry| self.option(&mut entry.value));
        }
    }
}

/// Adds a part, renamed, behind what is there already.
fn append(whole: &mut GraphProto, mut part: GraphProto, renaming: &Renaming<'_>, drop_constants: bool) {
    let constants: Vec<String> =
        super::graph::initialiser_names(&part).into_iter().map(str::to_owned).collect();
    let joint = renaming.joint.map(|(input, _)| input);
    part.input.retain(|info| {
        let constant = constants.iter().any(|name| name == info.name());
        Some(info.name()) != joint && !(drop_constants && constant)
    });
    renaming.graph(&mut part);
    whole.node.append(&mut part.node);
    whole.initializer.append(&mut part.initializer);
    whole.sparse_initializer.append(&mut part.sparse_initializer);
    whole.input.append(&mut part.input);
    whole.output.append(&mut part.output);
    whole.value_info.append(&mut part.value_info);
    whole.quantization_annotation.append(&mut part.quantization_annotation);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::onnx::model::batch_coupling::check_batch_independence;
    use crate::onnx::model::testing::{self, Build, float_info, node};

    fn h() -> ModelProto {
        let mut build = Build::new(&[]);
        build.inputs = vec![float_info("image", Some(&["batch", "3", "8", "8"]))];
        build
            .node(node("Relu", &["image"], &["active"]))
            .output("active", Some(&["n", "3", "8", "8"]))
            .model()
    }

    #[test]
    fn names_do_not_clash_and_the_joint_is_shared() {
        let merged = compose(&h(), &testing::small_classifier()).unwrap();
        let signature = Signature::of(&merged);
        assert_eq!(signature.inputs.len(), 1);
        assert_eq!(signature.inputs[0].to_string(), "`h/image`: float32 [h/batch, 3, 8, 8]");
        assert_eq!(signature.outputs[0].to_string(), "`f/logits`: float32 [f/batch, 10]");
        let graph = merged.graph.as_ref().unwrap();
        assert_eq!(graph.node[1].input, ["h/active", "f/kernel"]);
        check_batch_independence(&merged, "h/image").unwrap();
    }

    #[test]
    fn constants_of_old_models_stay_constant() {
        let mut new = h();
        new.opset_import[0].version = Some(9);
        let merged = compose(&new, &testing::old_classifier()).unwrap();
        assert_eq!(merged.ir_version(), 8);
        assert_eq!(merged.graph.as_ref().unwrap().input.len(), 1);
        new.ir_version = Some(3);
        let merged = compose(&new, &testing::old_classifier()).unwrap();
        assert_eq!(merged.graph.as_ref().unwrap().input.len(), 4);
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let mut other = h();
        other.opset_import[0].version = Some(17);
        let error = compose(&other, &testing::small_classifier()).unwrap_err();
        let expected = Incompatibility::Opsets { domain: String::new(), h: 17, f: 18 };
        assert_eq!(error, MergeError::Incompatible(expected));

        let mut small = h();
        small.graph.as_mut().unwrap().output[0] = float_info("active", Some(&["n", "3", "4", "4"]));
        assert!(matches!(compose(&small, &testing::small_classifier()), Err(MergeError::Shapes { .. })));

        let batched = |n: &str| {
            let mut model = h();
            let graph = model.graph.as_mut().unwrap();
            graph.input[0] = float_info("image", Some(&[n, "3", "8", "8"]));
            graph.output[0] = float_info("active", Some(&[n, "3", "8", "8"]));
            model
        };
        assert!(compose(&batched("8"), &batched("8")).is_ok());
        let error = compose(&batched("8"), &batched("4")).unwrap_err();
        assert_eq!(error, MergeError::Incompatible(Incompatibility::Batches { h: 8, f: 4 }));
        let two = testing::small_classifier_build().output("flat", None).model();
        assert!(matches!(compose(&h(), &two), Err(MergeError::Face { outputs: 2, .. })));
    }
}
