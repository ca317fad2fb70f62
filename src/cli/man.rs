//! `gsmooth man`.

use std::fs;
use std::io::{self, Write, stdout};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Command, CommandFactory};
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, roman};

use super::exit_codes::{self, EXIT_CODES};
use super::{Arguments, CliError};

const EXAMPLES: &str = "\
Examples:
  # The page of gsmooth itself
  gsmooth man | man -l -
  # The pages of all commands, where man looks for them
  gsmooth man --output ~/.local/share/man/man1
  man gsmooth-certify";

/// Writes manual pages.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct ManArguments {
    /// Write the pages of all commands into this folder, instead of gsmooth's own to standard output
    #[arg(long, value_name = "DIR")]
    output: Option<PathBuf>,
}

/// Runs the command.
pub fn run(arguments: &ManArguments) -> Result<ExitCode, CliError> {
    let mut command = Arguments::command().disable_help_subcommand(true);
    command.build();
    match &arguments.output {
        Some(folder) => {
            fs::create_dir_all(folder)?;
            write_pages(&command, folder)?;
        }
        None => stdout().write_all(&page(&command)?)?,
    }
    Ok(ExitCode::SUCCESS)
}

/// Writes the page of a command, and those of the commands below it.
fn write_pages(command: &Command, folder: &Path) -> io::Result<()> {
    fs::write(folder.join(Man::new(command.clone()).get_filename()), page(command)?)?;
    visible(command).try_for_each(|command| write_pages(command, folder))
}

fn visible(command: &Command) -> impl Iterator<Item = &Command> {
    command.get_subcommands().filter(|command| !command.is_hide_set())
}

fn page(command: &Command) -> io::Result<Vec<u8>> {
    let man = Man::new(command.clone()).manual("gsmooth");
    let mut page = Vec::new();
    man.render_title(&mut page)?;
    man.render_name_section(&mut page)?;
    man.render_synopsis_section(&mut page)?;
    man.render_description_section(&mut page)?;
    man.render_options_section(&mut page)?;
    if visible(command).next().is_some() {
        man.render_subcommands_section(&mut page)?;
    }
    let mut rest = Roff::new();
    let (notes, examples) = notes_and_examples(command);
    verbatim(&mut rest, "NOTES", &notes);
    verbatim(&mut rest, "EXAMPLES", &examples);
    rest.control("SH", ["EXIT STATUS"]);
    for (code, meaning) in EXIT_CODES {
        rest.control("TP", []).text([bold(code.to_string())]).text([roman(meaning)]);
    }
    rest.to_writer(&mut page)?;
    Ok(page)
}

/// What stands below the options of a command's help: its examples, and what comes before them but for the exit codes.
fn notes_and_examples(command: &Command) -> (String, String) {
    let text = command.get_after_long_help().or_else(|| command.get_after_help());
    let text = text.map(ToString::to_string).unwrap_or_default().replace(&exit_codes::table(), "");
    let (notes, examples) = text.split_once("Examples:\n").unwrap_or((&text, ""));
    (notes.trim().to_owned(), examples.trim_end().to_owned())
}

/// A section of lines that are kept as they are.
fn verbatim(roff: &mut Roff, heading: &str, text: &str) {
    if text.is_empty() {
        return;
    }
    roff.control("SH", [heading]).control("nf", []);
    for line in text.lines() {
        roff.text([roman(line)]);
    }
    roff.control("fi", []);
}
