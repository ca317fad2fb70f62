//! How fast an encoder can move: an upper bound of the l2 Lipschitz constant of F2, proven from its ONNX weights
//! alone, and of what float32 adds to it (MATHEMATICS 5).
//!
//! The graph is walked once, without being run. Every tensor carries three bounds from the image on: of its Lipschitz
//! constant, of its norm, and of its rounding error; the operator table says what each operator does to them.
//! Neighbouring linear operators are joined into one map before its spectral norm is bounded, since a product of norms
//! is looser than the norm of the product. Spectral norms are bounded from above, by Cholesky factorisation and by Gram
//! iteration, in f64 arithmetic whose own rounding is added; power iteration would only give lower bounds.
//!
//! The bound of a chain of layers is the product of their norms, which is what such a bound costs: it takes no account
//! of which neurons are active, and is loose where the layers' norms are large.
//!
//! - `upward`, `growth`, `float32`: arithmetic that rounds against the certificate;
//! - `matrix`, `spectral`: norms of matrices; `banded`, `section`, `torus`: norms of convolutions;
//! - `convolution`, `dense`, `window`, `linear_map`: linear maps, and how they join;
//! - `live`, `walk`, `operators`: bounds of tensors, carried through the graph;
//! - the other files: the operators, by kind.

mod activation;
mod arithmetic;
mod banded;
mod constant;
mod constants;
mod convolution;
mod convolutional;
mod dense;
mod float32;
mod growth;
mod layout;
mod linear_map;
mod live;
mod matrix;
mod node;
mod normalisation;
mod obstacle;
mod operators;
mod pooling;
mod product;
mod reduce;
mod section;
mod spectral;
#[cfg(test)]
mod tests;
mod torus;
mod upward;
mod walk;
mod window;

pub use obstacle::{Obstacle, Origin};

use self::growth::Growth;
use self::walk::Walk;
use super::batch_coupling::{CouplingError, infer};
use super::contract::shape_text;
use super::graph::real_inputs;
use super::signature::{DeclaredDim, TensorDeclaration};
use crate::onnx::proto::{GraphProto, ModelProto};

/// What is proven of an encoder F2: the map from one image to its code.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EncoderBound {
    /// |F2(x) - F2(x')|_2 <= lipschitz |x - x'|_2 for all images x and x', in exact arithmetic. Rounded up.
    pub lipschitz: f64,
    /// Bounds the rounding error at the output.
    error: Growth,
    /// Bounds every sum on the way there.
    largest: Growth,
}

impl EncoderBound {
    /// e_F2: an upper bound of |F2~(x) - F2(x)|_2 for every image with |x|_2 <= `input_norm`, where F2~ is computed in
    /// float32 and F2 in exact arithmetic. Infinite where float32 might overflow, or if `input_norm` is not a norm.
    ///
    /// It holds for every evaluation that adds the same products, in any order, with or without fused multiply-add,
    /// with or without neighbouring layers joined (a normalisation folded into weights, a sum that starts from the
    /// bias), and with or without flushing subnormal numbers to zero. It does NOT hold for TensorFloat-32 or float16
    /// arithmetic, nor for fast convolutions (Winograd, FFT), which multiply other numbers: whether a provider uses
    /// them is for the caller to decide. exp, tanh, erf and their kind are taken to be right within 2^-20 of the
    /// larger of 1 and the value.
    #[must_use]
    pub fn rounding(&self, input_norm: f64) -> f64 {
        if self.largest.at(input_norm).get() >= f64::from(f32::MAX) {
            return f64::INFINITY;
        }
        self.error.at(input_norm).get()
    }
}

/// Why an encoder has no bound.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LipschitzError {
    /// The graph itself is not understood.
    #[error(transparent)]
    Graph(#[from] CouplingError),
    /// A node without a bound.
    #[error(
        "node `{node}` ({operator}): {obstacle}, so no Lipschitz constant of the encoder can be proven{}",
        remedy_text(obstacle)
    )]
    Node {
        /// The node.
        node: String,
        /// Its operator.
        operator: String,
        /// What stands against it.
        obstacle: Obstacle,
    },
    /// The images meant are not those that the model declares.
    #[error("input `{input}` declares shape {declared}, which does not fit an image of shape {given:?}")]
    ItemShape {
        /// The input.
        input: String,
        /// Its declared shape, the batch first.
        declared: String,
        /// The shape of one image.
        given: Vec<usize>,
    },
    /// A number of outputs other than one.
    #[error("expected exactly one output, the code, found {}: {}", found.len(), found.join(", "))]
    Outputs {
        /// The outputs.
        found: Vec<String>,
    },
    /// The weights are so large that the bound is infinite.
    #[error("the bound is infinite: the weights of the encoder are too large for any proof")]
    Infinite,
}

fn remedy_text(obstacle: &Obstacle) -> String {
    obstacle.remedy().map(|remedy| format!("; {remedy}")).unwrap_or_default()
}

/// Bounds how fast the one output of a model moves with one item of its input, in the l2 norms of all their elements.
///
/// `item_dims` are the sizes of the input's axes after the batch. That the model treats every item of a batch alone
/// and alike is checked on the way, unless it fixes the batch to one.
///
/// # Errors
/// [`LipschitzError`], which names the node without a bound, its operator, the reason and, where there is one, a
/// remedy.
pub fn bound(model: &ModelProto, input: &str, item_dims: &[usize]) -> Result<EncoderBound, LipschitzError> {
    let no_input = || CouplingError::NoSuchInput { input: input.to_owned() };
    let graph = model.graph.as_ref().ok_or_else(no_input)?;
    check_item_shape(graph, input, item_dims)?;
    let output = single_output(graph)?;
    let inferred = infer(model, input, item_dims)?;
    let walk = Walk::through(model, graph, input, &inferred)?;
    let missing = || LipschitzError::Outputs { found: vec![] };
    let result = walk.bound(output).ok_or_else(missing)?;
    let lipschitz = result.lipschitz.get();
    if !lipschitz.is_finite() {
        return Err(LipschitzError::Infinite);
    }
    Ok(EncoderBound { lipschitz, error: result.error, largest: walk.largest() })
}

fn check_item_shape(graph: &GraphProto, input: &str, item_dims: &[usize]) -> Result<(), LipschitzError> {
    let info = real_inputs(graph).into_iter().find(|info| info.name() == input);
    let Some(declared) = info.and_then(|info| TensorDeclaration::of(info).dims) else {
        return Ok(());
    };
    let fits = |(declared, given): (&DeclaredDim, &usize)| declared.known().is_none_or(|size| size == *given);
    let agree = declared.len() == item_dims.len() + 1
        && !item_dims.contains(&0)
        && declared.iter().skip(1).zip(item_dims).all(fits);
    if agree {
        return Ok(());
    }
    let declared = shape_text(Some(&declared));
    Err(LipschitzError::ItemShape { input: input.to_owned(), declared, given: item_dims.to_vec() })
}

fn single_output(graph: &GraphProto) -> Result<&str, LipschitzError> {
    match &graph.output[..] {
        [output] => Ok(output.name()),
        outputs => {
            let found = outputs.iter().map(|info| info.name().to_owned()).collect();
            Err(LipschitzError::Outputs { found })
        }
    }
}
