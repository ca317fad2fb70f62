//! The report that every run ends with: what it says, that it needs nothing else, and that it is made anew with the same bytes.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;
use std::sync::OnceLock;

#[path = "report/comparison.rs"]
mod comparison;
#[path = "report/content.rs"]
mod content;
#[path = "report/edited.rs"]
mod edited;
#[path = "report/page.rs"]
mod page;
mod support;

use page::Page;
use support::audit::Audit;
use support::run_folder::RunFolder;

/// The small audit with one anchor, a requirement that is met and one that can't be.
fn audit() -> Audit {
    Audit::small()
        .with("method = ", "anchors = 1\nmethod = ")
        .with(
            "radii = [4.0, 9.0]",
            "radii = [4.0, 9.0]\npublished = 0.5\nrequire = { radius = 4.0, certified_accuracy = 0.1 }",
        )
        .with(
            "radii = [1.0, 5.0]",
            "radii = [1.0, 5.0]\nrequire = { radius = 5.0, certified_accuracy = 1.0 }",
        )
}

/// A run of that audit, shared by all tests, none of which changes it.
fn run() -> &'static RunFolder {
    static RUN: OnceLock<RunFolder> = OnceLock::new();
    RUN.get_or_init(|| {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("report");
        let _ = fs::remove_dir_all(&folder);
        let (said, run) = support::certify(&audit(), &folder);
        assert_eq!(said.status.code(), Some(1), "a requirement is not met: {}", support::stderr(&said));
        assert!(String::from_utf8_lossy(&said.stdout).contains("report.html"));
        run
    })
}

/// A copy of the run in a folder of its own.
fn copy(to: &Path) -> RunFolder {
    copy_all(&run().0, to);
    RunFolder(to.to_owned())
}

fn copy_all(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let (path, target) = (entry.as_ref().unwrap().path(), to.join(entry.unwrap().file_name()));
        if path.is_dir() {
            copy_all(&path, &target);
        } else {
            fs::copy(&path, &target).unwrap();
        }
    }
}

/// Runs `gsmooth report`.
fn report(arguments: &[&Path]) -> Output {
    support::plain_gsmooth().arg("report").args(arguments).output().unwrap()
}

/// What a report wrote: its files with their bytes.
fn written(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    for part in ["", "plots", "pictures"] {
        for entry in fs::read_dir(folder.join(part)).unwrap() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(folder).unwrap().to_owned();
            let ours = ["html", "csv", "svg", "png"].map(std::ffi::OsStr::new);
            if path.extension().is_some_and(|ending| ours.contains(&ending)) {
                found.push((name, fs::read(&path).unwrap()));
            }
        }
    }
    found.sort();
    found
}

#[test]
fn every_run_ends_with_a_report_that_stands_alone() {
    let page = Page::read(&run().0.join("report.html"));
    page.assert_stands_alone();
    page.assert_accessible();
    assert!(page.text.len() < 1 << 20, "{} bytes", page.text.len());
    let names: Vec<String> = written(&run().0).iter().map(|(name, _)| name.display().to_string()).collect();
    for name in [
        "report.html",
        "certified_accuracy.csv",
        "plots/gaussian_blur-certified.svg",
        "plots/defocus_blur-radii.svg",
    ] {
        assert!(names.iter().any(|found| found == name), "{name} is not among {names:?}");
    }
    assert!(names.iter().any(|name| name.starts_with("pictures/defocus_blur-")), "{names:?}");
}

#[test]
fn plots_are_files_that_stand_alone() {
    for (name, bytes) in written(&run().0) {
        if name.extension().is_some_and(|ending| ending == "svg") {
            let text = String::from_utf8(bytes).unwrap();
            let document =
                roxmltree::Document::parse(&text).unwrap_or_else(|error| panic!("{name:?}: {error}"));
            assert_eq!(document.root_element().attribute("role"), Some("img"), "{name:?}");
            assert!(text.contains("prefers-color-scheme:dark") && !text.contains("var("), "{name:?}");
        }
    }
}

#[test]
fn a_report_is_made_anew_with_the_same_bytes_and_without_models() {
    let folder = tempfile::tempdir().unwrap();
    let copied = copy(&folder.path().join("moved"));
    // Neither data nor models: the audit file is not where it was.
    fs::write(copied.0.join("origin.json"), "{ \"audit\": \"/nowhere/audit.toml\" }").unwrap();
    let before = written(&copied.0);
    for name in ["report.html", "certified_accuracy.csv", "plots"] {
        let path = copied.0.join(name);
        if path.is_dir() { fs::remove_dir_all(path).unwrap() } else { fs::remove_file(path).unwrap() }
    }
    let said = report(&[&copied.0]);
    assert_eq!(said.status.code(), Some(0), "{}", support::stderr(&said));
    assert_eq!(support::stderr(&said), "");
    assert!(written(&copied.0) == before, "other bytes");
    assert!(before == written(&run().0), "the run wrote other bytes");
}

#[test]
fn pictures_that_are_gone_are_made_again_where_the_data_is() {
    let folder = tempfile::tempdir().unwrap();
    let copied = copy(&folder.path().join("run"));
    fs::remove_dir_all(copied.0.join("pictures")).unwrap();
    let elsewhere = folder.path().join("elsewhere");
    let said = report(&[&copied.0, Path::new("--output"), &elsewhere]);
    assert_eq!(said.status.code(), Some(0), "{}", support::stderr(&said));
    assert!(written(&elsewhere) == written(&run().0));

    fs::write(copied.0.join("audit.toml"), "version = 1\n").unwrap();
    let file = folder.path().join("without.html");
    let said = report(&[&copied.0, Path::new("--output"), &file]);
    assert_eq!(said.status.code(), Some(0));
    assert!(support::stderr(&said).contains("no pictures of images"), "{}", support::stderr(&said));
    let page = Page::read(&file);
    page.assert_stands_alone();
    assert!(!page.text.contains("data:image"));
    assert!(!folder.path().join("plots").exists(), "a page alone");
}

#[test]
fn folders_that_make_no_report() {
    let folder = tempfile::tempdir().unwrap();
    let said = report(&[folder.path()]);
    assert_eq!(said.status.code(), Some(3));
    assert!(support::stderr(&said).contains("is no run folder of gsmooth"), "{}", support::stderr(&said));
    let copied = copy(&folder.path().join("killed"));
    fs::remove_file(copied.0.join("summary.json")).unwrap();
    let said = report(&[&copied.0]);
    assert_eq!(said.status.code(), Some(3));
    assert!(support::stderr(&said).contains("the same command goes on"), "{}", support::stderr(&said));
}
