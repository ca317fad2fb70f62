//! Histograms of the images of a case: certified radii, and draws.

use crate::audit::records::Record;

use super::words;

/// Listed radii that have room for a bar each; more of them are put into bins, as a continuum is.
const MOST_VALUES: usize = 10;
/// Bins of a continuum of radii.
const BINS: usize = 16;

/// Groups of images.
#[derive(Debug, Clone, PartialEq)]
pub struct Histogram {
    /// What images are grouped by, with its unit.
    pub measures: String,
    /// The groups, in order.
    pub bars: Vec<Bar>,
}

/// A group of images.
#[derive(Debug, Clone, PartialEq)]
pub struct Bar {
    /// Which images it holds.
    pub label: String,
    /// What stands under its bar, if anything does.
    pub tick: Option<String>,
    /// How many images it holds.
    pub count: u64,
    /// Whether it holds what is not certified.
    pub nothing: bool,
}

/// The radius to which an image's label is certified; 0 where it is not.
pub fn radius_of_label(record: &Record) -> f64 {
    if record.certifies_label(record.radius) { record.radius } else { 0.0 }
}

/// Images by the radius to which their label is certified; `listed` are the radii that the case lists.
pub fn of_radii(records: &[&Record], listed: &[f64], cap: f64, measures: &str) -> Histogram {
    let radii: Vec<f64> = records.iter().map(|record| radius_of_label(record)).collect();
    let are_listed = radii.iter().all(|radius| *radius <= 0.0 || listed.contains(radius));
    let count = |test: &dyn Fn(f64) -> bool| radii.iter().filter(|radius| test(**radius)).count() as u64;
    let none = Bar {
        label: "not certified".to_owned(),
        tick: Some("none".to_owned()),
        count: count(&|radius| radius <= 0.0),
        nothing: true,
    };
    let bars: Vec<Bar> = if are_listed && listed.len() <= MOST_VALUES {
        let of_value = |value: &f64| {
            let text = words::radius(*value);
            Bar {
                label: text.clone(),
                tick: Some(text),
                count: count(&|radius| radius == *value),
                nothing: false,
            }
        };
        listed.iter().map(of_value).collect()
    } else {
        let end = |bin: usize| cap * bin as f64 / BINS as f64;
        let of_bin = |bin: usize| Bar {
            label: format!("above {} to {}", words::about(end(bin)), words::about(end(bin + 1))),
            tick: (bin % 4 == 3).then(|| words::about(end(bin + 1))),
            count: count(&|radius| radius > end(bin) && (radius <= end(bin + 1) || bin + 1 == BINS)),
            nothing: false,
        };
        (0..BINS).map(of_bin).collect()
    };
    Histogram { measures: measures.to_owned(), bars: std::iter::once(none).chain(bars).collect() }
}

/// Images by their draws, in groups that end at 1, 2 and 5 times powers of ten; `None` if all took the same.
pub fn of_draws(records: &[&Record]) -> Option<Histogram> {
    let draws: Vec<u64> = records.iter().map(|record| record.draws).collect();
    let (least, most) = (*draws.iter().min()?, *draws.iter().max()?);
    if least == most {
        return None;
    }
    let mut ends = vec![0];
    ends.extend((0..19).flat_map(|power| [1, 2, 5].map(|factor| factor * 10_u64.saturating_pow(power))));
    let first = ends.iter().rposition(|end| *end < least.max(1)).unwrap_or(0);
    let last = ends.iter().position(|end| *end >= most).unwrap_or(ends.len() - 1);
    let mut bars = Vec::new();
    for pair in ends[first..=last].windows(2) {
        let (low, high) = (pair[0], pair[1]);
        // Where there are many groups, powers of ten alone have room for their names.
        let named = last - first <= 9 || high.to_string().starts_with('1');
        bars.push(Bar {
            label: format!("{} to {}", words::thousands(low + 1), words::thousands(high)),
            tick: named.then(|| format!("≤{}", short(high))),
            count: draws.iter().filter(|draws| low < **draws && **draws <= high).count() as u64,
            nothing: false,
        });
    }
    let none = draws.iter().filter(|draws| **draws == 0).count() as u64;
    if none > 0 {
        let (label, tick) = ("none".to_owned(), Some("0".to_owned()));
        bars.insert(0, Bar { label, tick, count: none, nothing: true });
    }
    Some(Histogram { measures: "draws of an image".to_owned(), bars })
}

/// 500, 20k, 1M.
fn short(number: u64) -> String {
    match number {
        0..1000 => number.to_string(),
        1000..1_000_000 => format!("{}k", number / 1000),
        _ => format!("{}M", number / 1_000_000),
    }
}

#[cfg(test)]
mod tests;
