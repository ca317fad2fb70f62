//! The page that compares runs, as data for its template.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use super::curve::Curve;
use super::figure::{self, Figure, Table, kind};
use super::source::{Run, RunCase};
use super::svg::lines::LinePlot;
use super::{provenance, words};

/// Several runs, side by side.
#[derive(Debug, Serialize)]
pub struct Comparison {
    title: String,
    runs: Vec<ComparedRun>,
    /// What differs in the headers of the records.
    header: Table,
    /// What differs in the settings of cases that several runs have.
    settings: Table,
    table_of_runs: Table,
    /// Certified accuracy of the cases, all runs in one plot each.
    pub curves: Vec<Figure>,
}

#[derive(Debug, Serialize)]
struct ComparedRun {
    /// `A`, `B`, ..: how the run is called in this page.
    letter: String,
    /// Letter and folder.
    name: String,
    audit: String,
    cases: usize,
    images: String,
    seed: u64,
    gsmooth: String,
}

impl Comparison {
    /// Compares runs, in the order given.
    pub fn of(runs: &[Run]) -> Self {
        let names: Vec<ComparedRun> =
            runs.iter().enumerate().map(|(number, run)| compared(number, run)).collect();
        Self {
            title: format!("Comparison of {} runs", runs.len()),
            header: differences("What differs in the headers", &names, runs.iter().map(header).collect()),
            settings: settings(&names, runs),
            table_of_runs: side_by_side(&names, runs),
            curves: case_names(runs)
                .iter()
                .enumerate()
                .filter_map(|(number, case)| curves(number, case, &names, runs))
                .collect(),
            runs: names,
        }
    }

    /// How the runs are called, in the order given.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.runs.iter().map(|run| run.name.as_str())
    }
}

fn compared(number: usize, run: &Run) -> ComparedRun {
    let letter = match u8::try_from(number) {
        Ok(number) if number < 26 => char::from(b'A' + number).to_string(),
        _ => format!("R{}", number + 1),
    };
    let images = run.summary.cases.iter().map(|case| case.images).max().unwrap_or(0);
    ComparedRun {
        name: format!("{letter}: {}", run.label),
        letter,
        audit: run.audit.clone(),
        cases: run.summary.cases.len(),
        images: words::thousands(images),
        seed: run.folder.header.seed,
        gsmooth: run.folder.header.gsmooth.clone(),
    }
}

/// The cases of all runs, each once, in the order of the first run that has it.
fn case_names(runs: &[Run]) -> Vec<&str> {
    let mut names: Vec<&str> = Vec::new();
    for case in runs.iter().flat_map(|run| &run.summary.cases) {
        if !names.contains(&case.name.as_str()) {
            names.push(&case.name);
        }
    }
    names
}

fn case_of<'a>(run: &'a Run, name: &str) -> Option<RunCase<'a>> {
    run.cases().find(|case| case.summary.name == name)
}

/// Certified accuracy by case and radius, a column for each run; of two runs the difference, too.
fn side_by_side(names: &[ComparedRun], runs: &[Run]) -> Table {
    let mut columns = vec!["case".to_owned(), "#radius".to_owned()];
    columns.extend(names.iter().map(|run| format!("#{}", run.name)));
    if runs.len() == 2 {
        columns.push("#B \u{2212} A (points)".to_owned());
    }
    let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
    let mut table = Table::new("Certified accuracy of each run, with its 95 % interval", &columns);
    for name in case_names(runs) {
        let cases: Vec<Option<RunCase<'_>>> = runs.iter().map(|run| case_of(run, name)).collect();
        let entries = |radius: f64| {
            cases.iter().map(move |case| {
                let case = (*case)?;
                let entry = case.summary.certified_accuracy.iter().find(|entry| entry.radius == radius)?;
                Some((entry, kind(case.summary.kind)))
            })
        };
        let mut radii: Vec<f64> = cases
            .iter()
            .flatten()
            .flat_map(|case| case.summary.certified_accuracy.iter().map(|entry| entry.radius))
            .collect();
        radii.sort_by(f64::total_cmp);
        radii.dedup();
        for radius in radii {
            let mut row = vec![name.to_owned(), words::number(radius)];
            row.extend(entries(radius).map(|entry| {
                entry.map_or_else(String::new, |(entry, kind)| {
                    let interval = words::percent_interval(entry.interval);
                    format!("{} ({interval}) {kind}", words::percent(entry.accuracy)).trim_end().to_owned()
                })
            }));
            if runs.len() == 2 {
                let shares: Vec<Option<f64>> =
                    entries(radius).map(|entry| entry.map(|(entry, _)| entry.accuracy)).collect();
                row.push(match shares[..] {
                    [Some(first), Some(second)] => points(second - first),
                    _ => String::new(),
                });
            }
            table.rows.push(row);
        }
    }
    table
}

/// A difference of shares in percentage points.
fn points(difference: f64) -> String {
    format!("{:+.1}", 100.0 * difference).replace('-', "\u{2212}")
}

/// The curves of a case of all runs that have it.
fn curves(number: usize, name: &str, names: &[ComparedRun], runs: &[Run]) -> Option<Figure> {
    let title = format!("Certified accuracy of {name} by radius");
    let mut series = Vec::new();
    let mut table = Table::new(&title, &["run", "#radius", "#certified", "#95 % interval", "kind"]);
    let (mut cap, mut axis, mut caption) = (0.0_f64, String::new(), String::new());
    for (look, (run, compared)) in runs.iter().zip(names).enumerate() {
        let Some(case) = case_of(run, name) else { continue };
        let word = kind(case.summary.kind);
        let label = format!("{}{}{word}", compared.name, if word.is_empty() { "" } else { ", " });
        series.push(figure::certified_series(&Curve::of(&run.records(name)), case, label, look));
        cap = cap.max(case.about.cap);
        if axis.is_empty() {
            axis = words::axis(case.about);
            caption = words::transformation(&case.about.transformation.id);
        }
        for entry in &case.summary.certified_accuracy {
            table.rows.push(vec![
                compared.name.clone(),
                words::number(entry.radius),
                words::percent(entry.accuracy),
                words::percent_interval(entry.interval),
                word.to_owned(),
            ]);
        }
    }
    if series.is_empty() {
        return None;
    }
    let plot = LinePlot {
        id: format!("compared-{number}"),
        description: format!(
            "{} of {} runs have this case; the table has every share.",
            series.len(),
            runs.len()
        ),
        x_label: axis,
        x_range: [0.0, cap],
        x_ticks: None,
        series,
        title,
    };
    let file = format!("{}-compared.svg", super::file_name(name));
    Some(Figure::new(name, caption, &plot.draw(), file, table))
}

/// The header of a run's records, flat: plugins by their names, models by their paths.
fn header(run: &Run) -> BTreeMap<String, String> {
    let header = &run.folder.header;
    let mut value = serde_json::to_value(header).unwrap_or_default();
    if let Some(entries) = value.as_object_mut() {
        for parts in ["plugins", "models", "providers"] {
            entries.remove(parts);
        }
    }
    let mut entries: BTreeMap<String, String> =
        flat(&value).into_iter().map(|(key, value)| (key, short(&value))).collect();
    entries.extend(header.plugins.iter().map(|plugin| {
        (
            format!("{} plugin {}", plugin.kind, plugin.id),
            format!("{} {}", plugin.version, short(&plugin.digest)),
        )
    }));
    entries.extend(header.models.iter().map(|(path, digest)| {
        let digest = short(digest.as_str().unwrap_or_default());
        let providers = header.providers.get(path).map(provenance::providers).unwrap_or_default();
        (format!("model {path}"), format!("{digest} on {providers}"))
    }));
    entries
}

/// The first digits of a digest, which tell it from others; other values as they are.
fn short(value: &str) -> String {
    let is_digest = value.len() == 64 && value.chars().all(|c| c.is_ascii_hexdigit());
    if is_digest { format!("{}…", &value[..16]) } else { value.to_owned() }
}

/// The settings of cases that more than one run has.
fn settings(names: &[ComparedRun], runs: &[Run]) -> Table {
    let of_run = |run: &Run| -> BTreeMap<String, String> {
        let mut all = BTreeMap::new();
        for case in run.cases() {
            let shared = runs.iter().filter(|other| case_of(other, &case.summary.name).is_some()).count() > 1;
            if !shared {
                continue;
            }
            let mut value = serde_json::to_value(case.about).unwrap_or_default();
            if let Some(entries) = value.as_object_mut() {
                // These are in the headers.
                entries.remove("plugins");
            }
            let entries = flat(&value).into_iter();
            all.extend(entries.map(|(key, value)| (format!("{}: {key}", case.summary.name), value)));
        }
        all
    };
    differences("What differs in the settings of equal cases", names, runs.iter().map(of_run).collect())
}

/// The entries in which some runs differ.
fn differences(caption: &str, names: &[ComparedRun], entries: Vec<BTreeMap<String, String>>) -> Table {
    let columns: Vec<&str> =
        std::iter::once("entry").chain(names.iter().map(|run| run.name.as_str())).collect();
    let mut table = Table::new(caption, &columns);
    let mut keys: Vec<&String> = entries.iter().flat_map(BTreeMap::keys).collect();
    keys.sort();
    keys.dedup();
    for key in keys {
        let values: Vec<Option<&String>> = entries.iter().map(|run| run.get(key)).collect();
        // What a run does not use at all, as a model of a case that it does not have, is no difference of use.
        let found: Vec<&String> = values.iter().copied().flatten().collect();
        if found.windows(2).any(|pair| pair[0] != pair[1]) {
            let shown = values.into_iter().map(|value| value.cloned().unwrap_or_default());
            table.rows.push(std::iter::once(key.clone()).chain(shown).collect());
        }
    }
    table
}

/// Entries of nested tables, by their path.
fn flat(value: &Value) -> BTreeMap<String, String> {
    fn walk(path: &str, value: &Value, found: &mut BTreeMap<String, String>) {
        let below = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path} / {name}") };
        match value {
            Value::Object(entries) => {
                for (name, value) in entries {
                    walk(&below(name), value, found);
                }
            }
            Value::Array(items) if items.iter().any(|item| item.is_object()) => {
                for (number, item) in items.iter().enumerate() {
                    walk(&below(&number.to_string()), item, found);
                }
            }
            Value::String(text) => {
                found.insert(path.to_owned(), text.clone());
            }
            Value::Null => {}
            other => {
                found.insert(path.to_owned(), other.to_string());
            }
        }
    }
    let mut found = BTreeMap::new();
    walk("", value, &mut found);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nested_entries_are_found_by_their_path() {
        let value =
            serde_json::json!({ "a": 1, "b": { "c": "x", "d": null }, "e": [1, 2], "f": [{ "g": true }] });
        let shown: Vec<String> =
            flat(&value).into_iter().map(|(key, value)| format!("{key}={value}")).collect();
        assert_eq!(shown, ["a=1", "b / c=x", "e=[1,2]", "f / 0 / g=true"]);
    }

    #[test]
    fn differences_are_points() {
        assert_eq!(points(0.0123), "+1.2");
        assert_eq!(points(-0.5), "−50.0");
    }
}
