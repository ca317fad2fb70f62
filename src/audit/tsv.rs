//! `certify.tsv`: the columns of locuslab/smoothing, for the field's own scripts; a last column names the case.

use std::collections::HashMap;
use std::fmt::Write;

use super::records::Record;
use super::timings::Timing;
use crate::certify::outcome::Status;

/// The table of all records. As in that tool, -1 is an abstention, and its radius 0.
pub fn table(cases: &[Vec<Record>], timings: &[Timing]) -> String {
    let seconds: HashMap<(&str, u64), f64> =
        timings.iter().map(|timing| ((timing.case.as_str(), timing.index), timing.seconds)).collect();
    let mut text = String::from("idx\tlabel\tpredict\tradius\tcorrect\ttime\tcase\n");
    for record in cases.iter().flatten() {
        let settled = matches!(record.status, Status::Certified | Status::Refused);
        let predict = record.predicted.filter(|_| settled).map_or(-1, i64::from);
        let time = seconds.get(&(record.case.as_str(), record.index)).copied().unwrap_or(0.0);
        let correct = u8::from(record.correct && settled);
        // Writing to a String does not fail.
        let _ = writeln!(
            text,
            "{}\t{}\t{predict}\t{}\t{correct}\t{}\t{}",
            record.index,
            record.label,
            down(record.radius),
            clock(time),
            record.case
        );
    }
    text
}

/// Six decimals, rounded down: a printed radius is never above the certified one.
fn down(radius: f64) -> String {
    let mut shown = format!("{:.6}", (radius * 1e6).floor() / 1e6);
    if shown.parse::<f64>().is_ok_and(|value| value > radius) {
        shown = format!("{:.6}", ((radius * 1e6).floor() - 1.0).max(0.0) / 1e6);
    }
    shown
}

/// h:mm:ss.ffffff, as Python prints a time span.
fn clock(seconds: f64) -> String {
    let whole = seconds as u64;
    format!("{}:{:02}:{:09.6}", whole / 3600, whole / 60 % 60, seconds - (whole / 60 * 60) as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn radii_are_rounded_down_and_times_are_clocks() {
        assert_eq!(down(0.123_456_9), "0.123456");
        assert_eq!(down(5.0), "5.000000");
        assert_eq!(down(0.0), "0.000000");
        assert_eq!(clock(3725.5), "1:02:05.500000");
    }
}
