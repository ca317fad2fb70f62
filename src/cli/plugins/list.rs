//! `gsmooth plugins list`.

use std::io::{Write, stdout};
use std::path::Path;
use std::process::ExitCode;

use serde_json::{Value, json};

use crate::cli::{CliError, OutputArguments, table};
use crate::host::{PluginInfo, Registry};

/// Runs the command.
pub fn run(registry: &Registry, output: OutputArguments) -> Result<ExitCode, CliError> {
    let mut out = stdout().lock();
    if output.json {
        let all: Vec<_> = registry.plugins().iter().map(|info| summary(info)).collect();
        writeln!(out, "{}", serde_json::to_string_pretty(&all)?)?;
        return Ok(ExitCode::SUCCESS);
    }
    for library in libraries(registry) {
        let plugins: Vec<_> = registry.plugins().iter().filter(|info| info.path == library).collect();
        let mut table = table::wrapped(&["id", "kind", "version", "what it is"]);
        for info in &plugins {
            let first_line = info.doc.lines().next().unwrap_or_default();
            table.add_row([&info.id, info.kind.name(), &info.version, first_line]);
        }
        if let Some(info) = plugins.first() {
            writeln!(out, "{} ({})\nsha-256 {}\n", library.display(), info.origin, info.digest)?;
        }
        writeln!(out, "{table}\n")?;
    }
    for hidden in registry.hidden() {
        writeln!(out, "not used: the {}; {} was named", hidden.plugin, hidden.by.path.display())?;
    }
    Ok(ExitCode::SUCCESS)
}

/// The libraries that plugins come from, in the order of their first plugins.
fn libraries(registry: &Registry) -> Vec<&Path> {
    let mut libraries: Vec<&Path> = Vec::new();
    for info in registry.plugins() {
        if !libraries.contains(&&*info.path) {
            libraries.push(&info.path);
        }
    }
    libraries
}

/// What a program needs to tell plugins apart.
pub(super) fn summary(info: &PluginInfo) -> Value {
    json!({
        "id": info.id,
        "kind": info.kind.name(),
        "version": info.version,
        "path": info.path,
        "digest": info.digest,
        "origin": info.origin.name(),
    })
}
