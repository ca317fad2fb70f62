//! Model files: read, checked against their contract, and probed on an image.

use std::path::Path;
use std::sync::Arc;

use serde::Serialize;
use serde_json::Value;
use toml::Spanned;

use super::super::error::{At, Fault, Problem};
use super::super::schema;
use super::Workshop;
use crate::onnx::model::batch_coupling::check_batch_independence;
use crate::onnx::model::classifier::ClassifierContract;
use crate::onnx::model::contract::NamedModel;
use crate::onnx::model::file::ModelFile;
use crate::onnx::network::{Network, NetworkModel};
use crate::onnx::preprocess::{ChannelOrder, Preprocess};
use crate::smoothing::voter::NetworkVoter;

/// What the records say of a model.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ModelRecord {
    /// The path as the audit has it.
    pub path: String,
    /// SHA-256 of the file.
    pub sha256: String,
    /// The provider that each node really got, with operator counts.
    pub providers: Value,
}

/// A classifier that fits the data.
#[derive(Debug, Clone)]
pub struct PlannedClassifier {
    /// The network of f.
    pub model: NetworkModel,
    /// What happens to an image before f sees it.
    pub preprocess: Preprocess,
    /// Number of classes K.
    pub classes: usize,
    /// Added to the data's labels.
    pub label_offset: i64,
    /// For the records.
    pub record: ModelRecord,
}

/// Reads a model and shows that every item of a batch is treated alone.
pub(super) fn read(shop: &Workshop<'_>, path: &Spanned<std::path::PathBuf>) -> Result<ModelFile, Fault> {
    ModelFile::read(&shop.path(path.get_ref())).at(path.span())
}

/// Refuses models with random operators or coupling across the batch (MATHEMATICS 3, 5).
pub(super) fn check_independence(
    name: &str,
    file: &ModelFile,
    input: &str,
    span: &std::ops::Range<usize>,
) -> Result<(), Fault> {
    check_batch_independence(&file.proto, input)
        .map_err(|source| Problem::Coupling { model: name.to_owned(), source }.at(span.clone()))
}

/// The provider that each node of a network got.
pub(super) fn providers_of(network: &Network, span: &std::ops::Range<usize>) -> Result<Value, Fault> {
    let assignment = network.session().assignment().at(span.clone())?;
    Ok(assignment
        .into_iter()
        .map(|part| (part.provider, serde_json::json!(part.operators)))
        .collect::<serde_json::Map<_, _>>()
        .into())
}

/// A name for messages and records: the path as written, with forward slashes.
pub(super) fn name(path: &Path) -> String {
    path.display().to_string().replace('\\', "/")
}

/// Plans the classifier `path`, with the preprocessing of the audit's table.
pub(super) fn classifier(
    shop: &Workshop<'_>,
    path: &Spanned<std::path::PathBuf>,
    table: &schema::Classifier,
) -> Result<PlannedClassifier, Fault> {
    let span = path.span();
    let shape = shop.data.shape();
    let file = read(shop, path)?;
    let name = name(path.get_ref());
    let contract = ClassifierContract::of(NamedModel { name: &name, proto: &file.proto }, table.layout)
        .at(span.clone())?;
    check_image_shape(&name, &contract, shape, &span)?;
    check_independence(&name, &file, &contract.input, &span)?;
    let preprocess = preprocess(table, shape[0])?;
    let model = NetworkModel {
        name: name.clone(),
        bytes: Arc::from(file.to_bytes()),
        input: contract.input.clone(),
        item_dims: preprocess.item_dims(shape).to_vec(),
        batch: contract.batch,
    };
    let network = model.open(shop.runtime, shop.session).at(span.clone())?;
    let providers = providers_of(&network, &span)?;
    let classes = probe(shop, network, &preprocess, &name, &span)?;
    let record = ModelRecord { path: name.clone(), sha256: file.sha256, providers };
    let planned = PlannedClassifier { model, preprocess, classes, label_offset: table.label_offset, record };
    check_labels(shop, &planned, &span)?;
    Ok(planned)
}

fn check_image_shape(
    model: &str,
    contract: &ClassifierContract,
    shape: [usize; 3],
    span: &std::ops::Range<usize>,
) -> Result<(), Fault> {
    let declared = [contract.channels, contract.height, contract.width];
    if declared.iter().zip(shape).all(|(declared, found)| declared.is_none_or(|d| d == found)) {
        return Ok(());
    }
    let problem = Problem::ImageShape {
        model: model.to_owned(),
        tensor: contract.input.clone(),
        declared,
        data: shape,
    };
    Err(problem.at(span.clone()))
}

fn preprocess(table: &schema::Classifier, channels: usize) -> Result<Preprocess, Fault> {
    let preprocess = Preprocess {
        scale: table.scale.as_ref().map_or(1.0, |scale| *scale.get_ref()),
        mean: table.mean.as_ref().map(|mean| mean.get_ref().clone()).unwrap_or_default(),
        std: table.std.as_ref().map(|std| std.get_ref().clone()).unwrap_or_default(),
        layout: table.layout,
        order: table.channels.as_ref().map_or(ChannelOrder::Rgb, |order| *order.get_ref()),
    };
    preprocess.check(channels).map_err(|error| {
        let span = match error.key() {
            "mean" => table.mean.as_ref().map(Spanned::span),
            "std" => table.std.as_ref().map(Spanned::span),
            "scale" => table.scale.as_ref().map(Spanned::span),
            _ => table.channels.as_ref().map(Spanned::span),
        };
        Problem::from(error).at(span.unwrap_or_else(|| table.model.span()))
    })?;
    Ok(preprocess)
}

/// Runs the first image, and gives the number of classes.
fn probe(
    shop: &Workshop<'_>,
    network: Network,
    preprocess: &Preprocess,
    name: &str,
    span: &std::ops::Range<usize>,
) -> Result<usize, Fault> {
    let index = shop.selection.first as usize;
    let image = shop.data.image(index).at(span.clone())?;
    let mut voter = NetworkVoter::new(None, network, preprocess.clone(), shop.data.shape());
    let scores = voter.classify(&image).at(span.clone())?;
    if scores.len() < 2 {
        return Err(Problem::Classes { model: name.to_owned(), found: scores.len() }.at(span.clone()));
    }
    if scores.iter().any(|score| !score.is_finite()) {
        return Err(Problem::Scores { model: name.to_owned(), index }.at(span.clone()));
    }
    Ok(scores.len())
}

fn check_labels(
    shop: &Workshop<'_>,
    planned: &PlannedClassifier,
    span: &std::ops::Range<usize>,
) -> Result<(), Fault> {
    for index in shop.selection.indices() {
        let label = i64::from(shop.data.label(index)).saturating_add(planned.label_offset);
        if !(0..planned.classes as i64).contains(&label) {
            let (model, classes) = (planned.model.name.clone(), planned.classes);
            return Err(Problem::Label { index, label, model, classes }.at(span.clone()));
        }
    }
    Ok(())
}

impl PlannedClassifier {
    /// The class of a label of the data.
    pub fn class_of(&self, label: u32) -> u32 {
        u32::try_from(i64::from(label).saturating_add(self.label_offset)).unwrap_or(u32::MAX)
    }
}
