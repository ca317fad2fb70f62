//! `gsmooth certify configs/quickstart.toml`, as the README tells a newcomer to run it.

use std::path::Path;
use std::process::Output;
use std::sync::OnceLock;

use gsmooth::audit::records::Record;
use gsmooth::certify::geometry::Kind;
use gsmooth::certify::outcome::Status;
use serde_json::{Value, json};

#[path = "quickstart/soundness.rs"]
mod soundness;
mod support;

use support::run_folder::RunFolder;

/// The audit under test.
const AUDIT: &str = "configs/quickstart.toml";

/// The one run that all tests of this file look at.
struct Quickstart {
    said: Output,
    run: RunFolder,
    records: Vec<Record>,
}

fn quickstart() -> &'static Quickstart {
    static RUN: OnceLock<Quickstart> = OnceLock::new();
    RUN.get_or_init(|| {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("quickstart");
        // What an earlier test run left there is no part of this one.
        let _ = std::fs::remove_dir_all(&folder);
        let said =
            support::plain_gsmooth().args(["certify", AUDIT, "--output"]).arg(&folder).output().unwrap();
        let run = RunFolder(folder);
        assert_eq!(said.status.code(), Some(0), "{}", support::stderr(&said));
        let records = run.records();
        Quickstart { said, run, records }
    })
}

fn of_case<'a>(records: &'a [Record], case: &str) -> Vec<&'a Record> {
    records.iter().filter(|record| record.case == case).collect()
}

#[test]
fn the_table_and_the_run_folder_are_on_stdout() {
    let quickstart = quickstart();
    let stdout = String::from_utf8(quickstart.said.stdout.clone()).unwrap();
    let rows: Vec<Vec<&str>> = stdout
        .lines()
        .filter(|line| line.starts_with('|'))
        .map(|line| line.trim_matches('|').split('|').map(str::trim).collect())
        .collect();
    assert_eq!(rows[0][..5], ["case", "method", "radius", "certified", "95 %"]);
    assert_eq!(rows.len(), 2 + 6, "a header, a rule, three radii of two cases: {stdout}");
    for (row, case, kind) in [(2, "gaussian_blur", "proven"), (5, "defocus_blur", "estimated")] {
        assert_eq!(rows[row][0], case);
        assert!(rows[row..row + 3].iter().all(|cells| cells[5] == kind), "{stdout}");
    }
    for (row, accuracy) in rows[2..].iter().zip(accuracies(quickstart)) {
        assert_eq!(row[3], format!("{:.1} %", 100.0 * accuracy), "{stdout}");
    }
    let folder = quickstart.run.0.to_str().unwrap();
    let places = format!("Run folder: {folder}\nReport: {folder}/report.html\n");
    assert!(stdout.ends_with(&places), "{stdout}");
}

/// The certified accuracies, case by case and radius by radius, counted from the records.
fn accuracies(quickstart: &Quickstart) -> Vec<f64> {
    let radii = [("gaussian_blur", [4.0, 9.0, 16.0]), ("defocus_blur", [1.0, 3.0, 5.0])];
    let accuracy = |case: &str, radius: f64| {
        let records = of_case(&quickstart.records, case);
        let reached = records.iter().filter(|r| r.predicted == Some(r.label) && r.radius >= radius);
        reached.count() as f64 / records.len() as f64
    };
    radii.iter().flat_map(|(case, radii)| radii.map(|radius| accuracy(case, radius))).collect()
}

#[test]
fn the_run_folder_holds_what_the_readme_names() {
    let run = &quickstart().run;
    let mut found: Vec<String> = std::fs::read_dir(&run.0)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    found.sort();
    let expected = [
        "audit.toml",
        "certified_accuracy.csv",
        "certify.tsv",
        "origin.json",
        "pictures",
        "plots",
        "records.jsonl",
        "report.html",
        "summary.json",
        "timings.jsonl",
    ];
    assert_eq!(found, expected);
    let audit = std::fs::read_to_string(support::repository().join(AUDIT)).unwrap();
    assert_eq!(run.text("audit.toml"), audit);
    let timings: Vec<Value> =
        run.text("timings.jsonl").lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(timings.len(), 400);
    assert!(timings.iter().all(|timing| timing["seconds"].as_f64().unwrap() >= 0.0));
    assert_eq!(run.header()["seed"], 2026);
}

#[test]
fn every_radius_says_what_it_rests_on() {
    let records = &quickstart().records;
    for (case, kind) in [("gaussian_blur", Kind::Proven), ("defocus_blur", Kind::Estimated)] {
        let records = of_case(records, case);
        assert_eq!(records.iter().map(|record| record.index).collect::<Vec<_>>(), Vec::from_iter(0..200));
        let certified: Vec<_> = records.iter().filter(|r| r.status == Status::Certified).collect();
        // Far below what the shipped models reach, far above what a broken pipeline could.
        assert!(certified.len() >= 150, "{case}: {} certified", certified.len());
        for record in certified {
            assert!(record.radius > 0.0 && record.p_a.unwrap() > 0.5, "{record:?}");
            assert_eq!(record.radius_kind, kind, "{record:?}");
            assert!(record.cells.iter().all(|cell| cell.kind == kind), "{record:?}");
            assert_eq!(record.draws, 2100, "{record:?}");
            let unreached = record.radii.iter().filter(|(_, reached)| **reached == json!(false));
            assert!(unreached.into_iter().all(|(r, _)| r.parse::<f64>().unwrap() > record.radius));
        }
    }
}

#[test]
fn certify_tsv_has_the_columns_of_the_field() {
    let quickstart = quickstart();
    let text = quickstart.run.text("certify.tsv");
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some("idx\tlabel\tpredict\tradius\tcorrect\ttime\tcase"));
    let rows: Vec<Vec<&str>> = lines.map(|line| line.split('\t').collect()).collect();
    assert_eq!(rows.len(), quickstart.records.len());
    for (row, record) in rows.iter().zip(&quickstart.records) {
        let numbers: Vec<i64> = row[..3].iter().map(|cell| cell.parse().unwrap()).collect();
        let settled = matches!(record.status, Status::Certified | Status::Refused);
        let predicted = record.predicted.filter(|_| settled).map_or(-1, i64::from);
        assert_eq!(numbers, [record.index as i64, i64::from(record.label), predicted]);
        let radius: f64 = row[3].parse().unwrap();
        assert!(radius <= record.radius && record.radius - radius < 1e-5, "{row:?}: {}", record.radius);
        assert_eq!(row[4] == "1", predicted == i64::from(record.label), "{row:?}");
        assert_eq!(row[6], record.case);
    }
}

#[test]
fn the_summary_says_what_the_records_say() {
    let quickstart = quickstart();
    let summary = quickstart.run.summary();
    let mut accuracies = accuracies(quickstart).into_iter();
    for (number, case) in ["gaussian_blur", "defocus_blur"].iter().enumerate() {
        let found = &summary["cases"][number];
        let records = of_case(&quickstart.records, case);
        let count = |status: Status| records.iter().filter(|record| record.status == status).count();
        assert_eq!(found["name"], *case);
        assert_eq!(found["images"], 200);
        assert_eq!(found["certified"], count(Status::Certified));
        assert_eq!(found["refused"], count(Status::Refused));
        assert_eq!(found["abstained"], count(Status::Abstained));
        assert_eq!(found["errors"], 0);
        assert_eq!(found["draws"], records.iter().map(|record| record.draws).sum::<u64>());
        assert_eq!(found["failures"], records.iter().map(|record| record.failures).sum::<u64>());
        for entry in found["certified_accuracy"].as_array().unwrap() {
            assert_eq!(entry["accuracy"], accuracies.next().unwrap());
        }
    }
    assert_eq!(accuracies.next(), None);
}
