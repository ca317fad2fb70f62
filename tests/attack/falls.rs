//! Certificates that do not hold.

use std::sync::Arc;

use super::*;
use gsmooth::audit::plan::{Plan, PlanOptions};
use gsmooth::certify::worker::CaseWorker;
use gsmooth::smoothing::question::Counts;
use gsmooth::smoothing::site::{Draw, Site};
use gsmooth::smoothing::stream::{Purpose, StreamKey, StreamName};
use gsmooth::smoothing::voter::Voter;
use support::models::{self, floats, info, integers, node};

/// Class 0 for dark images, class 1 for those of a mean brightness above `edge`.
fn threshold(edge: f32, folder: &Path) -> String {
    let mut weights = [0.0_f32; 10];
    (weights[0], weights[1]) = (-1.0, 1.0);
    let mut below = [-9.0_f32; 10];
    (below[0], below[1]) = (0.0, 0.0);
    let constants = vec![
        integers("axes", &[1, 2, 3]),
        integers("row", &[-1, 1]),
        floats("edge", &[1], &[edge]),
        floats("weights", &[1, 10], &weights),
        floats("below", &[1, 10], &below),
    ];
    let nodes = vec![
        node("ReduceMean", &["image", "axes"], "mean"),
        node("Reshape", &["mean", "row"], "mean_row"),
        node("Sub", &["mean_row", "edge"], "above"),
        node("MatMul", &["above", "weights"], "both"),
        node("Add", &["both", "below"], "scores"),
    ];
    let model = models::model(info("image", &[-1, 1, 28, 28]), constants, nodes, info("scores", &[-1, 10]));
    models::write(&model, folder, "threshold.onnx")
}

/// Four images under a law of noise that is a hundred times narrower than it says. Image 3 is a 0, so that its label is certified.
fn audit(folder: &Path, noise: &str) -> Audit {
    let model = threshold(0.4, folder);
    let small = Audit::small().set("count", "4").set("model", &model);
    let head = small.text.split("\n[[case]]").next().unwrap().to_owned();
    let case = format!(
        "\n[[case]]\nname = \"brightness\"\nmethod = \"resolvable\"\nradii = [0.05, 1.0]\nanchors = 1\nnoise = {noise}\n\
         transformation = {{ plugin = \"brightness\", range = [-1.0, 1.0] }}\n"
    );
    Audit { text: head + &case }.before_sampling(QUICK)
}

const NARROW: &str = "{ plugin = \"narrow_samples\" }";

fn with_planted(arguments: &[&str]) -> Vec<String> {
    let path = support::plugins::planted().display().to_string();
    arguments.iter().map(|word| (*word).to_owned()).chain(["--plugin-path".to_owned(), path]).collect()
}

fn run(command: &str, audit: &Audit, folder: &Path, arguments: &[&str]) -> Output {
    let mut gsmooth = support::plain_gsmooth();
    gsmooth.arg(command).arg(audit.write(folder)).arg("--output").arg(folder.join("run"));
    gsmooth.args(with_planted(arguments)).output().unwrap()
}

#[test]
fn a_law_that_misstates_its_scale_is_brought_down() {
    let folder = tempfile::tempdir().unwrap();
    let audit = audit(folder.path(), NARROW);
    let said = run("certify", &audit, folder.path(), &[]);
    assert!(said.status.success(), "{}", support::stderr(&said));
    let records = RunFolder(folder.path().join("run")).records();
    assert!(records.iter().all(|record| record.radius == 1.0 && record.predicted == Some(0)));

    let said = run("attack", &audit, folder.path(), &["--json"]);
    let report = report(&said, 1);
    let case = &report["cases"][0];
    let falls = case["falls"].as_array().unwrap();
    assert_eq!(falls.len(), 4, "the certificate of every image, whatever its label");
    assert_eq!((&case["rows"][0]["falls"], &case["rows"][1]["falls"]), (&0.into(), &4.into()));
    let loud = support::stderr(&said);
    for fall in falls {
        assert_eq!(fall["radius_kind"], "proven");
        assert!(fall["size"].as_f64().unwrap() <= 1.0 && fall["size"].as_f64().unwrap() > 0.2, "{fall}");
        // Everything that it takes is said, to the last digit.
        let xi = fall["parameters"][0].as_f64().unwrap();
        let index = &fall["index"];
        assert!(
            loud.contains(&format!("FALL: case brightness, image {index}: class 0 is certified")),
            "{loud}"
        );
        assert!(loud.contains(&format!("xi = [{xi:?}]")), "{loud}");
        assert!(loud.contains(&format!("index {index}, purpose confirmation, anchor 0")), "{loud}");
    }
    assert!(loud.contains("4 of 4 certificates do not hold"), "{loud}");
    // Image 3 alone is a 0: certified for its label, and wrong under attack.
    let last = &case["rows"][1];
    assert_eq!((&last["certified"]["count"], &last["smoothed"]["count"]), (&1.into(), &0.into()));
    reproduce(&folder.path().join("audit.toml"), falls);
}

/// Draws again what a report says of some falls.
fn reproduce(audit: &Path, falls: &[Value]) {
    let options = PlanOptions {
        ort_lib: Some(support::onnx_runtime().to_owned()),
        plugin_path: vec![support::plugins::planted().to_owned(), support::profile_folder().to_owned()],
        ..PlanOptions::default()
    };
    let plan = Plan::open(audit, &options, &mut |_| {}).unwrap_or_else(|error| panic!("{error}"));
    let planned = &plan.cases[0];
    let case = &planned.case;
    let mut worker: CaseWorker = planned.worker(&plan.runtime, &plan.session).unwrap();
    for fall in falls {
        let (evidence, stream) = (&fall["evidence"], &fall["evidence"]["stream"]);
        let number = |value: &Value| value.as_u64().unwrap();
        let image = plan.data.image(number(&fall["index"]) as usize).unwrap();
        let xi = [fall["parameters"][0].as_f64().unwrap()];
        let moved = case.transformation.apply_at(&image, case.shape, &xi).unwrap();
        let key = StreamKey::new(StreamName {
            seed: number(&stream["seed"]),
            case: stream["case"].as_str().unwrap(),
            index: number(&stream["index"]),
            purpose: Purpose::Confirmation,
            anchor: number(&stream["anchor"]),
            generation: number(&stream["generation"]),
        });
        let site = Site { source: Arc::new(case.source(moved.into(), &[])), key };
        let draws: Vec<Draw<'_>> =
            (0..number(&evidence["draws"])).map(|number| Draw { site: &site, number }).collect();
        let (mut votes, mut counts) = (Vec::new(), Counts::new(case.classes));
        worker.vote(&draws, &mut votes);
        votes.into_iter().for_each(|vote| counts.add(vote));
        let expected: Vec<u64> = evidence["counts"].as_array().unwrap().iter().map(number).collect();
        assert_eq!((counts.votes, counts.failures), (expected, number(&evidence["failures"])));
    }
}

#[test]
fn the_law_that_it_says_it_is_stands() {
    let folder = tempfile::tempdir().unwrap();
    let audit = audit(folder.path(), "{ plugin = \"logistic\" }");
    assert!(run("certify", &audit, folder.path(), &[]).status.success());
    let report = report(&run("attack", &audit, folder.path(), &["--json"]), 0);
    assert_certified_at_most(&report, "smoothed");
    assert_eq!(report["cases"][0]["falls"], Value::Array(Vec::new()));
}

/// Without noise nothing needs to be drawn: another answer is another answer.
#[test]
fn a_false_record_of_the_bare_classifier_falls() {
    let folder = tempfile::tempdir().unwrap();
    let small = Audit::small();
    let head = small.text.split("\n[[case]]").next().unwrap().to_owned();
    let case = "\n[[case]]\nname = \"translation\"\nmethod = \"enumerate\"\nradii = [1.0, 3.0]\nnorm = \"linf\"\n\
         transformation = { plugin = \"translation\", range = [[-3.0, 3.0], [-3.0, 3.0]] }\n";
    let audit = Audit { text: head + case };
    let run = support::certified(&audit, folder.path());
    let refused = run.records().iter().filter(|record| record.radius < 3.0).count();
    assert!(refused > 0, "nothing to forge");
    let forged = run.text("records.jsonl").replace("\"refused\"", "\"certified\"");
    let forged =
        forged.replace("\"radius\":0.0", "\"radius\":3.0").replace("\"radius\":1.0", "\"radius\":3.0");
    std::fs::write(run.0.join("records.jsonl"), forged).unwrap();
    let said = attack(&audit, folder.path(), &["--json"]);
    let falls = report(&said, 1)["cases"][0]["falls"].as_array().unwrap().len();
    assert_eq!(falls, refused);
    assert!(support::stderr(&said).contains("the bare classifier answers another class there"));
}
