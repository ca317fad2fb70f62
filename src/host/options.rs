//! Options: reading the declarations, and checking what a user wrote against them.

use std::sync::Arc;

use gsmooth_plugin_abi::{self as abi, OptionSpec, Slice, Str, option_kind};
use toml::Value;

use super::declaration::check_name;
use super::error::HostError;
use super::fault::DeclarationError;
use super::info::{OptionInfo, OptionKind, OptionValue, PluginInfo};
use super::library::text;

/// Keys of an audit file's plugin table that are not the plugin's.
const RESERVED: [&str; 2] = ["plugin", "range"];

/// # Safety
/// The declarations must live, with all that they point to, as long as the process.
pub(super) unsafe fn read_options(specs: Slice<OptionSpec>) -> Result<Vec<OptionInfo>, DeclarationError> {
    let mut options: Vec<OptionInfo> = Vec::new();
    // SAFETY: promised by the caller.
    for spec in unsafe { specs.as_slice() } {
        // SAFETY: promised by the caller.
        let option = unsafe { read_option(spec)? };
        if options.iter().any(|other| other.name == option.name) {
            return Err(DeclarationError::Repeated { what: "option", name: option.name });
        }
        options.push(option);
    }
    Ok(options)
}

/// # Safety
/// As for [`read_options`].
unsafe fn read_option(spec: &OptionSpec) -> Result<OptionInfo, DeclarationError> {
    // SAFETY: promised by the caller.
    let (name, doc) = unsafe { (text(spec.name, "option's name")?, text(spec.doc, "option's description")?) };
    check_name("the option", &name)?;
    if RESERVED.contains(&name.as_str()) {
        return Err(DeclarationError::Reserved(name));
    }
    let fault = |what| DeclarationError::Option { name: name.clone(), what };
    let kind = match spec.kind {
        option_kind::FLOAT => OptionKind::Float,
        option_kind::INTEGER => OptionKind::Integer,
        option_kind::TEXT => OptionKind::Text,
        option_kind::FLOATS => OptionKind::Floats,
        option_kind::CHOICE => OptionKind::Choice,
        _ => return Err(fault("its kind is none that this version knows")),
    };
    // SAFETY: promised by the caller.
    let choices = unsafe { spec.choices.as_slice() };
    // SAFETY: promised by the caller.
    let read = |choice: &Str| unsafe { text(*choice, "option's choice") };
    let choices = choices.iter().map(read);
    let choices = choices.collect::<Result<Vec<_>, _>>()?;
    if (kind == OptionKind::Choice) == choices.is_empty() {
        return Err(fault("a choice needs choices, and nothing else has any"));
    }
    // False for NaN.
    let in_order = spec.min <= spec.max;
    if !in_order {
        return Err(fault("its range is empty or no range"));
    }
    // SAFETY: promised by the caller.
    let default = unsafe { read_default(&spec.default)? };
    let required = spec.required != 0;
    let option = OptionInfo { name, doc, kind, required, default, low: spec.min, high: spec.max, choices };
    match &option.default {
        Some(_) if required => Err("it is required and has a default"),
        Some(default) if !fits(&option, default) => Err("its default is not what it declares to take"),
        _ => Ok(()),
    }
    .map_err(|what| DeclarationError::Option { name: option.name.clone(), what })?;
    Ok(option)
}

/// # Safety
/// As for [`read_options`].
unsafe fn read_default(value: &abi::OptionValue) -> Result<Option<OptionValue>, DeclarationError> {
    Ok(match value.kind {
        option_kind::FLOAT => Some(OptionValue::Float(value.float)),
        option_kind::INTEGER => Some(OptionValue::Integer(value.integer)),
        // SAFETY: promised by the caller.
        option_kind::TEXT => Some(OptionValue::Text(unsafe { text(value.text, "option's default")? })),
        // SAFETY: promised by the caller.
        option_kind::FLOATS => Some(OptionValue::Floats(unsafe { value.floats.as_slice() }.to_vec())),
        _ => None,
    })
}

/// Whether a default is of the declared kind, range and choices.
fn fits(option: &OptionInfo, default: &OptionValue) -> bool {
    match (option.kind, default) {
        (OptionKind::Float, OptionValue::Float(value)) => in_range(option, *value),
        (OptionKind::Integer, OptionValue::Integer(value)) => in_range(option, *value as f64),
        (OptionKind::Text, OptionValue::Text(_)) => true,
        (OptionKind::Choice, OptionValue::Text(value)) => option.choices.contains(value),
        (OptionKind::Floats, OptionValue::Floats(values)) => {
            values.iter().all(|&value| in_range(option, value))
        }
        _ => false,
    }
}

fn in_range(option: &OptionInfo, value: f64) -> bool {
    value.is_finite() && option.low <= value && value <= option.high
}

/// The values of all declared options, in their order: the user's where there is one, else the default. `None` is an optional
/// option without default.
pub(super) fn check_options(
    plugin: &Arc<PluginInfo>,
    given: &[(String, Value)],
) -> Result<Vec<Option<OptionValue>>, HostError> {
    for (name, _) in given {
        if !plugin.options.iter().any(|option| option.name == *name) {
            let known: Vec<_> = plugin.options.iter().map(|option| option.name.clone()).collect();
            let nearest = nearest(name, known.iter().map(String::as_str));
            return Err(HostError::UnknownOption {
                plugin: Arc::clone(plugin),
                option: name.clone(),
                nearest,
                known,
            });
        }
    }
    let value = |option: &OptionInfo| match given.iter().find(|(name, _)| *name == option.name) {
        Some((_, value)) => check_option(plugin, option, value).map(Some),
        None if option.required => Err(HostError::OptionMissing {
            plugin: Arc::clone(plugin),
            option: option.name.clone(),
            doc: option.doc.clone(),
        }),
        None => Ok(option.default.clone()),
    };
    plugin.options.iter().map(value).collect()
}

fn check_option(
    plugin: &Arc<PluginInfo>,
    option: &OptionInfo,
    value: &Value,
) -> Result<OptionValue, HostError> {
    let mismatch = |found: &Value| HostError::OptionType {
        plugin: Arc::clone(plugin),
        option: option.name.clone(),
        expected: option.kind.describe(),
        found: describe(found),
    };
    let number = |number: f64| match in_range(option, number) {
        true => Ok(number),
        false => Err(HostError::OptionRange {
            plugin: Arc::clone(plugin),
            option: option.name.clone(),
            value: number,
            low: option.low,
            high: option.high,
        }),
    };
    let float = |value: &Value| match *value {
        Value::Float(value) => number(value),
        Value::Integer(value) => number(value as f64),
        _ => Err(mismatch(value)),
    };
    match (option.kind, value) {
        (OptionKind::Float, value) => float(value).map(OptionValue::Float),
        (OptionKind::Integer, Value::Integer(value)) => {
            number(*value as f64).map(|_| OptionValue::Integer(*value))
        }
        (OptionKind::Text, Value::String(value)) => Ok(OptionValue::Text(value.clone())),
        (OptionKind::Choice, Value::String(value)) if option.choices.contains(value) => {
            Ok(OptionValue::Text(value.clone()))
        }
        (OptionKind::Choice, Value::String(value)) => Err(HostError::OptionChoice {
            plugin: Arc::clone(plugin),
            option: option.name.clone(),
            value: OptionValue::Text(value.clone()),
            nearest: nearest(value, option.choices.iter().map(String::as_str)).map(Into::into),
            choices: option.choices.clone(),
        }),
        (OptionKind::Floats, Value::Array(values)) => {
            values.iter().map(float).collect::<Result<_, _>>().map(OptionValue::Floats)
        }
        _ => Err(mismatch(value)),
    }
}

/// A TOML type with its article.
fn describe(value: &Value) -> &'static str {
    match value {
        Value::String(_) => "a text",
        Value::Integer(_) => "an integer",
        Value::Float(_) => "a float",
        Value::Boolean(_) => "a boolean",
        Value::Datetime(_) => "a date",
        Value::Array(_) => "an array",
        Value::Table(_) => "a table",
    }
}

/// The name most similar to `name`, if one is similar enough to be meant.
pub(super) fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<String> {
    const SIMILAR: f64 = 0.75;
    known
        .map(|candidate| (strsim::jaro_winkler(name, candidate), candidate))
        .filter(|&(similarity, _)| similarity >= SIMILAR)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, candidate)| candidate.to_owned())
}

/// Values for the C side, which borrow from `values`.
pub(super) fn lower(values: &[Option<OptionValue>]) -> Vec<abi::OptionValue> {
    let lower = |value: &Option<OptionValue>| match value {
        None => abi::OptionValue::NONE,
        Some(OptionValue::Float(value)) => abi::OptionValue::float(*value),
        Some(OptionValue::Integer(value)) => abi::OptionValue::integer(*value),
        Some(OptionValue::Text(value)) => abi::OptionValue::text(Str::borrow(value)),
        Some(OptionValue::Floats(values)) => abi::OptionValue::floats(Slice::borrow(values)),
    };
    values.iter().map(lower).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::testing::{integer, registry, text};

    fn brighten() -> Arc<PluginInfo> {
        Arc::clone(&registry().plugins()[0])
    }

    fn check(given: &[(String, Value)]) -> Result<Vec<Option<OptionValue>>, HostError> {
        check_options(&brighten(), given)
    }

    fn float(name: &str, value: f64) -> (String, Value) {
        (name.to_owned(), Value::Float(value))
    }

    #[test]
    fn defaults_fill_what_the_user_left_out() {
        let values = check(&[integer("gain", 2)]).unwrap();
        let expected = [
            Some(OptionValue::Text("none".to_owned())),
            Some(OptionValue::Float(2.0)),
            Some(OptionValue::Integer(3)),
            Some(OptionValue::Floats(vec![1.0, 2.0])),
            None,
        ];
        assert_eq!(values, expected);
    }

    #[test]
    fn every_fault_names_its_option() {
        let array = |value| ("weights".to_owned(), Value::Array(vec![value]));
        let faults = [
            (float("gian", 1.0), "gian", "did you mean `gain`?"),
            (text("gain", "1"), "gain", "must be a number, not a text"),
            (float("gain", 0.0), "gain", "must be greater than 0 and at most 2, not 0"),
            (float("gain", f64::NAN), "gain", "not NaN"),
            (integer("gain", 3), "gain", "at most 2, not 3"),
            (float("order", 2.0), "order", "must be an integer, not a float"),
            (integer("order", 0), "order", "must be at least 1, not 0"),
            (array(Value::Float(-1.0)), "weights", "must be at least 0, not -1"),
            (array(Value::Boolean(true)), "weights", "not a boolean"),
            (float("weights", 1.0), "weights", "an array of numbers, not a float"),
            (text("fault", "panics"), "fault", "did you mean `panic`?"),
            (integer("note", 1), "note", "must be a text, not an integer"),
        ];
        for (given, option, message) in faults {
            let error = check(&[given]).unwrap_err();
            assert_eq!(error.option(), Some(option), "{error}");
            assert!(error.to_string().contains(message), "{error}");
            assert!(error.to_string().contains("/here/libgsmooth_tests.so"), "{error}");
        }
    }

    #[test]
    fn a_required_option_is_missed() {
        let error = registry().noise("unit", &[]).unwrap_err();
        assert!(matches!(&error, HostError::OptionMissing { option, .. } if option == "broken"), "{error}");
    }

    #[test]
    fn only_similar_names_are_suggested() {
        assert_eq!(nearest("guassian", ["laplace", "gaussian"].into_iter()), Some("gaussian".to_owned()));
        assert_eq!(nearest("zoom", ["laplace", "gaussian"].into_iter()), None);
    }
}
