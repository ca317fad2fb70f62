//! `gsmooth init`.

use std::io::{Write, stdout};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use serde_json::json;

use super::{CliError, OutputArguments};
use crate::init::{Request, default_output};

const EXAMPLES: &str = "\
Examples:
  gsmooth init model.onnx
  # With data that lies elsewhere, into a file that is named
  gsmooth init model.onnx --data images --output audit.toml";

/// Writes a first audit file for a model.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct InitArguments {
    /// The classifier
    #[arg(value_name = "MODEL.onnx")]
    model: PathBuf,
    /// The audit file [default: the model's name with .toml, in the working directory]
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// The images: a file or folder of idx, npz, npy, CIFAR's binary files, or class directories [default: looked for beside the model]
    #[arg(long, value_name = "PATH")]
    data: Option<PathBuf>,
    /// Write over a file that is there
    #[arg(long)]
    force: bool,
}

/// Runs the command.
pub fn run(arguments: &InitArguments, output: OutputArguments) -> Result<ExitCode, CliError> {
    let request = Request {
        model: arguments.model.clone(),
        data: arguments.data.clone(),
        output: arguments.output.clone().unwrap_or_else(|| default_output(&arguments.model)),
        force: arguments.force,
    };
    let draft = request.draft()?;
    draft.write()?;
    let commands = draft.commands();
    let mut out = stdout().lock();
    if output.json {
        let data = draft.data.as_ref().map(|data| {
            let source = &data.source;
            json!({ "format": source.format, "images": source.images, "labels": source.labels, "count": data.count })
        });
        let all =
            json!({ "file": draft.path, "data": data, "classes": draft.model.classes, "commands": commands });
        writeln!(out, "{}", serde_json::to_string_pretty(&all)?)?;
        return Ok(ExitCode::SUCCESS);
    }
    writeln!(out, "wrote {}", draft.path.display())?;
    match &draft.data {
        Some(data) => writeln!(
            out,
            "data: {} images of {} ({})",
            data.count,
            data.source.images.display(),
            data.source.format
        )?,
        None => {
            writeln!(out, "data: none found beside the model; name yours under [data], or give --data PATH")?
        }
    }
    writeln!(out, "\nnext:")?;
    for command in commands {
        writeln!(out, "  {command}")?;
    }
    Ok(ExitCode::SUCCESS)
}
