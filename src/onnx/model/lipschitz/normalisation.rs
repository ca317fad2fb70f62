//! Normalisation by statistics that are stored in the model.

use std::rc::Rc;

use super::linear_map::{LinearMap, Scale};
use super::live::{Layer, Live};
use super::node::Node;
use super::obstacle::Obstacle;
use super::upward::{UNIT_F64, Upper, euclidean, gamma};

/// BatchNormalization after training: a (x - mean) + B with a = scale / sqrt(var + epsilon) for each channel.
pub(super) fn batch_normalisation(node: &Node<'_>) -> Result<Live, Obstacle> {
    let live = node.only_live()?;
    if node.int("training_mode", 0) != 0 {
        return Err(node.attribute_obstacle("training_mode", "1".into()));
    }
    let shape = node.input_shape(0)?;
    let channels = *shape.get(1).ok_or_else(|| node.shape_obstacle(0))?;
    for index in 1..5 {
        if node.constant(index)?.shape != [channels] {
            return Err(node.parameter_shape_obstacle(index, format!("[{channels}]")));
        }
    }
    let parameter = |index: usize| node.constant(index).map(|constant| &constant.values);
    let (scale, shift, mean, variance) = (parameter(1)?, parameter(2)?, parameter(3)?, parameter(4)?);
    let epsilon = node.float("epsilon", 1e-5);
    let factors: Vec<f64> =
        scale.iter().zip(variance.iter()).map(|(scale, var)| scale / (var + epsilon).sqrt()).collect();
    if factors.iter().any(|factor| !factor.is_finite()) || variance.iter().any(|variance| *variance < 0.0) {
        return Err(Obstacle::NotFinite { tensor: node.name(4) });
    }
    // The sum, the root and the quotient round once each.
    let relative = gamma(4, UNIT_F64);
    let largest = factors.iter().fold(Upper::ZERO, |most, factor| most.max(Upper::of(*factor)));
    let absolute = largest * (Upper::ONE + relative);
    let elements = node.input_count(0)?;
    let positions = Upper::count(elements / channels.max(1)).sqrt();
    // Of the products factor * mean each is right to a few roundings, too.
    let moved = euclidean(factors.iter().zip(mean.iter()).map(|(factor, mean)| factor * mean));
    let bias = (moved * (Upper::ONE + gamma(6, UNIT_F64)) + euclidean(shift.iter().copied())) * positions;
    Ok(live.then(&Layer {
        map: LinearMap::Scale(Rc::new(Scale { axis: Some(1), factors, relative })),
        absolute,
        bias,
        terms: 1,
        // var + epsilon, root, quotient, x - mean, product, + B; two more where the factor goes into weights.
        roundings: 8,
        elements: (elements, elements),
    }))
}
