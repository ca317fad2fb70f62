//! `gsmooth evaluate` with the real binary, on a classifier whose answers are known: it looks at the mean brightness alone.

mod support;

use std::path::Path;
use std::process::Output;

use gsmooth::data::{Dataset, Format, Source};
use serde_json::Value;
use support::audit::Audit;
use support::models::{self, floats, info, integers, node};

const IMAGES: usize = 12;
/// Standard deviation of the pixel noise; of the mean of 784 pixels it is a 28th of that.
const NOISE: f64 = 0.1;

fn data() -> Dataset {
    let images = support::repository().join("onnx/mnist/test-images-idx3-ubyte.gz");
    let labels = support::repository().join("onnx/mnist/test-labels-idx1-ubyte.gz");
    Dataset::open(&Source { labels: Some(labels), ..Source::new(Format::Idx, images) }).unwrap()
}

fn mean(data: &Dataset, index: usize) -> f64 {
    let image = data.image(index).unwrap();
    image.iter().map(|pixel| f64::from(*pixel)).sum::<f64>() / image.len() as f64
}

/// Class 1 for dark images, class 4 for those of a mean brightness above `edge`.
fn threshold(edge: f64, folder: &Path, name: &str) -> String {
    let mut weights = [0.0_f32; 10];
    (weights[1], weights[4]) = (-1.0, 1.0);
    let mut below = [-9.0_f32; 10];
    (below[1], below[4]) = (0.0, 0.0);
    let constants = vec![
        integers("axes", &[1, 2, 3]),
        integers("row", &[-1, 1]),
        floats("edge", &[1], &[edge as f32]),
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
    models::write(&model, folder, name)
}

/// The classifier under pixel noise, under `brightness` and `brightness_contrast`, beside another of the same kind.
fn audit(edge: f64, folder: &Path, evaluate: &str) -> Audit {
    let (model, other) =
        (threshold(edge, folder, "threshold.onnx"), threshold(edge + 0.05, folder, "higher.onnx"));
    let small = Audit::small().set("model", &model);
    let head = small.text.split("\n[[case]]").next().unwrap().to_owned();
    let case = format!(
        "\n[[case]]\nname = \"brightness\"\nmethod = \"pixel\"\nradii = [0.1]\nsemantic_noise = {NOISE}\n\
         transformation = {{ plugin = \"brightness\", range = [-0.2, 0.2] }}\n\
         \n[[case]]\nname = \"shifts\"\nmethod = \"enumerate\"\nradii = [1.0]\n\
         transformation = {{ plugin = \"translation\", range = [[-1.0, 1.0], [-1.0, 1.0]] }}\n"
    );
    let evaluate = format!("[evaluate]\nmodels = [{other}]\n{evaluate}\n");
    Audit { text: head + &case }.before_sampling(&evaluate)
}

const CORRUPTIONS: &str = "corruption = [
    { plugin = \"brightness\", parameters = [0.05, -0.05] },
    { plugin = \"brightness_contrast\", parameters = [[0.5, 0.0]] },
    { plugin = \"brightness_c\", severities = [0] },
]";

fn evaluate(audit: &Audit, folder: &Path, arguments: &[&str]) -> Output {
    let mut command = support::plain_gsmooth();
    command.arg("evaluate").arg(audit.write(folder)).arg("--output").arg(folder.join("run"));
    command.args(arguments).output().unwrap()
}

fn report(said: &Output) -> Value {
    assert_eq!(said.status.code(), Some(0), "{}", support::stderr(said));
    serde_json::from_slice(&said.stdout).unwrap()
}

/// What the classifier answers where noise makes no difference; `None` where it does.
fn answer(brightness: f64, edge: f64) -> Option<u32> {
    let deviations = (brightness - edge) / (NOISE / 28.0);
    (deviations.abs() > 4.0).then_some(if deviations > 0.0 { 4 } else { 1 })
}

/// What a corruption makes of the mean brightness of an image.
type Corrupt = fn(f64) -> f64;

#[test]
fn every_figure_is_what_it_must_be() {
    let (folder, data) = (tempfile::tempdir().unwrap(), data());
    // The edge lies on an image, whose smoothed probability is therefore 1/2: it must abstain.
    let edge = mean(&data, 4);
    let audit = audit(edge, folder.path(), CORRUPTIONS);
    let report = report(&evaluate(&audit, folder.path(), &["--json"]));
    let text = std::fs::read_to_string(folder.path().join("run/evaluate.json")).unwrap();
    assert_eq!(report, serde_json::from_str::<Value>(&text).unwrap());
    let names: Vec<&str> =
        report["columns"].as_array().unwrap().iter().map(|c| c["name"].as_str().unwrap()).collect();
    assert!(names[0].ends_with("threshold.onnx") && names[1].ends_with("higher.onnx"), "{names:?}");
    assert_eq!(names[2..], ["brightness"], "what is enumerated is not smoothed");

    let brighter: [(&str, Value, Corrupt); 5] = [
        ("clean", Value::from(Vec::<f64>::new()), |mean| mean),
        ("brightness", vec![0.05].into(), |mean| mean + 0.05),
        ("brightness", vec![-0.05].into(), |mean| mean - 0.05),
        ("brightness_contrast", vec![0.5, 0.0].into(), |mean| 0.5_f64.exp() * mean),
        ("brightness_c", vec![0.0].into(), |mean| mean),
    ];
    let rows = report["rows"].as_array().unwrap();
    assert_eq!(rows.len(), brighter.len());
    let mut abstained = 0;
    for (row, (name, strength, corrupt)) in rows.iter().zip(brighter) {
        assert_eq!((row["corruption"].as_str().unwrap_or("clean"), &row["strength"]), (name, &strength));
        let means: Vec<f64> = (0..IMAGES).map(|index| corrupt(mean(&data, index))).collect();
        let right = |answer: Option<u32>, index: usize| answer == Some(data.label(index));
        for (column, edge) in [edge, edge + 0.05].into_iter().enumerate() {
            let of_bare = |mean: f64| Some(if mean > edge { 4 } else { 1 });
            let correct =
                |index: &usize| (means[*index] - edge).abs() > 1e-6 && right(of_bare(means[*index]), *index);
            let on_the_edge = (0..IMAGES).filter(|index| (means[*index] - edge).abs() <= 1e-6).count() as u64;
            let (found, expected) = (
                row["cells"][column]["correct"].as_u64().unwrap(),
                (0..IMAGES).filter(correct).count() as u64,
            );
            // An image on the edge itself is decided by the last bit.
            assert!(
                (expected..=expected + on_the_edge).contains(&found),
                "{name}, {column}: {found}, {expected}"
            );
        }
        let smoothed = &row["cells"][2];
        let correct = (0..IMAGES).filter(|index| right(answer(means[*index], edge), *index)).count();
        let close = (0..IMAGES).filter(|index| answer(means[*index], edge).is_none()).count() as u64;
        let found = smoothed["correct"].as_u64().unwrap();
        assert!((correct as u64..=correct as u64 + close).contains(&found), "{name}: {smoothed}");
        assert!(smoothed["abstained"].as_u64().unwrap() <= close);
        assert_eq!(smoothed["accuracy"].as_f64().unwrap(), found as f64 / IMAGES as f64);
        abstained += smoothed["abstained"].as_u64().unwrap();
        let interval = &smoothed["interval"];
        assert!(interval[0].as_f64() < interval[1].as_f64());
    }
    // Image 4, as it is and at severity 0.
    assert!(abstained >= 2, "{abstained}");
    assert!(rows[0]["cells"][2]["abstained"].as_u64() >= Some(1));
    assert_means(&report);
}

/// Over the strengths of a corruption, then over corruptions; images as they are do not enter.
fn assert_means(report: &Value) {
    let accuracy =
        |row: usize, column: usize| report["rows"][row]["cells"][column]["accuracy"].as_f64().unwrap();
    for column in 0..3 {
        let means =
            [0.5 * (accuracy(1, column) + accuracy(2, column)), accuracy(3, column), accuracy(4, column)];
        for (at, mean) in means.iter().enumerate() {
            let found = report["means"][at]["accuracies"][column].as_f64().unwrap();
            assert!((found - mean).abs() < 1e-12, "{at}, {column}: {found}, {mean}");
        }
        let overall = report["mean"][column].as_f64().unwrap();
        assert!((overall - means.iter().sum::<f64>() / 3.0).abs() < 1e-12);
    }
}

#[test]
fn the_table_and_the_file_of_comma_separated_values_say_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let audit = audit(0.1, folder.path(), CORRUPTIONS);
    let said = evaluate(&audit, folder.path(), &[]);
    assert_eq!(said.status.code(), Some(0), "{}", support::stderr(&said));
    let table = String::from_utf8(said.stdout).unwrap();
    let head = "| corruption          | severity | vanilla threshold | vanilla higher | smoothed brightness | abstained |";
    assert!(table.contains(head), "{table}");
    for row in ["| clean ", "| brightness  ", "| brightness_contrast |   0.5, 0 |", "| all "] {
        assert!(table.contains(row), "{table}");
    }
    let csv = std::fs::read_to_string(folder.path().join("run/evaluate.csv")).unwrap();
    let lines: Vec<&str> = csv.lines().collect();
    assert_eq!(lines.len(), 1 + 5 * 3);
    assert_eq!(lines[0], "corruption,strength,kind,name,images,correct,abstained,errors,accuracy,low,high");
    assert!(
        lines[1].starts_with("clean,,vanilla,")
            && lines[12].starts_with("brightness_contrast,0.5 0,smoothed,")
    );
}

#[test]
fn threads_and_batches_change_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let audit = audit(0.1, folder.path(), &format!("draws = 40\n{CORRUPTIONS}"));
    let found = |runtime: &str| {
        let audit = audit.before_sampling(&format!("[runtime]\n{runtime}"));
        let said = evaluate(&audit, folder.path(), &["--quiet", "--json"]);
        assert_eq!(support::stderr(&said), "");
        report(&said)
    };
    assert_eq!(found("threads = 1\nbatch = 5"), found("threads = 3\nbatch = 0"));
}

/// Without a case there is still something to measure; and what is measured is no part of what is certified.
#[test]
fn classifiers_alone_can_be_measured() {
    let folder = tempfile::tempdir().unwrap();
    let whole = audit(0.1, folder.path(), CORRUPTIONS);
    let bare = Audit { text: whole.text.split("\n[[case]]").next().unwrap().to_owned() };
    let report = report(&evaluate(&bare, folder.path(), &["--json"]));
    assert_eq!(report["columns"].as_array().unwrap().len(), 2);

    let without =
        Audit { text: whole.text.replace("[evaluate]", "[evaluate] # none").replace(CORRUPTIONS, "") };
    let of = |audit: &Audit, name: &str| support::certified(audit, &folder.path().join(name)).header();
    assert_eq!(of(&whole, "with"), of(&without, "without"));
}

#[test]
fn what_cannot_be_measured_is_refused_with_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let one = |corruption: &str| format!("corruption = [{{ {corruption} }}]");
    for (evaluate_table, code, words) in [
        (
            one("plugin = \"brightness\", severities = [1]"),
            2,
            "`brightness` has no severity; state `parameters`",
        ),
        (one("plugin = \"brightness_c\", severities = [6]"), 2, "`severity` in [0, 5]"),
        (one("plugin = \"brightness_c\", severities = []"), 2, "an array of numbers"),
        (one("plugin = \"brightness_contrast\", parameters = [0.5]"), 2, "an array of arrays of numbers"),
        (one("plugin = \"brightness_c\""), 2, "severities = [1, 2, 3, 4, 5]"),
        (
            one("plugin = \"brightness_c\", severities = [1], parameters = [1]"),
            2,
            "one of `severities` and `parameters`",
        ),
        (one("plugin = \"brightness_c\", severities = [1], constant = \"cifar\""), 2, "constant"),
        (one("plugin = \"brightnes_c\", severities = [1]"), 3, "brightness_c"),
        ("draws = 0".to_owned(), 2, "`draws` can't be 0"),
        ("smoothed = [\"shifts\"]".to_owned(), 2, "`smoothed` can't be `shifts`; it is one of brightness"),
        ("corruptions = []".to_owned(), 2, "did you mean `corruption`?"),
    ] {
        let audit = audit(0.1, folder.path(), &evaluate_table);
        let said = evaluate(&audit, folder.path(), &[]);
        let text = support::stderr(&said);
        assert_eq!(said.status.code(), Some(code), "{evaluate_table}: {text}");
        assert!(text.contains(words) && text.contains("audit.toml:"), "{evaluate_table}: {text}");
    }
    let said = evaluate(&Audit::small(), folder.path(), &[]);
    assert_eq!(said.status.code(), Some(2));
    assert!(support::stderr(&said).contains("has no `[evaluate]` table"), "{}", support::stderr(&said));
}
