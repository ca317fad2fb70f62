//! `gsmooth plugins`.

mod check;

use std::io::{Write, stdout};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Subcommand;
use serde_json::json;

use super::table;
use super::{CliError, OutputArguments};
use crate::audit::hint;
use crate::host::{HostError, PluginInfo, PluginKind, Registry, SearchPath};

/// Lists, describes or checks plugins.
#[derive(Debug, Subcommand)]
pub enum PluginsCommand {
    /// Lists all plugins on the search path
    List {
        /// A folder searched for plugins first; may be given several times
        #[arg(long, value_name = "DIR")]
        plugin_path: Vec<PathBuf>,
    },
    /// Describes a plugin with its parameters and options
    Show {
        /// The plugin's id
        id: String,
        /// A folder searched for plugins first; may be given several times
        #[arg(long, value_name = "DIR")]
        plugin_path: Vec<PathBuf>,
    },
    /// Tries out whether the plugins of a library keep their promises
    Check(check::CheckArguments),
}

/// Runs the command.
pub fn run(command: &PluginsCommand, output: OutputArguments) -> Result<ExitCode, CliError> {
    match command {
        PluginsCommand::List { plugin_path } => {
            list(&Registry::load(&SearchPath::standard(plugin_path))?, output)
        }
        PluginsCommand::Show { id, plugin_path } => {
            show(&Registry::load(&SearchPath::standard(plugin_path))?, id, output)
        }
        PluginsCommand::Check(arguments) => check::run(arguments, output),
    }
}

fn list(registry: &Registry, output: OutputArguments) -> Result<ExitCode, CliError> {
    let mut out = stdout().lock();
    if output.json {
        let all: Vec<_> = registry.plugins().iter().map(|info| summary(info)).collect();
        writeln!(out, "{}", serde_json::to_string_pretty(&all)?)?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut table = table::new(&["id", "kind", "version", "what it is", "library"], &[]);
    for info in registry.plugins() {
        let first_line = info.doc.lines().next().unwrap_or_default();
        let library = info.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        table.add_row([&info.id, &info.kind.to_string(), &info.version, first_line, &library]);
    }
    writeln!(out, "{table}")?;
    Ok(ExitCode::SUCCESS)
}

fn summary(info: &PluginInfo) -> serde_json::Value {
    json!({
        "id": info.id,
        "kind": info.kind.to_string(),
        "version": info.version,
        "path": info.path,
        "digest": info.digest,
    })
}

fn show(registry: &Registry, id: &str, output: OutputArguments) -> Result<ExitCode, CliError> {
    let found: Vec<_> = registry.plugins().iter().filter(|info| info.id == id).collect();
    if found.is_empty() {
        let known: Vec<String> = registry.plugins().iter().map(|info| info.id.clone()).collect();
        let nearest = hint::nearest(id, known.iter().map(String::as_str));
        let (kind, id) = (PluginKind::Transformation, id.to_owned());
        return Err(HostError::UnknownPlugin { kind, id, nearest, known }.into());
    }
    let mut out = stdout().lock();
    for info in found {
        if output.json {
            writeln!(out, "{}", serde_json::to_string_pretty(&summary(info))?)?;
            continue;
        }
        writeln!(out, "{} ({} plugin, version {})\n{}\n", info.id, info.kind, info.version, info.doc)?;
        writeln!(out, "library  {}\nsha-256  {}\n", info.path.display(), info.digest)?;
        if !info.parameters.is_empty() {
            let mut table = table::new(&["parameter", "unit", "domain", "identity", "what it is"], &[]);
            for p in &info.parameters {
                let domain = format!("[{}, {}]", p.low, p.high);
                table.add_row([&p.name, &p.unit, &domain, &p.identity.to_string(), &p.doc]);
            }
            writeln!(out, "{table}\n")?;
        }
        if !info.options.is_empty() {
            let mut table = table::new(&["option", "takes", "default", "what it is"], &[]);
            for option in &info.options {
                let default =
                    option.default.as_ref().map_or_else(|| "required".to_owned(), ToString::to_string);
                table.add_row([&option.name, option.kind.describe(), &default, &option.doc]);
            }
            writeln!(out, "{table}\n")?;
        }
    }
    Ok(ExitCode::SUCCESS)
}
