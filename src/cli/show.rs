//! `gsmooth show`.

use std::io::{Write, stdout};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use serde_json::json;

use super::{CliError, OutputArguments, SourceArguments, messages};
use crate::audit::plan::Plan;
use crate::report::show;

const EXAMPLES: &str = "\
Examples:
  # Image 3, at five parameters over the range
  gsmooth show audit.toml --case defocus --index 3
  # At two parameters that are named, into a file that is named
  gsmooth show audit.toml --case defocus --index 3 --parameter 1.5 --parameter 5 --output three.png";

/// Shows what a case does to an image: one picture.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct ShowArguments {
    /// The audit file
    #[arg(value_name = "AUDIT.toml")]
    audit: PathBuf,
    /// The case
    #[arg(long, value_name = "NAME")]
    case: String,
    /// The image's index in the data set
    #[arg(long, value_name = "I")]
    index: usize,
    /// A parameter of the transformation, or as many as it has; may be given several times. Five over the range without
    #[arg(long = "parameter", value_name = "X[,Y]", value_parser = parse_point, allow_hyphen_values = true)]
    parameters: Vec<Point>,
    /// The PNG file; NAME-I.png without
    #[arg(long, value_name = "FILE.png")]
    output: Option<PathBuf>,
    #[command(flatten)]
    sources: SourceArguments,
}

/// Parameters of a transformation.
#[derive(Debug, Clone)]
struct Point(Vec<f64>);

fn parse_point(text: &str) -> Result<Point, String> {
    let numbers: Result<Vec<f64>, _> = text.split(',').map(|part| part.trim().parse::<f64>()).collect();
    numbers.map(Point).map_err(|_| "must be a number, or several with commas between them".to_owned())
}

/// Runs the command.
pub fn run(arguments: &ShowArguments, output: OutputArguments) -> Result<ExitCode, CliError> {
    let options = arguments.sources.plan_options(Some(arguments.case.clone()));
    let plan = Plan::open(&arguments.audit, &options, &mut messages::runtime(output.quiet))?;
    let path = arguments
        .output
        .clone()
        .unwrap_or_else(|| PathBuf::from(format!("{}-{}.png", arguments.case, arguments.index)));
    let points: Vec<Vec<f64>> = arguments.parameters.iter().map(|point| point.0.clone()).collect();
    if let Some(planned) = plan.cases.first() {
        show::write(&plan, planned, arguments.index, &points, &path)?;
    }
    match output.json {
        true => writeln!(stdout(), "{}", json!({ "picture": path }))?,
        false => writeln!(stdout(), "Picture: {}", path.display())?,
    }
    Ok(ExitCode::SUCCESS)
}
