//! The shipped audits: all are read, and the audits of single rows say what the audit of all rows says.

mod support;

use std::path::{Path, PathBuf};

use gsmooth::audit::plan;
use toml::{Table, Value};

fn read(path: &Path) -> Table {
    let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    text.parse().unwrap()
}

fn cases(audit: &Table) -> Vec<Table> {
    audit["case"].as_array().unwrap().iter().map(|case| case.as_table().unwrap().clone()).collect()
}

/// What a row is about, with the file name of its classifier; without what only some of the audits have.
fn settings(audit: &Table, mut case: Table) -> Table {
    let shared = || audit["classifier"]["model"].clone();
    let classifier = case.remove("classifier").unwrap_or_else(shared);
    let name = Path::new(classifier.as_str().unwrap()).file_name().unwrap().to_str().unwrap().to_owned();
    case.insert("classifier".to_owned(), Value::String(name));
    case.remove("published");
    case.remove("sweep");
    case.remove("anchors");
    case
}

#[test]
fn rows_are_the_same_in_every_audit_that_has_them() {
    let configs = support::repository().join("configs");
    let suite = read(&configs.join("mnist.toml"));
    let single = read(&configs.join("mnist-single-anchor.toml"));
    let all = cases(&suite);
    assert_eq!(all.len(), 9);
    assert_eq!(cases(&single).len(), 9);
    for (case, with_one_anchor) in all.into_iter().zip(cases(&single)) {
        let name = case["name"].as_str().unwrap().to_owned();
        let expected = settings(&suite, case);
        assert_eq!(settings(&single, with_one_anchor), expected, "{name} with one anchor");
        let row = read(&configs.join("mnist").join(format!("{name}.toml")));
        let alone = cases(&row).remove(0);
        assert_eq!(settings(&row, alone), expected, "{name} alone");
        for key in ["seed", "sampling"] {
            assert_eq!(row[key], suite[key], "{name}: {key}");
        }
    }
}

/// All audits below `configs`.
fn audits(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut audits: Vec<PathBuf> = entries
        .flat_map(|path| match path.is_dir() {
            true => audits(&path),
            false => vec![path],
        })
        .filter(|path| path.extension().is_some_and(|extension| extension == "toml"))
        .collect();
    audits.sort();
    audits
}

fn parsed(path: &Path) -> gsmooth::audit::schema::Audit {
    let read = plan::read(path).and_then(|text| plan::parse(&text));
    read.unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn every_audit_is_read_and_has_a_run_folder_of_its_own() {
    let all = audits(&support::repository().join("configs"));
    assert!(all.len() >= 20, "{all:?}");
    let mut folders: Vec<_> = all.iter().map(|path| parsed(path).output.expect("a run folder")).collect();
    folders.sort();
    folders.dedup();
    assert_eq!(folders.len(), all.len());
}

/// Files that an audit names are shipped, or its head says where they come from.
#[test]
fn every_audit_names_files_that_are_there_or_says_how_to_get_them() {
    for path in audits(&support::repository().join("configs")) {
        let text = std::fs::read_to_string(&path).unwrap();
        let folder = path.parent().unwrap();
        let named = text.split('"').filter(|part| part.starts_with("../"));
        let missing: Vec<_> = named.filter(|part| !folder.join(part).exists()).collect();
        assert!(
            missing.is_empty() || text.contains("cd onnx/train && python"),
            "{}: {missing:?}",
            path.display()
        );
    }
}

#[test]
fn sweeps_have_as_many_points_as_their_grids() {
    let configs = support::repository().join("configs/mnist");
    for (name, cases, first) in [
        ("sweep-noise", 16, "defocus_blur,noise.scale=0.125,semantic_noise=0.15"),
        ("sweep-laws", 3, "gaussian_blur,noise=folded_gaussian_scale_8.2945"),
        ("estimators", 18, "rotation,estimator.plugin=proven"),
    ] {
        let audit = parsed(&configs.join(format!("{name}.toml")));
        assert_eq!(audit.case.len(), cases, "{name}");
        assert_eq!(audit.case[0].get_ref().name.get_ref(), first);
    }
}

/// The laws that are compared have one standard deviation.
#[test]
fn laws_of_the_sweep_spread_alike() {
    let audit = parsed(&support::repository().join("configs/mnist/sweep-laws.toml"));
    for case in audit.case {
        let noise = &case.get_ref().noise.as_ref().unwrap().get_ref().0[0];
        let scale = noise.get_ref().get("scale").unwrap().get_ref().as_float().unwrap();
        let deviation = match noise.get_ref().plugin.get_ref().as_str() {
            "exponential" => scale,
            "folded_gaussian" => scale * (1.0 - std::f64::consts::FRAC_2_PI).sqrt(),
            "uniform_one_sided" => scale / 12.0_f64.sqrt(),
            other => panic!("{other}"),
        };
        assert!((deviation - 5.0).abs() < 1e-4, "{deviation}");
    }
}

#[test]
fn estimators_are_compared_on_the_rows_of_the_suite() {
    let configs = support::repository().join("configs");
    let (suite, compared) = (read(&configs.join("mnist.toml")), read(&configs.join("mnist/estimators.toml")));
    let rows: Vec<_> =
        cases(&suite).into_iter().filter(|case| case["method"].as_str() == Some("pixel")).collect();
    assert_eq!(rows.len(), 6);
    let compared: Vec<_> = cases(&compared).into_iter().map(|case| settings(&compared, case)).collect();
    assert_eq!(compared, rows.into_iter().map(|case| settings(&suite, case)).collect::<Vec<_>>());
}
