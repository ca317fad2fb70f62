//! The audits of single rows say what the audit of all rows says.

mod support;

use std::path::Path;

use toml::{Table, Value};

fn read(path: &Path) -> Table {
    let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    text.parse().unwrap()
}

fn cases(audit: &Table) -> Vec<Table> {
    audit["case"].as_array().unwrap().iter().map(|case| case.as_table().unwrap().clone()).collect()
}

/// What a row is about, with the file name of its classifier; without what only one of the audits has.
fn settings(audit: &Table, mut case: Table) -> Table {
    let shared = || audit["classifier"]["model"].clone();
    let classifier = case.remove("classifier").unwrap_or_else(shared);
    let name = Path::new(classifier.as_str().unwrap()).file_name().unwrap().to_str().unwrap().to_owned();
    case.insert("classifier".to_owned(), Value::String(name));
    case.remove("published");
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
