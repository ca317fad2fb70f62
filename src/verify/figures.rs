//! `summary.json` and `certify.tsv` against the records.

use std::fs;

use serde_json::Value;

use super::case::formatting;
use super::difference::differences;
use super::fault::{Fault, Place};
use super::finding::Finding;
use super::recorded::RecordedRun;
use super::sequence::{Sequence, missing};
use super::{Note, NoteKind};
use crate::audit::folder::{AUDIT, CERTIFY_TSV, RECORDS, SUMMARY};
use crate::audit::plan::Plan;
use crate::audit::records::Record;
use crate::audit::run::summarise;
use crate::audit::summary::{Digests, Summary};
use crate::audit::tsv;

/// What is wrong with the figures, and what is to be said of them.
pub fn check(run: &RecordedRun, plan: &Plan, sequence: &Sequence) -> (Vec<Fault>, Vec<Note>) {
    let (mut faults, mut notes) = (Vec::new(), Vec::new());
    let unfinished = run.lines.len() < sequence.expected;
    let Ok(bytes) = fs::read(run.folder.join(SUMMARY)) else {
        let kind = if unfinished { NoteKind::NotFinished } else { NoteKind::FiguresBehind };
        notes.push(note(kind, sequence));
        return (faults, notes);
    };
    let at = |finding| Fault { place: Place::file(SUMMARY), finding };
    let value: Value = match serde_json::from_slice(&bytes) {
        Ok(value) => value,
        Err(error) => return (vec![at(Finding::Unreadable { reason: error.to_string() })], notes),
    };
    let counted = images(&value);
    if counted > run.lines.len() as u64 {
        faults.push(at(Finding::Ahead { found: counted, expected: run.lines.len() as u64 }));
        if unfinished && counted >= sequence.expected as u64 && !skips(sequence) {
            let finding =
                missing(plan, &sequence.images, sequence.present, sequence.expected - sequence.present);
            faults.push(Fault { place: Place::file(RECORDS), finding });
        }
        return (faults, notes);
    }
    let older = counted < run.lines.len() as u64;
    match (unfinished, older) {
        (true, _) => notes.push(note(NoteKind::NotFinished, sequence)),
        (false, true) => notes.push(note(NoteKind::FiguresBehind, sequence)),
        (false, false) => {}
    }
    let lines = counted as usize;
    let cases = by_case(run, plan, sequence, lines);
    let found = value.get("digests").cloned().unwrap_or(Value::Null);
    let mut digests =
        Digests::of(if older { run.bytes_of_first(lines) } else { &run.bytes }, run.text.text.as_bytes());
    if older {
        // The audit file is written again when a run goes on.
        digests.audit = found.get("audit").and_then(Value::as_str).unwrap_or_default().to_owned();
    }
    let summary = Summary { digests: Some(digests), ..summarise(plan, &cases) };
    faults.extend(compare(&bytes, &value, &summary).into_iter().map(at));
    faults.extend(check_table(run, &cases, lines));
    (faults, notes)
}

/// Whether records are missing between others, which is told already.
fn skips(sequence: &Sequence) -> bool {
    sequence.faults.iter().any(|fault| matches!(fault.finding, Finding::Missing { .. }))
}

fn note(kind: NoteKind, sequence: &Sequence) -> Note {
    Note { kind, records: sequence.present, expected: sequence.expected }
}

/// The images that a summary counts, of all cases.
fn images(summary: &Value) -> u64 {
    let cases = summary.get("cases").and_then(Value::as_array).into_iter().flatten();
    cases.filter_map(|case| case.get("images")?.as_u64()).sum()
}

/// The records of the first so many lines, by case.
fn by_case(run: &RecordedRun, plan: &Plan, sequence: &Sequence, lines: usize) -> Vec<Vec<Record>> {
    let mut all = vec![Vec::new(); plan.cases.len()];
    for (line, case) in run.lines.iter().zip(&sequence.cases).take(lines) {
        if let (Ok(record), Some(case)) = (&line.record, case) {
            all[*case].push(record.clone());
        }
    }
    all
}

/// Where a summary differs from the one that follows from the records.
fn compare(bytes: &[u8], found: &Value, expected: &Summary) -> Vec<Finding> {
    let value = serde_json::to_value(expected).unwrap_or(Value::Null);
    let findings: Vec<Finding> = differences(found, &value)
        .into_iter()
        .map(|d| {
            let plain = |text: String| text.trim_matches('"').to_owned();
            let of = |file| Finding::Digest {
                file,
                found: plain(d.found.clone()),
                expected: plain(d.expected.clone()),
            };
            match d.field.as_str() {
                "digests.records" => of(RECORDS),
                "digests.audit" => of(AUDIT),
                _ => Finding::Summary { field: d.field, found: d.found, expected: d.expected },
            }
        })
        .collect();
    let mut written = serde_json::to_vec_pretty(expected).unwrap_or_default();
    written.push(b'\n');
    if findings.is_empty() && bytes != written { vec![formatting(bytes, &written)] } else { findings }
}

/// The column that tells the time, which nothing follows from.
const TIME: &str = "time";

/// Compares the table with the records, line by line and column by column, but for the times.
fn check_table(run: &RecordedRun, cases: &[Vec<Record>], images: usize) -> Vec<Fault> {
    let at = |line: usize, finding| Fault { place: Place::line(CERTIFY_TSV, line), finding };
    let text = match fs::read_to_string(run.folder.join(CERTIFY_TSV)) {
        Ok(text) => text,
        Err(error) => {
            let finding = Finding::Unreadable { reason: error.to_string() };
            return vec![Fault { place: Place::file(CERTIFY_TSV), finding }];
        }
    };
    let expected = tsv::table(cases, &[]);
    let columns: Vec<&str> = expected.lines().next().unwrap_or_default().split('\t').collect();
    let (ours, theirs): (Vec<&str>, Vec<&str>) = (text.lines().collect(), expected.lines().collect());
    let mut faults = Vec::new();
    for (number, (ours, theirs)) in ours.iter().zip(&theirs).enumerate() {
        let (found, expected): (Vec<&str>, Vec<&str>) =
            (ours.split('\t').collect(), theirs.split('\t').collect());
        for place in 0..found.len().max(expected.len()) {
            let field = columns.get(place).copied().unwrap_or("more");
            let cell = |row: &[&str]| row.get(place).copied().unwrap_or("nothing").to_owned();
            let (found, expected) = (cell(&found), cell(&expected));
            if found != expected && (field != TIME || number == 0) {
                faults.push(at(number + 1, Finding::Table { field: field.to_owned(), found, expected }));
            }
        }
    }
    if ours.len() != theirs.len() || !text.ends_with('\n') {
        let found = ours.len().saturating_sub(1) as u64;
        let finding = Finding::Rows { found, expected: images as u64 };
        faults.push(Fault { place: Place::file(CERTIFY_TSV), finding });
    }
    faults
}
