//! The `gsmooth` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    gsmooth::cli::main()
}
