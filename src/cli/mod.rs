//! The command line: one file a subcommand, no logic.
//!
//! Results go to standard output (tables for people, `--json` for programs), everything else to standard error.

mod calc;
mod certify;
mod certify_table;
mod check;
mod error;
mod init;
mod messages;
mod plugins;
mod progress;
mod runtime;
mod schema;
mod table;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

pub use error::CliError;

use crate::audit::plan::PlanOptions;
use crate::host::{HostError, Registry, SearchPath};

/// Proves how far an image classifier holds up under blur, rotation, zoom and other transformations.
///
/// A classifier (ONNX), images and a TOML file go in; for each image comes out the range of a transformation in which
/// the smoothed classifier provably keeps its answer, and for the set the certified accuracy by radius.
#[derive(Debug, Parser)]
#[command(name = "gsmooth", version, max_term_width = 110, after_help = EXIT_CODES)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    output: OutputArguments,
}

const EXIT_CODES: &str = "\
Exit codes: 0 done; 1 a `require` of the audit was not met, or `plugins check` found a fault; 2 bad usage or audit file; 3 a model, plugin, data file or \
runtime is missing or unfit; 4 interrupted, resumable; 5 some images ended in an error (they count as not certified).";

#[derive(Debug, Subcommand)]
enum Command {
    /// Certifies the images of an audit; goes on where an earlier run stopped
    Certify(certify::CertifyArguments),
    /// Checks everything short of sampling: files, shapes, plugins, affinity, composition; estimates the time
    Check(check::CheckArguments),
    /// Writes a first audit file for a model
    Init(init::InitArguments),
    /// Computes single values: confidence bounds, what a set of probability p keeps, radii
    #[command(subcommand)]
    Calc(calc::CalcCommand),
    /// Prints the JSON Schema of audit files, with the options of the plugins found
    Schema(schema::SchemaArguments),
    /// Lists, describes, begins or checks plugins
    #[command(subcommand)]
    Plugins(plugins::PluginsCommand),
    /// Shows or installs ONNX Runtime
    #[command(subcommand)]
    Runtime(runtime::RuntimeCommand),
}

/// How results and messages are shown.
#[derive(Debug, Clone, Copy, Args)]
pub struct OutputArguments {
    /// Print results as JSON
    #[arg(long, global = true)]
    json: bool,
    /// Print nothing but results and errors
    #[arg(long, short, global = true)]
    quiet: bool,
    /// Tell more; twice for everything
    #[arg(long, short, global = true, action = clap::ArgAction::Count)]
    verbose: u8,
}

/// Where plugins come from.
#[derive(Debug, Clone, Args)]
pub struct PluginPathArguments {
    /// A folder searched for plugins first, or a plugin library, which wins over those in folders; may be given several times
    #[arg(long, value_name = "PATH")]
    plugin_path: Vec<PathBuf>,
}

impl PluginPathArguments {
    fn registry(&self) -> Result<Registry, HostError> {
        Registry::load(&SearchPath::standard(&self.plugin_path))
    }
}

/// Where plugins and ONNX Runtime come from.
#[derive(Debug, Clone, Args)]
pub struct SourceArguments {
    #[command(flatten)]
    plugins: PluginPathArguments,
    /// ONNX Runtime's library, instead of looking for one or fetching it
    #[arg(long, value_name = "FILE")]
    ort_lib: Option<PathBuf>,
    /// Never fetch anything
    #[arg(long)]
    offline: bool,
}

impl SourceArguments {
    fn plan_options(&self, case: Option<String>) -> PlanOptions {
        PlanOptions {
            plugin_path: self.plugins.plugin_path.clone(),
            ort_lib: self.ort_lib.clone(),
            offline: self.offline,
            case,
        }
    }
}

/// Runs the command line of this process.
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    messages::log(arguments.output.verbose, arguments.output.quiet);
    let output = arguments.output;
    let result = match arguments.command {
        Command::Certify(arguments) => certify::run(&arguments, output),
        Command::Check(arguments) => check::run(&arguments, output),
        Command::Init(arguments) => init::run(&arguments, output),
        Command::Calc(command) => calc::run(&command),
        Command::Schema(arguments) => schema::run(&arguments),
        Command::Plugins(command) => plugins::run(&command, output),
        Command::Runtime(command) => runtime::run(&command, output),
    };
    match result {
        Ok(code) => code,
        Err(error) => {
            messages::error(&error);
            ExitCode::from(error.exit_code())
        }
    }
}
