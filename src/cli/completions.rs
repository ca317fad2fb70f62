//! `gsmooth completions`.

use std::io::{Write, stdout};
use std::process::ExitCode;

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use super::{Arguments, CliError};

const EXAMPLES: &str = "\
Examples:
  # For this session of bash, or for all of them
  source <(gsmooth completions bash)
  gsmooth completions bash > ~/.local/share/bash-completion/completions/gsmooth
  # Into a folder of zsh's $fpath, and into that of fish
  gsmooth completions zsh > ~/.zfunc/_gsmooth
  gsmooth completions fish > ~/.config/fish/completions/gsmooth.fish";

/// Writes the completions of a shell to standard output.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct CompletionsArguments {
    /// The shell
    #[arg(value_name = "SHELL")]
    shell: Shell,
}

/// Runs the command.
pub fn run(arguments: &CompletionsArguments) -> Result<ExitCode, CliError> {
    // The generator panics where its output cannot be written.
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut Arguments::command(), "gsmooth", &mut script);
    stdout().write_all(&script)?;
    Ok(ExitCode::SUCCESS)
}
