//! What is known about a plugin without making an instance of it.

use std::fmt::{self, Display};
use std::path::PathBuf;

use super::search::Origin;

/// The three kinds of plugin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PluginKind {
    /// A transformation of images.
    Transformation,
    /// A noise law.
    Noise,
    /// An M-estimator.
    Estimator,
}

impl PluginKind {
    /// The word that users see: "transformation", "noise" or "estimator".
    pub fn name(self) -> &'static str {
        match self {
            Self::Transformation => "transformation",
            Self::Noise => "noise",
            Self::Estimator => "estimator",
        }
    }
}

impl Display for PluginKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// A plugin, as its library declares it.
#[derive(Debug, Clone, PartialEq)]
pub struct PluginInfo {
    /// Name, unique within its kind.
    pub id: String,
    /// What it is.
    pub kind: PluginKind,
    /// Version of the plugin.
    pub version: String,
    /// What it does.
    pub doc: String,
    /// The library file.
    pub path: PathBuf,
    /// SHA-256 of the library file, in hexadecimal.
    pub digest: String,
    /// Which entry of the search path it comes from.
    pub origin: Origin,
    /// Whether calls may overlap; if not, the library is locked for each.
    pub thread_safe: bool,
    /// Options it takes.
    pub options: Vec<OptionInfo>,
    /// Parameters, of a transformation; empty for the other kinds.
    pub parameters: Vec<ParameterInfo>,
    /// Class, of a transformation.
    pub class: Option<Class>,
    /// Names of the optional functions it has ("lipschitz"), of a transformation.
    pub offers: Vec<&'static str>,
}

impl Display for PluginInfo {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} plugin `{}` ({})", self.kind, self.id, self.path.display())
    }
}

/// What a transformation promises about compositions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// tau(theta, tau(xi, x)) = tau(theta + xi, x).
    Additive,
    /// tau(theta, tau(xi, x)) = tau(gamma(theta, xi), x) with a stated law of gamma.
    Resolvable,
    /// Nothing.
    NonResolvable,
}

impl Class {
    /// The word that users see: "additive", "resolvable" or "non_resolvable".
    pub fn name(self) -> &'static str {
        match self {
            Self::Additive => "additive",
            Self::Resolvable => "resolvable",
            Self::NonResolvable => "non_resolvable",
        }
    }
}

/// A parameter of a transformation.
#[derive(Debug, Clone, PartialEq)]
pub struct ParameterInfo {
    /// Name.
    pub name: String,
    /// Unit, in words.
    pub unit: String,
    /// One sentence.
    pub doc: String,
    /// Least value of the domain, inclusive.
    pub low: f64,
    /// Greatest value of the domain, inclusive.
    pub high: f64,
    /// Where the transformation returns its input bit for bit.
    pub identity: f64,
}

/// What an option takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OptionKind {
    /// A finite float; integers are taken too.
    Float,
    /// An integer.
    Integer,
    /// Text.
    Text,
    /// An array of finite floats.
    Floats,
    /// One of several texts.
    Choice,
}

impl OptionKind {
    /// For messages: "a number".
    pub fn describe(self) -> &'static str {
        match self {
            Self::Float => "a number",
            Self::Integer => "an integer",
            Self::Text => "a text",
            Self::Floats => "an array of numbers",
            Self::Choice => "one of the choices, as text",
        }
    }
}

/// The value of an option.
#[derive(Debug, Clone, PartialEq)]
pub enum OptionValue {
    /// Of [`OptionKind::Float`].
    Float(f64),
    /// Of [`OptionKind::Integer`].
    Integer(i64),
    /// Of [`OptionKind::Text`] and [`OptionKind::Choice`].
    Text(String),
    /// Of [`OptionKind::Floats`].
    Floats(Vec<f64>),
}

impl Display for OptionValue {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Float(value) => write!(formatter, "{value:?}"),
            Self::Integer(value) => write!(formatter, "{value}"),
            Self::Text(value) => write!(formatter, "{value:?}"),
            Self::Floats(value) => write!(formatter, "{value:?}"),
        }
    }
}

/// An option that a plugin declares.
#[derive(Debug, Clone, PartialEq)]
pub struct OptionInfo {
    /// Name: the key in the audit file.
    pub name: String,
    /// One sentence.
    pub doc: String,
    /// What it takes.
    pub kind: OptionKind,
    /// Whether the user must set it.
    pub required: bool,
    /// Value where the user sets none; `None` also for optional options that stay unset.
    pub default: Option<OptionValue>,
    /// Least number allowed, inclusive.
    pub low: f64,
    /// Greatest number allowed, inclusive.
    pub high: f64,
    /// Texts allowed, for [`OptionKind::Choice`].
    pub choices: Vec<String>,
}

impl OptionInfo {
    /// The numbers allowed, in words; `None` where any finite one is.
    pub fn range(&self) -> Option<String> {
        describe_range(self.low, self.high)
    }
}

/// An end of a range, as its author declared it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Limit {
    /// The end belongs to the range.
    Inclusive(f64),
    /// It does not.
    Exclusive(f64),
}

/// The finite ends of [low, high].
pub fn limits(low: f64, high: f64) -> (Option<Limit>, Option<Limit>) {
    // A declaration "greater than 0" arrives as the least float above 0.
    let limit = |end: f64, neighbour: f64| match format!("{neighbour:?}").len() < format!("{end:?}").len() {
        true => Limit::Exclusive(neighbour),
        false => Limit::Inclusive(end),
    };
    let below = (low > f64::NEG_INFINITY).then(|| limit(low, low.next_down()));
    (below, (high < f64::INFINITY).then(|| limit(high, high.next_up())))
}

/// [low, high] in words: "at least 1", "greater than 0 and at most 1".
pub(super) fn describe_range(low: f64, high: f64) -> Option<String> {
    let (below, above) = limits(low, high);
    let below = below.map(|limit| match limit {
        Limit::Inclusive(end) => format!("at least {end}"),
        Limit::Exclusive(end) => format!("greater than {end}"),
    });
    let above = above.map(|limit| match limit {
        Limit::Inclusive(end) => format!("at most {end}"),
        Limit::Exclusive(end) => format!("less than {end}"),
    });
    match (below, above) {
        (Some(below), Some(above)) => Some(format!("{below} and {above}")),
        (below, above) => below.or(above),
    }
}

#[cfg(test)]
mod tests {
    use super::describe_range;

    #[test]
    fn ranges_read_as_they_were_declared() {
        let say = |low, high| describe_range(low, high).unwrap_or_default();
        assert_eq!(say(f64::NEG_INFINITY, f64::INFINITY), "");
        assert_eq!(say(1.0, f64::INFINITY), "at least 1");
        assert_eq!(say(0.0_f64.next_up(), 1.0), "greater than 0 and at most 1");
        assert_eq!(say(0.25, 1.0_f64.next_down()), "at least 0.25 and less than 1");
    }
}
