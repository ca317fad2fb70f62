//! Runs that nothing touched.

use super::*;

#[test]
fn what_nothing_touched_passes_and_comes_out_again() {
    let mut halves = 0;
    for kind in KINDS {
        let folder = untouched(kind);
        let run = folder.path().join("run");
        let found = verify(&run, &["--resample", "all"]);
        found.assert_clean(kind);
        let case = &found.report["cases"][0];
        let counted = ["records", "images", "redrawn"].map(|key| case[key].as_u64().unwrap());
        assert_eq!(counted, [3, 3, 3], "{kind}");
        assert_eq!(case["rederived"], if kind == "enumerate" { 0 } else { 3 }, "{kind}");
        assert_eq!(found.notes(), Vec::<String>::new(), "{kind}");
        let records = RunFolder(run).records();
        halves += records.iter().flat_map(|r| &r.cells).filter(|cell| cell.generation > 0).count();
    }
    assert!(halves > 0, "no cell is halved");
}

/// A surrogate with a known error has two claims, whose first errors lie in cells of their own.
#[test]
fn the_two_claims_of_a_surrogate_share_alpha() {
    for (kind, alpha) in [("surrogate", 0.0005), ("line", 0.001)] {
        let records = RunFolder(untouched(kind).path().join("run")).records();
        let first = || records.iter().flat_map(|r| &r.cells).filter(|cell| cell.generation == 0);
        assert!(first().count() > 3, "{kind}");
        assert!(first().all(|cell| (0.79 * alpha..=0.8 * alpha).contains(&cell.alpha)), "{kind}");
    }
}

#[test]
fn the_table_says_what_was_checked() {
    let run = untouched("line").path().join("run");
    let said = support::plain_gsmooth().arg("verify").arg(&run).args(["--seed", "7"]).output().unwrap();
    let text = String::from_utf8_lossy(&said.stdout).into_owned();
    assert_eq!(said.status.code(), Some(0), "{text}");
    let row = text.lines().find(|line| line.contains("rotation")).unwrap();
    let cells: Vec<&str> = row.split('|').map(str::trim).filter(|cell| !cell.is_empty()).collect();
    assert_eq!(cells, ["rotation", "pixel", "3 of 3", "3", "3", "0"], "ten images, but there are three");
    assert!(text.contains("--seed 7") && text.contains("No faults."), "{text}");
    assert!(support::stderr(&said).contains("rotation: 3 images in"), "{}", support::stderr(&said));
}

#[test]
fn seeds_choose_images() {
    let run = untouched("listed").path().join("run");
    let once = |seed: &str| verify(&run, &["--resample", "1", "--seed", seed]).report;
    assert_eq!(once("3"), once("3"));
    assert_eq!(once("3")["cases"][0]["redrawn"], 1);
    let random = || verify(&run, &["--resample", "0"]).report["seed"].as_u64().unwrap();
    assert_ne!(random(), random());
}

/// `certify --case` makes a run of its own, whose audit file still has all cases.
#[test]
fn a_run_of_one_case_of_several_passes() {
    let folder = tempfile::tempdir().unwrap();
    let audit = Audit::small().set("count", "2").with("method = ", "anchors = 1\nmethod = ");
    let run = folder.path().join("run");
    let said = support::plain_gsmooth()
        .arg("certify")
        .arg(audit.write(folder.path()))
        .args(["--case", "defocus_blur", "--output"])
        .arg(&run)
        .output()
        .unwrap();
    assert!(said.status.success(), "{}", support::stderr(&said));
    let found = verify(&run, &["--resample", "1"]);
    found.assert_clean("one case");
    assert_eq!(found.report["cases"].as_array().unwrap().len(), 1);
}

#[test]
fn what_is_no_run_folder_is_refused() {
    let empty = tempfile::tempdir().unwrap();
    let found = verify(empty.path(), &[]);
    assert_eq!(found.code, Some(3));
    assert!(found.stderr.contains("is no run folder of gsmooth"), "{}", found.stderr);
    for (name, text) in [("records.jsonl", ""), ("records.jsonl", "{}\n"), ("origin.json", "")] {
        let copied = Copied::of("listed");
        match text {
            "" if name == "origin.json" => std::fs::remove_file(copied.path(name)).unwrap(),
            text => copied.write(name, text),
        }
        let found = copied.verify(&[]);
        assert_eq!(found.code, Some(3), "{name} `{text}`: {}", found.stderr);
        assert!(found.stderr.contains(name), "{}", found.stderr);
    }
    let usage = verify(empty.path(), &["--resample", "most"]);
    assert_eq!(usage.code, Some(2));
}
