//! The JSON Schema of audit files: the committed copy is what `gsmooth schema` prints, every shipped audit is valid by it,
//! and files with unknown keys are not.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

mod support;

use support::audit::Audit;

const COMMITTED: &str = "configs/audit.schema.json";

/// What `gsmooth schema` prints for the standard plugins.
fn printed() -> String {
    let said = support::plain_gsmooth().arg("schema").output().unwrap();
    assert!(said.status.success(), "{}", support::stderr(&said));
    String::from_utf8(said.stdout).unwrap()
}

fn schema() -> Value {
    serde_json::from_str(&std::fs::read_to_string(support::repository().join(COMMITTED)).unwrap()).unwrap()
}

fn errors(schema: &Value, text: &str) -> Vec<String> {
    let validator = jsonschema::draft202012::new(schema).unwrap();
    let file: toml::Table = text.parse().unwrap();
    let file = serde_json::to_value(file).unwrap();
    validator.iter_errors(&file).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

#[track_caller]
fn assert_valid(text: &str) {
    assert_eq!(errors(&schema(), text), Vec::<String>::new(), "in\n{text}");
}

#[track_caller]
fn assert_invalid(audit: &Audit) {
    assert!(!errors(&schema(), &audit.text).is_empty(), "taken:\n{}", audit.text);
}

/// All audits below a folder.
fn audits(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let below = entries.flat_map(|path| if path.is_dir() { audits(&path) } else { vec![path] });
    below.filter(|path| path.extension().is_some_and(|extension| extension == "toml")).collect()
}

/// `GSMOOTH_BLESS=1 cargo test --test schema` writes the committed copy anew.
#[test]
fn the_committed_schema_is_as_printed() {
    let (path, printed) = (support::repository().join(COMMITTED), printed());
    if std::env::var_os("GSMOOTH_BLESS").is_some() {
        std::fs::write(&path, &printed).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap();
    let differs = printed.lines().zip(committed.lines()).find(|(printed, committed)| printed != committed);
    assert!(
        printed == committed,
        "GSMOOTH_BLESS=1 writes it anew; the first lines that differ: {differs:#?}"
    );
}

#[test]
fn the_schema_is_one_of_draft_2020_12() {
    let schema = schema();
    assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    assert!(jsonschema::meta::is_valid(&schema));
    assert!(!schema.to_string().contains("null"), "TOML has no null");
}

/// A key without a description is a key that nobody explained.
#[test]
fn every_key_is_described() {
    fn undescribed(schema: &Value, at: &str, found: &mut Vec<String>) {
        let Some(entries) = schema.as_object() else { return };
        for (key, property) in entries.get("properties").and_then(Value::as_object).into_iter().flatten() {
            let path = format!("{at}.{key}");
            if property.is_object() && !at.contains('?') && property.get("description").is_none() {
                found.push(path.clone());
            }
            undescribed(property, &path, found);
        }
        if let Some(items) = entries.get("items") {
            undescribed(items, at, found);
        }
        for choice in entries.get("anyOf").and_then(Value::as_array).into_iter().flatten() {
            undescribed(choice, at, found);
        }
    }
    let mut found = Vec::new();
    undescribed(&schema(), "", &mut found);
    assert_eq!(found, Vec::<String>::new());
}

#[test]
fn every_shipped_audit_is_valid_and_names_the_schema() {
    let configs = support::repository().join("configs");
    let all = audits(&configs);
    assert!(all.len() >= 20, "{all:?}");
    for path in all {
        let text = std::fs::read_to_string(&path).unwrap();
        assert_eq!(errors(&schema(), &text), Vec::<String>::new(), "{}", path.display());
        let named =
            text.lines().next().and_then(|line| line.strip_prefix("#:schema ")).unwrap_or_else(|| {
                panic!("the first line of {} names no schema", path.display());
            });
        let named = path.parent().unwrap().join(named).canonicalize().unwrap();
        assert_eq!(named, support::repository().join(COMMITTED).canonicalize().unwrap());
    }
}

#[test]
fn unknown_keys_are_invalid_wherever_they_stand() {
    let small = Audit::small();
    assert_valid(&small.text);
    assert_invalid(&small.with("draws = 200", "draw = 200"));
    assert_invalid(&small.with("seed = 5", "sede = 5"));
    assert_invalid(&small.with(
        "transformation = { plugin = \"gaussian_blur\"",
        "transfromation = { plugin = \"gaussian_blur\"",
    ));
    assert_invalid(&small.with("f2 = ", "f3 = "));
    assert_invalid(&small.with("scale = 5.0", "scale = 5.0, scael = 1.0"));
    assert_invalid(&small.with("radii = [4.0, 9.0]", "radii = [4.0, 9.0]\nanchors = { most = 3 }"));
    assert_invalid(&small.with("radii = [4.0, 9.0]", "radii = [4.0, 9.0]\nrequire = { radius = 4.0 }"));
}

#[test]
fn values_of_the_wrong_kind_are_invalid() {
    let small = Audit::small();
    for (from, to) in [
        ("draws = 200", "draws = \"many\""),
        ("count = 12", "count = -3"),
        ("radii = [4.0, 9.0]", "radii = 4.0"),
        ("radii = [4.0, 9.0]", "radii = ['4']"),
        ("scale = 5.0", "scale = \"wide\""),
        ("scale = 5.0", "scale = -1"),
        ("scale = 0.5", "scale = 0.0"),
        ("method = \"resolvable\"", "method = \"resolveable\""),
        ("format = \"idx\"", "format = \"idxx\""),
        ("mode = \"fixed\"", "mode = \"fix\""),
        ("version = 1", "version = 2"),
        ("[0.0, 36.0]", "[0.0, 1.0, 2.0]"),
        ("semantic_noise = 0.25", "semantic_noise = 0"),
        ("noise = { plugin = \"exponential\", scale = 5.0 }", "noise = { plugin = \"exponential\" }"),
        ("noise = { plugin = \"exponential\", scale = 5.0 }", "noise = { scale = 5.0 }"),
        (", range = [0.0, 36.0]", ""),
        ("format = \"idx\"\n", ""),
        ("h = ", "cut = "),
    ] {
        assert_invalid(&small.with(from, to));
    }
}

/// Somebody may have further plugins; what they take is theirs to say.
#[test]
fn plugins_that_are_not_at_hand_may_have_any_keys() {
    let small = Audit::small();
    let mine = "noise = { plugin = \"mine\", width = [1, 2], wide = true }";
    assert_valid(&small.with("noise = { plugin = \"exponential\", scale = 5.0 }", mine).text);
    let graph = "transformation = { plugin = \"onnx_transform\", model = \"rain.onnx\", identity = [0.0], range = [0, 1] }";
    let blur = "transformation = { plugin = \"gaussian_blur\", range = [0.0, 36.0] }";
    assert_valid(&small.with(blur, graph).text);
    assert_invalid(&small.with(blur, &graph.replace("identity", "identiy")));
    assert_invalid(&small.with(blur, &graph.replace("model", "modle")));
}

#[test]
fn a_sweep_may_bring_what_a_case_needs() {
    let small = Audit::small();
    let with = |from: &str, to: &str| small.with(from, to);
    let swept =
        "noise = { plugin = \"exponential\" }\nsweep = { \"noise.scale\" = [1.0, 2.0], radii = [[4.0]] }";
    assert_valid(&with("noise = { plugin = \"exponential\", scale = 5.0 }", swept).text);
    assert_valid(&with("method = \"resolvable\"", "sweep.method = [\"resolvable\"]").text);
    for sweep in ["3", "{}", "{ \"noise.scale\" = 1.0 }", "{ \"noise.scale\" = [] }", "{ name = [\"a\"] }"] {
        let name = "name = \"gaussian_blur\"";
        assert_invalid(&with(name, &format!("{name}\nsweep = {sweep}")));
    }
}

/// The options of a plugin stand under its name, with type, default, range and description.
#[test]
fn options_of_plugins_are_merged_in() {
    let schema = schema();
    let of = |kind: &str, plugin: &str| -> Value {
        let all = schema["$defs"][kind]["allOf"].as_array().unwrap();
        let found = all.iter().find(|each| each["if"]["properties"]["plugin"]["const"] == plugin);
        found.unwrap_or_else(|| panic!("no {kind} {plugin}"))["then"]["properties"].clone()
    };
    let scale = &of("noise", "gaussian")["scale"];
    assert_eq!((&scale["type"], &scale["exclusiveMinimum"]), (&json!("number"), &json!(0.0)));
    assert!(scale["description"].as_str().unwrap().len() > 10);
    let points = &of("estimator", "corollary1")["points"];
    assert_eq!((&points["type"], &points["default"]), (&json!("integer"), &json!(17)));
    let range = &of("transformation", "brightness_contrast")["range"];
    assert_eq!((&range["minItems"], &range["maxItems"]), (&json!(2), &json!(2)));
    let required = &schema["$defs"]["complete_noise"]["allOf"].as_array().unwrap();
    assert!(required.iter().any(|each| each["then"]["required"] == json!(["scale"])), "{required:?}");
}
