//! `gsmooth merge`.

use std::io::{Write, stdout};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::{CliError, OutputArguments, certify_table, verdict};
use crate::audit::merge::merge;

/// Joins the run folders of all shards into one.
#[derive(Debug, Args)]
pub struct MergeArguments {
    /// The run folders of all shards, in any order
    #[arg(value_name = "DIR", required = true)]
    folders: Vec<PathBuf>,
    /// The run folder of the whole
    #[arg(long, value_name = "DIR")]
    output: PathBuf,
}

/// Runs the command.
pub fn run(arguments: &MergeArguments, output: OutputArguments) -> Result<ExitCode, CliError> {
    let merged = merge(&arguments.folders, &arguments.output)?;
    if output.json {
        writeln!(stdout(), "{}", serde_json::to_string_pretty(&merged.summary)?)?;
    } else {
        certify_table::print_merged(&merged)?;
        writeln!(stdout(), "Run folder: {}", arguments.output.display())?;
    }
    let requirements = merged.cases.iter().map(|case| (case.name.as_str(), case.require.as_ref()));
    Ok(verdict::conclude(&merged.audit, requirements, &merged.summary))
}
