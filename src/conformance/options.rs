//! Options that instances under test are made with.

use std::fmt::{self, Display};

use toml::Value;

use super::context::Context;
use super::trial::{Input, Stop, Trial, in_short, judge};
use super::verdict::Outcome;
use crate::host::{Failure, HostError, OptionInfo, OptionKind, PluginInfo};

/// An option that the user gives: its name and its value in TOML.
pub type GivenOption = (String, Value);

/// Options for an instance, with what is particular about them.
#[derive(Debug, Clone)]
pub(super) struct Choice {
    /// The options.
    pub options: Vec<GivenOption>,
    /// " with border = \"cyclic\"", or nothing for the ordinary ones.
    pub label: String,
    /// Whether a value was guessed because the option has no default.
    pub guessed: bool,
}

/// The ordinary instance cannot be made.
pub(super) struct NoInstance {
    error: HostError,
    guessed: bool,
}

impl NoInstance {
    /// What that is in the test of the options.
    pub fn in_options(&self) -> Outcome {
        let refused = matches!(
            &self.error,
            HostError::Call { failure: Failure::InvalidArgument | Failure::Failed, .. }
        );
        if refused && self.guessed {
            return Outcome::skipped(format!("give its options with --option: {}", in_short(&self.error)));
        }
        Outcome::fault("an instance", in_short(&self.error))
    }

    /// What it is in every other test.
    pub fn elsewhere(&self) -> Outcome {
        Outcome::skipped(format!("there is no instance: {}", in_short(&self.error)))
    }
}

/// An instance with the ordinary options, then one for each choice with its label. Whether those others must be had is for
/// the test of the options.
pub(super) fn instances<T>(
    info: &PluginInfo,
    context: &Context<'_>,
    make: impl Fn(&[GivenOption]) -> Result<T, HostError>,
) -> Result<Vec<(T, String)>, NoInstance> {
    let mut instances = Vec::new();
    for choice in choices(info, context) {
        match make(&choice.options) {
            Ok(instance) => instances.push((instance, choice.label)),
            Err(error) if instances.is_empty() => {
                return Err(NoInstance { error, guessed: choice.guessed });
            }
            Err(_) => {}
        }
    }
    Ok(instances)
}

impl Display for Choice {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let set = self.options.iter().map(|(name, value)| format!("{name} = {value}"));
        let set = set.collect::<Vec<_>>().join(", ");
        if set.is_empty() { formatter.write_str("default options") } else { formatter.write_str(&set) }
    }
}

impl Input for Choice {}

/// Tries instances; the plugin may refuse all but the one with the defaults.
pub(super) fn judge_instances(
    info: &PluginInfo,
    context: &Context<'_>,
    trial: impl Fn(&Choice) -> Trial,
) -> Outcome {
    judge(context, extremes(info, context), |choice| match trial(choice) {
        Err(Stop::Refused) if choice.label.is_empty() && !choice.guessed => {
            Err(Stop::broken("an instance", "a refusal of options that it declares to take"))
        }
        other => other,
    })
}

/// The user's options where the plugin has them, a sane guess where one is required, defaults elsewhere.
fn ordinary(info: &PluginInfo, context: &Context<'_>) -> Choice {
    let given = |option: &OptionInfo| context.options.iter().find(|(name, _)| *name == option.name).cloned();
    let mut choice = Choice { options: Vec::new(), label: String::new(), guessed: false };
    for option in &info.options {
        if let Some(given) = given(option) {
            choice.options.push(given);
        } else if option.required {
            choice.guessed = true;
            choice.options.push((option.name.clone(), sane(option)));
        }
    }
    choice
}

/// The ordinary options, and besides each text that an option may choose.
fn choices(info: &PluginInfo, context: &Context<'_>) -> Vec<Choice> {
    let ordinary = ordinary(info, context);
    let mut all = vec![ordinary.clone()];
    for option in &info.options {
        all.extend(option.choices.iter().map(|text| with(&ordinary, option, Value::String(text.clone()))));
    }
    all
}

/// The ordinary options, each choice, and each finite end of a range.
fn extremes(info: &PluginInfo, context: &Context<'_>) -> Vec<Choice> {
    let mut all = choices(info, context);
    let ordinary = all[0].clone();
    for option in &info.options {
        let ends = [option.low, option.high].into_iter().filter(|end| end.is_finite());
        all.extend(ends.filter_map(|end| Some(with(&ordinary, option, number(option, end)?))));
    }
    all
}

fn with(ordinary: &Choice, option: &OptionInfo, value: Value) -> Choice {
    let mut choice = ordinary.clone();
    choice.options.retain(|(name, _)| *name != option.name);
    choice.label = format!(" with {} = {value}", option.name);
    choice.options.push((option.name.clone(), value));
    choice
}

/// A value that the plugin declares to take: 1 if it may be, else one in the range.
fn sane(option: &OptionInfo) -> Value {
    let inside = |value: f64| option.low <= value && value <= option.high;
    let value = match (option.low.is_finite(), option.high.is_finite()) {
        _ if inside(1.0) => 1.0,
        (true, true) => option.low.midpoint(option.high),
        (true, false) => option.low + 1.0,
        _ => option.high - 1.0,
    };
    match option.kind {
        OptionKind::Choice => Value::String(option.choices.first().cloned().unwrap_or_default()),
        OptionKind::Text => Value::String(String::new()),
        _ => number(option, value).unwrap_or(Value::Float(value)),
    }
}

/// The number as an option of this kind; `None` for texts, and for integers that TOML does not hold.
fn number(option: &OptionInfo, value: f64) -> Option<Value> {
    match option.kind {
        OptionKind::Float => Some(Value::Float(value)),
        OptionKind::Integer if value.abs() <= i64::MAX as f64 => Some(Value::Integer(value.round() as i64)),
        OptionKind::Floats => Some(Value::Array(vec![Value::Float(value)])),
        OptionKind::Integer | OptionKind::Text | OptionKind::Choice => None,
    }
}
