//! `gsmooth attack`.

use std::io::{Write, stdout};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::steps::Steps;
use super::{CliError, OutputArguments, SourceArguments, attack_table, certify, messages};
use crate::attack::recorded::{self, Recorded};
use crate::attack::report::Report;
use crate::attack::run;

const EXAMPLES: &str = "\
Examples:
  # The run that the file names, or runs/audit, made by `gsmooth certify audit.toml`
  gsmooth attack audit.toml
  # One case, its first 20 images
  gsmooth attack audit.toml --case rotation --images 20
  # The figures for a program; what fell is said on standard error too
  gsmooth attack audit.toml --json --quiet";

/// Attacks the smoothed and the bare classifier of a run, and tests its certificates.
///
/// Looks for transformed images that are got wrong: on a grid over the range, and by gradient descent from its worst points. A
/// certified image for which fresh draws refute the certificate is a fall: it is shown with all that it takes to reproduce it,
/// and the exit code is 1.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct AttackArguments {
    /// The audit file, of which `gsmooth certify` has made a run
    #[arg(value_name = "AUDIT.toml")]
    audit: PathBuf,
    /// The run folder, instead of the file's `output`
    #[arg(long, value_name = "DIR")]
    output: Option<PathBuf>,
    /// Only the case of this name
    #[arg(long, value_name = "NAME")]
    case: Option<String>,
    /// Only the first N images, instead of what `[attack]` says
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    images: Option<u64>,
    #[command(flatten)]
    sources: SourceArguments,
}

/// Runs the command.
pub fn run(arguments: &AttackArguments, output: OutputArguments) -> Result<ExitCode, CliError> {
    let options = arguments.sources.plan_options(arguments.case.clone());
    let folder = arguments.output.as_deref();
    let Recorded { plan, run: recorded } =
        recorded::open(&arguments.audit, &options, folder, &mut messages::runtime(output.quiet))?;
    let stop = certify::stop_on_interrupt();
    let mut steps = Steps::new(output.quiet);
    let report = run::run(&plan, &recorded, arguments.images, &stop, &mut |step| steps.take(step))?;
    if output.json {
        writeln!(stdout(), "{}", serde_json::to_string_pretty(&report)?)?;
    } else {
        attack_table::print(&report)?;
        writeln!(stdout(), "Run folder: {}", recorded.path.display())?;
    }
    attack_table::falls(&report);
    Ok(ExitCode::from(exit_code(&report)))
}

/// The exit code: what fell first, then interruption, then errors.
fn exit_code(report: &Report) -> u8 {
    if report.cases.iter().any(|case| !case.falls.is_empty()) {
        1
    } else if report.stopped {
        messages::say("interrupted: what was found so far is not tested, and the next attack begins anew");
        4
    } else if report.cases.iter().any(|case| case.errors > 0) {
        5
    } else {
        0
    }
}
