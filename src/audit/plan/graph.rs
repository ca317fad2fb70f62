//! A transformation given as an ONNX graph: `{ plugin = "onnx_transform", model = "..", range = [..] }`.

use std::path::PathBuf;
use std::sync::Arc;

use toml::{Spanned, Value};

use super::super::error::{At, Fault, Problem};
use super::super::hint;
use super::super::plugin_table::PluginTable;
use super::parameters::number;
use super::{Workshop, models};
use crate::host::{Class, Origin, ParameterInfo, PluginInfo, PluginKind};
use crate::onnx::model::contract::NamedModel;
use crate::onnx::model::file::ModelFile;
use crate::onnx::model::transformation::TransformationContract;
use crate::onnx::network::NetworkModel;
use crate::transformation::{GraphTransformation, Transformation};

/// The name that stands for a graph where a plugin is named.
pub(in super::super) const NAME: &str = "onnx_transform";
/// Keys of its table beside `plugin` and `range`.
const KEYS: [&str; 2] = ["model", "identity"];
/// The largest change of a pixel at the identity that float32 arithmetic explains.
const IDENTITY_TOLERANCE: f64 = 1e-3;

/// Opens the graph, checks its inputs and outputs, that it treats the images of a batch alone, and that it returns the
/// image at its identity.
pub(super) fn open(shop: &Workshop<'_>, table: &Spanned<PluginTable>) -> Result<Transformation, Fault> {
    let span = table.span();
    check_keys(table.get_ref())?;
    let path = model_path(table)?;
    let file = models::read(shop, &path)?;
    let name = models::name(path.get_ref());
    let shape = shop.data.shape();
    let contract =
        TransformationContract::of(NamedModel { name: &name, proto: &file.proto }, shape).at(path.span())?;
    let joined = ModelFile { proto: contract.proto, ..file };
    models::check_independence(&name, &joined, TransformationContract::INPUT, &path.span())?;
    let identity = identity(table.get_ref(), contract.parameters)?;
    let model = NetworkModel {
        name: name.clone(),
        bytes: Arc::from(joined.to_bytes()),
        input: TransformationContract::INPUT.to_owned(),
        item_dims: vec![shape.iter().product::<usize>() + contract.parameters],
        batch: contract.batch,
    };
    let info = info(&name, joined.sha256, &identity);
    let graph = GraphTransformation::new(info, model, shop.runtime.clone(), shop.session.clone());
    check_identity(shop, &graph, identity, span)?;
    Ok(Transformation::from_graph(graph))
}

fn check_keys(table: &PluginTable) -> Result<(), Fault> {
    for (key, _) in &table.entries {
        if !KEYS.contains(&key.get_ref().as_str()) {
            let nearest = hint::nearest(key.get_ref(), KEYS.into_iter());
            let known = KEYS.map(str::to_owned).to_vec();
            let problem =
                Problem::Name { key: "transformation", found: key.get_ref().clone(), nearest, known };
            return Err(problem.at(key.span()));
        }
    }
    Ok(())
}

fn model_path(table: &Spanned<PluginTable>) -> Result<Spanned<PathBuf>, Fault> {
    let value = table.get_ref().get("model");
    let value = value.ok_or_else(|| {
        let example =
            "transformation = { plugin = \"onnx_transform\", model = \"rain.onnx\", range = [0.0, 1.0] }";
        Problem::Missing { method: NAME.to_owned(), key: "model", example }.at(table.span())
    })?;
    match value.get_ref() {
        Value::String(path) => Ok(Spanned::new(value.span(), PathBuf::from(path))),
        other => {
            let (found, expected) = (other.to_string(), "the path of an ONNX model".to_owned());
            Err(Problem::Value { key: "model", found, expected }.at(value.span()))
        }
    }
}

/// The parameters at which the graph returns the image: zeros, unless stated.
fn identity(table: &PluginTable, parameters: usize) -> Result<Vec<f64>, Fault> {
    let Some(value) = table.get("identity") else { return Ok(vec![0.0; parameters]) };
    let numbers: Option<Vec<f64>> = match value.get_ref() {
        Value::Array(values) => values.iter().map(number).collect(),
        single => number(single).map(|number| vec![number]),
    };
    let fits = |numbers: &Vec<f64>| numbers.len() == parameters && numbers.iter().all(|x| x.is_finite());
    numbers.filter(fits).ok_or_else(|| {
        let (found, expected) = (value.get_ref().to_string(), format!("{parameters} finite numbers"));
        Problem::Value { key: "identity", found, expected }.at(value.span())
    })
}

/// What a plugin would declare of itself. A graph states no domain.
fn info(name: &str, sha256: String, identity: &[f64]) -> PluginInfo {
    let parameter = |(number, &identity): (usize, &f64)| ParameterInfo {
        name: if number == 0 { "theta".to_owned() } else { format!("theta_{number}") },
        unit: "1".to_owned(),
        doc: "A parameter of the graph.".to_owned(),
        low: f64::NEG_INFINITY,
        high: f64::INFINITY,
        identity,
    };
    PluginInfo {
        id: NAME.to_owned(),
        kind: PluginKind::Transformation,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        doc: "An ONNX graph.".to_owned(),
        path: PathBuf::from(name),
        digest: sha256,
        origin: Origin::Graph,
        thread_safe: true,
        options: Vec::new(),
        parameters: identity.iter().enumerate().map(parameter).collect(),
        class: Some(Class::NonResolvable),
        offers: Vec::new(),
    }
}

fn check_identity(
    shop: &Workshop<'_>,
    graph: &GraphTransformation,
    identity: Vec<f64>,
    span: std::ops::Range<usize>,
) -> Result<(), Fault> {
    let image = shop.data.image(shop.selection.first as usize).at(span.clone())?;
    let mut same = vec![0.0; image.len()];
    graph.imitation(&image, image.len(), &identity, &mut same).at(span.clone())?;
    let differences = image.iter().zip(&same).map(|(a, b)| f64::from((a - b).abs()));
    let deviation = differences.fold(0.0, f64::max);
    if deviation <= IDENTITY_TOLERANCE {
        return Ok(());
    }
    Err(Problem::GraphIdentity { model: graph.name().to_owned(), identity, deviation }.at(span))
}
