//! The JSON Schema (draft 2020-12) of audit files, for editors that complete and check them.
//!
//! Keys, types and descriptions come from [`super::schema`] and its doc comments; tables that name a plugin get the options
//! that the plugins at hand declare. A file that the schema takes may still be refused: it knows no images, and nothing of
//! what fits together.
//!
//! - `values`: what keys take whose type says too little;
//! - `plugins`: tables that name a plugin;
//! - `tidy`: what TOML does not have, taken out.

mod plugins;
mod tidy;
pub(super) mod values;

use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use super::schema::Audit;
use crate::host::{PluginInfo, PluginKind};

/// The schema, with the options of these plugins. Other plugins stay allowed, with any keys.
pub fn schema<'a>(plugins: impl IntoIterator<Item = &'a PluginInfo>) -> Value {
    let settings = SchemaSettings::draft2020_12().with(|settings| settings.inline_subschemas = true);
    let mut schema = settings.into_generator().into_root_schema_for::<Audit>().to_value();
    tidy::tidy(&mut schema);
    schema["title"] = json!("gsmooth audit file");
    // An audit without a case is refused.
    if let Some(required) = schema["required"].as_array_mut() {
        required.push(json!("case"));
    }
    if let Some(case) = schema.pointer_mut("/properties/case/items") {
        relax_swept(case);
    }
    schema["$defs"] = definitions(&plugins.into_iter().collect::<Vec<_>>());
    schema
}

/// Keys that a sweep may bring are required only of a case without one.
fn relax_swept(case: &mut Value) {
    let required = case["required"].take();
    let (always, unswept): (Vec<Value>, Vec<Value>) =
        required.as_array().cloned().unwrap_or_default().into_iter().partition(|key| key == "name");
    case["required"] = always.into();
    case["if"] = json!({ "not": { "required": ["sweep"] } });
    let complete = |kind: PluginKind| json!({ "$ref": format!("#/$defs/{}", complete(kind)) });
    case["then"] = json!({
        "required": unswept,
        "properties": {
            "transformation": complete(PluginKind::Transformation),
            "noise": {
                "if": { "type": "array" },
                "then": { "items": complete(PluginKind::Noise) },
                "else": complete(PluginKind::Noise),
            },
            "estimator": complete(PluginKind::Estimator),
            "surrogate": { "oneOf": [{ "required": ["f1", "f2", "h"] }, { "required": ["model", "cut"] }] },
        },
    });
}

fn complete(kind: PluginKind) -> String {
    format!("complete_{kind}")
}

fn definitions(plugins: &[&PluginInfo]) -> Value {
    let mut definitions = Map::new();
    for kind in [PluginKind::Transformation, PluginKind::Noise, PluginKind::Estimator] {
        let of_kind: Vec<&PluginInfo> =
            plugins.iter().copied().filter(|plugin| plugin.kind == kind).collect();
        definitions.insert(kind.to_string(), plugins::table(kind, &of_kind));
        definitions.insert(complete(kind), plugins::complete(kind, &of_kind));
    }
    definitions.into()
}
