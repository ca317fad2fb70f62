//! `gsmooth certify`.

use std::io::{Write, stdout};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;

use super::certify_table;
use super::progress::Progress;
use super::table::{number, percent};
use super::{CliError, OutputArguments, SourceArguments, messages};
use crate::audit::plan::Plan;
use crate::audit::run::{self, Finished};
use crate::smoothing::stop::Stop;

/// Certifies the images of an audit.
#[derive(Debug, Args)]
pub struct CertifyArguments {
    /// The audit file
    #[arg(value_name = "AUDIT.toml")]
    audit: PathBuf,
    /// The run folder, instead of the file's `output`
    #[arg(long, value_name = "DIR")]
    output: Option<PathBuf>,
    /// Begin anew, dropping the records of an earlier run
    #[arg(long)]
    restart: bool,
    /// Only the case of this name; of a case with a sweep all variants, or the one of this whole name
    #[arg(long, value_name = "NAME")]
    case: Option<String>,
    #[command(flatten)]
    sources: SourceArguments,
}

/// Runs the command.
pub fn run(arguments: &CertifyArguments, output: OutputArguments) -> Result<ExitCode, CliError> {
    let options = arguments.sources.plan_options(arguments.case.clone());
    let plan = Plan::open(&arguments.audit, &options, &mut messages::runtime(output.quiet))?;
    let folder = run_folder(arguments, &plan);
    let stop = stop_on_interrupt();
    let finished = run::run(&plan, &folder, arguments.restart, &stop, &mut Progress::new(output.quiet))?;
    if output.json {
        writeln!(stdout(), "{}", serde_json::to_string_pretty(&finished.summary)?)?;
    } else {
        certify_table::print(&plan, &finished)?;
        writeln!(stdout(), "Run folder: {}", folder.display())?;
    }
    if finished.stopped {
        messages::say("interrupted; the same command goes on from here");
        return Ok(ExitCode::from(4));
    }
    Ok(verdict(&plan, &finished))
}

/// `--output`, or the file's `output`, or a folder named after the file; one case alone gets a folder of its own, since
/// it is another run than the whole audit.
fn run_folder(arguments: &CertifyArguments, plan: &Plan) -> PathBuf {
    if let Some(folder) = &arguments.output {
        return folder.clone();
    }
    let stem = arguments.audit.file_stem().unwrap_or_default();
    let whole = plan.output.clone().unwrap_or_else(|| PathBuf::from("runs").join(stem));
    match &arguments.case {
        Some(case) => {
            let mut name = whole.file_name().unwrap_or_default().to_owned();
            name.push("-");
            name.push(case);
            whole.with_file_name(name)
        }
        None => whole,
    }
}

/// The first interrupt lets open images end; a second one gives them up. The records are whole either way.
fn stop_on_interrupt() -> Arc<Stop> {
    let stop = Arc::new(Stop::new());
    let asked = stop.clone();
    let handler = move || {
        if asked.ask() == 1 {
            messages::say("stopping after the images under way; interrupt again to stop at once");
        }
    };
    if let Err(error) = ctrlc::set_handler(handler) {
        tracing::warn!("interrupts end the process at once: {error}");
    }
    stop
}

/// The exit code: requirements first, then errors.
fn verdict(plan: &Plan, finished: &Finished) -> ExitCode {
    let mut met = true;
    for (planned, summary) in plan.cases.iter().zip(&finished.summary.cases) {
        let Some(require) = &planned.require else { continue };
        let reached = summary.accuracy_at(require.radius).unwrap_or(0.0);
        if reached < require.certified_accuracy {
            met = false;
            let line = plan.text.text[..require.span.start].matches('\n').count() + 1;
            messages::say(format_args!(
                "{}:{line}: `require` of case {} is not met: certified accuracy {} at radius {}, required {}",
                plan.text.path.display(),
                summary.name,
                percent(reached),
                number(require.radius),
                percent(require.certified_accuracy)
            ));
        }
    }
    if !met {
        ExitCode::from(1)
    } else if finished.summary.cases.iter().any(|summary| summary.errors > 0) {
        ExitCode::from(5)
    } else {
        ExitCode::SUCCESS
    }
}
