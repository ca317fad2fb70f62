//! `gsmooth merge`.

use std::io::{Write, stdout};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::{CliError, OutputArguments, certify_table, verdict};
use crate::audit::merge::merge;
use crate::audit::plan::PlanOptions;
use crate::report::output::{self as report, Options};

const EXAMPLES: &str = "\
The records and the summary are byte for byte those of a run that was not shared out. Neither models nor data are needed. \
Where images are missing, they are named with the command that certifies them, and the exit code is 4.

Examples:
  # The shell puts in the folders of all four shards; their order does not matter
  gsmooth merge runs/audit-shard-*-of-4 --output runs/audit
  # The merged figures for a program
  gsmooth merge first second --output both --json";

/// Joins the run folders of all shards into one.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
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
    // Pictures need the data and the models, which a machine that merges may not have.
    let options =
        Options { plan: PlanOptions { offline: true, ..PlanOptions::default() }, ..Options::default() };
    let page = report::remake(std::slice::from_ref(&arguments.output), &options, &mut |_| {}, &mut |_| {})?;
    if output.json {
        writeln!(stdout(), "{}", serde_json::to_string_pretty(&merged.summary)?)?;
    } else {
        certify_table::print(&merged.summary, &[])?;
        writeln!(stdout(), "Run folder: {}", arguments.output.display())?;
        writeln!(stdout(), "Report: {}", page.display())?;
    }
    let requirements = merged.cases.iter().map(|case| (case.name.as_str(), case.require.as_ref()));
    Ok(verdict::conclude(&merged.audit, requirements, &merged.summary))
}
