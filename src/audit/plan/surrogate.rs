//! The surrogate of a semantic case: F1, F2 and H, from three files or from one that is cut.

use std::sync::Arc;

use toml::Spanned;

use super::super::error::{At, Fault, Problem};
use super::super::schema;
use super::Workshop;
use super::models::{self, ModelRecord};
use crate::certify::growth::EncoderGrowth;
use crate::onnx::affine::{self, Affine};
use crate::onnx::model::contract::NamedModel;
use crate::onnx::model::file::ModelFile;
use crate::onnx::model::lipschitz;
use crate::onnx::model::split::split_surrogate;
use crate::onnx::model::surrogate::SurrogateContract;
use crate::onnx::network::{Network, NetworkModel};

/// A surrogate that fits the data.
#[derive(Debug, Clone)]
pub struct PlannedSurrogate {
    /// F2.
    pub encoder: NetworkModel,
    /// H.
    pub decoder: NetworkModel,
    /// A1 and b1, read off F1.
    pub affine: Affine,
    /// What is proven of F2.
    pub growth: EncoderGrowth,
    /// Why nothing is.
    pub obstacle: Option<String>,
    /// Dimensions of the code.
    pub code_dims: Vec<usize>,
    /// For the records.
    pub records: Vec<ModelRecord>,
}

/// The three parts as models, each with its name.
struct Parts {
    names: [String; 3],
    files: [ModelFile; 3],
    span: std::ops::Range<usize>,
    /// The files that were read, for the records; with the part whose providers stand for them.
    sources: Vec<(String, String)>,
}

/// Plans the surrogate of a case; `scale` is the size of each parameter's noise, at which F1 is read.
pub(super) fn plan(
    shop: &Workshop<'_>,
    table: &Spanned<schema::Surrogate>,
    scale: &[f64],
) -> Result<PlannedSurrogate, Fault> {
    let parts = read(shop, table)?;
    let [f1, f2, h] = [0, 1, 2].map(|i| NamedModel { name: &parts.names[i], proto: &parts.files[i].proto });
    let contract = SurrogateContract::of(f1, f2, h).at(parts.span.clone())?;
    check_contract(shop, &parts, &contract, scale.len())?;
    for (i, input) in [(1, &contract.image_input), (2, &contract.h_input)] {
        models::check_independence(&parts.names[i], &parts.files[i], input, &parts.span)?;
    }
    let model = |i: usize, input: &str, item_dims: Vec<usize>, batch| NetworkModel {
        name: parts.names[i].clone(),
        bytes: Arc::from(parts.files[i].to_bytes()),
        input: input.to_owned(),
        item_dims,
        batch,
    };
    let open = |model: &NetworkModel| model.open(shop.runtime, shop.session).at(parts.span.clone());

    let encoder = model(1, &contract.image_input, shop.data.shape().to_vec(), contract.f2_batch);
    let mut f2 = open(&encoder)?;
    let image = shop.data.image(shop.selection.first as usize).at(parts.span.clone())?;
    let (code, code_dims) = run(&mut f2, &image, &parts)?;

    let parameters = model(0, &contract.theta_input, vec![contract.parameters], contract.f1_batch);
    let mut f1 = open(&parameters)?;
    let (shift, shift_dims) = run(&mut f1, &vec![0.0; contract.parameters], &parts)?;
    expect_dims(&parts.names[0], &contract.f1_output, &shift_dims, &code_dims, &parts)?;
    let affine = affine::recover(&mut f1, scale)
        .map_err(|source| Problem::Affine { model: parts.names[0].clone(), source }.at(parts.span.clone()))?;

    let decoder = model(2, &contract.h_input, code_dims.clone(), contract.h_batch);
    let mut h = open(&decoder)?;
    let sum: Vec<f32> = code.iter().zip(&shift).map(|(a, b)| a + b).collect();
    let (_, image_dims) = run(&mut h, &sum, &parts)?;
    expect_dims(&parts.names[2], &contract.h_output, &image_dims, &shop.data.shape(), &parts)?;

    let providers = [&f1, &f2, &h].map(|network| models::providers_of(network, &parts.span));
    let records = records(&parts, providers)?;
    let find = || encoder_growth(shop, &parts.files[1], &contract.image_input);
    let (growth, obstacle) =
        shop.memory.growth(&parts.files[1].sha256, table.get_ref().cut.as_ref().map(Spanned::get_ref), find);
    Ok(PlannedSurrogate { encoder, decoder, affine, growth, obstacle, code_dims, records })
}

fn read(shop: &Workshop<'_>, table: &Spanned<schema::Surrogate>) -> Result<Parts, Fault> {
    let surrogate = table.get_ref();
    match (&surrogate.f1, &surrogate.f2, &surrogate.h, &surrogate.model, &surrogate.cut) {
        (Some(f1), Some(f2), Some(h), None, None) => {
            let files = [models::read(shop, f1)?, models::read(shop, f2)?, models::read(shop, h)?];
            let names = [f1, f2, h].map(|path| models::name(path.get_ref()));
            let sources = names.iter().cloned().zip(files.iter().map(|f| f.sha256.clone())).collect();
            Ok(Parts { names, files, span: table.span(), sources })
        }
        (None, None, None, Some(model), Some(cut)) => {
            let whole = models::read(shop, model)?;
            let name = models::name(model.get_ref());
            let [f1, f2] = cut.get_ref();
            let split = split_surrogate(&whole.proto, f1, f2).at(cut.span())?;
            let part = |proto| ModelFile { proto, ..whole.clone() };
            let names = ["F1", "F2", "H"].map(|part| format!("{name} ({part})"));
            let sources = vec![(name, whole.sha256.clone())];
            let files = [part(split.f1), part(split.f2), part(split.h)];
            Ok(Parts { names, files, span: table.span(), sources })
        }
        _ => {
            let found = "this combination of keys".to_owned();
            let expected = "`{ f1 = .., f2 = .., h = .. }`, or `{ model = .., cut = [\"F1's output\", \"F2's output\"] }`";
            Err(Problem::Value { key: "surrogate", found, expected: expected.to_owned() }.at(table.span()))
        }
    }
}

fn check_contract(
    shop: &Workshop<'_>,
    parts: &Parts,
    contract: &SurrogateContract,
    m: usize,
) -> Result<(), Fault> {
    let shape = shop.data.shape();
    if contract.parameters != m {
        let (found, expected) = (vec![contract.parameters], vec![m]);
        let (model, tensor) = (parts.names[0].clone(), contract.theta_input.clone());
        return Err(Problem::Shape { model, tensor, found, expected }.at(parts.span.clone()));
    }
    if contract.image.iter().zip(shape).any(|(declared, found)| declared.is_some_and(|d| d != found)) {
        let (model, tensor) = (parts.names[1].clone(), contract.image_input.clone());
        let problem = Problem::ImageShape { model, tensor, declared: contract.image, data: shape };
        return Err(problem.at(parts.span.clone()));
    }
    Ok(())
}

fn run(network: &mut Network, item: &[f32], parts: &Parts) -> Result<(Vec<f32>, Vec<usize>), Fault> {
    let mut out = Vec::new();
    let dims = network.run(item, &mut out).at(parts.span.clone())?;
    Ok((out, dims))
}

fn expect_dims(
    model: &str,
    tensor: &str,
    found: &[usize],
    expected: &[usize],
    parts: &Parts,
) -> Result<(), Fault> {
    if found == expected {
        return Ok(());
    }
    let (found, expected) = (found.to_vec(), expected.to_vec());
    Err(Problem::Shape { model: model.to_owned(), tensor: tensor.to_owned(), found, expected }
        .at(parts.span.clone()))
}

fn records(
    parts: &Parts,
    providers: [Result<serde_json::Value, Fault>; 3],
) -> Result<Vec<ModelRecord>, Fault> {
    let mut of_parts = Vec::with_capacity(3);
    for part in providers {
        of_parts.push(part?);
    }
    let single = parts.sources.len() == 1;
    let record = |(i, (path, sha256)): (usize, &(String, String))| {
        let providers = if single { serde_json::Value::Array(of_parts.clone()) } else { of_parts[i].clone() };
        ModelRecord { path: path.clone(), sha256: sha256.clone(), providers }
    };
    Ok(parts.sources.iter().enumerate().map(record).collect())
}

/// What is proven of F2 from its weights, or the obstacle.
///
/// The rounding that the bound allows for is float32's; a GPU may compute convolutions with fewer bits, and there the
/// bound says nothing.
fn encoder_growth(shop: &Workshop<'_>, file: &ModelFile, input: &str) -> (EncoderGrowth, Option<String>) {
    if shop.session.providers.iter().any(|provider| provider.needs_gpu()) {
        let reason = "F2 may run on a GPU, which need not compute with all bits of float32".to_owned();
        return (EncoderGrowth::Unknown, Some(reason));
    }
    match lipschitz::bound(&file.proto, input, &shop.data.shape()) {
        Ok(bound) => (EncoderGrowth::Bounded(bound), None),
        Err(error) => (EncoderGrowth::Unknown, Some(error.to_string())),
    }
}
