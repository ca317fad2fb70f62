//! Tables that name a plugin, with what each plugin at hand takes.

use serde_json::{Map, Value, json};

use super::super::plan::graph;
use crate::host::{
    Limit, OptionInfo, OptionKind, OptionValue, ParameterInfo, PluginInfo, PluginKind, limits,
};

/// The table of a plugin of one kind: for each plugin its own keys and no others, for unknown plugins any.
pub(super) fn table(kind: PluginKind, plugins: &[&PluginInfo]) -> Value {
    let mut known: Vec<Value> =
        plugins.iter().map(|plugin| json!({ "const": plugin.id, "description": plugin.doc })).collect();
    let mut each: Vec<Value> = plugins.iter().map(|plugin| of_plugin(&plugin.id, keys(plugin))).collect();
    if kind == PluginKind::Transformation {
        known.push(
            json!({ "const": graph::NAME, "description": "An ONNX graph of an image and its parameters." }),
        );
        each.push(of_plugin(graph::NAME, keys_of_graph()));
    }
    known.push(json!({ "type": "string", "description": "Any other plugin." }));
    let mut properties = Map::new();
    properties
        .insert("plugin".to_owned(), json!({ "description": format!("The {kind} plugin."), "anyOf": known }));
    if kind == PluginKind::Transformation {
        properties.insert("range".to_owned(), json!({ "type": "array", "description": RANGE }));
    }
    json!({ "type": "object", "properties": properties, "allOf": each })
}

const RANGE: &str = "The parameters that the claim is about: a pair [low, high], or one for each parameter.";

/// What a table must have where no sweep brings it.
pub(super) fn complete(kind: PluginKind, plugins: &[&PluginInfo]) -> Value {
    let required = |plugin: &&PluginInfo| {
        let names: Vec<&str> = plugin
            .options
            .iter()
            .filter(|option| option.required)
            .map(|option| option.name.as_str())
            .collect();
        (!names.is_empty()).then(|| json!({ "if": is(&plugin.id), "then": { "required": names } }))
    };
    let mut each: Vec<Value> = plugins.iter().filter_map(required).collect();
    let keys = match kind {
        PluginKind::Transformation => {
            each.push(json!({ "if": is(graph::NAME), "then": { "required": ["model"] } }));
            json!(["plugin", "range"])
        }
        PluginKind::Noise | PluginKind::Estimator => json!(["plugin"]),
    };
    if each.is_empty() { json!({ "required": keys }) } else { json!({ "required": keys, "allOf": each }) }
}

/// The condition that a table names a plugin.
fn is(id: &str) -> Value {
    json!({ "properties": { "plugin": { "const": id } }, "required": ["plugin"] })
}

fn of_plugin(id: &str, mut keys: Map<String, Value>) -> Value {
    keys.insert("plugin".to_owned(), json!(true));
    json!({ "if": is(id), "then": { "properties": keys, "additionalProperties": false } })
}

fn keys(plugin: &PluginInfo) -> Map<String, Value> {
    let mut keys = Map::new();
    if plugin.kind == PluginKind::Transformation {
        keys.insert("range".to_owned(), range(&plugin.parameters));
    }
    for declared in &plugin.options {
        keys.insert(declared.name.clone(), option(declared));
    }
    keys
}

fn keys_of_graph() -> Map<String, Value> {
    let mut keys = Map::new();
    keys.insert("range".to_owned(), json!({ "type": "array", "description": RANGE }));
    keys.insert("model".to_owned(), json!({ "type": "string", "description": "The ONNX file." }));
    let identity = json!({
        "description": "The parameters that change nothing; zeros if absent.",
        "anyOf": [{ "type": "number" }, { "type": "array", "items": { "type": "number" } }],
    });
    keys.insert("identity".to_owned(), identity);
    keys
}

/// A pair of each parameter; a single parameter's may stand alone.
fn range(parameters: &[ParameterInfo]) -> Value {
    let pair = |parameter: &ParameterInfo| {
        let mut number = json!({ "type": "number" });
        bound(&mut number, parameter.low, parameter.high);
        json!({ "type": "array", "items": number, "minItems": 2, "maxItems": 2 })
    };
    let said: Vec<String> = parameters.iter().map(describe).collect();
    let count = parameters.len();
    let pairs: Vec<Value> = parameters.iter().map(pair).collect();
    let several = json!({ "type": "array", "prefixItems": pairs, "minItems": count, "maxItems": count });
    match &pairs[..] {
        [single] => json!({ "description": said[0], "anyOf": [single, several] }),
        _ => {
            let mut several = several;
            several["description"] = json!(said.join(" "));
            several
        }
    }
}

/// "radius (pixel): The radius of the disk."
fn describe(parameter: &ParameterInfo) -> String {
    format!("{} ({}): {}", parameter.name, parameter.unit, parameter.doc)
}

fn option(option: &OptionInfo) -> Value {
    let number = |name: &str| {
        let mut number = json!({ "type": name });
        bound(&mut number, option.low, option.high);
        number
    };
    let mut schema = match option.kind {
        OptionKind::Float => number("number"),
        OptionKind::Integer => number("integer"),
        OptionKind::Text => json!({ "type": "string" }),
        OptionKind::Floats => json!({ "type": "array", "items": number("number") }),
        OptionKind::Choice => json!({ "type": "string", "enum": option.choices }),
    };
    schema["description"] = json!(option.doc);
    if let Some(default) = &option.default {
        schema["default"] = match default {
            OptionValue::Float(value) => json!(value),
            OptionValue::Integer(value) => json!(value),
            OptionValue::Text(value) => json!(value),
            OptionValue::Floats(values) => json!(values),
        };
    }
    schema
}

/// Puts the ends of a range where the schema of a number has them.
fn bound(number: &mut Value, low: f64, high: f64) {
    let (low, high) = limits(low, high);
    let mut set = |limit: Option<Limit>, inclusive: &str, exclusive: &str| match limit {
        Some(Limit::Inclusive(end)) => number[inclusive] = json!(end),
        Some(Limit::Exclusive(end)) => number[exclusive] = json!(end),
        None => {}
    };
    set(low, "minimum", "exclusiveMinimum");
    set(high, "maximum", "exclusiveMaximum");
}
