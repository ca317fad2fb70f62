//! Runs that were stopped or killed: that is said, and is no fault.

use gsmooth::audit::records::Record;
use gsmooth::audit::summary::{CaseSummary, Digests, Summary};

use super::*;

/// The summary of the first lines of a run, as a run that is stopped there leaves it.
fn summary_of_first(run: &Copied, images: usize) -> Summary {
    let lines = run.lines();
    let records: Vec<Record> =
        lines[1..=images].iter().map(|line| serde_json::from_str(line).unwrap()).collect();
    let bytes = lines[..=images].join("\n") + "\n";
    let whole: Summary = serde_json::from_str(&run.text("summary.json")).unwrap();
    let description = whole.cases[0].description.clone();
    Summary {
        cases: vec![CaseSummary { description, ..CaseSummary::new("defocus_blur", &[1.0, 5.0], &records) }],
        digests: Some(Digests::of(bytes.as_bytes(), run.text("audit.toml").as_bytes())),
        ..whole
    }
}

fn keep_figures_of(run: &Copied, images: usize) {
    let summary = serde_json::to_string_pretty(&summary_of_first(run, images)).unwrap();
    run.write("summary.json", &(summary + "\n"));
    let table: Vec<String> =
        run.text("certify.tsv").lines().take(images + 1).map(|line| line.to_owned() + "\n").collect();
    run.write("certify.tsv", &table.concat());
}

#[test]
fn a_run_that_was_killed_is_not_finished() {
    let run = Copied::of("listed");
    std::fs::remove_file(run.path("summary.json")).unwrap();
    std::fs::remove_file(run.path("certify.tsv")).unwrap();
    let all_there = run.verify(&["--resample", "0"]);
    all_there.assert_clean("no figures");
    assert_eq!(all_there.notes(), ["figures_behind"]);
    // The third record is torn.
    let lines = run.lines();
    run.write("records.jsonl", &format!("{}\n{}", lines[..3].join("\n"), &lines[3][..100]));
    let killed = run.verify(&["--resample", "0"]);
    killed.assert_clean("killed");
    assert_eq!(killed.notes(), ["not_finished"]);
    assert_eq!(killed.report["cases"][0]["records"], 2);
    let said = support::plain_gsmooth().arg("verify").arg(run.folder.path()).output().unwrap();
    let text = String::from_utf8_lossy(&said.stdout).into_owned();
    assert!(text.contains("not finished: 2 of 3 images are on record"), "{text}");
}

#[test]
fn a_run_that_was_stopped_has_figures_of_what_it_did() {
    let run = Copied::of("listed");
    keep_figures_of(&run, 2);
    run.write_lines(&run.lines()[..3]);
    let stopped = run.verify(&["--resample", "0"]);
    stopped.assert_clean("stopped");
    assert_eq!(stopped.notes(), ["not_finished"]);
    run.edit_line(2, |record| record["evaluations"] = 1.into());
    assert!(run.verify(&["--resample", "0"]).finds("digest", "records.jsonl"));
}

#[test]
fn a_run_that_went_on_and_was_killed_has_an_older_summary() {
    let run = Copied::of("listed");
    keep_figures_of(&run, 1);
    let older = run.verify(&["--resample", "0"]);
    older.assert_clean("older figures");
    assert_eq!(older.notes(), ["figures_behind"]);
    run.edit_summary(|summary| summary["cases"][0]["draws"] = 1.into());
    assert!(run.verify(&["--resample", "0"]).finds("summary", "cases[0].draws"));
}
