//! Where the figures of a run come from: versions, digests, settings. No dates: the same folder gives the same page.

use serde_json::Value;

use crate::audit::case_description::CaseDescription;
use crate::audit::records::Header;
use crate::certify::case::{Anchors, Claim};
use crate::certify::certificate::VoteBound;
use crate::smoothing::question::Rule;

use super::figure::Table;
use super::source::Run;
use super::words;

/// The run as a whole.
pub fn of_run(run: &Run) -> Table {
    let header = &run.folder.header;
    let mut table = Table::new("The run", &["entry", "@value"]);
    let mut row = |name: &str, value: String| table.rows.push(vec![name.to_owned(), value]);
    row("gsmooth", header.gsmooth.clone());
    row("format of the records", header.format.to_string());
    row("ONNX Runtime", header.onnxruntime.clone());
    row("seed", header.seed.to_string());
    row("audit as resolved (BLAKE3)", header.audit.clone());
    row("data (SHA-256)", header.data.clone());
    table
}

/// The models, with the provider that each node really got.
pub fn of_models(header: &Header) -> Table {
    let mut table = Table::new("Models", &["file", "@SHA-256", "nodes ran on"]);
    for (path, digest) in &header.models {
        let providers = header.providers.get(path).map(providers).unwrap_or_default();
        table.rows.push(vec![path.clone(), digest.as_str().unwrap_or_default().to_owned(), providers]);
    }
    table
}

/// "CPUExecutionProvider (21)": providers with their nodes; of a model cut in three, of all its parts.
pub(super) fn providers(value: &Value) -> String {
    let parts: Vec<&Value> = match value {
        Value::Array(parts) => parts.iter().collect(),
        single => vec![single],
    };
    let mut counts: Vec<(String, u64)> = Vec::new();
    for (provider, operators) in parts.iter().filter_map(|part| part.as_object()).flatten() {
        let nodes: u64 =
            operators.as_object().into_iter().flatten().filter_map(|(_, count)| count.as_u64()).sum();
        match counts.iter_mut().find(|(known, _)| known == provider) {
            Some((_, count)) => *count += nodes,
            None => counts.push((provider.clone(), nodes)),
        }
    }
    counts.iter().map(|(provider, nodes)| format!("{provider} ({nodes})")).collect::<Vec<_>>().join(", ")
}

/// The plugins.
pub fn of_plugins(header: &Header) -> Table {
    let mut table = Table::new("Plugins", &["plugin", "kind", "version", "@SHA-256 of its library"]);
    for plugin in &header.plugins {
        let row = [&plugin.id, &plugin.kind, &plugin.version, &plugin.digest];
        table.rows.push(row.into_iter().cloned().collect());
    }
    table
}

/// How a case was certified.
pub fn of_case(name: &str, about: &CaseDescription) -> Table {
    let mut table = Table::new(&format!("Settings of {name}"), &["setting", "value"]);
    let mut row = |name: &str, value: String| table.rows.push(vec![name.to_owned(), value]);
    let [channels, height, width] = about.shape;
    row("method", about.method.clone());
    row("transformation", words::plugin(&about.transformation));
    for parameter in &about.parameters {
        let value = |value: f64| words::quantity(&words::number(value), &parameter.unit);
        let identity = value(parameter.identity);
        let range =
            format!("{} to {} (nothing changes at {identity})", value(parameter.low), value(parameter.high));
        row(&format!("range of {}", parameter.name), range);
    }
    if about.parameters.len() > 1 {
        row("norm of the radius", words::norm(about).to_owned());
    }
    row("classifier", format!("{} ({} classes)", about.classifier, about.classes));
    row("images", format!("{} of {channels} × {height} × {width}", words::thousands(about.images)));
    if !about.noise.is_empty() {
        let laws: Vec<String> = about.noise.iter().map(words::plugin).collect();
        row("noise on parameters", words::list(&laws));
    }
    if let Some(sigma) = about.semantic_noise {
        let name =
            if about.method == "pixel" { "noise on pixels (sigma2)" } else { "semantic noise (sigma2)" };
        row(name, words::number(sigma));
    }
    if let Some(lipschitz) = about.lipschitz {
        row("Lipschitz bound of the encoder", words::about(lipschitz));
    }
    if let Some(estimator) = &about.estimator {
        row("estimator", words::plugin(estimator));
    }
    row("claim", claim(about));
    if let Some(slack) = about.slack {
        row("slack (l2)", words::about(slack));
    }
    if about.has_draws() {
        row("anchors", anchors(about));
        sampling(about, &mut row);
    }
    if let Some(point) = &about.sweep {
        let values: Vec<String> =
            point.values.iter().map(|(key, value)| format!("{key} = {value}")).collect();
        row("point of the sweep", format!("{}: {}", point.case, values.join(", ")));
    }
    table
}

fn claim(about: &CaseDescription) -> String {
    match about.claim {
        Claim::Real => "about the transformation itself".to_owned(),
        Claim::Surrogate { error: None } => "about the surrogate's imitation".to_owned(),
        Claim::Surrogate { error: Some(error) } => {
            format!("about the surrogate's imitation, with an error of at most {} (l2)", words::number(error))
        }
    }
}

fn anchors(about: &CaseDescription) -> String {
    match about.anchors {
        Anchors::Single => "the image itself (the paper's single point)".to_owned(),
        Anchors::Cover { max, p } => {
            format!("a cover of at most {}, p = {}", words::thousands(max as u64), words::number(p))
        }
    }
}

fn sampling(about: &CaseDescription, row: &mut impl FnMut(&str, String)) {
    let sampling = &about.sampling;
    row("mode", sampling.mode.name().to_owned());
    row("alpha (of each certificate)", words::number(sampling.alpha));
    let choosing = match sampling.selection_rule() {
        Rule::Majority(_) => "draws that choose the class, at most",
        _ => "draws that choose the class",
    };
    row(choosing, words::thousands(sampling.select));
    let name = match sampling.mode {
        crate::certify::case::Mode::Fixed => "draws an anchor",
        crate::certify::case::Mode::Target => "draws an image, at most",
    };
    row(name, words::thousands(sampling.draws));
    row(
        "bound",
        match sampling.bound {
            VoteBound::Top1 => "top1".to_owned(),
            VoteBound::Top2 => "top2".to_owned(),
        },
    );
    row("margin", words::number(sampling.margin));
}
