//! Runs compared.

use std::path::Path;

use super::page::Page;
use super::{copy, report, run, support};

#[test]
fn runs_are_compared_side_by_side() {
    let folder = tempfile::tempdir().unwrap();
    // Another seed, and a case that the first run does not have.
    let audit = super::audit().set("seed", "6").with("name = \"gaussian_blur\"", "name = \"another\"");
    let (_, other) = support::certify(&audit, folder.path());
    let output = folder.path().join("both");
    let said = report(&[&run().0, &other.0, Path::new("--output"), &output]);
    assert_eq!(said.status.code(), Some(0), "{}", support::stderr(&said));
    let page = Page::read(&output.join("report.html"));
    page.assert_stands_alone();
    page.assert_accessible();

    let table = page.section("table");
    assert!(table.contains("case radius A: run B: run B − A"), "{table}");
    for case in ["gaussian_blur 4", "another 4", "defocus_blur 5"] {
        assert!(table.contains(case), "{case} is not in {table}");
    }
    assert!(table.contains("proven") && table.contains("estimated"));
    let differences = page.section("differences");
    assert!(differences.contains("seed 5 6"), "{differences}");
    assert!(differences.contains("audit "), "{differences}");
    assert!(!differences.contains("onnxruntime"), "{differences}");

    // Both runs are in the plot of the case that both have.
    let plot = std::fs::read_to_string(output.join("plots/defocus_blur-compared.svg")).unwrap();
    assert!(plot.contains("A: run, estimated") && plot.contains("B: run, estimated"));
    let plot = std::fs::read_to_string(output.join("plots/another-compared.svg")).unwrap();
    assert!(!plot.contains("A: run") && plot.contains("B: run, proven"));
    let csv = std::fs::read_to_string(output.join("certified_accuracy.csv")).unwrap();
    assert!(csv.contains("A: run,gaussian_blur,") && csv.contains("B: run,another,"));
}

#[test]
fn equal_runs_do_not_differ() {
    let folder = tempfile::tempdir().unwrap();
    let copied = copy(&folder.path().join("copied"));
    let page = folder.path().join("comparison.html");
    let said = report(&[&run().0, &copied.0, Path::new("--output"), &page]);
    assert_eq!(said.status.code(), Some(0), "{}", support::stderr(&said));
    let words = Page::read(&page).words();
    assert!(words.contains("The headers of the records are the same."));
    assert!(words.contains("Equal cases have the same settings."));
    assert!(words.contains("+0.0"));
}
