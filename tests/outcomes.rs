//! How a run ends: exit codes, and what goes to standard output and standard error.

use std::path::Path;
use std::process::Stdio;

use gsmooth::audit::records::Record;
use gsmooth::certify::outcome::Status;
use gsmooth::onnx::proto::ModelProto;

#[path = "outcomes/requirements.rs"]
mod requirements;
mod support;

use support::audit::Audit;
use support::models;

/// The small audit with one anchor: the ends of runs are looked at here, not what they prove.
fn audit() -> Audit {
    Audit::small().with("method = ", "anchors = 1\nmethod = ")
}

/// The model whose output is NaN for every image whose pixels sum to more than `limit`.
fn blind_to_bright_images(mut model: ModelProto, limit: f32) -> ModelProto {
    let (input, output) = {
        let graph = models::graph(&mut model);
        (graph.input[0].name.clone().unwrap(), graph.output[0].name.clone().unwrap())
    };
    let rank = if output == "logits" { vec![1] } else { vec![1, 1, 1] };
    let shape: Vec<i64> = std::iter::once(-1).chain(rank).collect();
    let constants = [
        models::integers("pixel_axes", &[1, 2, 3]),
        models::floats("limit", &[1], &[limit]),
        models::floats("nothing", &[1], &[0.0]),
        models::integers("one_each", &shape),
    ];
    let nodes = vec![
        models::node("ReduceSum", &[&input, "pixel_axes"], "light"),
        models::node("Sub", &["limit", "light"], "spare"),
        models::node("Sqrt", &["spare"], "root"),
        models::node("Mul", &["root", "nothing"], "zero_or_nan"),
        models::node("Reshape", &["zero_or_nan", "one_each"], "zero_or_nan_each"),
        models::node("Add", &["seeing", "zero_or_nan_each"], &output),
    ];
    models::append(&mut model, "seeing", nodes);
    models::graph(&mut model).initializer.extend(constants);
    model
}

/// The small audit with a classifier or an encoder F2 that fails for bright images.
fn with_blind(folder: &Path, part: &str, limit: f32) -> Audit {
    let (key, model) = match part {
        "f2" => ("f2", models::shipped("defocus-blur/f2.onnx")),
        _ => ("model", models::shipped("classifier.onnx")),
    };
    let path = models::write(&blind_to_bright_images(model, limit), folder, "blind.onnx");
    audit().set(key, &path)
}

fn by_status(records: &[Record], status: Status) -> usize {
    records.iter().filter(|record| record.status == status).count()
}

#[test]
fn images_that_fail_are_counted_shown_and_not_certified() {
    let folder = tempfile::tempdir().unwrap();
    let (said, run) = support::certify(&with_blind(folder.path(), "f2", 119.0), folder.path());
    assert_eq!(said.status.code(), Some(5), "{}", support::stderr(&said));
    // Images 3, 8 and 9 are brighter than that; others may become so as they are blurred.
    let records: Vec<Record> = run.records().into_iter().filter(|r| r.case == "defocus_blur").collect();
    let failed: Vec<&Record> = records.iter().filter(|record| record.status == Status::Error).collect();
    assert!([3, 8, 9].iter().all(|bright| failed.iter().any(|record| record.index == *bright)));
    for record in &failed {
        assert!(record.error.as_ref().unwrap().contains("not finite"), "{record:?}");
        assert!(record.radius == 0.0 && record.predicted.is_none() && !record.correct, "{record:?}");
    }
    assert!(by_status(&records, Status::Certified) >= 4);
    assert_eq!(run.summary()["cases"][1]["errors"], failed.len());
    let stdout = String::from_utf8(said.stdout).unwrap();
    assert!(stdout.contains(&format!("defocus_blur: {} images ended in an error", failed.len())), "{stdout}");
    let not_predicted = |line: &&str| line.contains("defocus_blur") && line.contains("\t-1\t0.000000\t0\t");
    assert!(run.text("certify.tsv").lines().filter(not_predicted).count() >= failed.len());
}

#[test]
fn draws_that_fail_count_against() {
    let folder = tempfile::tempdir().unwrap();
    // Blurred imitations of image 0 are about this bright: some of them fail, others do not.
    let (said, run) = support::certify(&with_blind(folder.path(), "classifier", 73.0), folder.path());
    assert_eq!(said.status.code(), Some(0), "{}", support::stderr(&said));
    let records = run.records();
    assert!(records.iter().any(|record| (1..record.draws).contains(&record.failures)), "some, not all");
    for record in records {
        let votes: u64 = record.selection.counts.iter().chain(&record.counts).sum();
        assert_eq!(votes + record.failures, record.draws, "{record:?}");
        let Some(p_a) = record.p_a else { continue };
        let own = record.counts[record.predicted.unwrap() as usize];
        assert!(p_a <= own as f64 / 200.0, "failures are no votes: {record:?}");
    }
    let stdout = String::from_utf8(said.stdout).unwrap();
    assert!(stdout.contains("draws failed; all count as not certified"), "{stdout}");
}

#[test]
fn json_is_the_summary_and_quiet_is_quiet() {
    let folder = tempfile::tempdir().unwrap();
    let file = audit().write(folder.path());
    let run = folder.path().join("run");
    let said = support::plain_gsmooth()
        .arg("certify")
        .arg(&file)
        .args(["--json", "--quiet", "--output"])
        .arg(&run)
        .output()
        .unwrap();
    assert_eq!((said.status.code(), support::stderr(&said)), (Some(0), String::new()));
    let summary: serde_json::Value = serde_json::from_slice(&said.stdout).unwrap();
    assert_eq!(summary, support::run_folder::RunFolder(run).summary());
}

/// A run must not die of a reader that went away, such as `2>&1 | head`.
#[test]
fn nobody_needs_to_read_the_messages() {
    let folder = tempfile::tempdir().unwrap();
    let file = audit().write(folder.path());
    let run = folder.path().join("run");
    let mut command = support::plain_gsmooth();
    command.arg("certify").arg(&file).args(["-v", "--output"]).arg(&run);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stderr.take());
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert_eq!(support::run_folder::RunFolder(run).records().len(), 24);

    let absent = folder.path().join("absent.toml");
    let mut command = support::plain_gsmooth();
    let mut child = command.arg("certify").arg(absent).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stderr.take());
    assert_eq!(child.wait().unwrap().code(), Some(2), "not the code of a panic");
}

#[test]
#[cfg(target_os = "linux")]
fn results_that_cannot_be_written_are_an_error_and_stay_on_record() {
    let folder = tempfile::tempdir().unwrap();
    let file = audit().write(folder.path());
    let run = folder.path().join("run");
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let said = support::plain_gsmooth()
        .arg("certify")
        .arg(&file)
        .arg("--output")
        .arg(&run)
        .stdout(full)
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
        .wait_with_output()
        .unwrap();
    assert_eq!(said.status.code(), Some(3));
    assert!(support::stderr(&said).contains("cannot write the results: No space left"));
    assert_eq!(support::run_folder::RunFolder(run).records().len(), 24);
}
