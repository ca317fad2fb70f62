//! The keys of a sweep and their values, read and checked.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::super::error::Fault;
use super::error::SweepError;
use super::{MOST_VARIANTS, name};

/// Keys of a case that all its variants share.
const FIXED: [&str; 2] = ["name", "sweep"];

/// The keys of a sweep, in the file's order.
#[derive(Debug)]
pub(super) struct Grid<'text> {
    pub axes: Vec<Axis<'text>>,
}

/// One key with the values that it takes.
#[derive(Debug)]
pub(super) struct Axis<'text> {
    /// The path of the key in the case, with its place in the sweep.
    pub key: Spanned<String>,
    pub values: Vec<AxisValue<'text>>,
}

#[derive(Debug)]
pub(super) struct AxisValue<'text> {
    pub value: Spanned<DeValue<'text>>,
    /// As the file writes it.
    pub text: &'text str,
    /// As names have it; other than that of every other value of the key.
    pub short: String,
}

impl<'text> Grid<'text> {
    /// Reads the value of a case's `sweep`.
    pub fn read(text: &'text str, sweep: &Spanned<DeValue<'text>>) -> Result<Self, Fault> {
        let DeValue::Table(table) = sweep.get_ref() else {
            return Err(SweepError::NoTable.at_span(sweep.span()));
        };
        let mut lists = Vec::new();
        collect(table, "", &mut lists)?;
        lists.sort_by_key(|(key, _)| key.span().start);
        if lists.is_empty() {
            return Err(SweepError::NoKey.at_span(sweep.span()));
        }
        check_keys(&lists)?;
        let axes =
            lists.into_iter().map(|(key, list)| axis(text, key, list)).collect::<Result<Vec<_>, _>>()?;
        let found = axes.iter().fold(1_usize, |product, axis| product.saturating_mul(axis.values.len()));
        if found > MOST_VARIANTS {
            return Err(SweepError::TooMany { found, most: MOST_VARIANTS }.at_span(sweep.span()));
        }
        Ok(Self { axes })
    }

    /// The numbers of the values by key, for every combination; the last key changes first.
    pub fn combinations(&self) -> Vec<Vec<usize>> {
        let mut all = vec![Vec::new()];
        for axis in &self.axes {
            let longer = |head: Vec<usize>| {
                (0..axis.values.len()).map(move |number| head.iter().copied().chain([number]).collect())
            };
            all = all.into_iter().flat_map(longer).collect();
        }
        all
    }
}

type List<'sweep, 'text> = (Spanned<String>, &'sweep Spanned<DeValue<'text>>);

/// Finds the lists of values. Keys may be written with dots between quotes, or as keys of tables.
fn collect<'sweep, 'text>(
    table: &'sweep DeTable<'text>,
    above: &str,
    lists: &mut Vec<List<'sweep, 'text>>,
) -> Result<(), Fault> {
    for (key, value) in table {
        let path = match above {
            "" => key.get_ref().to_string(),
            _ => format!("{above}.{key}"),
        };
        match value.get_ref() {
            DeValue::Table(inner) if !inner.is_empty() => collect(inner, &path, lists)?,
            DeValue::Array(_) => lists.push((Spanned::new(key.span(), path), value)),
            other => {
                let error = SweepError::NoList { key: path, found: kind(other) };
                return Err(error.at_span(value.span()));
            }
        }
    }
    Ok(())
}

/// Refuses keys that can't be swept, and two keys of which one sets what the other does.
fn check_keys(lists: &[List<'_, '_>]) -> Result<(), Fault> {
    for (number, (key, _)) in lists.iter().enumerate() {
        let segments: Vec<&str> = key.get_ref().split('.').collect();
        if segments.iter().any(|segment| segment.trim().is_empty()) {
            return Err(SweepError::Path { key: key.get_ref().clone() }.at_span(key.span()));
        }
        if FIXED.contains(&segments[0]) {
            return Err(SweepError::Fixed { key: key.get_ref().clone() }.at_span(key.span()));
        }
        if let Some((other, _)) =
            lists[..number].iter().find(|(other, _)| overlap(key.get_ref(), other.get_ref()))
        {
            let (key_text, other) = (key.get_ref().clone(), other.get_ref().clone());
            return Err(SweepError::Overlap { key: key_text, other }.at_span(key.span()));
        }
    }
    Ok(())
}

/// Whether one path leads to the other's value or to what holds it. A number stands for one table of several, so
/// `noise.scale` is in the way of `noise.0.scale`.
fn overlap(one: &str, other: &str) -> bool {
    let numbered = |path: &str| path.split('.').skip(1).any(is_number);
    let keys = |path: &str, with_numbers: bool| -> Vec<String> {
        path.split('.').filter(|part| with_numbers || !is_number(part)).map(str::to_owned).collect()
    };
    let both = numbered(one) && numbered(other);
    let (one, other) = (keys(one, both), keys(other, both));
    one.iter().zip(&other).all(|(a, b)| a == b)
}

/// Whether a part of a path is the number of a table among several.
pub(super) fn is_number(segment: &str) -> bool {
    !segment.is_empty() && segment.bytes().all(|byte| byte.is_ascii_digit())
}

fn axis<'text>(
    text: &'text str,
    key: Spanned<String>,
    list: &Spanned<DeValue<'text>>,
) -> Result<Axis<'text>, Fault> {
    let values = list.get_ref().as_array().map(|array| &**array).unwrap_or_default();
    if values.is_empty() {
        return Err(SweepError::NoValue { key: key.get_ref().clone() }.at_span(list.span()));
    }
    let (mut seen, mut shorts): (Vec<String>, Vec<String>) = (Vec::new(), Vec::new());
    let mut of_axis = Vec::with_capacity(values.len());
    for value in values {
        let written = text.get(value.span()).unwrap_or_default();
        let plain = canonical(value.get_ref());
        if seen.contains(&plain) {
            let (key, value_text) = (key.get_ref().clone(), written.to_owned());
            return Err(SweepError::Repeated { key, value: value_text }.at_span(value.span()));
        }
        seen.push(plain);
        let short = name::unlike(&shorts, name::short(value.get_ref()));
        shorts.push(short.clone());
        of_axis.push(AxisValue { value: value.clone(), text: written, short });
    }
    Ok(Axis { key, values: of_axis })
}

/// A text that is the same for values that mean the same: 1 and 1.0 are one number, and keys have no order.
fn canonical(value: &DeValue<'_>) -> String {
    match value {
        DeValue::String(text) => format!("{text:?}"),
        DeValue::Integer(number) => {
            match i64::from_str_radix(&number.as_str().replace('_', ""), number.radix()) {
                Ok(integer) => canonical_number(integer as f64),
                Err(_) => number.to_string(),
            }
        }
        DeValue::Float(number) => {
            number.as_str().replace('_', "").parse().map_or_else(|_| number.to_string(), canonical_number)
        }
        DeValue::Boolean(truth) => truth.to_string(),
        DeValue::Datetime(time) => time.to_string(),
        DeValue::Array(values) => {
            let values: Vec<String> = values.iter().map(|value| canonical(value.get_ref())).collect();
            format!("[{}]", values.join(","))
        }
        DeValue::Table(table) => {
            let entries: Vec<String> = table
                .iter()
                .map(|(key, value)| format!("{:?}={}", key.get_ref(), canonical(value.get_ref())))
                .collect();
            format!("{{{}}}", entries.join(","))
        }
    }
}

/// -0.0 and 0.0 are one number, too.
fn canonical_number(number: f64) -> String {
    format!("{:?}", number + 0.0)
}

/// What a value is, in words.
pub(super) fn kind(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) | DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "an array",
        DeValue::Table(_) => "a table",
    }
}
