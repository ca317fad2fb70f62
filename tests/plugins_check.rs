//! `gsmooth plugins check` on plugins with one fault each, on sound ones, on the standard libraries, and on no library.

mod support;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

use serde_json::Value;
use support::plugins::{file_name, planted};

/// The fault of each planted plugin: the test that must find it, and words of what it finds.
const PLANTED: [(&str, &str, &str); 34] = [
    ("loses_sign_of_zero", "identity", "0.0 for -0.0"),
    ("forgetful", "deterministic", ", then "),
    ("batch_dependent", "batch", "as image 1 of 2"),
    ("shared_state", "threads", "something else at shift = "),
    ("writes_outside", "memory", "1 values beyond the end of the output"),
    ("changes_input", "memory", "a changed input"),
    ("leaves_gaps", "written", "as it was before the call"),
    ("clips", "unclipped", "they are clipped"),
    ("not_additive", "composition", "images that lie"),
    ("slow_bound", "lipschitz", "a move of"),
    ("huge_rounding", "rounding", "the bound inf"),
    ("talks", "identity", "shifting by 0"),
    ("wrong_law", "law_of_gamma", "times that"),
    ("wrong_relative", "relative", "images that lie"),
    ("missing_levels", "levels", "an image of its own"),
    ("partial_steps", "composition", "images that lie"),
    ("not_a_number_at_the_end", "domain", "the pixel NaN at [1.0]"),
    ("panics_somewhere", "domain", "`apply` panicked: amount 0.5 is not foreseen"),
    ("panics_on_wide", "shapes", "`apply` panicked: too wide"),
    ("hangs", "domain", "no answer within 3 s"),
    ("aborts_process", "domain", "ended by signal 6"),
    ("segfaults", "domain", "ended by signal 11"),
    ("stillborn", "options", "`create` panicked: never born"),
    ("quantile_off", "inverse", "off by"),
    ("subtracted_tail", "tails", "off by"),
    ("cauchy", "log_concave", "-"),
    ("other_samples", "samples", "away"),
    ("narrow_samples", "samples", "away"),
    ("wrong_density", "density", "e-1"),
    ("uneven_sum", "probabilities", " = 0.99999999"),
    ("neighbours", "words", "among others"),
    ("grid_proven", "proven", "0."),
    ("unfounded", "unfounded", "the finite bound"),
    ("below_what_it_saw", "estimate", "2.7"),
];
/// The same of estimators that ask too much.
const GREEDY: [(&str, &str, &str); 2] =
    [("insatiable", "evaluations", "of which it counts 2"), ("stubborn", "errors", "99 more")];
const SOUND: [&str; 4] = ["sound_shift", "sound_gain", "logistic", "sound_bound"];

fn check(library: &Path, arguments: &[&str]) -> Output {
    let mut command = support::plain_gsmooth();
    command.args(["plugins", "check"]).arg(library).args(arguments).output().unwrap()
}

fn verdicts(output: &Output) -> Vec<Value> {
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", support::stderr(output)))
}

/// One run over all planted plugins, with the time limit that the one that hangs is given.
fn planted_run() -> &'static Output {
    static RUN: OnceLock<Output> = OnceLock::new();
    RUN.get_or_init(|| check(planted(), &["--json", "--timeout", "3"]))
}

#[test]
fn every_planted_fault_is_found_by_its_test() {
    let run = planted_run();
    assert_eq!(run.status.code(), Some(1), "{}", support::stderr(run));
    let verdicts = verdicts(run);
    for (plugin, test, found) in PLANTED.into_iter().chain(GREEDY) {
        let verdict = verdicts.iter().find(|v| v["plugin"] == plugin && v["test"] == test).unwrap();
        assert_eq!(verdict["result"], "fault", "{verdict}");
        assert!(verdict["found"].as_str().unwrap().contains(found), "{verdict}");
        assert_eq!(verdict["seed"], 1, "{verdict}");
    }
}

#[test]
fn sound_plugins_pass_and_none_is_overlooked() {
    let verdicts = verdicts(planted_run());
    let faulty = |plugin: &str| verdicts.iter().any(|v| v["plugin"] == plugin && v["result"] == "fault");
    for verdict in &verdicts {
        let plugin = verdict["plugin"].as_str().unwrap();
        if SOUND.contains(&plugin) {
            assert_ne!(verdict["result"], "fault", "{verdict}");
        } else {
            assert!(faulty(plugin), "{plugin}");
        }
    }
    // What they promise is looked at, not skipped.
    for (plugin, test) in [
        ("sound_shift", "composition"),
        ("sound_shift", "unclipped"),
        ("sound_shift", "lipschitz"),
        ("sound_shift", "rounding"),
        ("sound_gain", "law_of_gamma"),
        ("sound_gain", "relative"),
        ("logistic", "tails"),
        ("sound_bound", "proven"),
    ] {
        let verdict = verdicts.iter().find(|v| v["plugin"] == plugin && v["test"] == test).unwrap();
        assert_eq!(verdict["result"], "ok", "{verdict}");
    }
}

/// Faults that leave other promises whole are found by one test alone.
#[test]
fn a_fault_is_laid_to_one_promise() {
    let verdicts = verdicts(planted_run());
    for plugin in [
        "loses_sign_of_zero",
        "batch_dependent",
        "shared_state",
        "writes_outside",
        "changes_input",
        "not_additive",
        "slow_bound",
        "huge_rounding",
        "wrong_law",
        "wrong_relative",
        "missing_levels",
        "panics_on_wide",
        "stillborn",
        "cauchy",
        "other_samples",
        "narrow_samples",
        "wrong_density",
        "neighbours",
        "grid_proven",
        "unfounded",
        "below_what_it_saw",
        "insatiable",
        "stubborn",
    ] {
        let faults = verdicts.iter().filter(|v| v["plugin"] == plugin && v["result"] == "fault");
        assert_eq!(faults.count(), 1, "{plugin}");
    }
}

#[test]
fn inputs_are_small_and_commands_reproduce() {
    let verdicts = verdicts(planted_run());
    let fault = |plugin: &str, test: &str| {
        verdicts.iter().find(|v| v["plugin"] == plugin && v["test"] == test).unwrap().clone()
    };
    for (plugin, test, input) in [
        ("writes_outside", "memory", "a 1x1x1 image (noise), shift = 0"),
        ("clips", "unclipped", "1x1x1"),
        ("leaves_gaps", "written", "3x4x5"),
        ("not_a_number_at_the_end", "domain", "a 1x1x1 image (noise), amount = 1"),
        ("aborts_process", "domain", "a 1x1x1 image (noise), amount = 1"),
        ("wrong_law", "law_of_gamma", "xi: gain = 1, shift = 1"),
    ] {
        let fault = fault(plugin, test);
        assert!(fault["input"].as_str().unwrap().contains(input), "{fault}");
    }
    let again = fault("panics_somewhere", "domain")["reproduce"].as_str().unwrap().to_owned();
    assert!(again.contains("--only panics_somewhere --test domain --seed 1"), "{again}");
    let words: Vec<&str> = again.split(' ').skip(4).collect();
    let run = check(planted(), &words);
    assert_eq!(run.status.code(), Some(1));
    let table = String::from_utf8(run.stdout).unwrap();
    assert!(table.contains("| panics_somewhere | domain | FAULT  |"), "{table}");
    assert!(table.contains("FAULT: transformation `panics_somewhere`, test `domain`"), "{table}");
    assert!(table.contains("  expected    an answer") && table.contains("  run again   gsmooth "), "{table}");
    assert!(table.contains("1 test: 1 FAULT, 0 skipped"), "{table}");
}

#[test]
fn the_standard_plugins_have_no_fault() {
    support::build_plugins();
    for (library, plugins) in [("transformations", 23), ("noises", 6), ("estimators", 4)] {
        for seed in ["1", "2"] {
            let library = support::profile_folder().join(file_name(library));
            let run = check(&library, &["--json", "--seed", seed]);
            let verdicts = verdicts(&run);
            let faults: Vec<_> = verdicts.iter().filter(|v| v["result"] == "fault").collect();
            assert!(faults.is_empty(), "{faults:#?}");
            assert_eq!(run.status.code(), Some(0));
            let names: std::collections::BTreeSet<_> =
                verdicts.iter().map(|v| v["plugin"].to_string()).collect();
            assert_eq!(names.len(), plugins);
        }
    }
}

#[test]
fn every_test_is_described() {
    let help = support::plain_gsmooth().args(["plugins", "check", "--help"]).output().unwrap();
    let help = String::from_utf8(help.stdout).unwrap();
    for verdict in verdicts(planted_run()) {
        let test = verdict["test"].as_str().unwrap();
        assert!(help.lines().any(|line| line.trim_start().starts_with(&format!("{test} "))), "{test}");
    }
}

#[test]
fn options_are_handed_on() {
    let library = support::profile_folder().join(file_name("noises"));
    support::build_plugins();
    let of = |arguments: &[&str]| check(&library, &[&["--only", "gaussian", "--json"], arguments].concat());
    assert_eq!(of(&["--option", "scale=0.25"]).status.code(), Some(0));
    let refused = of(&["--option", "scale=-1.0", "--test", "options"]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(verdicts(&refused)[0]["found"].as_str().unwrap().contains("must be greater than 0"));
    let unknown = of(&["--option", "scael=1.0"]);
    assert_eq!(unknown.status.code(), Some(2));
    assert!(support::stderr(&unknown).contains("has an option `scael`; there are: scale"));
}

#[test]
fn what_cannot_be_checked_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let broken = folder.path().join(file_name("broken"));
    std::fs::write(&broken, "not a library").unwrap();
    for (file, message) in [
        (broken.as_path(), "cannot open the plugin library"),
        (Path::new("no/such/libgsmooth_file.so"), "cannot read the plugin library"),
        (Path::new("README.md"), "is not the name of a plugin library"),
    ] {
        let output = check(file, &[]);
        assert_eq!(output.status.code(), Some(3), "{}", support::stderr(&output));
        assert!(support::stderr(&output).contains(message), "{}", support::stderr(&output));
        assert!(output.stdout.is_empty());
    }
    for (arguments, message) in [
        (["--only", "sound_shfit"], "no plugin `sound_shfit`"),
        (["--test", "identiy"], "no test `identiy` for these plugins; there are: options, identity"),
    ] {
        let output = check(planted(), &arguments);
        assert_eq!(output.status.code(), Some(2));
        assert!(support::stderr(&output).contains(message), "{}", support::stderr(&output));
    }
}

#[cfg(unix)]
fn compile(source: &Path, folder: &Path, stem: &str) -> PathBuf {
    let library = folder.join(file_name(stem));
    let status = Command::new("cc")
        .args(["-std=c11", "-O2", "-shared", "-fPIC"])
        .arg(format!("-I{}/plugins/abi/include", env!("CARGO_MANIFEST_DIR")))
        .arg(source)
        .args(["-lm", "-o"])
        .arg(&library)
        .status()
        .unwrap();
    assert!(status.success());
    library
}

#[cfg(unix)]
#[test]
fn plugins_in_c_are_checked_too() {
    let folder = tempfile::tempdir().unwrap();
    let vignette =
        compile(&support::repository().join("examples/c-plugin/vignette.c"), folder.path(), "vignette");
    let run = check(&vignette, &["--json"]);
    assert_eq!(run.status.code(), Some(0), "{}", String::from_utf8_lossy(&run.stdout));
    let lipschitz = verdicts(&run).into_iter().find(|v| v["test"] == "lipschitz").unwrap();
    assert_eq!(lipschitz["result"], "ok");
}

#[cfg(unix)]
#[test]
fn a_library_that_dies_on_opening_does_not_take_the_checker_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("dies.c");
    std::fs::write(
        &source,
        "#include <stdlib.h>\n__attribute__((constructor)) static void dies(void) { abort(); }\n",
    )
    .unwrap();
    let run = check(&compile(&source, folder.path(), "dies"), &[]);
    assert_eq!(run.status.code(), Some(3));
    assert!(support::stderr(&run).contains("ended by signal 6 (abort)"), "{}", support::stderr(&run));
}
