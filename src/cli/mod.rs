//! The command line: one file a subcommand, no logic.
//!
//! Results go to standard output (tables for people, `--json` for programs), everything else to standard error.

mod attack;
mod attack_table;
mod calc;
mod certify;
mod certify_table;
mod check;
mod completions;
mod error;
mod evaluate;
mod evaluate_table;
mod exit_codes;
#[cfg(test)]
mod help_tests;
mod init;
mod man;
mod merge;
mod messages;
mod plugins;
mod predict;
mod progress;
mod report;
mod runtime;
mod schema;
mod show;
mod steps;
mod table;
mod verdict;
mod verify;

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
#[command(name = "gsmooth", version, max_term_width = 110, after_help = after_help())]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    output: OutputArguments,
}

fn after_help() -> String {
    format!("{}\n\n{EXAMPLES}", exit_codes::table())
}

const EXAMPLES: &str = "\
Examples:
  # What is wrong with an audit, or how long it will take; then the run, which any stop only delays
  gsmooth check audit.toml
  gsmooth certify audit.toml
  # The same, shared out among two machines
  gsmooth certify audit.toml --shard 1/2
  gsmooth certify audit.toml --shard 2/2
  gsmooth merge runs/audit-shard-1-of-2 runs/audit-shard-2-of-2 --output runs/audit
  # Which transformations, noise laws and estimators there are
  gsmooth plugins list";

#[derive(Debug, Subcommand)]
enum Command {
    /// Certifies the images of an audit; goes on where an earlier run stopped
    Certify(certify::CertifyArguments),
    /// Joins the run folders of all shards of a run into the folder of the whole
    Merge(merge::MergeArguments),
    /// Attacks the classifiers of a run: are they right where no certificate reaches, and do certificates hold?
    Attack(attack::AttackArguments),
    /// Measures accuracy on corrupted images, of bare and smoothed classifiers side by side
    Evaluate(evaluate::EvaluateArguments),
    /// Checks everything short of sampling: files, shapes, plugins, affinity, composition; estimates the time
    Check(check::CheckArguments),
    /// Makes the report of a run folder anew, or compares several runs
    Report(report::ReportArguments),
    /// Shows what a case does to an image: transformed, imitated, smoothed
    Show(show::ShowArguments),
    /// Verifies a run folder: derives all figures anew, and certifies some images again
    Verify(verify::VerifyArguments),
    /// Predicts images as a deployment of the smoothed classifier does, or abstains; no certificate
    Predict(predict::PredictArguments),
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
    /// Writes the completions of a shell: bash, zsh, fish, powershell or elvish
    Completions(completions::CompletionsArguments),
    /// Writes manual pages
    Man(man::ManArguments),
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
            evaluation: false,
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
        Command::Merge(arguments) => merge::run(&arguments, output),
        Command::Attack(arguments) => attack::run(&arguments, output),
        Command::Evaluate(arguments) => evaluate::run(&arguments, output),
        Command::Check(arguments) => check::run(&arguments, output),
        Command::Report(arguments) => report::run(&arguments, output),
        Command::Show(arguments) => show::run(&arguments, output),
        Command::Verify(arguments) => verify::run(&arguments, output),
        Command::Predict(arguments) => predict::run(&arguments, output),
        Command::Init(arguments) => init::run(&arguments, output),
        Command::Calc(command) => calc::run(&command),
        Command::Schema(arguments) => schema::run(&arguments),
        Command::Plugins(command) => plugins::run(&command, output),
        Command::Runtime(command) => runtime::run(&command, output),
        Command::Completions(arguments) => completions::run(&arguments),
        Command::Man(arguments) => man::run(&arguments),
    };
    match result {
        Ok(code) => code,
        Err(error) => {
            messages::error(&error);
            ExitCode::from(error.exit_code())
        }
    }
}
