//! `gsmooth attack` with the real binary: certificates that hold are left standing, one that does not is brought down, and known
//! worst cases are found.

use std::path::Path;
use std::process::Output;

use serde_json::Value;

#[path = "attack/falls.rs"]
mod falls;
#[cfg(unix)]
#[path = "attack/interrupted.rs"]
mod interrupted;
#[path = "attack/known.rs"]
mod known;
#[path = "attack/refused.rs"]
mod refused;
mod support;

use support::audit::Audit;
use support::run_folder::RunFolder;

/// A search that takes little time.
const QUICK: &str = "[attack]\ngrid = 5\ndraws = 40\nstarts = 1\nsteps = 2\n";

/// Attacks the run in `folder`, made by [`support::certify`].
fn attack(audit: &Audit, folder: &Path, arguments: &[&str]) -> Output {
    let mut command = support::plain_gsmooth();
    command.arg("attack").arg(audit.write(folder)).arg("--output").arg(folder.join("run"));
    command.args(arguments).output().unwrap()
}

/// The report of an attack that ends with a code.
fn report(said: &Output, code: i32) -> Value {
    assert_eq!(said.status.code(), Some(code), "{}", support::stderr(said));
    serde_json::from_slice(&said.stdout).unwrap()
}

fn lines(run: &RunFolder) -> Vec<Value> {
    run.text("attack.jsonl").lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The small audit, with four images and few draws.
fn small() -> Audit {
    Audit::small().set("count", "4").set("draws", "150")
}

/// No attack does worse than what is certified.
fn assert_certified_at_most(report: &Value, column: &str) {
    for case in report["cases"].as_array().unwrap() {
        let name = &case["name"];
        let rows = case["rows"].as_array().unwrap();
        for row in rows.iter().filter(|row| !row[column].is_null()) {
            let (certified, attacked) = (&row["certified"]["count"], &row[column]["count"]);
            assert!(certified.as_u64() <= attacked.as_u64(), "{name}: {row}");
        }
    }
}

#[test]
fn sound_certificates_stand_and_the_audit_stays_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let run = support::certified(&small(), folder.path());
    let records = run.text("records.jsonl");
    // The table is no part of what was certified: the run goes on, and there is nothing left to do.
    let with_table = small().before_sampling(QUICK);
    assert_eq!(support::certify(&with_table, folder.path()).0.status.code(), Some(0));
    assert_eq!(run.text("records.jsonl"), records);

    let said = attack(&with_table, folder.path(), &["--json"]);
    let report = report(&said, 0);
    assert_eq!(report, serde_json::from_str::<Value>(&run.text("attack.json")).unwrap());
    assert_eq!(report["settings"]["grid"], 5);
    assert_certified_at_most(&report, "smoothed");
    let lines = lines(&run);
    assert_eq!(lines.len(), 8);
    for (line, record) in lines.iter().zip(run.records()) {
        assert_eq!((&line["case"], &line["index"]), (&record.case.clone().into(), &record.index.into()));
        for side in ["vanilla", "smoothed"] {
            for worst in line[side]["worst"].as_array().unwrap() {
                assert!(worst["size"].as_f64() <= worst["radius"].as_f64(), "{line}");
            }
        }
        // The grid is not all: from its worst point it goes down.
        assert!(line["smoothed"]["points"].as_u64() > Some(7), "{line}");
        assert_eq!(
            line["smoothed"]["draws"].as_u64(),
            line["smoothed"]["points"].as_u64().map(|points| points * 40)
        );
    }
    assert_eq!(run.text("records.jsonl"), records);
}

#[test]
fn threads_and_batches_change_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let run = support::certified(&small(), folder.path());
    let found = |runtime: &str| {
        let audit = small().before_sampling(&format!("[runtime]\n{runtime}\n{QUICK}"));
        let said = attack(&audit, folder.path(), &["--quiet"]);
        assert_eq!((said.status.code(), support::stderr(&said)), (Some(0), String::new()));
        (run.text("attack.jsonl"), run.text("attack.json"))
    };
    assert_eq!(found("threads = 1\nbatch = 7"), found("threads = 3\nbatch = 0"));
}

#[test]
fn a_case_and_a_number_of_images_can_be_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let audit = small().before_sampling(QUICK);
    let run = support::certified(&audit, folder.path());
    let arguments = ["--case", "gaussian_blur", "--images", "3"];
    let said = attack(&audit, folder.path(), &arguments);
    assert_eq!(said.status.code(), Some(0), "{}", support::stderr(&said));
    let found = lines(&run);
    assert_eq!(found.len(), 3);
    assert!(found.iter().all(|line| line["case"] == "gaussian_blur"));
    let table = String::from_utf8(said.stdout).unwrap();
    assert!(table.contains("| gaussian_blur | resolvable |      4 |      3 |"), "{table}");
    assert!(!table.contains("defocus_blur"), "{table}");

    // The run of one case alone serves as well.
    let alone = folder.path().join("alone");
    std::fs::create_dir(&alone).unwrap();
    let mut certify = support::plain_gsmooth();
    certify.arg("certify").arg(audit.write(&alone)).args(["--case", "gaussian_blur", "--output"]);
    assert!(certify.arg(alone.join("run")).output().unwrap().status.success());
    let said = attack(&audit, &alone, &arguments);
    assert_eq!(said.status.code(), Some(0), "{}", support::stderr(&said));
    assert_eq!(lines(&RunFolder(alone.join("run"))), found);
}

/// Of a run that is not done yet, what is on record is attacked.
#[test]
fn images_that_are_not_on_record_are_left_out() {
    let folder = tempfile::tempdir().unwrap();
    let audit = small().before_sampling(QUICK);
    let run = support::certified(&audit, folder.path());
    let records: Vec<String> =
        run.text("records.jsonl").lines().take(4).map(|line| format!("{line}\n")).collect();
    std::fs::write(run.0.join("records.jsonl"), records.concat()).unwrap();
    let said = attack(&audit, folder.path(), &[]);
    assert_eq!(said.status.code(), Some(0), "{}", support::stderr(&said));
    assert_eq!(lines(&run).len(), 3);
    let table = String::from_utf8(said.stdout).unwrap();
    for words in ["gaussian_blur: 3 of 4 images", "defocus_blur: 0 of 4 images"] {
        assert!(table.contains(words), "{table}");
    }
}

/// Where the claim is about the imitation, that is what is attacked.
#[test]
fn claims_about_a_surrogate_are_attacked_through_it() {
    let folder = tempfile::tempdir().unwrap();
    let surrogate = small()
        .set("count", "3")
        .with("semantic_noise = 0.25", "semantic_noise = 0.25\nclaim = \"surrogate\"");
    let surrogate = surrogate.before_sampling(QUICK);
    support::certified(&surrogate, folder.path());
    let said = attack(&surrogate, folder.path(), &["--case", "defocus_blur"]);
    assert_eq!(said.status.code(), Some(0), "{}", support::stderr(&said));
    let table = String::from_utf8(said.stdout).unwrap();
    assert!(
        table.contains("defocus_blur: the claim is about the surrogate, and the attacks move its imitations"),
        "{table}"
    );
}

/// `bound = "top2"` claims that the class leads, not that it has a majority.
#[test]
fn certificates_of_two_bounds_are_tested_for_what_they_claim() {
    let folder = tempfile::tempdir().unwrap();
    let audit = small().with("method = ", "anchors = 1\nmethod = ").before_sampling(QUICK);
    let audit = audit.with("draws = 150", "draws = 150\nbound = \"top2\"");
    support::certified(&audit, folder.path());
    let report = report(&attack(&audit, folder.path(), &["--json"]), 0);
    assert_certified_at_most(&report, "smoothed");
}
