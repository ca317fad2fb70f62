//! Conv and ConvTranspose.

use std::rc::Rc;

use super::constant::Constant;
use super::convolution::Convolution;
use super::linear_map::LinearMap;
use super::live::{Layer, Live};
use super::node::{Node, count};
use super::obstacle::Obstacle;
use super::upward::{Upper, euclidean};
use super::window::Axis;

/// Conv.
pub(super) fn convolution(node: &Node<'_>) -> Result<Live, Obstacle> {
    let live = node.only_live()?;
    let (input, output) = (node.input_shape(0)?, node.output_shape(0)?);
    let weights = node.constant(1)?;
    let groups = groups(node)?;
    if !fits(weights, groups, &output, &input) {
        return Err(weights_obstacle(node, &input));
    }
    let kernel = kernel(node, weights)?;
    let axes = Axis::of_window(node, &kernel, &input[2..], &output[2..])?;
    let sizes = (weights.shape[0] / groups, weights.shape[1]);
    let convolution = Convolution::new(weights.values.to_vec(), groups, sizes, axes, false);
    layer(node, live, convolution)
}

/// ConvTranspose: the adjoint of the convolution from its output to its input with the same weights.
pub(super) fn transposed_convolution(node: &Node<'_>) -> Result<Live, Obstacle> {
    let live = node.only_live()?;
    let mode = node.text("auto_pad", "NOTSET");
    if mode != "NOTSET" {
        // Operator sets disagree on which end then gets more padding.
        return Err(node.attribute_obstacle("auto_pad", mode));
    }
    let (input, output) = (node.input_shape(0)?, node.output_shape(0)?);
    let weights = node.constant(1)?;
    let groups = groups(node)?;
    if !fits(weights, groups, &input, &output) {
        return Err(weights_obstacle(node, &input));
    }
    let kernel = kernel(node, weights)?;
    let axes = Axis::of_window(node, &kernel, &output[2..], &input[2..])?;
    let sizes = (weights.shape[0] / groups, weights.shape[1]);
    let convolution = Convolution::new(weights.values.to_vec(), groups, sizes, axes, true);
    layer(node, live, convolution)
}

/// Whether weights carry `inner`, the input of the convolution, to `outer`, its output.
fn fits(weights: &Constant, groups: usize, outer: &[usize], inner: &[usize]) -> bool {
    let rank = inner.len();
    rank >= 3
        && weights.shape.len() == rank
        && outer.len() == rank
        && weights.shape[0] == outer[1]
        && weights.shape[1].checked_mul(groups) == Some(inner[1])
        && weights.shape[0].is_multiple_of(groups)
}

fn groups(node: &Node<'_>) -> Result<usize, Obstacle> {
    let groups = node.int("group", 1);
    let stated = usize::try_from(groups).ok().filter(|groups| *groups > 0);
    stated.ok_or_else(|| node.attribute_obstacle("group", groups.to_string()))
}

/// The kernel's sizes, which the weights have and an attribute may repeat.
fn kernel(node: &Node<'_>, weights: &Constant) -> Result<Vec<usize>, Obstacle> {
    let kernel = weights.shape[2..].to_vec();
    let repeats = |stated: &[i64]| {
        stated.len() == kernel.len() && stated.iter().zip(&kernel).all(|(a, b)| usize::try_from(*a) == Ok(*b))
    };
    match node.ints("kernel_shape") {
        Some(stated) if !repeats(stated) => {
            Err(node.attribute_obstacle("kernel_shape", format!("{stated:?}")))
        }
        _ => Ok(kernel),
    }
}

fn weights_obstacle(node: &Node<'_>, input: &[usize]) -> Obstacle {
    node.parameter_shape_obstacle(1, format!("the weights of a convolution of {input:?}"))
}

fn layer(node: &Node<'_>, live: &Live, convolution: Convolution) -> Result<Live, Obstacle> {
    let (input, output) = (node.input_count(0)?, node.output_shape(0)?);
    let outputs = count(&output).ok_or_else(|| node.shape_obstacle(0))?;
    let bias = match node.optional_constant(2)? {
        None => Upper::ZERO,
        Some(bias) if bias.count() == output[1] => {
            let positions = Upper::count(outputs / output[1].max(1));
            euclidean(bias.values.iter().copied()) * positions.sqrt()
        }
        Some(_) => return Err(node.parameter_shape_obstacle(2, format!("[{}]", output[1]))),
    };
    let (terms, absolute) = (convolution.terms(), convolution.absolute_norm());
    Ok(live.then(&Layer {
        map: LinearMap::Convolution(Rc::new(convolution)),
        absolute,
        bias,
        terms,
        // A product, the additions of all others and of the bias.
        roundings: terms.saturating_add(1),
        elements: (input, outputs),
    }))
}
