//! f after H as one model: one session carries a noisy code to its scores, without an image in between.

use std::sync::Arc;

use prost::Message;

use super::Workshop;
use super::models::PlannedClassifier;
use crate::onnx::model::contract::Batch;
use crate::onnx::model::merge;
use crate::onnx::network::NetworkModel;
use crate::onnx::proto::ModelProto;

/// The merged model; none where the two must run one after the other, which is slower and gives the same law of votes:
/// images are prepared in between, the models cannot live in one file, or ONNX Runtime does not take what came out.
pub(super) fn merged(
    shop: &Workshop<'_>,
    decoder: &NetworkModel,
    classifier: &PlannedClassifier,
) -> Option<NetworkModel> {
    if !classifier.preprocess.is_identity() {
        return None;
    }
    let name = format!("{} after {}", classifier.model.name, decoder.name);
    let parse = |model: &NetworkModel| ModelProto::decode(&*model.bytes).ok();
    let composed = merge::compose(&parse(decoder)?, &parse(&classifier.model)?);
    let composed = composed.inspect_err(|error| tracing::debug!("{name}: {error}")).ok()?;
    let model = NetworkModel {
        name,
        bytes: Arc::from(composed.encode_to_vec()),
        input: format!("h/{}", decoder.input),
        item_dims: decoder.item_dims.clone(),
        batch: match (decoder.batch, classifier.model.batch) {
            (Batch::Fixed(size), _) | (_, Batch::Fixed(size)) => Batch::Fixed(size),
            (Batch::Dynamic, Batch::Dynamic) => Batch::Dynamic,
        },
    };
    (scores_of_a_code(shop, &model)? == classifier.classes).then_some(model)
}

/// The number of scores that one code gets; none if ONNX Runtime refuses the model or fails.
fn scores_of_a_code(shop: &Workshop<'_>, model: &NetworkModel) -> Option<usize> {
    let refused = |error: &dyn std::error::Error| tracing::debug!("{}: {error}", model.name);
    let mut network = model.open(shop.runtime, shop.session).inspect_err(|error| refused(error)).ok()?;
    let mut scores = Vec::new();
    network.run(&vec![0.0; network.item_len()], &mut scores).inspect_err(|error| refused(error)).ok()?;
    Some(scores.len())
}
