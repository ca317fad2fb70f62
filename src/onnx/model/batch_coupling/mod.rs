//! Whether a model treats every image of a batch alone.
//!
//! Draws are sampled in batches, and a vote is only a draw of the smoothed classifier if it depends on its own image
//! and noise. So the batch axis is followed from the input through every node to the outputs, by a table of
//! operators and a light inference of shapes, and a model is refused where
//!
//! - two images of a batch meet (coupling), or an image is treated by its position in the batch;
//! - the size of the batch flows into the data;
//! - an operator draws random numbers, holds graphs of its own, or is not in the table.
//!
//! What is accepted is proven for the operators as ONNX defines them: entry n of every output depends on entry n of
//! the input alone, in the same way for all n and all batch sizes. Declared shapes of inner tensors are not
//! trusted; those of inputs are, since ONNX Runtime enforces them.

mod axes;
mod cause;
mod elementwise;
mod extend;
mod images;
mod inferred;
mod linear;
mod node;
mod operators;
mod reduce;
mod reshape;
mod resize;
mod select;
mod sizes;
mod slice;
#[cfg(test)]
mod tests;
mod value;

use std::collections::HashMap;

pub use cause::Cause;
pub(crate) use inferred::Inferred;

use self::node::Node;
use self::operators::{Rule, rule};
use self::value::{Dim, Role, Value};
use super::graph::{bodies, default_opset, node_name, operator_domain, real_inputs};
use super::signature::TensorDeclaration;
use crate::onnx::proto::{GraphProto, ModelProto, NodeProto};

/// The oldest operator set understood; before it, broadcasting and training mode had other rules.
pub const OLDEST_OPSET: i64 = 7;
/// The newest operator set that the operator table was written for.
pub const NEWEST_OPSET: i64 = 28;

/// Why a model cannot be shown to treat every image of a batch alone.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CouplingError {
    /// A node that couples images, or that cannot be followed.
    #[error("node `{node}` ({operator}): {cause}{}", remedy_text(cause))]
    Node {
        /// The node.
        node: String,
        /// Its operator.
        operator: String,
        /// What stands against it.
        cause: Cause,
    },
    /// Random numbers are drawn inside the model.
    #[error(
        "node `{node}` ({operator}): it draws random numbers inside the model, which the certificate's noise knows \
         nothing of; remove it, or call model.eval() before the export"
    )]
    Random {
        /// The node.
        node: String,
        /// Its operator.
        operator: String,
    },
    /// An operator that nothing is known of.
    #[error(
        "node `{node}` ({operator}{}): unknown operator, it cannot be shown to treat images alone; export with \
         standard operators, or with constants folded",
        domain_text(domain)
    )]
    UnknownOperator {
        /// The node.
        node: String,
        /// Its operator.
        operator: String,
        /// Its domain.
        domain: String,
    },
    /// If, Loop, Scan and their kind.
    #[error(
        "node `{node}` ({operator}): control flow is not followed; export without data-dependent branches, or fold \
         constants (python -m onnxsim)"
    )]
    ControlFlow {
        /// The node.
        node: String,
        /// Its operator.
        operator: String,
    },
    /// Functions defined inside the model.
    #[error(
        "the model defines its own functions ({}); inline them first, with onnx.inliner.inline_local_functions in \
         Python", functions.join(", ")
    )]
    LocalFunctions {
        /// Names of the functions.
        functions: Vec<String>,
    },
    /// An operator set whose meaning is not known here.
    #[error(
        "operator set {found} is not understood, expected {OLDEST_OPSET} to {NEWEST_OPSET}; convert with \
         onnx.version_converter in Python"
    )]
    Opset {
        /// Its version; 0 if none is stated.
        found: i64,
    },
    /// The model has no such input, or not with a batch axis.
    #[error("input `{input}` does not exist, or has no axes")]
    NoSuchInput {
        /// The name asked for.
        input: String,
    },
    /// Something besides the batch must be fed.
    #[error("input `{input}` must be fed beside the batch, expected no other input")]
    OtherInput {
        /// The other input.
        input: String,
    },
    /// A tensor is used before it is computed.
    #[error(
        "node `{node}`: its operand `{tensor}` is computed nowhere before it; the graph is not sorted, or damaged"
    )]
    Undefined {
        /// The node.
        node: String,
        /// The tensor.
        tensor: String,
    },
    /// Two nodes, inputs or constants give a tensor of the same name.
    #[error("tensor `{tensor}` is defined twice; the graph is damaged")]
    DefinedTwice {
        /// The tensor.
        tensor: String,
    },
    /// An output that does not have the batch on its first axis.
    #[error("output `{output}`: expected one entry for each image on axis 0, found {found}")]
    Output {
        /// The output.
        output: String,
        /// What it is instead.
        found: &'static str,
    },
}

fn remedy_text(cause: &Cause) -> String {
    cause.remedy().map(|remedy| format!("; {remedy}")).unwrap_or_default()
}

fn domain_text(domain: &str) -> String {
    if domain.is_empty() { String::new() } else { format!(" of domain {domain}") }
}

/// Shows that entry n of every output of a model depends on entry n of `input` alone, for all n alike, and is not random.
///
/// A model whose batch is fixed to 1 cannot couple images; of it only randomness, unknown operators and control
/// flow are checked.
///
/// # Errors
/// [`CouplingError`], which names the node, its operator, the reason and, where there is one, a remedy.
pub fn check_batch_independence(model: &ModelProto, input: &str) -> Result<(), CouplingError> {
    follow(model, input, None).map(|_| ())
}

/// What follows from the graph about its tensors, for one image whose axes are known to have sizes `item_dims`.
///
/// # Errors
/// As [`check_batch_independence`].
pub(crate) fn infer<'a>(
    model: &'a ModelProto,
    input: &str,
    item_dims: &[usize],
) -> Result<Inferred<'a>, CouplingError> {
    follow(model, input, Some(item_dims)).map(Inferred::new)
}

/// The sizes of an output of a model with a batch of images, as far as they follow from the graph: for each axis
/// its size, or `None` for the batch and for what is not known. `None` where the rank is not known.
pub(crate) fn inferred_shape(model: &ModelProto, input: &str, output: &str) -> Option<Vec<Option<usize>>> {
    let values = follow(model, input, None).ok()?;
    let size = |dim: &Dim| if let Dim::Known(n) = dim { Some(*n) } else { None };
    Some(values.get(output)?.shape.as_ref()?.iter().map(size).collect())
}

/// Follows the batch axis through the graph and returns what is known of every tensor. `item_dims` are the sizes of
/// the axes of one image, where they are known better than the model declares them.
fn follow<'a>(
    model: &'a ModelProto,
    input: &str,
    item_dims: Option<&[usize]>,
) -> Result<HashMap<&'a str, Value>, CouplingError> {
    if !model.functions.is_empty() {
        let functions = model.functions.iter().map(|f| f.name().to_owned()).collect();
        return Err(CouplingError::LocalFunctions { functions });
    }
    let opset = default_opset(model).unwrap_or(0);
    if !(OLDEST_OPSET..=NEWEST_OPSET).contains(&opset) {
        return Err(CouplingError::Opset { found: opset });
    }
    let no_input = || CouplingError::NoSuchInput { input: input.to_owned() };
    let graph = model.graph.as_ref().ok_or_else(no_input)?;
    let (fixed_batch, mut values) = starting_values(graph, input, item_dims)?;
    for proto in &graph.node {
        let rule = known_rule(proto)?;
        let operands = operands(proto, &values)?;
        let node = Node { proto, opset, fixed_batch, operands };
        refuse_random(rule, &node)?;
        let results = match fixed_batch {
            // Images cannot meet where there is only one; shapes are still inferred as far as that goes.
            Some(1) => rule.apply(&node).unwrap_or_default(),
            _ => rule.apply(&node).map_err(|cause| node_error(proto, cause))?,
        };
        for (index, name) in proto.output.iter().enumerate().filter(|(_, name)| !name.is_empty()) {
            let result = match results.get(index) {
                Some(result) => result.clone(),
                None if fixed_batch == Some(1) => Value::constant(None),
                // Outputs beyond those that the rule describes.
                None => return Err(node_error(proto, Cause::NotFollowed)),
            };
            define(&mut values, name, result)?;
        }
    }
    if fixed_batch != Some(1) {
        check_outputs(graph, &values)?;
    }
    Ok(values)
}

/// What is known before the first node: the constants and the batch of images. Also the batch size, where fixed.
fn starting_values<'a>(
    graph: &'a GraphProto,
    input: &str,
    item_dims: Option<&[usize]>,
) -> Result<(Option<usize>, HashMap<&'a str, Value>), CouplingError> {
    let mut values = HashMap::new();
    for tensor in &graph.initializer {
        define(&mut values, tensor.name(), Value::of_tensor(tensor))?;
    }
    for sparse in &graph.sparse_initializer {
        let shape = sparse.dims.iter().map(|d| usize::try_from(*d).map_or(Dim::Fixed, Dim::Known)).collect();
        let name = sparse.values.as_ref().map_or("", |v| v.name());
        define(&mut values, name, Value::constant(Some(shape)))?;
    }
    let inputs = real_inputs(graph);
    if let Some(other) = inputs.iter().find(|info| info.name() != input) {
        return Err(CouplingError::OtherInput { input: other.name().to_owned() });
    }
    let no_input = || CouplingError::NoSuchInput { input: input.to_owned() };
    let [info] = inputs[..] else {
        return Err(no_input());
    };
    let declared = TensorDeclaration::of(info).dims;
    if declared.as_ref().is_some_and(Vec::is_empty) {
        return Err(no_input());
    }
    let fixed_batch = declared.as_ref().and_then(|dims| dims[0].known());
    let declared =
        declared.map(|dims| dims.iter().map(|d| d.known().map_or(Dim::Fixed, Dim::Known)).collect());
    let known =
        |sizes: &[usize]| [Dim::Batch].into_iter().chain(sizes.iter().map(|n| Dim::Known(*n))).collect();
    let shape = item_dims.map(known).or(declared);
    define(&mut values, info.name(), Value::batched(0, shape))?;
    Ok((fixed_batch, values))
}

fn define<'a>(
    values: &mut HashMap<&'a str, Value>,
    name: &'a str,
    value: Value,
) -> Result<(), CouplingError> {
    match values.insert(name, value) {
        None => Ok(()),
        Some(_) => Err(CouplingError::DefinedTwice { tensor: name.to_owned() }),
    }
}

fn known_rule(proto: &NodeProto) -> Result<Rule, CouplingError> {
    let (node, operator) = (node_name(proto), proto.op_type().to_owned());
    let domain = operator_domain(proto);
    match rule(domain, &operator) {
        Some(Rule::ControlFlow) => Err(CouplingError::ControlFlow { node, operator }),
        Some(_) if bodies(proto).next().is_some() => Err(CouplingError::ControlFlow { node, operator }),
        Some(Rule::Random) => Err(CouplingError::Random { node, operator }),
        Some(rule) => Ok(rule),
        None => Err(CouplingError::UnknownOperator { node, operator, domain: domain.to_owned() }),
    }
}

/// Dropout draws random numbers where its operand 2 (from operator set 12 on) is not known to be false.
fn refuse_random(rule: Rule, node: &Node<'_>) -> Result<(), CouplingError> {
    let training = node
        .operand(2)
        .is_some_and(|mode| !matches!(mode.elements.as_deref(), Some([value::Element::Integer(0)])));
    if rule == Rule::Dropout && training {
        let (node, operator) = (node_name(node.proto), node.proto.op_type().to_owned());
        return Err(CouplingError::Random { node, operator });
    }
    Ok(())
}

fn operands<'v>(
    proto: &NodeProto,
    values: &'v HashMap<&str, Value>,
) -> Result<Vec<Option<&'v Value>>, CouplingError> {
    let operand = |name: &String| match (name.is_empty(), values.get(name.as_str())) {
        (true, _) => Ok(None),
        (false, Some(value)) => Ok(Some(value)),
        (false, None) => Err(CouplingError::Undefined { node: node_name(proto), tensor: name.clone() }),
    };
    proto.input.iter().map(operand).collect()
}

fn node_error(proto: &NodeProto, cause: Cause) -> CouplingError {
    CouplingError::Node { node: node_name(proto), operator: proto.op_type().to_owned(), cause }
}

fn check_outputs(graph: &GraphProto, values: &HashMap<&str, Value>) -> Result<(), CouplingError> {
    for info in &graph.output {
        let found = match values.get(info.name()).map(|v| v.role) {
            Some(Role::Batched(0)) => continue,
            Some(Role::Batched(_)) => "the batch on another axis",
            Some(Role::Constant) => "a constant that does not depend on the images",
            Some(Role::BatchSize) => "a value that depends on the size of the batch only",
            None => "no node that computes it",
        };
        return Err(CouplingError::Output { output: info.name().to_owned(), found });
    }
    Ok(())
}
