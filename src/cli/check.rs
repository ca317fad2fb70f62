//! `gsmooth check`.

use std::io::{Write, stdout};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use serde_json::json;

use super::progress::{clock, thousands};
use super::table::{number, percent};
use super::{CliError, OutputArguments, SourceArguments, messages};
use crate::audit::plan::case::PlannedCase;
use crate::audit::plan::{Plan, PlanOptions};
use crate::audit::probe::{Probe, probe};
use crate::certify::geometry::Kind;

const EXAMPLES: &str = "\
Examples:
  # What is wrong, with line and remedy; or what will be certified, and how long that takes
  gsmooth check audit.toml
  # One case of many, with a plugin that is not installed
  gsmooth check audit.toml --case rain --plugin-path target/release/libgsmooth_rain.so
  # For a program: the header that the records would get, and figures by case
  gsmooth check audit.toml --json";

/// Checks everything short of sampling.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct CheckArguments {
    /// The audit file
    #[arg(value_name = "AUDIT.toml")]
    audit: PathBuf,
    /// Only the case of this name; of a case with a sweep all variants, or the one of this whole name
    #[arg(long, value_name = "NAME")]
    case: Option<String>,
    #[command(flatten)]
    sources: SourceArguments,
}

/// Runs the command.
pub fn run(arguments: &CheckArguments, output: OutputArguments) -> Result<ExitCode, CliError> {
    let options = PlanOptions {
        evaluation: arguments.case.is_none(),
        ..arguments.sources.plan_options(arguments.case.clone())
    };
    let plan = Plan::open(&arguments.audit, &options, &mut messages::runtime(output.quiet))?;
    let mut out = stdout().lock();
    let mut cases = Vec::new();
    for planned in &plan.cases {
        let found = probe(&plan, planned)?;
        if output.json {
            cases.push(as_json(&plan, planned, &found));
        } else {
            print(&mut out, &plan, planned, &found)?;
        }
    }
    if output.json {
        writeln!(
            out,
            "{}",
            serde_json::to_string_pretty(&json!({ "header": plan.header, "cases": cases }))?
        )?;
    } else {
        writeln!(out, "The audit is ready to run.")?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Draws an image, and the time that all images take at the speed that was measured.
fn expected(plan: &Plan, planned: &PlannedCase, found: &Probe) -> (f64, Duration) {
    let draws = found.least_draws(&planned.case.sampling);
    let each = found.seconds_a_draw * draws + found.seconds_a_geometry;
    let seconds = each * plan.selection.count as f64 / plan.threads as f64;
    (draws, Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX))
}

fn as_json(plan: &Plan, planned: &PlannedCase, found: &Probe) -> serde_json::Value {
    let (draws, time) = expected(plan, planned, found);
    json!({
        "case": planned.case.name,
        "images": plan.selection.count,
        "classes": planned.classifier.classes,
        "batch_dependent": found.batch_dependent,
        "affine_deviation": planned.surrogate.as_ref().map(|s| s.affine.deviation),
        "anchors": found.anchors(),
        "kind": found.previews.iter().map(|preview| preview.kind).min(),
        "surrogate_error": found.surrogate_error,
        "draws_an_image": draws,
        "seconds": time.as_secs_f64(),
    })
}

fn print(out: &mut impl Write, plan: &Plan, planned: &PlannedCase, found: &Probe) -> std::io::Result<()> {
    let case = &planned.case;
    writeln!(out, "case {} ({})", case.name, planned.method)?;
    for (i, parameter) in case.transformation.parameters().iter().enumerate() {
        let (low, high) = (number(case.range.low[i]), number(case.range.high[i]));
        writeln!(
            out,
            "  transformation  {}: {} from {low} to {high} {}",
            case.transformation.id(),
            parameter.name,
            parameter.unit
        )?;
    }
    let [channels, height, width] = case.shape;
    writeln!(out, "  images          {} of {channels}x{height}x{width}", plan.selection.count)?;
    writeln!(
        out,
        "  classifier      {}: {} classes, {} of the first images right",
        planned.classifier.model.name,
        planned.classifier.classes,
        percent(found.clean_accuracy)
    )?;
    if let Some(surrogate) = &planned.surrogate {
        let dims: Vec<String> = surrogate.code_dims.iter().map(ToString::to_string).collect();
        writeln!(
            out,
            "  surrogate       code of {}; F1 is affine to {:.0e}",
            dims.join("x"),
            surrogate.affine.deviation
        )?;
        match (surrogate.growth.lipschitz(), &surrogate.obstacle) {
            (Some(bound), _) => {
                writeln!(out, "  encoder         Lipschitz constant of F2 at most {bound:.4}")?
            }
            (None, Some(reason)) => writeln!(out, "  encoder         suprema are estimated: {reason}")?,
            (None, None) => {}
        }
    }
    for (path, model) in planned.models() {
        writeln!(
            out,
            "  model           {path}: sha-256 {}, nodes on {}",
            &model.sha256[..16],
            model.providers
        )?;
    }
    for model in &found.batch_dependent {
        writeln!(out, "  note            {model}: the last bits of a score depend on the batch size")?;
    }
    if let Some(error) = found.surrogate_error {
        writeln!(out, "  surrogate error at least {error:.4} (l2, largest over a grid and some images)")?;
    }
    if let Some(limit) = found.previews.iter().map(|preview| preview.limit).min_by(f64::total_cmp) {
        let kind = match found.previews.iter().map(|preview| preview.kind).min() {
            Some(Kind::Estimated) => "estimated",
            _ => "proven",
        };
        writeln!(out, "  geometry        {kind}; the votes may prove radius {} or more", number(limit))?;
    }
    let (draws, time) = expected(plan, planned, found);
    writeln!(
        out,
        "  expected        {:.1} anchors and {} draws an image or more, about {} on {} threads\n",
        found.anchors(),
        thousands(draws as u64),
        clock(time),
        plan.threads
    )
}
