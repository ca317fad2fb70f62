//! Audits with sweeps, given to the real binary: a case becomes one case per combination, each a case like any other.

use std::path::Path;
use std::process::Output;

use gsmooth::audit::records::Record;

mod support;

use support::audit::Audit;
use support::run_folder::RunFolder;
use support::stderr;

/// Gaussian blur on the shipped classifier, on six images, over a grid of two ranges and two scales.
fn audit() -> Audit {
    let sweep =
        r#"sweep = { "noise.scale" = [2.5, 5.0], "transformation.range" = [[0.0, 16.0], [0.0, 36.0]] }"#;
    with_sweep(sweep)
}

fn with_sweep(sweep: &str) -> Audit {
    let small = Audit::small().set("count", "6").text;
    let text = small.split("[[case]]\nname = \"defocus_blur\"").next().unwrap().trim_end();
    Audit { text: format!("{text}\nanchors = 1\n{sweep}\n") }
}

const VARIANTS: [&str; 4] = [
    "gaussian_blur,noise.scale=2.5,transformation.range=0.0_16.0",
    "gaussian_blur,noise.scale=2.5,transformation.range=0.0_36.0",
    "gaussian_blur,noise.scale=5.0,transformation.range=0.0_16.0",
    "gaussian_blur,noise.scale=5.0,transformation.range=0.0_36.0",
];

fn gsmooth(command: &str, audit: &Audit, folder: &Path, arguments: &[&str]) -> Output {
    support::plain_gsmooth().arg(command).arg(audit.write(folder)).args(arguments).output().unwrap()
}

fn certify(audit: &Audit, folder: &Path, run: &str, arguments: &[&str]) -> (Output, RunFolder) {
    let run = folder.join(run);
    let all = [&["--output", run.to_str().unwrap()], arguments].concat();
    (gsmooth("certify", audit, folder, &all), RunFolder(run))
}

#[test]
fn every_variant_is_a_case_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let (said, run) = certify(&audit(), folder.path(), "run", &[]);
    assert!(said.status.success(), "{}", stderr(&said));
    let records = run.records();
    let names: Vec<&str> = records.chunks(6).map(|chunk| chunk[0].case.as_str()).collect();
    assert_eq!(names, VARIANTS);
    assert!(records.chunks(6).all(|chunk| chunk.iter().all(|record| record.case == chunk[0].case)));
    // Noise twice as wide reaches farther.
    assert!(records[..6].iter().zip(&records[12..18]).all(|(narrow, wide)| narrow.radius < wide.radius));
    let summary = run.summary();
    assert_eq!(summary["cases"].as_array().unwrap().len(), 4);

    // One variant alone draws what it draws among all, and the case's own name stands for all of them.
    let (said, alone) = certify(&audit(), folder.path(), "alone", &["--case", VARIANTS[2]]);
    assert!(said.status.success(), "{}", stderr(&said));
    assert_eq!(alone.records(), records[12..18]);
    let (said, all) = certify(&audit(), folder.path(), "all", &["--case", "gaussian_blur"]);
    assert!(said.status.success(), "{}", stderr(&said));
    assert_eq!(all.text("records.jsonl"), run.text("records.jsonl"));

    // A run goes on only with the same grid.
    let other = audit().with("[2.5, 5.0]", "[2.5, 5.5]");
    let (said, _) = certify(&other, folder.path(), "run", &[]);
    assert_eq!(said.status.code(), Some(3));
    assert!(stderr(&said).contains("--restart"), "{}", stderr(&said));
    let (said, _) = certify(&audit(), folder.path(), "run", &[]);
    assert!(said.status.success(), "{}", stderr(&said));
}

/// The table has a column for each key, so that names do not make it unreadable.
#[test]
fn the_table_shows_keys_and_values_in_columns() {
    let folder = tempfile::tempdir().unwrap();
    let (said, _) = certify(&audit(), folder.path(), "run", &[]);
    let table = String::from_utf8(said.stdout).unwrap();
    let rows: Vec<Vec<&str>> = table
        .lines()
        .filter(|line| line.starts_with('|'))
        .map(|line| line.trim_matches('|').split('|').map(str::trim).collect())
        .collect();
    assert_eq!(rows[0][..5], ["case", "noise.scale", "transformation.range", "method", "radius"], "{table}");
    assert_eq!(rows[2][..5], ["gaussian_blur", "2.5", "0.0_16.0", "resolvable", "4"], "{table}");
    assert_eq!(rows[3][..5], ["", "", "", "", "9"], "{table}");
    assert_eq!(rows[8][..5], ["", "5.0", "0.0_36.0", "resolvable", "4"], "{table}");
    assert!(table.lines().filter(|line| line.starts_with('|')).all(|line| line.len() < 180), "{table}");
}

/// Without noise a variant is the case that somebody would write by hand, bit for bit.
#[test]
fn a_variant_is_the_case_written_out() {
    let folder = tempfile::tempdir().unwrap();
    let small = Audit::small().set("count", "6").text;
    let head = small.split("[[case]]").next().unwrap();
    let case = |name: &str, range: &str, rest: &str| {
        format!(
            "[[case]]\nname = \"{name}\"\nmethod = \"enumerate\"\n\
             transformation = {{ plugin = \"translation_zero\", range = {range} }}\nnorm = \"linf\"\n{rest}\n"
        )
    };
    let ranges = ["[[-1, 1], [-1, 1]]", "[[-2, 0], [0, 2]]"];
    let swept = format!("sweep = {{ \"transformation.range\" = [{}, {}] }}", ranges[0], ranges[1]);
    let swept = Audit { text: head.to_owned() + &case("shift", "[[-4, 4], [-4, 4]]", &swept) };
    let written = Audit { text: head.to_owned() + &case("a", ranges[0], "") + &case("b", ranges[1], "") };
    let records = |audit: &Audit, run: &str| -> Vec<Record> {
        let (said, run) = certify(audit, folder.path(), run, &[]);
        assert!(said.status.success(), "{}", stderr(&said));
        run.records().into_iter().map(|record| Record { case: String::new(), ..record }).collect()
    };
    let swept = records(&swept, "swept");
    assert_eq!(swept.len(), 12);
    assert_eq!(swept, records(&written, "written"));
}

#[test]
fn check_looks_at_every_variant() {
    let folder = tempfile::tempdir().unwrap();
    let said = gsmooth("check", &audit(), folder.path(), &["--json"]);
    assert!(said.status.success(), "{}", stderr(&said));
    let found: serde_json::Value = serde_json::from_slice(&said.stdout).unwrap();
    let names: Vec<_> = found["cases"].as_array().unwrap().iter().map(|case| case["case"].clone()).collect();
    assert_eq!(names, VARIANTS);
}

/// What a plugin refuses is shown at the value of the sweep, with the variant it is in.
#[test]
fn what_a_plugin_refuses_is_shown_in_the_sweep() {
    let folder = tempfile::tempdir().unwrap();
    let refused = |sweep: &str, code: i32, words: &[&str]| {
        let audit = with_sweep(sweep);
        let said = gsmooth("check", &audit, folder.path(), &[]);
        let text = stderr(&said);
        assert_eq!(said.status.code(), Some(code), "{text}");
        let line = audit.line_of("sweep = ");
        assert!(text.contains(&format!("audit.toml:{line}:")), "{text}");
        for word in words {
            assert!(text.contains(word), "no `{word}` in\n{text}");
        }
    };
    let words = ["option `scale`", "not -1", "case `gaussian_blur,noise.scale=-1.0` of the sweep"];
    refused(r#"sweep = { "noise.scale" = [5.0, -1.0] }"#, 2, &words);
    let words = ["`exponential`", "no option `scael` (did you mean `scale`?)"];
    refused(r#"sweep = { "noise.scael" = [5.0] }"#, 2, &words);
    let words = ["no noise plugin `exponentail`", "noise.plugin=exponentail"];
    refused(r#"sweep = { "noise.plugin" = ["exponential", "exponentail"] }"#, 3, &words);
    let words = ["`range` can't be", "`[low, high]`"];
    refused(r#"sweep = { "transformation.range" = [[0.0, 36.0], [36.0, 0.0]] }"#, 2, &words);
    refused(r#"sweep = { method = ["resolvable", "resolveable"] }"#, 2, &["did you mean `resolvable`?"]);
    refused(r#"sweep = { radii = [[4.0], [49.0]] }"#, 2, &["`radii` can't be 49", "radii=49.0"]);
    refused(r#"sweep = { classifier = ["absent.onnx"] }"#, 3, &["absent.onnx", "classifier=absent`"]);
}

/// What is wrong with a combination is shown where the check fails, with the variant that it is.
#[test]
fn a_combination_that_does_not_fit_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let audit = with_sweep(r#"sweep = { "transformation.range" = [[0.0, 36.0], [0.0, 8.0]] }"#);
    let said = gsmooth("check", &audit, folder.path(), &[]);
    let text = stderr(&said);
    assert_eq!(said.status.code(), Some(2), "{text}");
    assert!(text.contains(&format!("audit.toml:{}:", audit.line_of("radii = "))), "{text}");
    assert!(text.contains("in the case `gaussian_blur,transformation.range=0.0_8.0` of the sweep"), "{text}");
}

#[test]
fn a_variant_that_is_not_there_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let said = gsmooth("check", &audit(), folder.path(), &["--case", &VARIANTS[1].replace("36", "35")]);
    let text = stderr(&said);
    assert_eq!(said.status.code(), Some(2), "{text}");
    assert!(text.contains("it is one of gaussian_blur"), "{text}");
    assert!(text.contains(&format!("did you mean `{}`?", VARIANTS[1])), "{text}");
}

/// Generated names have commas and equals signs; nobody's own may, or one could pass for the other.
#[test]
fn names_of_users_keep_their_rules() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["gaussian_blur,noise.scale=2.5", "a=b", "a,b"] {
        let audit = with_sweep("").set("name", &format!("\"{name}\""));
        let said = gsmooth("check", &audit, folder.path(), &[]);
        assert_eq!(said.status.code(), Some(2));
        assert!(stderr(&said).contains("`name` can't be"), "{}", stderr(&said));
    }
    let swept = audit();
    let case = swept.text.split("[[case]]").nth(1).unwrap().to_owned();
    let twice = Audit { text: format!("{}\n[[case]]{case}", swept.text) };
    let said = gsmooth("check", &twice, folder.path(), &[]);
    assert_eq!(said.status.code(), Some(2));
    assert!(stderr(&said).contains("two cases named `gaussian_blur`"), "{}", stderr(&said));
}
