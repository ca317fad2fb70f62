//! `gsmooth verify`.

use std::io::{Write, stdout};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use serde_json::json;

use super::progress::Progress;
use super::{CliError, OutputArguments, SourceArguments, messages, table};
use crate::verify::recorded::RecordedRun;
use crate::verify::redraw::{self, Resample};
use crate::verify::{NoteKind, Report, header, verify};

const EXAMPLES: &str = "\
Every record is derived anew from its counts and its geometry, and files are compared by their digests. What only a new draw can tell is drawn anew for \
some images, chosen at random. The exit code is 1 if anything is wrong.

Examples:
  # All records derived anew, ten images certified again
  gsmooth verify runs/mnist
  # Everything certified again
  gsmooth verify runs/mnist --resample all
  # A run folder that was handed over, with the audit file's folder elsewhere
  gsmooth verify runs/mnist --relative-to audits";

/// Verifies a run folder.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct VerifyArguments {
    /// The run folder
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// Images certified again from nothing, drawn at random from all cases; or `all`
    #[arg(long, value_name = "N", default_value = "10")]
    resample: Resample,
    /// Where the paths of the audit begin, if the audit file has been moved since the run
    #[arg(long, value_name = "FOLDER")]
    relative_to: Option<PathBuf>,
    /// Chooses the images that are certified again, as an earlier verification printed it
    #[arg(long, value_name = "S")]
    seed: Option<u64>,
    #[command(flatten)]
    sources: SourceArguments,
}

/// Faults shown; `--json` has all.
const SHOWN: usize = 100;

/// Runs the command.
pub fn run(arguments: &VerifyArguments, output: OutputArguments) -> Result<ExitCode, CliError> {
    let run = RecordedRun::read(&arguments.folder, arguments.relative_to.as_deref())?;
    let options = arguments.sources.plan_options(None);
    let plan = header::plan(&run, &options, &mut messages::runtime(output.quiet))?;
    let seed = match arguments.seed {
        Some(seed) => seed,
        None => redraw::random_seed()?,
    };
    let report = verify(&run, &plan, arguments.resample, seed, &mut Progress::new(output.quiet))?;
    if output.json {
        writeln!(stdout(), "{}", serde_json::to_string_pretty(&as_json(&report)?)?)?;
    } else {
        print(&report)?;
    }
    Ok(ExitCode::from(u8::from(!report.faults.is_empty())))
}

/// The report, each fault with its message.
fn as_json(report: &Report) -> Result<serde_json::Value, CliError> {
    let mut value = serde_json::to_value(report)?;
    for (fault, shown) in report.faults.iter().zip(value["faults"].as_array_mut().into_iter().flatten()) {
        shown["message"] = json!(fault.to_string());
    }
    Ok(value)
}

fn print(report: &Report) -> Result<(), CliError> {
    let mut out = stdout().lock();
    let mut table =
        table::new(&["case", "method", "records", "re-derived", "re-drawn", "faults"], &[2, 3, 4, 5]);
    for case in &report.cases {
        let records = format!("{} of {}", case.records, case.images);
        let numbers = [case.rederived, case.redrawn, case.faults].map(|count| count.to_string());
        table.add_row([case.name.clone(), case.method.clone(), records].into_iter().chain(numbers));
    }
    writeln!(out, "{table}")?;
    writeln!(
        out,
        "re-derived: whatever follows from the counts and the geometry on record was computed again, to the last bit.\n\
         re-drawn: geometry and draws were made again from nothing, for images chosen with --seed {}.",
        report.seed
    )?;
    if report.cases.iter().any(|case| case.rederived < case.records) {
        writeln!(
            out,
            "Method `enumerate` leaves no counts to derive anything from: there only re-drawing tells."
        )?;
    }
    for note in &report.notes {
        let (records, expected) = (note.records, note.expected);
        match note.kind {
            NoteKind::NotFinished => {
                writeln!(out, "The run is not finished: {records} of {expected} images are on record.")?
            }
            NoteKind::FiguresBehind => writeln!(
                out,
                "The run is not finished: all {expected} images are on record, but its figures are missing or of an earlier\n\
                 part. The same `certify` command writes them."
            )?,
        }
    }
    match report.faults.len() {
        0 => writeln!(out, "No faults.")?,
        1 => writeln!(out, "1 fault:")?,
        count => writeln!(out, "{count} faults:")?,
    }
    for fault in report.faults.iter().take(SHOWN) {
        writeln!(out, "  {fault}")?;
    }
    if report.faults.len() > SHOWN {
        writeln!(out, "  and {} more, which --json shows", report.faults.len() - SHOWN)?;
    }
    Ok(())
}
