//! `gsmooth certify`.

use std::io::{Write, stdout};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Args, value_parser};

use super::certify_table;
use super::progress::Progress;
use super::{CliError, OutputArguments, SourceArguments, messages, verdict};
use crate::audit::plan::Plan;
use crate::audit::run::{self, Finished, RunOptions};
use crate::audit::shard::Shard;
use crate::report::output as report;
use crate::smoothing::stop::Stop;

const EXAMPLES: &str = "\
Examples:
  # Into the run folder that the file names, or runs/audit; the same command goes on after a stop
  gsmooth certify audit.toml
  # One case alone, which gets a run folder of its own
  gsmooth certify audit.toml --case rotation
  # The second of four shares of the images; `gsmooth merge` joins the four
  gsmooth certify audit.toml --shard 2/4
  # The figures for a program, and nothing on standard error
  gsmooth certify audit.toml --json --quiet
  # Anew after a change of the audit, without what is on record
  gsmooth certify audit.toml --restart";

/// Certifies the images of an audit.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct CertifyArguments {
    /// The audit file
    #[arg(value_name = "AUDIT.toml")]
    audit: PathBuf,
    /// The run folder, instead of the file's `output`
    #[arg(long, value_name = "DIR")]
    output: Option<PathBuf>,
    /// Only every N-th image, from the I-th on: one of N shares that `gsmooth merge` joins
    #[arg(long, value_name = "I/N", value_parser = value_parser!(Shard))]
    shard: Option<Shard>,
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
    let whole = run_folder(arguments.output.as_ref(), &arguments.audit, arguments.case.as_deref(), &plan);
    let folder = match (arguments.shard, &arguments.output) {
        (Some(shard), None) => shard.folder(&whole),
        _ => whole,
    };
    let stop = stop_on_interrupt();
    let run_options = RunOptions { shard: arguments.shard, restart: arguments.restart };
    let finished = run::run(&plan, &folder, run_options, &stop, &mut Progress::new(output.quiet))?;
    let page = report::of_plan(&plan, &folder)?;
    if output.json {
        writeln!(stdout(), "{}", serde_json::to_string_pretty(&finished.summary)?)?;
    } else {
        certify_table::print(&finished.summary, &finished.elapsed)?;
        writeln!(stdout(), "Run folder: {}", folder.display())?;
        writeln!(stdout(), "Report: {}", page.display())?;
    }
    if finished.stopped {
        messages::say(format_args!("interrupted; go on from there with\n  {}", command_to_go_on()));
        return Ok(ExitCode::from(4));
    }
    Ok(conclude(arguments, &plan, &finished, output))
}

/// This command as it was given, but for `--restart`, which would drop what is on record by now.
fn command_to_go_on() -> String {
    let words = std::env::args_os().map(|word| word.to_string_lossy().into_owned());
    let kept: Vec<String> = words.filter(|word| word != "--restart").collect();
    shlex::try_join(kept.iter().map(String::as_str)).unwrap_or_else(|_| kept.join(" "))
}

/// A shard alone proves nothing about what is required of the whole.
fn conclude(
    arguments: &CertifyArguments,
    plan: &Plan,
    finished: &Finished,
    output: OutputArguments,
) -> ExitCode {
    if let Some(shard) = arguments.shard {
        if !output.quiet && plan.cases.iter().any(|planned| planned.require.is_some()) {
            messages::say(format_args!(
                "shard {shard} is complete; `require` is judged by `gsmooth merge`, of all shards"
            ));
        }
        return verdict::errors(&finished.summary);
    }
    let requirements =
        plan.cases.iter().map(|planned| (planned.case.name.as_str(), planned.require.as_ref()));
    verdict::conclude(&plan.text, requirements, &finished.summary)
}

/// `--output`, or the file's `output`, or a folder named after the file; one case alone gets a folder of its own, since
/// it is another run than the whole audit.
pub(super) fn run_folder(output: Option<&PathBuf>, audit: &Path, case: Option<&str>, plan: &Plan) -> PathBuf {
    if let Some(folder) = output {
        return folder.clone();
    }
    let stem = audit.file_stem().unwrap_or_default();
    let whole = plan.output.clone().unwrap_or_else(|| PathBuf::from("runs").join(stem));
    match case {
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
pub(super) fn stop_on_interrupt() -> Arc<Stop> {
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
