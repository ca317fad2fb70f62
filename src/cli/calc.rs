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

const EXAMPLES: &str = "\
Every command prints one JSON object. Lower bounds are rounded down, upper ones up.

Examples:
  # 990 of 1000 votes: the probability is above 0.976, but for one time in 1000
  gsmooth calc clopper-pearson --successes 990 --trials 1000 --alpha 0.001
  # With that probability, the radius under Gaussian noise of standard deviation 0.5
  gsmooth calc radius --noise gaussian --scale 0.5 --p-a 0.976";

const CLOPPER_PEARSON_EXAMPLES: &str = "\
Examples:
  # 990 of 1000 votes: from 0.976 to 0.997, each bound wrong one time in 1000 at most
  gsmooth calc clopper-pearson --successes 990 --trials 1000 --alpha 0.001";

const TRADEOFF_EXAMPLES: &str = "\
Examples:
  # A class of probability 0.99 keeps 0.627 when the parameter moves by two standard deviations
  gsmooth calc tradeoff --noise gaussian --scale 0.5 --p 0.99 --shift 1";

const CHANNEL_EXAMPLES: &str = "\
Examples:
  # The code moves by 0.1 along A1 and 0.3 across it: a class of probability 0.99 keeps 0.867
  gsmooth calc channel --noise gaussian --scale 0.5 --a-norm 1 --sigma2 0.25 \\
    --parallel 0.1 --perpendicular 0.3 --p 0.99";

const BRIGHTNESS_CONTRAST_EXAMPLES: &str = "\
Examples:
  # At contrast e^-0.5 and brightness 0.5, a class of probability 0.999 keeps 0.922
  gsmooth calc brightness-contrast --contrast -0.5 --brightness 0.5 --sigma 0.8 --tau 0.8 --p 0.999";

const RADIUS_EXAMPLES: &str = "\
Examples:
  # A class of probability 0.99 stays the most probable one up to a shift of 1.163
  gsmooth calc radius --noise gaussian --scale 0.5 --p-a 0.99
  # No other class is above 0.005: one-sided noise, towards larger parameters
  gsmooth calc radius --noise exponential --scale 5 --p-a 0.99 --p-b 0.005";

/// Computes single values: confidence bounds, what a set of probability p keeps, radii
#[derive(Debug, Subcommand)]
#[command(after_help = EXAMPLES)]
pub enum CalcCommand {
    /// One-sided Clopper-Pearson bounds of a proportion
    #[command(after_help = CLOPPER_PEARSON_EXAMPLES)]
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
    #[command(after_help = TRADEOFF_EXAMPLES)]
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
    #[command(after_help = CHANNEL_EXAMPLES)]
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
    #[command(after_help = BRIGHTNESS_CONTRAST_EXAMPLES)]
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
    #[command(after_help = RADIUS_EXAMPLES)]
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
