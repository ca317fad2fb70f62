//! `gsmooth plugins new`.

use std::io::{Write, stdout};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use serde_json::json;

use crate::cli::{CliError, OutputArguments};
use crate::host::PluginKind;
use crate::template::{Language, PluginName, Template};

const EXAMPLES: &str = "\
Examples:
  # A folder `fade` with a transformation in Rust, and a README that tells how to build and check it
  gsmooth plugins new fade
  # A noise law in C, in a folder of your choice
  gsmooth plugins new triangular --kind noise --language c --output plugins";

/// What to write.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct NewArguments {
    /// The plugin's name, [a-z][a-z0-9_]*
    name: String,
    /// What it is
    #[arg(long, value_enum, default_value = "transformation")]
    kind: KindArgument,
    /// What it is written in
    #[arg(long, value_enum, default_value = "rust")]
    language: LanguageArgument,
    /// The folder in which the folder NAME is made [default: the working directory]
    #[arg(long, value_name = "DIR")]
    output: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum KindArgument {
    Transformation,
    Noise,
    Estimator,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum LanguageArgument {
    Rust,
    C,
}

/// Runs the command.
pub fn run(arguments: &NewArguments, output: OutputArguments) -> Result<ExitCode, CliError> {
    let name: PluginName = arguments.name.parse()?;
    let kind = match arguments.kind {
        KindArgument::Transformation => PluginKind::Transformation,
        KindArgument::Noise => PluginKind::Noise,
        KindArgument::Estimator => PluginKind::Estimator,
    };
    let language = match arguments.language {
        LanguageArgument::Rust => Language::Rust,
        LanguageArgument::C => Language::C,
    };
    let template = Template { name, kind, language };
    let folder = template.write(arguments.output.as_deref().unwrap_or(Path::new("")))?;
    let (commands, usage) = (template.commands(), template.usage());
    let mut out = stdout().lock();
    if output.json {
        let files: Vec<_> = template.files()?.into_iter().map(|file| file.path).collect();
        let all = json!({ "folder": folder, "files": files, "commands": commands, "usage": usage });
        writeln!(out, "{}", serde_json::to_string_pretty(&all)?)?;
        return Ok(ExitCode::SUCCESS);
    }
    writeln!(out, "wrote the {kind} plugin `{}` into {}\n\nnext:", template.name, folder.display())?;
    writeln!(out, "  cd {}", folder.display())?;
    for command in commands {
        writeln!(out, "  {command}")?;
    }
    writeln!(out, "\nin an audit:\n  {usage}")?;
    Ok(ExitCode::SUCCESS)
}
