//! A plugin author's first hour, by script: `plugins new`, build, check, list, certify; for every kind, in Rust and in C.
#![cfg(unix)]

use std::path::{Path, PathBuf};
use std::process::Command;

mod support;

use support::audit::Audit;
use support::{gsmooth, plain_gsmooth, stderr};

/// A small audit that uses the new plugin `NAME`.
fn audit(case: &str) -> Audit {
    let audit = Audit::small().with("count = 12", "count = 3").with("draws = 200", "draws = 60");
    let (head, _) = audit.text.split_once("[[case]]").unwrap();
    Audit { text: format!("{head}[[case]]\nname = \"new\"\n{case}\n") }
}

const TRANSFORMATION: &str = r#"
method = "pixel"
transformation = { plugin = "NAME", range = [0.0, 0.2], strength = 0.5 }
radii = [0.1, 0.2]
semantic_noise = 0.25
"#;

const NOISE: &str = r#"
method = "resolvable"
transformation = { plugin = "brightness", range = [-0.5, 0.5] }
noise = { plugin = "NAME", scale = 0.2 }
radii = [0.05, 0.1]
"#;

const ESTIMATOR: &str = r#"
method = "pixel"
transformation = { plugin = "defocus_blur", range = [0.0, 1.0] }
radii = [0.5, 1.0]
semantic_noise = 0.25
estimator = { plugin = "NAME", points = 9 }
"#;

/// Runs a command, which must succeed.
fn done(command: &mut Command) {
    let said = command.output().unwrap();
    let out = String::from_utf8_lossy(&said.stdout);
    assert!(said.status.success(), "{command:?}\n{out}\n{}", stderr(&said));
}

/// Builds and tests the plugin, which comes well formatted, as its README says, offline; gives the library.
fn build(folder: &Path, name: &str, language: &str) -> PathBuf {
    let library = format!("libgsmooth_{name}{}", std::env::consts::DLL_SUFFIX);
    if language == "c" {
        done(Command::new("make").arg("CFLAGS=-O1 -Wall -Wextra -Wpedantic -Werror").current_dir(folder));
        return folder.join(library);
    }
    // Rust may be installed without rustfmt.
    if Command::new(env!("CARGO")).args(["fmt", "--version"]).output().is_ok_and(|said| said.status.success())
    {
        done(Command::new(env!("CARGO")).args(["fmt", "--check"]).current_dir(folder));
    }
    let target = folder.parent().unwrap().join("target");
    for command in ["build", "test"] {
        // One folder for all that the test builds; the user's own flags are no part of the template.
        done(
            Command::new(env!("CARGO"))
                .args([command, "--quiet", "--offline"])
                .current_dir(folder)
                .env("CARGO_TARGET_DIR", &target)
                .env("RUSTFLAGS", "-D warnings"),
        );
    }
    target.join("debug").join(library)
}

/// `gsmooth plugins check LIBRARY` finds nothing.
fn check(library: &Path) {
    gsmooth().args(["plugins", "check"]).arg(library).assert().success();
}

/// `gsmooth plugins list` shows the plugin, and where it comes from.
fn list(library: &Path, name: &str, kind: &str) {
    let said = gsmooth().args(["plugins", "list", "--json", "--plugin-path"]).arg(library).output().unwrap();
    assert!(said.status.success(), "{}", stderr(&said));
    let plugins: Vec<serde_json::Value> = serde_json::from_slice(&said.stdout).unwrap();
    let new = plugins.iter().find(|plugin| plugin["id"] == name).unwrap();
    assert_eq!(new["kind"], kind);
    assert_eq!(new["version"], "0.1.0");
    assert_eq!(new["path"].as_str(), library.canonicalize().unwrap().to_str());
}

/// The whole way of one plugin.
fn walk(kind: &str, language: &str, case: &str) {
    let folder = tempfile::tempdir().unwrap();
    let name = format!("new_{kind}");
    gsmooth()
        .args(["plugins", "new", &name, "--kind", kind, "--language", language, "--output"])
        .arg(folder.path())
        .assert()
        .success();
    let library = build(&folder.path().join(&name), &name, language);
    check(&library);
    list(&library, &name, kind);

    let audit = audit(&case.replace("NAME", &name)).write(folder.path());
    let run = support::run_folder::RunFolder(folder.path().join("run"));
    let said = plain_gsmooth()
        .arg("certify")
        .arg(audit)
        .arg("--output")
        .arg(&run.0)
        .arg("--plugin-path")
        .arg(&library)
        .output()
        .unwrap();
    assert!(said.status.success(), "{}", stderr(&said));
    assert_eq!(run.records().len(), 3);
    assert!(run.header().to_string().contains(&name), "{}", run.header());
}

#[test]
fn a_transformation_in_rust() {
    walk("transformation", "rust", TRANSFORMATION);
}

#[test]
fn a_transformation_in_c() {
    walk("transformation", "c", TRANSFORMATION);
}

#[test]
fn a_noise_law_in_rust() {
    walk("noise", "rust", NOISE);
}

#[test]
fn a_noise_law_in_c() {
    walk("noise", "c", NOISE);
}

#[test]
fn an_estimator_in_rust() {
    walk("estimator", "rust", ESTIMATOR);
}

#[test]
fn an_estimator_in_c() {
    walk("estimator", "c", ESTIMATOR);
}

#[test]
fn what_is_there_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let new = |name: &str| {
        let output = gsmooth().args(["plugins", "new", name, "--output"]).arg(folder.path()).output();
        output.unwrap()
    };
    assert!(new("fade").status.success());
    let again = new("fade");
    assert_eq!(again.status.code(), Some(2));
    assert!(stderr(&again).contains("is there already and not empty"), "{}", stderr(&again));
    let wrong = new("Fade");
    assert_eq!(wrong.status.code(), Some(2));
    assert!(stderr(&wrong).contains("`Fade` is no name for a plugin"), "{}", stderr(&wrong));
}
