//! `gsmooth evaluate`.

use std::io::{Write, stdout};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::steps::Steps;
use super::{CliError, OutputArguments, SourceArguments, certify, evaluate_table, messages};
use crate::audit::plan::{Plan, PlanOptions};
use crate::evaluate::run;

const EXAMPLES: &str = "\
Examples:
  # All corruptions that [evaluate] lists, on all images of the audit
  gsmooth evaluate audit.toml
  # The figures into another folder, and for a program
  gsmooth evaluate audit.toml --output figures --json";

/// Measures the accuracy of classifiers, bare and smoothed, on the corruptions that `[evaluate]` lists. Nothing is certified.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct EvaluateArguments {
    /// The audit file
    #[arg(value_name = "AUDIT.toml")]
    audit: PathBuf,
    /// The folder for the figures, instead of the file's `output`
    #[arg(long, value_name = "DIR")]
    output: Option<PathBuf>,
    #[command(flatten)]
    sources: SourceArguments,
}

/// Runs the command.
pub fn run(arguments: &EvaluateArguments, output: OutputArguments) -> Result<ExitCode, CliError> {
    let options = PlanOptions { evaluation: true, ..arguments.sources.plan_options(None) };
    let plan = Plan::open(&arguments.audit, &options, &mut messages::runtime(output.quiet))?;
    let folder = certify::run_folder(arguments.output.as_ref(), &arguments.audit, None, &plan);
    let stop = certify::stop_on_interrupt();
    let mut steps = Steps::new(output.quiet);
    let Some(report) = run::run(&plan, &folder, &stop, &mut |step| steps.take(step))? else {
        messages::say("interrupted: nothing is written, and the same command begins anew");
        return Ok(ExitCode::from(4));
    };
    if output.json {
        writeln!(stdout(), "{}", serde_json::to_string_pretty(&report)?)?;
    } else {
        evaluate_table::print(&report)?;
        writeln!(stdout(), "Run folder: {}", folder.display())?;
    }
    let errors = report.rows.iter().flat_map(|row| &row.cells).any(|cell| cell.errors > 0);
    Ok(if errors { ExitCode::from(5) } else { ExitCode::SUCCESS })
}
