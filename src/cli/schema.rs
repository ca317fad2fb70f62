//! `gsmooth schema`.

use std::io::{Write, stdout};
use std::process::ExitCode;

use clap::Args;

use super::{CliError, PluginPathArguments};
use crate::audit::json_schema;

const EXAMPLES: &str = "\
Examples:
  gsmooth schema > audit.schema.json
  # With the options of a plugin of your own
  gsmooth schema --plugin-path plugins > audit.schema.json";

/// Prints the JSON Schema of audit files.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct SchemaArguments {
    #[command(flatten)]
    plugins: PluginPathArguments,
}

/// Runs the command.
pub fn run(arguments: &SchemaArguments) -> Result<ExitCode, CliError> {
    let registry = arguments.plugins.registry()?;
    let schema = json_schema::schema(registry.plugins().iter().map(|plugin| &**plugin));
    writeln!(stdout(), "{}", serde_json::to_string_pretty(&schema)?)?;
    Ok(ExitCode::SUCCESS)
}
