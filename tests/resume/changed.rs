//! A run folder belongs to one audit: another one goes on only by beginning anew.

use super::*;
use support::models;

/// Every change that could change a record, with the entry of the records' header that gives it away.
fn changes(folder: &Path) -> Vec<(Audit, &'static str)> {
    let mut other_bytes = models::shipped("classifier.onnx");
    other_bytes.doc_string = Some("the same network in another file".to_owned());
    let other_bytes = models::write(&other_bytes, folder, "classifier.onnx");
    vec![
        (audit().set("seed", "6"), "audit, seed"),
        (audit().set("draws", "401"), "audit"),
        (audit().set("count", "11"), "audit"),
        (audit().with("scale = 5.0", "scale = 5.1"), "audit"),
        (audit().with("semantic_noise = 0.25", "semantic_noise = 0.26"), "audit"),
        (audit().with("[4.0, 9.0]", "[4.0]"), "audit"),
        (audit().set("model", &other_bytes), "audit, models"),
    ]
}

#[test]
fn a_changed_audit_is_refused_and_nothing_is_lost() {
    let site = Site::new();
    assert_eq!(site.finish(&audit(), &[]).0, Some(0));
    for (changed, differing) in changes(site.folder.path()) {
        let (code, said) = site.finish(&changed, &[]);
        assert_eq!(code, Some(3), "{differing}: {said}");
        assert!(said.contains("records.jsonl") && said.contains(differing), "{differing}: {said}");
        assert!(said.contains("--restart"), "it must say what to do: {said}");
        site.assert_undisturbed();
        assert_eq!(site.run().text("audit.toml"), audit().text, "{differing}");
    }
    let (code, said) = site.finish(&audit(), &["--case", "defocus_blur"]);
    assert_eq!(code, Some(3), "{said}");
}

#[test]
fn what_changes_no_record_is_no_other_audit() {
    let site = Site::new();
    assert_eq!(site.finish(&audit(), &[]).0, Some(0));
    let reworded = audit()
        .with("seed = 5", "seed = 5   # the fifth\noutput = 'elsewhere'")
        .with("radii = [1.0, 5.0]", "radii = [5, 1, 1]")
        .with("[4.0, 9.0]", "[9.0, 4.0]\nrequire = { radius = 4.0, certified_accuracy = 0.1 }");
    let (code, said) = site.finish(&reworded, &[]);
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(site.records(), undisturbed().text("records.jsonl").into_bytes());
}

#[test]
fn a_restart_begins_anew() {
    let site = Site::new();
    assert_eq!(site.finish(&audit().set("seed", "6"), &[]).0, Some(0));
    assert_ne!(site.run().body(), undisturbed().body(), "the seed is the noise");

    let mut running = site.start(&audit(), &["--restart"]);
    running.until_said("gaussian_blur: ");
    assert!(!running.kill(), "too late to see anything");
    // Figures of the run that was thrown away must not lie beside the new records.
    for name in ["summary.json", "certify.tsv"] {
        assert!(!site.run().0.join(name).exists(), "{name} is of the old run");
    }
    assert_eq!(site.finish(&audit(), &[]).0, Some(0));
    site.assert_undisturbed();

    assert_eq!(site.finish(&audit(), &["--restart"]).0, Some(0));
    site.assert_undisturbed();
    assert_eq!(site.run().text("timings.jsonl").lines().count(), 24);
}

#[test]
fn two_runs_in_one_folder_are_refused() {
    let site = Site::new();
    let mut first = site.start(&endless(), &[]);
    first.until_on_record(1);
    let second = support::plain_gsmooth()
        .arg("certify")
        .arg(site.folder.path().join("audit.toml"))
        .arg("--output")
        .arg(site.run().0)
        .output()
        .unwrap();
    assert_eq!(second.status.code(), Some(3));
    assert!(support::stderr(&second).contains("is being written by another process"));
    assert!(!first.kill(), "it must go on undisturbed");
}
