//! Messages on standard error.

use std::error::Error;
use std::fmt::Display;
use std::io::{IsTerminal, Write, stderr};

use tracing_subscriber::EnvFilter;

use super::CliError;
use crate::onnx::runtime::Message;

/// Starts the log: warnings, or more with `-v`, or what `GSMOOTH_LOG` says.
pub fn log(verbose: u8, quiet: bool) {
    let level = match (quiet, verbose) {
        (true, _) => "error",
        (false, 0) => "warn",
        (false, 1) => "info",
        (false, _) => "debug",
    };
    let filter = EnvFilter::try_from_env("GSMOOTH_LOG").unwrap_or_else(|_| EnvFilter::new(level));
    let colour = stderr().is_terminal();
    // A second start in one process (tests) keeps the first.
    let _ = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(stderr)
        .with_ansi(colour)
        .without_time()
        .with_target(false)
        .log_internal_errors(false)
        .try_init();
}

/// Writes a line to standard error. Nobody needs to read it: `eprintln!` would panic where the reader went away.
pub fn say(message: impl Display) {
    let _ = writeln!(stderr(), "{message}");
}

/// Shows an error with its causes; problems of an audit file with line and remedy.
pub fn error(error: &CliError) {
    match error {
        CliError::Audit(diagnostic) => say(diagnostic.render(stderr().is_terminal())),
        other => say(format_args!("error: {}", with_causes(other))),
    }
}

/// A message followed by its causes, none said twice.
pub fn with_causes(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let message = error.to_string();
        if !text.contains(&message) {
            text = format!("{text}: {message}");
        }
        cause = error.source();
    }
    text
}

/// Shows what happens to ONNX Runtime, unless `quiet`.
pub fn runtime(quiet: bool) -> impl FnMut(Message) {
    move |message| {
        if !quiet {
            say(message);
        }
    }
}
