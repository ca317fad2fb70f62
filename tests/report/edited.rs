//! Run folders that no run left: hostile names, failures, claims about surrogates, sweeps.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use super::page::Page;
use super::support::run_folder::RunFolder;
use super::{copy, report, support};

const HOSTILE: &str = "../../</title><script>alert('1')</script>\"&<img src=x onerror=alert(1)>";

/// Changes `summary.json`.
fn edit_summary(run: &RunFolder, edit: impl FnOnce(&mut Value)) {
    let mut summary = run.summary();
    edit(&mut summary);
    fs::write(run.0.join("summary.json"), summary.to_string()).unwrap();
}

/// Changes every record.
fn edit_records(run: &RunFolder, mut edit: impl FnMut(&mut Value)) {
    let mut lines = vec![run.header().to_string()];
    for line in run.body().lines() {
        let mut record = serde_json::from_str(line).unwrap();
        edit(&mut record);
        lines.push(record.to_string());
    }
    fs::write(run.0.join("records.jsonl"), lines.join("\n") + "\n").unwrap();
}

fn remade(run: &RunFolder) -> Page {
    let said = report(&[&run.0]);
    assert_eq!(said.status.code(), Some(0), "{}", support::stderr(&said));
    let page = Page::read(&run.0.join("report.html"));
    page.assert_stands_alone();
    page.assert_accessible();
    page
}

#[test]
fn hostile_names_are_only_names() {
    let folder = tempfile::tempdir().unwrap();
    let run = copy(&folder.path().join("below/run"));
    edit_summary(&run, |summary| {
        summary["cases"][0]["name"] = HOSTILE.into();
        summary["class_names"] = json!({ "5": HOSTILE });
        let about = &mut summary["cases"][0]["description"];
        about["transformation"]["id"] = HOSTILE.into();
        about["parameters"][0]["name"] = HOSTILE.into();
        about["parameters"][0]["unit"] = HOSTILE.into();
        about["plugins"][0]["id"] = HOSTILE.into();
        about["classifier"] = HOSTILE.into();
    });
    edit_records(&run, |record| {
        if record["case"] == "gaussian_blur" {
            record["case"] = HOSTILE.into();
            record["error"] = HOSTILE.into();
            record["status"] = "error".into();
        }
    });
    fs::write(
        run.0.join("origin.json"),
        json!({ "audit": format!("/x/{}", HOSTILE.replace('/', "\\")) }).to_string(),
    )
    .unwrap();
    let page = remade(&run);
    let plain: String = HOSTILE.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(page.section("findings").contains(&plain), "{}", page.section("findings"));
    // Nothing was written outside of the run folder.
    let around = |path: &Path| fs::read_dir(path).unwrap().count();
    assert_eq!((around(folder.path()), around(&folder.path().join("below"))), (1, 1));
    for plot in fs::read_dir(run.0.join("plots")).unwrap() {
        let text = fs::read_to_string(plot.unwrap().path()).unwrap();
        let document = roxmltree::Document::parse(&text).unwrap();
        assert!(!document.descendants().any(|node| ["script", "img"].contains(&node.tag_name().name())));
    }
}

#[test]
fn failures_are_listed_with_their_messages() {
    let folder = tempfile::tempdir().unwrap();
    let run = copy(&folder.path().join("run"));
    edit_summary(&run, |summary| {
        summary["cases"][1]["errors"] = 2.into();
        summary["cases"][1]["failures"] = 7.into();
    });
    edit_records(&run, |record| {
        if record["case"] == "defocus_blur" && [3, 8].map(Value::from).contains(&record["index"]) {
            record["status"] = "error".into();
            record["error"] = "F2 gave a value that is not finite".into();
        }
        if record["case"] == "defocus_blur" && record["index"] == 5 {
            record["failures"] = 7.into();
        }
    });
    let failures = remade(&run).section("failures");
    assert!(failures.contains("2 images of 12 ended in an error; 7 draws of"), "{failures}");
    assert!(failures.contains("F2 gave a value that is not finite 2 3, 8"), "{failures}");
    assert!(failures.contains("5 7 "), "{failures}");
}

#[test]
fn claims_about_a_surrogate_say_so_first() {
    let folder = tempfile::tempdir().unwrap();
    let run = copy(&folder.path().join("run"));
    edit_summary(&run, |summary| {
        summary["cases"][1]["description"]["claim"] = json!({ "surrogate": { "error": 0.25 } });
        for entry in summary["cases"][1]["certified_accuracy"].as_array_mut().unwrap() {
            entry["real_accuracy"] = 0.125.into();
        }
    });
    let page = remade(&run);
    let findings = page.section("findings");
    assert!(
        findings.contains("estimated About the surrogate's imitation of the transformation, not about"),
        "{findings}"
    );
    assert!(findings.contains("For the transformation itself it holds on 12.5 %"), "{findings}");
    assert!(page.section("summary").contains("of the transformation itself"));
    assert!(page.section("summary").contains("12.5 %"));
}

/// The second case becomes points of a sweep over some keys, with a share each.
fn swept(run: &RunFolder, points: &[(&[(&str, &str)], f64)]) {
    edit_summary(run, |summary| {
        let base = summary["cases"][1].clone();
        let mut cases = vec![summary["cases"][0].clone()];
        for (number, (values, share)) in points.iter().enumerate() {
            let mut case = base.clone();
            case["name"] = format!("defocus_blur+{number}").into();
            case["description"]["sweep"] = json!({ "case": "defocus_blur", "values": values });
            case["certified_accuracy"]
                .as_array_mut()
                .unwrap()
                .iter_mut()
                .for_each(|entry| entry["accuracy"] = (*share).into());
            cases.push(case);
        }
        summary["cases"] = cases.into();
    });
}

#[test]
fn summaries_that_do_not_describe_their_cases_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let run = copy(&folder.path().join("run"));
    edit_summary(&run, |summary| {
        summary["cases"][0].as_object_mut().unwrap().remove("description");
    });
    let said = report(&[&run.0]);
    assert_eq!(said.status.code(), Some(3));
    let stderr = support::stderr(&said);
    assert!(
        stderr.contains("does not describe case `gaussian_blur`") && stderr.contains("certify"),
        "{stderr}"
    );
}

#[test]
fn two_swept_keys_make_a_heat_map() {
    let folder = tempfile::tempdir().unwrap();
    let run = copy(&folder.path().join("run"));
    let of = |scale, noise| vec![("noise.scale", scale), ("semantic_noise", noise)];
    let grid = [of("0.1", "0.05"), of("0.1", "0.2"), of("0.5", "0.05"), of("0.5", "0.2")];
    let shares = [0.11, 0.22, 0.33, 0.44];
    let points: Vec<(&[(&str, &str)], f64)> = grid.iter().map(Vec::as_slice).zip(shares).collect();
    swept(&run, &points);
    let words = remade(&run).section("sweeps");
    assert!(words.contains("defocus_blur over noise.scale and semantic_noise"), "{words}");
    for share in ["11.0", "22.0", "33.0", "44.0"] {
        assert!(
            words.contains(&format!(" {share} ")) && words.contains(&format!("{share} %")),
            "{share}: {words}"
        );
    }
    let map = fs::read_to_string(run.0.join("plots/defocus_blur-sweep-5.svg")).unwrap();
    assert!(map.matches("class=\"cell").count() == 4 && map.contains(">44.0<"), "{map}");
}

#[test]
fn one_swept_key_makes_curves() {
    let folder = tempfile::tempdir().unwrap();
    let run = copy(&folder.path().join("run"));
    let grid = [[("semantic_noise", "0.05")], [("semantic_noise", "0.1")], [("semantic_noise", "0.2")]];
    let points: Vec<(&[(&str, &str)], f64)> =
        grid.iter().map(|point| &point[..]).zip([0.11, 0.55, 0.33]).collect();
    swept(&run, &points);
    let words = remade(&run).section("sweeps");
    assert!(words.contains("0.1 55.0 % 55.0 %"), "{words}");
    let plot = fs::read_to_string(run.0.join("plots/defocus_blur-sweep.svg")).unwrap();
    assert!(plot.contains("radius 1") && plot.contains("radius 5"), "a line for each radius");
}
