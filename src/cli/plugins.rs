//! `gsmooth plugins`.

mod check;
mod list;
mod new;
mod show;

use std::process::ExitCode;

use clap::Subcommand;

use super::{CliError, OutputArguments, PluginPathArguments};

/// Lists, describes, begins or checks plugins.
#[derive(Debug, Subcommand)]
pub enum PluginsCommand {
    /// Lists all plugins on the search path
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
