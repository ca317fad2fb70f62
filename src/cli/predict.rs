//! `gsmooth predict`.

use std::io::{Write, stdout};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use serde_json::{Value, json};

use super::table::percent;
use super::{CliError, OutputArguments, SourceArguments, messages, table};
use crate::audit::plan::Plan;
use crate::audit::plan::case::PlannedCase;
use crate::predict::{Origin, PredictError, Prediction, Subject, case, predict, subjects};

const EXAMPLES: &str = "\
A prediction is no certificate: it says what the smoothed classifier answers on this image, wrong with probability at most alpha, or that the votes are too close.

Examples:
  # Image files
  gsmooth predict audit.toml --case defocus seven.png nine.png
  # An image of the audit's own data, with more draws
  gsmooth predict audit.toml --case defocus --index 3 --draws 10000";

/// Predicts images.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct PredictArguments {
    /// The audit file
    #[arg(value_name = "AUDIT.toml")]
    audit: PathBuf,
    /// Image files, read as the audit's data is
    #[arg(value_name = "IMAGE", required_unless_present = "index")]
    images: Vec<PathBuf>,
    /// The case whose noise and classifier are taken; the only one need not be named
    #[arg(long, value_name = "NAME")]
    case: Option<String>,
    /// An image of the audit's own data, from 0; may be given several times
    #[arg(long, value_name = "I")]
    index: Vec<usize>,
    /// Draws an image
    #[arg(long, value_name = "N", default_value_t = 1000, value_parser = clap::value_parser!(u64).range(1..=1_000_000_000))]
    draws: u64,
    /// The probability that an answer is wrong, instead of the audit's
    #[arg(long, value_name = "A", value_parser = probability)]
    alpha: Option<f64>,
    #[command(flatten)]
    sources: SourceArguments,
}

fn probability(text: &str) -> Result<f64, String> {
    let inside = |alpha: &f64| *alpha > 0.0 && *alpha < 0.5;
    text.parse()
        .ok()
        .filter(inside)
        .ok_or_else(|| "a probability between 0 and 0.5, such as 0.001".to_owned())
}

/// Runs the command.
pub fn run(arguments: &PredictArguments, output: OutputArguments) -> Result<ExitCode, CliError> {
    let options = arguments.sources.plan_options(arguments.case.clone());
    let plan = Plan::open(&arguments.audit, &options, &mut messages::runtime(output.quiet))?;
    let planned = case(&plan)?;
    let subjects = subjects(&plan, &arguments.images, &arguments.index).map_err(PredictError::from)?;
    let predictions = predict(&plan, planned, &subjects, arguments.draws).map_err(PredictError::from)?;
    let alpha = arguments.alpha.unwrap_or(planned.case.sampling.alpha);
    let shown = Shown { plan: &plan, planned, alpha };
    if output.json {
        let all: Vec<Value> =
            subjects.iter().zip(&predictions).map(|(subject, found)| shown.as_json(subject, found)).collect();
        writeln!(stdout(), "{}", serde_json::to_string_pretty(&all)?)?;
    } else {
        shown.print(&subjects, &predictions)?;
    }
    let failed = predictions.iter().any(|prediction| matches!(prediction, Prediction::Failed(_)));
    Ok(ExitCode::from(if failed { 5 } else { 0 }))
}

/// How predictions are shown.
struct Shown<'a> {
    plan: &'a Plan,
    planned: &'a PlannedCase,
    alpha: f64,
}

impl Shown<'_> {
    fn origin(&self, origin: &Origin) -> String {
        match origin {
            Origin::File(path) => path.display().to_string(),
            Origin::Index(index) => format!("image {index}"),
        }
    }

    /// A class by its number, and by its name where the data has names.
    fn class(&self, class: u32) -> String {
        match self.name(class) {
            Some(name) => format!("{class} ({name})"),
            None => class.to_string(),
        }
    }

    fn name(&self, class: u32) -> Option<&str> {
        let label = i64::from(class) - self.planned.classifier.label_offset;
        Some(self.plan.data.classes()?.get(usize::try_from(label).ok()?)?.as_str())
    }

    fn row(&self, subject: &Subject, prediction: &Prediction) -> [String; 5] {
        let class = |class: Option<u32>| class.map_or_else(|| "none".to_owned(), |class| self.class(class));
        let (answer, share, p_value, second) = match prediction {
            Prediction::Votes(found) => {
                let answer = match found.answer(self.alpha) {
                    Some(class) => self.class(class),
                    None => format!("abstain, {} leads", class(found.leading)),
                };
                (answer, percent(found.share()), format!("{:.1e}", found.p_value), class(found.second))
            }
            Prediction::Bare(Some(class)) => {
                (self.class(*class), String::new(), String::new(), String::new())
            }
            Prediction::Bare(None) => ("abstain".to_owned(), String::new(), String::new(), String::new()),
            Prediction::Failed(error) => {
                (format!("error: {error}"), String::new(), String::new(), String::new())
            }
        };
        [self.origin(&subject.origin), answer, share, p_value, second]
    }

    fn as_json(&self, subject: &Subject, prediction: &Prediction) -> Value {
        let mut value = match &subject.origin {
            Origin::File(path) => json!({ "file": path.display().to_string() }),
            Origin::Index(index) => json!({ "index": index }),
        };
        let answer = match prediction {
            Prediction::Votes(found) => found.answer(self.alpha),
            Prediction::Bare(class) => *class,
            Prediction::Failed(_) => None,
        };
        value["class"] = json!(answer);
        value["name"] = json!(answer.and_then(|class| self.name(class)));
        value["abstained"] = json!(answer.is_none() && !matches!(prediction, Prediction::Failed(_)));
        match prediction {
            Prediction::Votes(found) => {
                value["leading"] = json!(found.leading);
                value["votes"] = json!(found.votes);
                value["draws"] = json!(found.draws);
                value["share"] = json!(found.share());
                value["second"] = json!(found.second);
                value["rival"] = json!(found.rival);
                value["p_value"] = json!(found.p_value);
                value["alpha"] = json!(self.alpha);
            }
            Prediction::Bare(_) => {}
            Prediction::Failed(error) => value["error"] = json!(error),
        }
        value
    }

    fn print(&self, subjects: &[Subject], predictions: &[Prediction]) -> Result<(), CliError> {
        let mut out = stdout().lock();
        let mut table = table::new(&["image", "predicted", "votes", "p-value", "second"], &[2, 3]);
        for (subject, prediction) in subjects.iter().zip(predictions) {
            table.add_row(self.row(subject, prediction));
        }
        writeln!(out, "{table}")?;
        let name = &self.planned.case.name;
        if predictions.iter().any(|prediction| matches!(prediction, Prediction::Bare(_))) {
            writeln!(
                out,
                "predicted: what the bare classifier answers, which case {name} is about: no noise, no draws."
            )?;
        } else {
            writeln!(
                out,
                "predicted: what the smoothed classifier of case {name} answers, wrong with probability at most {}. abstain: so\n\
                 many draws do not tell the two classes with the most votes apart; more --draws may. Failed draws count for the\n\
                 second class.",
                self.alpha
            )?;
        }
        writeln!(out, "A prediction is no certificate: it says nothing of the image transformed.")?;
        Ok(())
    }
}
