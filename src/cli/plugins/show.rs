//! `gsmooth plugins show`.

use std::io::{Write, stdout};
use std::process::ExitCode;

use clap::Args;
use serde_json::{Value, json};

use super::list::summary;
use crate::audit::hint;
use crate::cli::{CliError, OutputArguments, PluginPathArguments, table};
use crate::host::{
    HostError, OptionInfo, OptionKind, OptionValue, ParameterInfo, PluginInfo, PluginKind, Registry,
};

const EXAMPLES: &str = "\
Examples:
  # Its parameters with their domains, its options with their defaults, and what it offers to proofs
  gsmooth plugins show rotation
  gsmooth plugins show exponential --json";

/// Which plugin.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct ShowArguments {
    /// The plugin's id
    id: String,
    #[command(flatten)]
    plugins: PluginPathArguments,
}

/// Runs the command: every plugin of that name, whatever its kind.
pub fn run(arguments: &ShowArguments, output: OutputArguments) -> Result<ExitCode, CliError> {
    let registry = arguments.plugins.registry()?;
    let found: Vec<_> = registry.plugins().iter().filter(|info| info.id == arguments.id).collect();
    if found.is_empty() {
        return Err(unknown(&registry, &arguments.id).into());
    }
    let mut out = stdout().lock();
    for info in found {
        if output.json {
            writeln!(out, "{}", serde_json::to_string_pretty(&everything(info))?)?;
        } else {
            describe(info, &mut out)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// The error names the kind of the nearest plugin, since the user named none.
fn unknown(registry: &Registry, id: &str) -> HostError {
    let known: Vec<String> = registry.plugins().iter().map(|info| info.id.clone()).collect();
    let nearest = hint::nearest(id, known.iter().map(String::as_str));
    let alike = registry.plugins().iter().find(|info| Some(&info.id) == nearest.as_ref());
    let kind = alike.map_or(PluginKind::Transformation, |info| info.kind);
    HostError::UnknownPlugin { kind, id: id.to_owned(), nearest, known }
}

fn describe(info: &PluginInfo, out: &mut impl Write) -> Result<(), CliError> {
    writeln!(out, "{} ({} plugin, version {})\n{}\n", info.id, info.kind, info.version, info.doc)?;
    writeln!(out, "library  {} ({})", info.path.display(), info.origin)?;
    writeln!(out, "sha-256  {}", info.digest)?;
    if let Some(class) = info.class {
        writeln!(out, "class    {}", class.name())?;
        let offers = if info.offers.is_empty() { "nothing more".to_owned() } else { info.offers.join(", ") };
        writeln!(out, "offers   {offers}")?;
    }
    if !info.parameters.is_empty() {
        writeln!(out, "\n{}", parameters(&info.parameters))?;
    }
    if !info.options.is_empty() {
        writeln!(out, "\n{}", options(&info.options))?;
    }
    Ok(())
}

fn parameters(parameters: &[ParameterInfo]) -> comfy_table::Table {
    let mut table = table::wrapped(&["parameter", "unit", "domain", "identity", "what it is"]);
    for p in parameters {
        let domain = format!("[{}, {}]", p.low, p.high);
        table.add_row([&p.name, &p.unit, &domain, &p.identity.to_string(), &p.doc]);
    }
    table
}

fn options(options: &[OptionInfo]) -> comfy_table::Table {
    let mut table = table::wrapped(&["option", "takes", "default", "what it is"]);
    for option in options {
        table.add_row([&option.name, &takes(option), &default(option), &option.doc]);
    }
    table
}

/// "a number, greater than 0 and at most 1", "reflect or zero".
fn takes(option: &OptionInfo) -> String {
    match (option.kind, option.range()) {
        (OptionKind::Choice, _) => option.choices.join(" or "),
        (kind, Some(range)) => format!("{}, {range}", kind.describe()),
        (kind, None) => kind.describe().to_owned(),
    }
}

fn default(option: &OptionInfo) -> String {
    match &option.default {
        Some(value) => value.to_string(),
        None if option.required => "required".to_owned(),
        None => "unset".to_owned(),
    }
}

/// All that is known of a plugin. Numbers that are infinite are `null`.
fn everything(info: &PluginInfo) -> Value {
    let mut all = summary(info);
    let parameter = |p: &ParameterInfo| {
        json!({
            "name": p.name,
            "unit": p.unit,
            "low": finite(p.low),
            "high": finite(p.high),
            "identity": p.identity,
            "doc": p.doc,
        })
    };
    all["doc"] = json!(info.doc);
    all["thread_safe"] = json!(info.thread_safe);
    all["class"] = json!(info.class.map(|class| class.name()));
    all["offers"] = json!(info.offers);
    all["parameters"] = info.parameters.iter().map(parameter).collect();
    all["options"] = info.options.iter().map(option).collect();
    all
}

fn option(option: &OptionInfo) -> Value {
    json!({
        "name": option.name,
        "type": type_name(option.kind),
        "required": option.required,
        "default": option.default.as_ref().map(value),
        "low": finite(option.low),
        "high": finite(option.high),
        "choices": option.choices,
        "doc": option.doc,
    })
}

fn type_name(kind: OptionKind) -> &'static str {
    match kind {
        OptionKind::Float => "float",
        OptionKind::Integer => "integer",
        OptionKind::Text => "text",
        OptionKind::Floats => "floats",
        OptionKind::Choice => "choice",
    }
}

fn value(value: &OptionValue) -> Value {
    match value {
        OptionValue::Float(value) => json!(value),
        OptionValue::Integer(value) => json!(value),
        OptionValue::Text(value) => json!(value),
        OptionValue::Floats(values) => json!(values),
    }
}

fn finite(value: f64) -> Option<f64> {
    value.is_finite().then_some(value)
}
