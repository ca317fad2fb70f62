//! The page of one run, as data for its template.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;

use crate::audit::records::Record;
use crate::audit::summary::CaseSummary;
use crate::certify::outcome::Status;

use super::assumptions::{Assumption, assumptions};
use super::figure::{self, Figure, Table, kind};
use super::pictures::{self, Pictures};
use super::source::{Run, RunCase};
use super::sweep::sweeps;
use super::worst::{self, Rank};
use super::{provenance, sentences, sweep_figures, words};

/// Bytes of pictures that the page holds, at most; images that fare better than others are left out first.
const PICTURE_BYTES: usize = 2 << 20;
/// Messages and images of a case in the list of failures, at most.
const MOST_FAILURES: usize = 20;

/// The page of a run.
#[derive(Debug, Serialize)]
pub struct Page {
    title: String,
    audit: String,
    facts: Vec<[String; 2]>,
    unfinished: bool,
    findings: Vec<Finding>,
    gates: Vec<Gate>,
    curves: Vec<Figure>,
    summary: Vec<SummaryCase>,
    any_published: bool,
    any_real: bool,
    became: Table,
    radii: Vec<Figure>,
    draws: Vec<Figure>,
    /// The cases of which every image took the same draws, in words.
    equal_draws: Vec<String>,
    worst: Vec<WorstOfCase>,
    failures: Vec<FailuresOfCase>,
    sweeps: Vec<SweepPart>,
    assumptions: Vec<Assumption>,
    run: Table,
    models: Table,
    plugins: Table,
    settings: Vec<Table>,
}

/// What was found of a case, in words.
#[derive(Debug, Serialize)]
struct Finding {
    case: String,
    kind: &'static str,
    sentence: String,
    /// Whether it is a point of a sweep.
    sweep: bool,
}

/// Whether a case reached what the audit asks.
#[derive(Debug, Serialize)]
struct Gate {
    case: String,
    met: bool,
    kind: &'static str,
    reached: String,
    required: String,
    radius: String,
    line: usize,
    source: String,
}

/// A case in the table of all.
#[derive(Debug, Serialize)]
struct SummaryCase {
    case: String,
    method: String,
    transformation: String,
    kind: &'static str,
    rows: Vec<SummaryRow>,
    smoothed: String,
    abstained: String,
    draws: String,
    seconds: String,
}

#[derive(Debug, Serialize)]
struct SummaryRow {
    radius: String,
    certified: String,
    interval: String,
    published: String,
    real: String,
}

/// The images of a case that fare worst.
#[derive(Debug, Serialize)]
struct WorstOfCase {
    case: String,
    /// Whether it is a point of a sweep.
    sweep: bool,
    images: Vec<WorstImage>,
    /// How many images are not certified over the whole range for their label.
    of: usize,
}

#[derive(Debug, Serialize)]
struct WorstImage {
    index: u64,
    what: String,
    label: String,
    predicted: String,
    shots: Vec<Shot>,
}

/// A picture with what it shows.
#[derive(Debug, Serialize)]
struct Shot {
    caption: String,
    alt: String,
    /// A data URI.
    source: String,
    /// Width on the page, in pixels: a whole number of times that of the picture.
    width: u32,
}

/// What failed in a case.
#[derive(Debug, Serialize)]
struct FailuresOfCase {
    case: String,
    sentence: String,
    messages: Table,
    draws: Table,
}

/// A sweep.
#[derive(Debug, Serialize)]
struct SweepPart {
    case: String,
    keys: String,
    figures: Vec<Figure>,
    table: Table,
}

/// Whether a report of the run would show pictures of images.
pub fn wants_pictures(run: &Run) -> bool {
    run.summary.cases.iter().any(|case| !worst::worst(&run.records(&case.name)).is_empty())
}

impl Page {
    /// The page of a run with the pictures that there are.
    pub fn of(run: &Run, pictures: &Pictures) -> Self {
        let cases: Vec<RunCase<'_>> = run.cases().collect();
        let numbered = || cases.iter().copied().enumerate();
        let header = &run.folder.header;
        Self {
            title: format!("Certification report: {}", run.audit),
            audit: run.audit.clone(),
            facts: facts(run, &cases),
            unfinished: cases.iter().any(|case| case.summary.images < case.about.images),
            findings: cases.iter().map(|case| finding(*case)).collect(),
            gates: cases.iter().filter_map(|case| gate(run, *case)).collect(),
            curves: numbered().map(|(number, case)| figure::curve(run, number, case)).collect(),
            summary: cases.iter().map(|case| summary_case(run, *case)).collect(),
            any_published: cases.iter().any(|case| case.about.published.is_some()),
            any_real: cases.iter().any(|case| has_real(case.summary)),
            became: became(&cases),
            radii: numbered().map(|(number, case)| figure::radii(run, number, case)).collect(),
            draws: numbered().filter_map(|(number, case)| figure::draws(run, number, case)).collect(),
            equal_draws: cases.iter().filter_map(|case| equal_draws(run, *case)).collect(),
            worst: worst_of(run, &cases, pictures),
            failures: cases.iter().filter_map(|case| failures(run, *case)).collect(),
            sweeps: sweep_parts(run),
            assumptions: assumptions(&run.summary),
            run: provenance::of_run(run),
            models: provenance::of_models(header),
            plugins: provenance::of_plugins(header),
            settings: cases.iter().map(|case| provenance::of_case(&case.summary.name, case.about)).collect(),
        }
    }

    /// All plots of the page.
    pub fn figures(&self) -> Vec<Figure> {
        let of_sweeps = self.sweeps.iter().flat_map(|part| &part.figures);
        self.curves.iter().chain(&self.radii).chain(&self.draws).chain(of_sweeps).cloned().collect()
    }
}

/// The run at a glance.
fn facts(run: &Run, cases: &[RunCase<'_>]) -> Vec<[String; 2]> {
    let fact = |name: &str, value: String| [name.to_owned(), value];
    let images = cases.iter().map(|case| case.summary.images).max().unwrap_or(0);
    let mut alphas: Vec<f64> =
        cases.iter().filter(|case| case.about.has_draws()).map(|case| case.about.sampling.alpha).collect();
    alphas.sort_by(f64::total_cmp);
    alphas.dedup();
    let draws: u64 = cases.iter().map(|case| case.summary.draws).sum();
    let mut facts = vec![
        fact("Cases", words::thousands(cases.len() as u64)),
        fact("Images a case", words::thousands(images)),
        fact("Draws in all", words::thousands(draws)),
    ];
    if !alphas.is_empty() {
        let shown: Vec<String> = alphas.iter().map(|alpha| words::number(*alpha)).collect();
        facts.push(fact("Chance that a certificate is wrong", format!("at most {}", words::list(&shown))));
    }
    facts.push(fact("Seed", run.folder.header.seed.to_string()));
    facts.push(fact("Made by", format!("gsmooth {}", run.folder.header.gsmooth)));
    facts
}

fn finding(case: RunCase<'_>) -> Finding {
    Finding {
        case: case.summary.name.clone(),
        kind: kind(case.summary.kind),
        sentence: sentences::finding(case.summary, case.about),
        sweep: case.about.sweep.is_some(),
    }
}

fn gate(run: &Run, case: RunCase<'_>) -> Option<Gate> {
    let require = case.about.require?;
    let reached = case.summary.accuracy_at(require.radius).unwrap_or(0.0);
    Some(Gate {
        case: case.summary.name.clone(),
        met: reached >= require.certified_accuracy,
        kind: kind(case.summary.kind),
        reached: words::percent(reached),
        required: words::percent(require.certified_accuracy),
        radius: words::number(require.radius),
        line: require.line,
        source: run.audit_line(require.line).to_owned(),
    })
}

fn has_real(summary: &CaseSummary) -> bool {
    summary.certified_accuracy.iter().any(|entry| entry.real_accuracy.is_some())
}

fn summary_case(run: &Run, case: RunCase<'_>) -> SummaryCase {
    let (summary, about) = (case.summary, case.about);
    let last = summary.certified_accuracy.len().saturating_sub(1);
    let row = |(number, entry): (usize, &crate::audit::summary::CertifiedAccuracy)| SummaryRow {
        radius: words::number(entry.radius),
        certified: words::percent(entry.accuracy),
        interval: words::percent_interval(entry.interval),
        published: about.published.filter(|_| number == last).map(words::percent).unwrap_or_default(),
        real: entry.real_accuracy.map(words::percent).unwrap_or_default(),
    };
    SummaryCase {
        case: summary.name.clone(),
        method: about.method.clone(),
        transformation: Some(words::transformation(&about.transformation.id))
            .filter(|words| *words != summary.name.replace('_', " "))
            .unwrap_or_default(),
        kind: kind(summary.kind),
        rows: summary.certified_accuracy.iter().enumerate().map(row).collect(),
        smoothed: words::percent(summary.smoothed_accuracy),
        abstained: words::thousands(summary.abstained),
        draws: words::thousands(summary.draws.checked_div(summary.images).unwrap_or(0)),
        seconds: run.seconds_an_image(&summary.name).map(words::rough).unwrap_or_default(),
    }
}

/// What became of the images, and what it took.
fn became(cases: &[RunCase<'_>]) -> Table {
    let columns = [
        "case",
        "#images",
        "#certified",
        "#refused",
        "#abstained",
        "#errors",
        "#draws",
        "#failed draws",
        "#evaluations of tau and F2",
    ];
    let mut table = Table::new("What became of the images, and what it took", &columns);
    for RunCase { summary, .. } in cases {
        let counts = [
            summary.images,
            summary.certified,
            summary.refused,
            summary.abstained,
            summary.errors,
            summary.draws,
            summary.failures,
            summary.evaluations,
        ];
        let counts = counts.into_iter().map(words::thousands);
        table.rows.push(std::iter::once(summary.name.clone()).chain(counts).collect());
    }
    table
}

/// What the draws of a case are, where every image took the same.
fn equal_draws(run: &Run, case: RunCase<'_>) -> Option<String> {
    let name = &case.summary.name;
    let records = run.records(name);
    let first = records.first()?.draws;
    records.iter().all(|record| record.draws == first).then(|| match first {
        0 => format!("{name}: no draws."),
        draws => format!("{name}: {} for every image.", words::count(draws, "draw")),
    })
}

/// The worst images of all cases. Pictures are given out in rounds, one image of each case at a time, while they last.
fn worst_of(run: &Run, cases: &[RunCase<'_>], pictures: &Pictures) -> Vec<WorstOfCase> {
    let mut found: Vec<WorstOfCase> = Vec::new();
    let mut shown: Vec<(Vec<(Rank, &Record)>, RunCase<'_>)> = Vec::new();
    for case in cases {
        let records = run.records(&case.summary.name);
        let ranked = worst::worst(&records);
        if ranked.is_empty() {
            continue;
        }
        let images = ranked.iter().map(|(rank, record)| worst_image(run, *rank, record)).collect();
        let of = records.iter().filter(|record| Rank::of(record).is_some()).count();
        found.push(WorstOfCase {
            case: case.summary.name.clone(),
            sweep: case.about.sweep.is_some(),
            images,
            of,
        });
        shown.push((ranked, *case));
    }
    let mut left = PICTURE_BYTES;
    for place in 0..worst::MOST {
        for (part, (ranked, case)) in found.iter_mut().zip(&shown) {
            if let (Some(image), Some((_, record))) = (part.images.get_mut(place), ranked.get(place)) {
                image.shots = shots(*case, record, pictures, &mut left);
            }
        }
    }
    found
}

fn worst_image(run: &Run, rank: Rank, record: &Record) -> WorstImage {
    let certified = record.status == Status::Certified;
    let radius = match certified {
        true => format!(" to radius {} ({})", words::radius(record.radius), kind(Some(record.radius_kind))),
        false => String::new(),
    };
    WorstImage {
        index: record.index,
        what: format!(
            "{}{}{radius}",
            rank.name(),
            if rank == Rank::Wrong && certified { ", certified" } else { "" }
        ),
        label: run.class(record.label),
        predicted: record.predicted.map_or_else(|| "none".to_owned(), |class| run.class(class)),
        shots: Vec::new(),
    }
}

/// The pictures of an image that there are, if they still fit.
fn shots(case: RunCase<'_>, record: &Record, pictures: &Pictures, left: &mut usize) -> Vec<Shot> {
    let (name, index) = (&case.summary.name, record.index);
    let listed = case.summary.certified_accuracy.first().map(|entry| entry.radius);
    let edges = worst::edges(case.about, worst::shown_radius(record, listed, case.about.cap));
    let captions = edges.iter().map(|xi| words::point(case.about, xi));
    let named: Vec<(String, String)> =
        std::iter::once((pictures::original(name, index), "original".to_owned()))
            .chain(
                captions.enumerate().map(|(number, caption)| (pictures::edge(name, index, number), caption)),
            )
            .collect();
    let found: Vec<(String, &Vec<u8>)> =
        named.into_iter().filter_map(|(file, caption)| Some((caption, pictures.0.get(&file)?))).collect();
    let bytes: usize = found.iter().map(|(_, bytes)| bytes.len()).sum();
    let Some(rest) = left.checked_sub(bytes) else { return Vec::new() };
    *left = rest;
    let shot = |(caption, bytes): (String, &Vec<u8>)| Shot {
        alt: format!("Image {index}, {caption}"),
        source: format!("data:image/png;base64,{}", STANDARD.encode(bytes)),
        width: width_on_page(bytes),
        caption,
    };
    found.into_iter().map(shot).collect()
}

/// A whole number of times the width of a PNG file, which stands at the same place in each.
fn width_on_page(png: &[u8]) -> u32 {
    let width = png.get(16..20).and_then(|bytes| bytes.try_into().ok()).map_or(0, u32::from_be_bytes);
    let width = width.clamp(1, pictures::SIDE);
    width * (pictures::SIDE / width)
}

fn failures(run: &Run, case: RunCase<'_>) -> Option<FailuresOfCase> {
    let summary = case.summary;
    if summary.errors + summary.failures == 0 {
        return None;
    }
    let records = run.records(&summary.name);
    let sentence = format!(
        "{} of {} ended in an error; {} of {} failed. All count as not certified.",
        words::count(summary.errors, "image"),
        words::thousands(summary.images),
        words::count(summary.failures, "draw"),
        words::thousands(summary.draws)
    );
    Some(FailuresOfCase {
        case: summary.name.clone(),
        sentence,
        messages: messages(&records),
        draws: failed_draws(&records),
    })
}

/// Messages of errors, each once, with the images that ended in it.
fn messages(records: &[&Record]) -> Table {
    let mut found: Vec<(&str, Vec<u64>)> = Vec::new();
    for record in records {
        let Some(message) = &record.error else { continue };
        match found.iter_mut().find(|(known, _)| known == message) {
            Some((_, images)) => images.push(record.index),
            None => found.push((message, vec![record.index])),
        }
    }
    let mut table = Table::new("Errors", &["error", "#images", "which"]);
    let more = found.len().saturating_sub(MOST_FAILURES);
    for (message, images) in found.iter().take(MOST_FAILURES) {
        table.rows.push(vec![(*message).to_owned(), images.len().to_string(), indices(images)]);
    }
    if more > 0 {
        table.rows.push(vec![format!("and {more} other messages"), String::new(), String::new()]);
    }
    table
}

fn indices(images: &[u64]) -> String {
    let shown: Vec<String> = images.iter().take(MOST_FAILURES).map(u64::to_string).collect();
    let rest = images.len().saturating_sub(MOST_FAILURES);
    let more = if rest > 0 { format!(" and {rest} more") } else { String::new() };
    shown.join(", ") + &more
}

/// The images with the most failed draws.
fn failed_draws(records: &[&Record]) -> Table {
    let mut found: Vec<&&Record> = records.iter().filter(|record| record.failures > 0).collect();
    found.sort_by(|a, b| b.failures.cmp(&a.failures).then(a.index.cmp(&b.index)));
    let mut table =
        Table::new("Images with failed draws, the most first", &["image", "#failed draws", "#draws"]);
    for record in found.iter().take(MOST_FAILURES) {
        let row =
            vec![record.index.to_string(), words::thousands(record.failures), words::thousands(record.draws)];
        table.rows.push(row);
    }
    table
}

fn sweep_parts(run: &Run) -> Vec<SweepPart> {
    let parts = sweeps(&run.summary).into_iter().enumerate().map(|(number, sweep)| SweepPart {
        case: sweep.case.to_owned(),
        keys: words::list(&sweep.keys.iter().map(|key| (*key).to_owned()).collect::<Vec<_>>()),
        figures: sweep_figures::figures(&sweep, number),
        table: sweep_figures::table(&sweep),
    });
    parts.collect()
}
