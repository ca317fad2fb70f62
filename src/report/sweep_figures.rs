//! Sweeps as figures: curves for one key, heat maps for two, tables for all.

use super::figure::{Figure, Table, kind};
use super::svg::heat::HeatMap;
use super::svg::lines::{LinePlot, Mark, Series};
use super::sweep::Sweep;
use super::words;

/// The figures of a sweep: curves over its key, or a heat map for each radius; nothing where more than two keys are swept.
pub fn figures(sweep: &Sweep<'_>, number: usize) -> Vec<Figure> {
    match sweep.keys.len() {
        1 => vec![curves(sweep, number)],
        2 => sweep
            .radii()
            .into_iter()
            .enumerate()
            .map(|(at, radius)| heat_map(sweep, number, at, radius))
            .collect(),
        _ => Vec::new(),
    }
}

/// All points of a sweep with what was found.
pub fn table(sweep: &Sweep<'_>) -> Table {
    let caption = format!("All points of the sweep of {}", sweep.case);
    let radii = sweep.radii();
    let at: Vec<String> = radii.iter().map(|radius| format!("#at {}", words::number(*radius))).collect();
    let keys: Vec<String> = sweep.keys.iter().map(|key| format!("#{key}")).collect();
    let mut columns: Vec<&str> = vec!["case"];
    columns.extend(keys.iter().map(String::as_str));
    columns.extend(at.iter().map(String::as_str));
    columns.extend(["kind", "#smoothed", "#draws an image"]);
    let mut table = Table::new(&caption, &columns);
    for (values, case) in &sweep.points {
        let mut row = vec![case.name.clone()];
        row.extend(values.iter().map(|value| (*value).to_owned()));
        row.extend(
            radii.iter().map(|radius| case.accuracy_at(*radius).map(words::percent).unwrap_or_default()),
        );
        row.extend([
            kind(case.kind).to_owned(),
            words::percent(case.smoothed_accuracy),
            words::thousands(case.draws.checked_div(case.images).unwrap_or(0)),
        ]);
        table.rows.push(row);
    }
    table
}

/// Certified accuracy over the one key that is swept: a line for each radius.
fn curves(sweep: &Sweep<'_>, number: usize) -> Figure {
    let (key, values) = (sweep.keys[0], sweep.values(0));
    let places = places(&values);
    let series = |(look, radius): (usize, &f64)| {
        let marks: Vec<Mark> = values
            .iter()
            .zip(&places)
            .filter_map(|(value, x)| {
                Some(Mark { x: *x, share: sweep.share(&[value], *radius)?, interval: None })
            })
            .collect();
        Series {
            label: format!("radius {}", words::number(*radius)),
            line: marks.iter().map(|mark| [mark.x, mark.share]).collect(),
            marks,
            look,
            dash: look,
            hollow: any_estimated(sweep),
        }
    };
    let radii = sweep.radii();
    let title = format!("Certified accuracy of {} over {key}", sweep.case);
    let [low, high] = [places.first(), places.last()].map(|end| end.copied().unwrap_or(0.0));
    let margin = 0.04 * (high - low).max(1e-9);
    let plot = LinePlot {
        id: format!("sweep-{number}"),
        description: format!("{} values of {key}; the table has every share.", values.len()),
        x_label: key.to_owned(),
        x_range: [low - margin, high + margin],
        x_ticks: Some(places.iter().zip(&values).map(|(x, value)| (*x, short(value))).collect()),
        series: radii.iter().enumerate().map(series).collect(),
        title: title.clone(),
    };
    let columns: Vec<String> = radii.iter().map(|radius| format!("#at {}", words::number(*radius))).collect();
    let columns: Vec<&str> = std::iter::once(key).chain(columns.iter().map(String::as_str)).collect();
    let mut table = Table::new(&title, &columns);
    for value in &values {
        let share = |radius: &f64| sweep.share(&[value], *radius).map(words::percent).unwrap_or_default();
        table.rows.push(std::iter::once((*value).to_owned()).chain(radii.iter().map(share)).collect());
    }
    let caption = format!("Certified accuracy, a line for each radius{}.", estimated(sweep));
    let file = format!("{}-sweep.svg", super::file_name(sweep.case));
    Figure::new(&format!("Over {key}"), caption, &plot.draw(), file, table)
}

/// Where values stand across: as numbers if they are evenly enough spread for their names, else side by side.
fn places(values: &[&str]) -> Vec<f64> {
    let numbers: Option<Vec<f64>> = values.iter().map(|value| value.parse::<f64>().ok()).collect();
    let side_by_side = || (0..values.len()).map(|place| place as f64).collect();
    let Some(numbers) = numbers.filter(|numbers| numbers.iter().all(|number| number.is_finite())) else {
        return side_by_side();
    };
    let whole = numbers.last().unwrap_or(&0.0) - numbers.first().unwrap_or(&0.0);
    let crowded = numbers.windows(2).any(|pair| (pair[1] - pair[0]) / whole < 0.08);
    if crowded { side_by_side() } else { numbers }
}

/// Certified accuracy at a radius over the two keys that are swept.
fn heat_map(sweep: &Sweep<'_>, number: usize, at: usize, radius: f64) -> Figure {
    let (rows, columns) = (sweep.values(0), sweep.values(1));
    let share =
        |row: &&str| columns.iter().map(|column| sweep.share(&[row, column], radius)).collect::<Vec<_>>();
    let map = HeatMap {
        keys: [sweep.keys[0].to_owned(), sweep.keys[1].to_owned()],
        rows: rows.iter().map(|value| short(value)).collect(),
        columns: columns.iter().map(|value| short(value)).collect(),
        shares: rows.iter().map(share).collect(),
    };
    let [least, greatest] = map.ends().unwrap_or([0.0, 0.0]).map(words::percent);
    let title = format!("Certified accuracy of {} at radius {}", sweep.case, words::number(radius));
    let description = format!("From {least} to {greatest}, by {} and {}.", sweep.keys[0], sweep.keys[1]);
    let first = format!("{} \\ {}", sweep.keys[0], sweep.keys[1]);
    let names: Vec<String> = columns.iter().map(|column| format!("#{column}")).collect();
    let names: Vec<&str> = std::iter::once(first.as_str()).chain(names.iter().map(String::as_str)).collect();
    let mut table = Table::new(&title, &names);
    for (row, shares) in rows.iter().zip(&map.shares) {
        let cell = |share: &Option<f64>| share.map(words::percent).unwrap_or_default();
        table.rows.push(std::iter::once((*row).to_owned()).chain(shares.iter().map(cell)).collect());
    }
    let caption = format!("Percent certified{}; colours go from {least} to {greatest}.", estimated(sweep));
    let file = format!("{}-sweep-{}.svg", super::file_name(sweep.case), words::number(radius));
    let id = format!("sweep-{number}-{at}");
    let heading = format!("At radius {}", words::number(radius));
    Figure::new(&heading, caption, &map.draw(&id, &title, &description), file, table)
}

fn any_estimated(sweep: &Sweep<'_>) -> bool {
    sweep.points.iter().any(|(_, case)| kind(case.kind) == "estimated")
}

fn estimated(sweep: &Sweep<'_>) -> &'static str {
    if any_estimated(sweep) { " (estimated, at one point at least)" } else { " (proven)" }
}

/// A value as it fits beside a plot: 0.10 as 0.1, the rest as written.
fn short(value: &str) -> String {
    match value.parse::<f64>() {
        Ok(number) if number.is_finite() => words::number(number),
        _ => value.trim_matches(['"', '\'']).to_owned(),
    }
}
