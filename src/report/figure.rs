//! Plots with their captions, and with their data as tables.

use serde::Serialize;

use crate::audit::case_description::CaseDescription;
use crate::audit::summary::CaseSummary;
use crate::certify::case::Mode;
use crate::certify::geometry::Kind;

use super::curve::Curve;
use super::histogram::{self, Histogram};
use super::source::{Run, RunCase};
use super::svg::lines::{LinePlot, Mark, Series, staircase, thinned};
use super::svg::{Drawing, bars};
use super::words;

/// Rows of the table of a curve, at most; the CSV file has all steps.
const MOST_ROWS: usize = 24;

/// A plot in a page.
#[derive(Debug, Clone, Serialize)]
pub struct Figure {
    /// Its heading.
    pub heading: String,
    /// What it shows.
    pub caption: String,
    /// The plot; empty where there is nothing to plot.
    pub svg: String,
    /// The name of its file, without folder.
    pub file: String,
    /// The plot as a file of its own.
    #[serde(skip)]
    pub standalone: String,
    /// Its data.
    pub table: Table,
    /// Whether it is of a point of a sweep, of which there may be many.
    pub point: bool,
}

/// A table of text.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Table {
    /// What it holds.
    pub caption: String,
    /// The columns.
    pub columns: Vec<Column>,
    /// The rows; the first cell names its row.
    pub rows: Vec<Vec<String>>,
}

/// A column of a table.
#[derive(Debug, Clone, Serialize)]
pub struct Column {
    /// What it holds.
    pub name: String,
    /// `number`, `code`, or nothing for text.
    pub class: &'static str,
}

impl Table {
    /// An empty table; names of columns of numbers begin with `#`, those of columns of digests with `@`.
    pub fn new(caption: &str, columns: &[&str]) -> Self {
        let column = |name: &&str| {
            let (class, name) = match name.split_at_checked(1) {
                Some(("#", name)) => ("number", name),
                Some(("@", name)) => ("code", name),
                _ => ("", *name),
            };
            Column { name: name.to_owned(), class }
        };
        Self { caption: caption.to_owned(), columns: columns.iter().map(column).collect(), rows: Vec::new() }
    }
}

impl Figure {
    /// A figure of a drawing.
    pub fn new(heading: &str, caption: String, drawing: &Drawing, file: String, table: Table) -> Self {
        let (svg, standalone) = (drawing.inline(), drawing.file());
        let caption = caption.replace(" %", "\u{a0}%");
        Self { heading: heading.to_owned(), caption, svg, file, standalone, table, point: false }
    }

    /// The figure, kept apart from others if its case is a point of a sweep.
    fn of_case(self, about: &CaseDescription) -> Self {
        Self { point: about.sweep.is_some(), ..self }
    }
}

/// "proven", "estimated", or nothing without a certificate.
pub fn kind(kind: Option<Kind>) -> &'static str {
    match kind {
        Some(Kind::Proven) => "proven",
        Some(Kind::Estimated) => "estimated",
        None => "",
    }
}

/// The certified curve of a case as a series.
pub fn certified_series(curve: &Curve, case: RunCase<'_>, label: String, look: usize) -> Series {
    let cap = case.about.cap;
    let estimated = case.summary.kind == Some(Kind::Estimated);
    Series {
        label,
        line: thinned(staircase(&curve.steps_to(cap), 0.0), cap),
        marks: case.summary.certified_accuracy.iter().filter(|_| case.summary.images > 0).map(mark).collect(),
        look,
        dash: look,
        hollow: estimated,
    }
}

fn mark(entry: &crate::audit::summary::CertifiedAccuracy) -> Mark {
    Mark { x: entry.radius, share: entry.accuracy, interval: Some(entry.interval) }
}

/// A mark without a line.
fn single(label: String, x: f64, share: f64, look: usize) -> Series {
    Series { label, marks: vec![Mark { x, share, interval: None }], look, hollow: true, ..Series::default() }
}

/// Certified accuracy of a case by radius.
pub fn curve(run: &Run, number: usize, case: RunCase<'_>) -> Figure {
    let (summary, about) = (case.summary, case.about);
    let curve = Curve::of(&run.records(&summary.name));
    let word = kind(summary.kind);
    let label = if word.is_empty() { "certified".to_owned() } else { format!("certified, {word}") };
    let mut series = vec![certified_series(&curve, case, label, 0)];
    if word == "estimated" {
        series[0].dash = 1;
    }
    let smoothed = summary.smoothed_accuracy;
    if summary.images == 0 {
        series.clear();
    }
    let answer = if about.has_draws() { "smoothed accuracy" } else { "accuracy" };
    if summary.images > 0 {
        series.push(single(format!("{answer} {}", words::percent(smoothed)), 0.0, smoothed, 1));
    }
    if let (Some(published), Some(last)) = (about.published, summary.certified_accuracy.last()) {
        let label = format!("published {} at {}", words::percent(published), words::number(last.radius));
        series.push(single(label, last.radius, published, 3));
    }
    let title = format!("Certified accuracy of {} by radius", summary.name);
    let plot = LinePlot {
        id: format!("curve-{number}"),
        description: describe(summary, about),
        x_label: words::axis(about),
        x_range: [0.0, about.cap],
        x_ticks: None,
        series,
        title,
    };
    let caption = match about.has_draws() {
        true => {
            format!(
                "{}, mode {}",
                words::transformation(&about.transformation.id),
                about.sampling.mode.name()
            )
        }
        false => format!("{}, all parameters tried", words::transformation(&about.transformation.id)),
    };
    let file = format!("{}-certified.svg", super::file_name(&summary.name));
    Figure::new(&summary.name, caption, &plot.draw(), file, curve_table(&curve, case)).of_case(about)
}

/// What a curve shows, in words.
fn describe(summary: &CaseSummary, about: &CaseDescription) -> String {
    if summary.images == 0 {
        return "No image is on record.".to_owned();
    }
    let at = |entry: &crate::audit::summary::CertifiedAccuracy| {
        format!("{} at {}", words::percent(entry.accuracy), words::number(entry.radius))
    };
    let listed: Vec<String> = summary.certified_accuracy.iter().map(at).collect();
    let word = kind(summary.kind);
    let shown = listed.join(", ");
    format!(
        "Falls from {} without a transformation to {shown}{}{word}. Axis: {}, to {}.",
        words::percent(summary.smoothed_accuracy),
        if word.is_empty() { "" } else { "; " },
        words::axis(about),
        words::number(about.cap)
    )
}

fn curve_table(curve: &Curve, case: RunCase<'_>) -> Table {
    let (summary, about) = (case.summary, case.about);
    let caption = format!("Certified accuracy of {} by radius", summary.name);
    let mut table = Table::new(&caption, &["#radius", "#certified", "#95 % interval", "kind"]);
    let word = kind(summary.kind);
    let listed: Vec<f64> = summary.certified_accuracy.iter().map(|entry| entry.radius).collect();
    let mut radii = listed.clone();
    if about.sampling.mode == Mode::Fixed && about.has_draws() {
        let extra = MOST_ROWS.saturating_sub(listed.len());
        radii.extend((1..=extra).map(|row| about.cap * row as f64 / extra as f64));
        radii.sort_by(f64::total_cmp);
        radii.dedup();
    }
    for radius in radii {
        let share = curve.at(radius);
        let certified = (share * summary.images as f64).round() as u64;
        let interval = crate::audit::summary::interval(certified, summary.images);
        table.rows.push(vec![
            if listed.contains(&radius) { words::number(radius) } else { words::about(radius) },
            words::percent(share),
            words::percent_interval(interval),
            word.to_owned(),
        ]);
    }
    table
}

/// Images of a case by certified radius.
pub fn radii(run: &Run, number: usize, case: RunCase<'_>) -> Figure {
    let (summary, about) = (case.summary, case.about);
    let listed: Vec<f64> = summary.certified_accuracy.iter().map(|entry| entry.radius).collect();
    let histogram = histogram::of_radii(&run.records(&summary.name), &listed, about.cap, &words::axis(about));
    let word = kind(summary.kind);
    let caption = format!(
        "Images by the radius to which their label is certified{}.",
        if word.is_empty() { String::new() } else { format!(" ({word})") }
    );
    let title = format!("Certified radii of {}", summary.name);
    let file = format!("{}-radii.svg", super::file_name(&summary.name));
    bars_figure(&histogram, &summary.name, &format!("radii-{number}"), &title, caption, file, "radius")
        .of_case(about)
}

/// Images of a case by draws; `None` if all took the same number.
pub fn draws(run: &Run, number: usize, case: RunCase<'_>) -> Option<Figure> {
    let summary = case.summary;
    let histogram = histogram::of_draws(&run.records(&summary.name))?;
    let caption = format!(
        "Images by draws: {} in all, {} an image.",
        words::thousands(summary.draws),
        words::thousands(summary.draws.checked_div(summary.images).unwrap_or(0))
    );
    let title = format!("Draws of {}", summary.name);
    let file = format!("{}-draws.svg", super::file_name(&summary.name));
    let id = format!("draws-{number}");
    Some(bars_figure(&histogram, &summary.name, &id, &title, caption, file, "draws").of_case(case.about))
}

fn bars_figure(
    histogram: &Histogram,
    heading: &str,
    id: &str,
    title: &str,
    caption: String,
    file: String,
    what: &str,
) -> Figure {
    let all: u64 = histogram.bars.iter().map(|bar| bar.count).sum();
    let largest = histogram.bars.iter().max_by_key(|bar| bar.count);
    let description = largest.map_or_else(String::new, |bar| {
        format!("{}; the largest group, {}, holds {}.", words::count(all, "image"), bar.label, bar.count)
    });
    let mut table = Table::new(title, &[what, "#images"]);
    table.rows =
        histogram.bars.iter().map(|bar| vec![bar.label.clone(), words::thousands(bar.count)]).collect();
    Figure::new(heading, caption, &bars::draw(histogram, id, title, &description), file, table)
}
