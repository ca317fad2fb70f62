//! `gsmooth calc`: single values of the mathematics, for checks and scripts.

use std::io::{Write, stdout};
use std::process::ExitCode;

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::{CliError, PluginPathArguments};
use crate::host::{HostError, Noise};
use crate::stats::channel_law::ChannelLaw;
use crate::stats::radius::{Claim, Direction, radius};
use crate::stats::{brightness_contrast, clopper_pearson, tradeoff};

/// Computes single values: confidence bounds, what a set of probability p keeps, radii
#[derive(Debug, Subcommand)]
pub enum CalcCommand {
    /// One-sided Clopper-Pearson bounds of a proportion
    ClopperPearson {
        /// Votes for
        #[arg(long, value_name = "K", allow_hyphen_values = true)]
        successes: u64,
        /// All votes
        #[arg(long, value_name = "N", allow_hyphen_values = true)]
        trials: u64,
        /// The probability that one bound is wrong, in (0, 1)
        #[arg(long, value_parser = open_probability, allow_hyphen_values = true)]
        alpha: f64,
    },
    /// The least probability that a set of probability P keeps when the noise is shifted
    Tradeoff {
        #[command(flatten)]
        noise: NoiseArguments,
        /// The probability before, in [0, 1]
        #[arg(long, value_parser = probability, allow_hyphen_values = true)]
        p: f64,
        /// The shift, in the units of the scale
        #[arg(long, value_name = "T", value_parser = finite, allow_hyphen_values = true)]
        shift: f64,
    },
    /// The same for the semantic channel
    Channel {
        #[command(flatten)]
        noise: NoiseArguments,
        /// |A1|
        #[arg(long, value_name = "A", value_parser = not_negative, allow_hyphen_values = true)]
        a_norm: f64,
        /// Standard deviation of the semantic noise
        #[arg(long, value_name = "S2", value_parser = not_negative, allow_hyphen_values = true)]
        sigma2: f64,
        /// The displacement along A1, signed
        #[arg(long, value_name = "T", value_parser = finite, allow_hyphen_values = true)]
        parallel: f64,
        /// The displacement perpendicular to A1
        #[arg(long, value_name = "R", value_parser = not_negative, allow_hyphen_values = true)]
        perpendicular: f64,
        /// The probability before, in [0, 1]
        #[arg(long, value_parser = probability, allow_hyphen_values = true)]
        p: f64,
    },
    /// The same for brightness with contrast, e^k (x + b)
    BrightnessContrast {
        /// k
        #[arg(long, value_name = "K", value_parser = finite, allow_hyphen_values = true)]
        contrast: f64,
        /// b
        #[arg(long, value_name = "B", value_parser = finite, allow_hyphen_values = true)]
        brightness: f64,
        /// Standard deviation of the noise of k
        #[arg(long, value_name = "S", value_parser = positive, allow_hyphen_values = true)]
        sigma: f64,
        /// Standard deviation of the noise of b
        #[arg(long, value_name = "T", value_parser = positive, allow_hyphen_values = true)]
        tau: f64,
        /// The probability before, in [0, 1]
        #[arg(long, value_parser = probability, allow_hyphen_values = true)]
        p: f64,
    },
    /// The certified shift of a noise law
    Radius {
        #[command(flatten)]
        noise: NoiseArguments,
        /// A lower bound of the class's probability
        #[arg(long, value_name = "P", value_parser = probability, allow_hyphen_values = true)]
        p_a: f64,
        /// An upper bound of every other class's probability; 1 - P without it
        #[arg(long, value_name = "Q", value_parser = probability, allow_hyphen_values = true, conflicts_with = "margin")]
        p_b: Option<f64>,
        /// The class must keep more than 1/2 + M
        #[arg(long, value_name = "M", value_parser = margin, allow_hyphen_values = true)]
        margin: Option<f64>,
        /// Sign of the shift: 1 or -1
        #[arg(long, default_value = "1", value_parser = direction, allow_hyphen_values = true)]
        direction: f64,
    },
}

/// A noise law from a plugin.
#[derive(Debug, Args)]
pub struct NoiseArguments {
    /// The noise plugin
    #[arg(long, value_name = "NAME")]
    noise: String,
    /// Its `scale`
    #[arg(long, value_name = "S", value_parser = positive, allow_hyphen_values = true)]
    scale: f64,
    #[command(flatten)]
    plugins: PluginPathArguments,
}

impl NoiseArguments {
    fn law(&self) -> Result<Noise, HostError> {
        self.plugins.registry()?.noise(&self.noise, &[("scale".to_owned(), toml::Value::Float(self.scale))])
    }
}

/// Runs the command.
pub fn run(command: &CalcCommand) -> Result<ExitCode, CliError> {
    writeln!(stdout().lock(), "{}", value(command)?)?;
    Ok(ExitCode::SUCCESS)
}

fn value(command: &CalcCommand) -> Result<Value, CliError> {
    Ok(match command {
        CalcCommand::ClopperPearson { successes, trials, alpha } => {
            if successes > trials {
                return Err(CliError::Argument(format!("{successes} successes of {trials} trials")));
            }
            json!({
                "lower": clopper_pearson::lower_bound(*successes, *trials, *alpha),
                "upper": clopper_pearson::upper_bound(*successes, *trials, *alpha),
            })
        }
        CalcCommand::Tradeoff { noise, p, shift } => {
            json!({ "lower": tradeoff::kept_mass(&noise.law()?, *p, *shift)? })
        }
        CalcCommand::Channel { noise, a_norm, sigma2, parallel, perpendicular, p } => {
            let law = noise.law()?;
            let channel = ChannelLaw { law: &law, a_norm: *a_norm, sigma2: *sigma2 };
            json!({ "lower": channel.kept_mass(*p, *parallel, *perpendicular)? })
        }
        CalcCommand::BrightnessContrast { contrast, brightness, sigma, tau, p } => {
            json!({ "lower": brightness_contrast::kept_mass(*contrast, *brightness, *sigma, *tau, *p) })
        }
        CalcCommand::Radius { noise, p_a, p_b, margin, direction } => {
            let claim = match p_b {
                Some(p_b) => Claim::Lead { p_b: *p_b },
                None => Claim::Majority { margin: margin.unwrap_or(0.0) },
            };
            let direction = if *direction < 0.0 { Direction::Backward } else { Direction::Forward };
            json!({ "radius": radius(&noise.law()?, *p_a, claim, direction)? })
        }
    })
}

fn number(text: &str, good: impl Fn(f64) -> bool, expected: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(value) if good(value) => Ok(value),
        _ => Err(format!("must be {expected}")),
    }
}

fn finite(text: &str) -> Result<f64, String> {
    number(text, f64::is_finite, "a finite number")
}

fn positive(text: &str) -> Result<f64, String> {
    number(text, |x| x > 0.0 && x.is_finite(), "a positive number")
}

fn not_negative(text: &str) -> Result<f64, String> {
    number(text, |x| x >= 0.0 && x.is_finite(), "a number that is not negative")
}

fn probability(text: &str) -> Result<f64, String> {
    number(text, |x| (0.0..=1.0).contains(&x), "a probability, from 0 to 1")
}

fn open_probability(text: &str) -> Result<f64, String> {
    number(text, |x| x > 0.0 && x < 1.0, "between 0 and 1, without its ends")
}

fn margin(text: &str) -> Result<f64, String> {
    number(text, |x| (0.0..0.5).contains(&x), "at least 0 and below 1/2")
}

fn direction(text: &str) -> Result<f64, String> {
    number(text, |x| x.abs() == 1.0, "1 or -1")
}
