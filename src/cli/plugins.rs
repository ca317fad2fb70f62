//! `gsmooth plugins`.

mod check;
mod list;
mod new;
mod show;

use std::process::ExitCode;

use clap::Subcommand;

use super::{CliError, OutputArguments, PluginPathArguments};

const EXAMPLES: &str = "\
Plugins are libraries named libgsmooth_*. They are looked for in --plugin-path, GSMOOTH_PLUGIN_PATH, beside the executable and \
in your data directory; never beside an audit file.

Examples:
  gsmooth plugins list
  gsmooth plugins show defocus_blur
  # A plugin of your own, and whether it keeps what certificates rest on
  gsmooth plugins new fade
  gsmooth plugins check fade/target/release/libgsmooth_fade.so";

const LIST_EXAMPLES: &str = "\
Examples:
  gsmooth plugins list
  # With those of a library that is not installed, for a program
  gsmooth plugins list --plugin-path target/release/libgsmooth_fade.so --json";

/// Lists, describes, begins or checks plugins.
#[derive(Debug, Subcommand)]
#[command(after_help = EXAMPLES)]
pub enum PluginsCommand {
    /// Lists all plugins on the search path
    #[command(after_help = LIST_EXAMPLES)]
    List(PluginPathArguments),
    /// Describes a plugin with its parameters and options
    Show(show::ShowArguments),
    /// Writes the folder of a new plugin: a template that builds, is tested and loads at once
    New(new::NewArguments),
    /// Tries out whether the plugins of a library keep their promises
    Check(check::CheckArguments),
}

/// Runs the command.
pub fn run(command: &PluginsCommand, output: OutputArguments) -> Result<ExitCode, CliError> {
    match command {
        PluginsCommand::List(path) => list::run(&path.registry()?, output),
        PluginsCommand::Show(arguments) => show::run(arguments, output),
        PluginsCommand::New(arguments) => new::run(arguments, output),
        PluginsCommand::Check(arguments) => check::run(arguments, output),
    }
}
