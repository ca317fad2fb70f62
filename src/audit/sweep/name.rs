//! Names of variants: `defocus_blur,noise.scale=0.1,estimator.plugin=proven`.
//!
//! They are made of characters that are safe in file names.

use std::path::Path;

use toml::de::DeValue;

/// The longest form of a value.
const LONGEST: usize = 40;

/// What a key and the short form of its value add to the name of their case.
pub(super) fn part(key: &str, short: &str) -> String {
    format!(",{}={short}", safe(key))
}

/// The keys of a variant with the short forms of its values, as its name has them.
pub fn values(name: &str) -> impl Iterator<Item = (&str, &str)> {
    name.split(',').skip(1).filter_map(|part| part.split_once('='))
}

/// The short form of a value: numbers and plugins as they are written, paths without folder and extension, arrays and
/// tables as their parts.
pub(super) fn short(value: &DeValue<'_>) -> String {
    let mut short: String = safe(&parts(value).join("_")).chars().take(LONGEST).collect();
    if short.is_empty() {
        short.push_str("empty");
    }
    short
}

/// `short`, or with a number if another value is called the same.
pub(super) fn unlike(others: &[String], short: String) -> String {
    let numbered = (2_usize..).map(|number| format!("{short}-{number}"));
    std::iter::once(short.clone()).chain(numbered).find(|name| !others.contains(name)).unwrap_or(short)
}

fn parts(value: &DeValue<'_>) -> Vec<String> {
    match value {
        DeValue::String(text) => vec![of_text(text)],
        DeValue::Integer(number) => vec![number.to_string()],
        DeValue::Float(number) => vec![number.to_string()],
        DeValue::Boolean(truth) => vec![truth.to_string()],
        DeValue::Datetime(time) => vec![time.to_string()],
        DeValue::Array(values) => values.iter().flat_map(|value| parts(value.get_ref())).collect(),
        DeValue::Table(table) => {
            let mut entries: Vec<_> = table.iter().collect();
            entries.sort_by_key(|(key, _)| key.span().start);
            // A plugin's name stands for itself.
            let name = |key: &str| (key != "plugin").then(|| key.to_owned());
            let entries = entries.into_iter();
            entries
                .flat_map(|(key, value)| name(key.get_ref()).into_iter().chain(parts(value.get_ref())))
                .collect()
        }
    }
}

/// A path's file stem; any other text as it is.
fn of_text(text: &str) -> String {
    let is_path = text.contains(['/', '\\']) || text.ends_with(".onnx");
    let stem = Path::new(text).file_stem().filter(|_| is_path);
    stem.map_or_else(|| text.to_owned(), |stem| stem.to_string_lossy().into_owned())
}

/// The text with every character that is not safe replaced.
fn safe(text: &str) -> String {
    let fits = |c: char| c.is_ascii_alphanumeric() || "-_.+".contains(c);
    text.chars().map(|c| if fits(c) { c } else { '-' }).collect()
}
