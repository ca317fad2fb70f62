//! What the audit's digest covers: the resolved plan without output folder, batch size, threads and shard, so that
//! the records do not depend on them.

use serde_json::{Map, Value, json};
use toml::Spanned;

use super::super::records::{Header, PluginDigest};
use super::super::schema;
use super::case::PlannedCase;
use super::data::Selection;
use crate::certify::case::{Anchors, Claim, Method};
use crate::data::Dataset;
use crate::onnx::runtime::{Runtime, SessionOptions};

/// The version of the records' format.
pub const RECORDS_FORMAT: u32 = 3;

/// The header of the records of a plan.
pub(super) fn header(
    audit: &schema::Audit,
    data: &Dataset,
    selection: &Selection,
    cases: &[PlannedCase],
    runtime: &Runtime,
    session: &SessionOptions,
) -> Header {
    let mut models = Map::new();
    let mut providers = Map::new();
    let mut plugins: Vec<PluginDigest> = Vec::new();
    for case in cases {
        for (path, model) in case.models() {
            models.insert(path.to_owned(), model.sha256.clone().into());
            providers.insert(path.to_owned(), model.providers.clone());
        }
        for plugin in &case.plugins {
            if !plugins.contains(plugin) {
                plugins.push(plugin.clone());
            }
        }
    }
    let resolved = json!({
        "version": audit.version.get_ref(),
        "seed": audit.seed,
        "data": {
            "digest": data.digest(),
            "selection": selection,
            "resize": audit.data.get_ref().resize.as_ref().map(Spanned::get_ref),
            "crop": audit.data.get_ref().crop.as_ref().map(Spanned::get_ref),
            "channels": audit.data.get_ref().channels.as_ref().map(Spanned::get_ref),
        },
        "providers": session.providers.iter().map(|p| p.name()).collect::<Vec<_>>(),
        "cases": cases.iter().map(|case| case.resolved.clone()).collect::<Vec<_>>(),
    });
    Header {
        gsmooth: env!("CARGO_PKG_VERSION").to_owned(),
        format: RECORDS_FORMAT,
        audit: blake3::hash(resolved.to_string().as_bytes()).to_hex().to_string(),
        seed: audit.seed,
        data: data.digest(),
        models,
        plugins,
        onnxruntime: runtime.version().to_string(),
        providers,
    }
}

/// Everything about a case that its records depend on.
pub(super) fn case(planned: &PlannedCase, table: &schema::Case) -> Value {
    let case = &planned.case;
    let (preprocess, sampling) = (&planned.classifier.preprocess, &case.sampling);
    let options = |entries: &[(String, toml::Value)]| -> Map<String, Value> {
        // The range is there as resolved; and 3 and 3.0 are one number.
        let plain = |value: &toml::Value| match value.as_integer().map(|integer| (integer, integer as f64)) {
            Some((integer, number)) if number as i64 == integer => toml::Value::Float(number).to_string(),
            _ => value.to_string(),
        };
        let written = entries.iter().filter(|(key, _)| key != "range");
        written.map(|(key, value)| (key.clone(), plain(value).into())).collect()
    };
    let tables = |tables: &schema::OneOrMany| -> Vec<Map<String, Value>> {
        tables.0.iter().map(|table| options(&table.get_ref().options())).collect()
    };
    let channel = match &case.method {
        Method::Resolvable(_) | Method::Enumerate => Value::Null,
        Method::Channel(parts) => {
            json!({ "sigma1": parts.metric.gaussian().map(|channel| channel.parameter_noise().to_vec()),
                "sigma2": parts.metric.semantic_noise(),
                "claim": match parts.claim {
                    Claim::Real => json!("real"),
                    Claim::Surrogate { error } => json!({ "surrogate": error }),
                },
                "slack": parts.slack,
                "lipschitz": parts.growth.lipschitz(),
            })
        }
    };
    json!({
        "name": case.name,
        "method": planned.method.name(),
        "transformation": options(&table.transformation.get_ref().options()),
        "range": [case.range.low, case.range.high],
        "noise": table.noise.as_ref().map(|noise| tables(noise.get_ref())),
        "estimator": table.estimator.as_ref().map(|estimator| options(&estimator.get_ref().options())),
        "channel": channel,
        "norm": case.range.norm,
        "radii": case.radii,
        "anchors": match case.anchors {
            Anchors::Single => json!(1),
            Anchors::Cover { max, p } => json!({ "max": max, "p": p }),
        },
        "plugins": planned.plugins,
        "models": planned.models().values().map(|m| (m.path.clone(), m.sha256.clone())).collect::<Vec<_>>(),
        "preprocess": {
            "scale": preprocess.scale, "mean": preprocess.mean, "std": preprocess.std,
            "layout": preprocess.layout, "order": preprocess.order,
            "label_offset": planned.classifier.label_offset,
        },
        "sampling": {
            "mode": sampling.mode.name(), "alpha": sampling.alpha, "select": sampling.select, "draws": sampling.draws,
            "bound": sampling.bound, "margin": sampling.margin,
        },
    })
}
