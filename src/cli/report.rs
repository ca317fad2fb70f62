//! `gsmooth report`.

use std::io::{Write, stdout};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use serde_json::json;

use super::{CliError, OutputArguments, SourceArguments, messages};
use crate::report::output::{self, NoPictures, Options};

const EXAMPLES: &str = "\
Several run folders are compared: the curves of equal cases in one plot, and what differs between the runs.

Examples:
  # The page anew, in the run folder
  gsmooth report runs/mnist
  # Two runs side by side, in one file
  gsmooth report runs/monday runs/friday --output comparison.html";

/// Makes the report of a run anew, or compares runs.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct ReportArguments {
    /// Run folders; several are compared
    #[arg(value_name = "DIR", required = true)]
    folders: Vec<PathBuf>,
    /// The folder to write to, or the page's file (`.html`) alone; without it a run's own folder, or `comparison.html`
    #[arg(long, value_name = "DIR|FILE")]
    output: Option<PathBuf>,
    /// Where the audit file lay, if it was moved since; only needed for pictures that the run folder does not keep
    #[arg(long, value_name = "DIR")]
    relative_to: Option<PathBuf>,
    #[command(flatten)]
    sources: SourceArguments,
}

/// Runs the command.
pub fn run(arguments: &ReportArguments, output: OutputArguments) -> Result<ExitCode, CliError> {
    let options = Options {
        output: arguments.output.clone(),
        relative_to: arguments.relative_to.clone(),
        plan: arguments.sources.plan_options(None),
    };
    let mut missing = |NoPictures { reason }: NoPictures| {
        if !output.quiet {
            messages::say(format_args!("the report has no pictures of images: {reason}"));
        }
    };
    let page =
        output::remake(&arguments.folders, &options, &mut messages::runtime(output.quiet), &mut missing)?;
    match output.json {
        true => writeln!(stdout(), "{}", json!({ "report": page }))?,
        false => writeln!(stdout(), "Report: {}", page.display())?,
    }
    Ok(ExitCode::SUCCESS)
}
