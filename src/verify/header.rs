//! The header of the records against the audit made ready anew: models, plugins and data are hashed again.

use serde_json::{Map, Value};

use super::case::formatting;
use super::difference::{Difference, differences};
use super::fault::{Fault, Place};
use super::finding::Finding;
use super::recorded::RecordedRun;
use crate::audit::diagnostic::Diagnostic;
use crate::audit::folder::RECORDS;
use crate::audit::plan::{Plan, PlanOptions};
use crate::audit::records::Header;
use crate::onnx::runtime::Message;

/// Makes the audit of a run ready anew. A run of one case alone, as `certify --case` makes it, is known by its records.
///
/// # Errors
/// Whatever is wrong with the audit or what it names.
pub fn plan(
    run: &RecordedRun,
    options: &PlanOptions,
    on_message: &mut dyn FnMut(Message),
) -> Result<Plan, Box<Diagnostic>> {
    let mut open = |case: Option<&str>| {
        let options = PlanOptions { case: case.map(str::to_owned), ..options.clone() };
        Plan::of_text(run.text.clone(), &run.relative_to, &options, on_message)
    };
    let whole = open(None);
    let differing = |plan: &Plan| differing(&run.header, &plan.header).len();
    let fewest = whole.as_ref().map_or(usize::MAX, differing);
    let Some(case) = run.only_case().filter(|_| fewest > 0) else { return whole };
    match open(Some(case)) {
        Ok(one) if differing(&one) < fewest => Ok(one),
        _ => whole,
    }
}

/// What is wrong with the header.
pub fn check(run: &RecordedRun, plan: &Plan) -> Vec<Fault> {
    let written = serde_json::to_vec(&run.header).unwrap_or_default();
    let mut findings = Vec::new();
    if written != run.header_bytes() {
        findings.push(formatting(run.header_bytes(), &written));
    }
    let named = |d: Difference| Finding::Header { field: d.field, found: d.found, expected: d.expected };
    findings.extend(differing(&run.header, &plan.header).into_iter().map(named));
    findings.into_iter().map(|finding| Fault { place: Place::line(RECORDS, 1), finding }).collect()
}

/// The entries that differ: of models and plugins each file by its name.
fn differing(found: &Header, expected: &Header) -> Vec<Difference> {
    differences(&by_name(found), &by_name(expected))
}

/// The header with its plugins by kind and id, in no order.
fn by_name(header: &Header) -> Value {
    let mut value = serde_json::to_value(header).unwrap_or(Value::Null);
    let of_plugin = |plugin: &crate::audit::records::PluginDigest| {
        let digest = serde_json::json!({ "version": plugin.version, "digest": plugin.digest });
        (format!("{} {}", plugin.kind, plugin.id), digest)
    };
    value["plugins"] = header.plugins.iter().map(of_plugin).collect::<Map<_, _>>().into();
    value
}
