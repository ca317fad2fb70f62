//! `gsmooth runtime`.

use std::io::{Write, stdout};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Subcommand;

use super::{CliError, OutputArguments, messages};
use crate::onnx::runtime::{self, Options};

const EXAMPLES: &str = "\
ONNX Runtime is looked for in --ort-lib, ORT_DYLIB_PATH, the cache and Python's packages; `gsmooth certify` fetches it where it is \
in none of them.

Examples:
  gsmooth runtime show
  gsmooth runtime install";

const SHOW_EXAMPLES: &str = "\
Examples:
  # Which library would be used, why that one, and what it can run on
  gsmooth runtime show
  # What a library of your own can do
  gsmooth runtime show --ort-lib /opt/onnxruntime/lib/libonnxruntime.so --json";

const INSTALL_EXAMPLES: &str = "\
Examples:
  # Before a run on machines that may not fetch anything
  gsmooth runtime install
  # For `providers = [\"cuda\"]`, or `tensorrt`
  gsmooth runtime install --gpu";

/// Shows or installs ONNX Runtime.
#[derive(Debug, Subcommand)]
#[command(after_help = EXAMPLES)]
pub enum RuntimeCommand {
    /// Shows which ONNX Runtime would be used, and its providers; fetches nothing
    #[command(after_help = SHOW_EXAMPLES)]
    Show {
        /// ONNX Runtime's library, instead of looking for one
        #[arg(long, value_name = "FILE")]
        ort_lib: Option<PathBuf>,
    },
    /// Fetches the pinned ONNX Runtime into the cache
    #[command(after_help = INSTALL_EXAMPLES)]
    Install {
        /// The build for CUDA and TensorRT
        #[arg(long)]
        gpu: bool,
    },
}

/// Runs the command.
pub fn run(command: &RuntimeCommand, output: OutputArguments) -> Result<ExitCode, CliError> {
    match command {
        RuntimeCommand::Show { ort_lib } => show(ort_lib.clone(), output),
        RuntimeCommand::Install { gpu } => {
            let library = runtime::install(*gpu, &mut messages::runtime(output.quiet))?;
            writeln!(stdout(), "{}", library.path.display())?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn show(ort_lib: Option<PathBuf>, output: OutputArguments) -> Result<ExitCode, CliError> {
    let summary = runtime::show(&Options { ort_lib, offline: true, gpu: false })?;
    let mut out = stdout().lock();
    if output.json {
        writeln!(out, "{}", serde_json::to_string_pretty(&summary)?)?;
        return Ok(ExitCode::SUCCESS);
    }
    match &summary.library {
        Some(library) => {
            let providers: Vec<&str> = library.providers.iter().map(|p| p.name()).collect();
            writeln!(out, "library    {}", library.path.display())?;
            writeln!(
                out,
                "found in   {}",
                serde_json::to_value(library.origin)?.as_str().unwrap_or_default()
            )?;
            writeln!(out, "version    {}", library.version)?;
            writeln!(
                out,
                "providers  {} (compiled in; whether they run here shows when a session asks)",
                providers.join(", ")
            )?;
        }
        None => writeln!(
            out,
            "ONNX Runtime is not here yet: `gsmooth certify` fetches it, or `gsmooth runtime install`"
        )?,
    }
    if let Some(cache) = &summary.cache {
        writeln!(out, "cache      {}", cache.display())?;
    }
    writeln!(out, "pinned     {}", summary.pinned)?;
    Ok(ExitCode::SUCCESS)
}
