//! Worst cases that are known beforehand: the score of a class is a parabola in the mean brightness of the image.

use super::*;
use gsmooth::data::{Dataset, Format, Source};
use support::models::{self, floats, info, integers, node};

/// The mean brightness of MNIST's first test image, a 7.
fn mean_of_the_seven() -> f64 {
    let images = support::repository().join("onnx/mnist/test-images-idx3-ubyte.gz");
    let labels = support::repository().join("onnx/mnist/test-labels-idx1-ubyte.gz");
    let data = Dataset::open(&Source { labels: Some(labels), ..Source::new(Format::Idx, images) }).unwrap();
    assert_eq!(data.label(0), 7);
    let image = data.image(0).unwrap();
    image.iter().map(|pixel| f64::from(*pixel)).sum::<f64>() / image.len() as f64
}

/// A classifier that scores v = (mean - `dip`)^2 - `depth` for class 7 and -v for class 0: its margin is smallest where the mean
/// brightness is `dip`, and negative there if `depth` is positive.
fn parabola(dip: f64, depth: f64, folder: &Path) -> String {
    let mut weights = [0.0_f32; 10];
    (weights[7], weights[0]) = (1.0, -1.0);
    let mut below = [-9.0_f32; 10];
    (below[7], below[0]) = (0.0, 0.0);
    let constants = vec![
        integers("axes", &[1, 2, 3]),
        integers("row", &[-1, 1]),
        floats("dip", &[1], &[dip as f32]),
        floats("depth", &[1], &[depth as f32]),
        floats("weights", &[1, 10], &weights),
        floats("below", &[1, 10], &below),
    ];
    let nodes = vec![
        node("ReduceMean", &["image", "axes"], "mean"),
        node("Reshape", &["mean", "row"], "mean_row"),
        node("Sub", &["mean_row", "dip"], "off"),
        node("Mul", &["off", "off"], "square"),
        node("Sub", &["square", "depth"], "v"),
        node("MatMul", &["v", "weights"], "both"),
        node("Add", &["both", "below"], "scores"),
    ];
    let model = models::model(info("image", &[-1, 1, 28, 28]), constants, nodes, info("scores", &[-1, 10]));
    models::write(&model, folder, "parabola.onnx")
}

/// Pixel noise on that classifier under `brightness` within 0.4, for one image.
fn audit(model: &str, attack: &str) -> Audit {
    let small = Audit::small().set("count", "1").set("model", model).set("draws", "200");
    let head = small.text.split("\n[[case]]").next().unwrap().to_owned();
    let case = "\n[[case]]\nname = \"brightness\"\nmethod = \"pixel\"\nradii = [0.1, 0.4]\nanchors = 1\n\
         transformation = { plugin = \"brightness\", range = [-0.4, 0.4] }\nsemantic_noise = 0.1\n";
    Audit { text: head + case }.before_sampling(&format!("[attack]\n{attack}\n"))
}

#[test]
fn descent_finds_the_worst_case_between_the_points_of_the_grid() {
    let folder = tempfile::tempdir().unwrap();
    // Between the points 0 and 0.2 of the grid.
    let model = parabola(mean_of_the_seven() + 0.137, -0.01, folder.path());
    let audit = audit(&model, "grid = 5\ndraws = 40\nsteps = 12");
    let run = support::certified(&audit, folder.path());
    report(&attack(&audit, folder.path(), &["--json"]), 0);
    let line = &lines(&run)[0];
    for side in ["vanilla", "smoothed"] {
        let worst = line[side]["worst"].as_array().unwrap();
        // Within 0.1 the worst case is the end of the range.
        assert_eq!(worst[0]["parameters"][0], 0.1, "{side}");
        let found = worst[1]["parameters"][0].as_f64().unwrap();
        assert!((found - 0.137).abs() < 0.005, "{side}: {found}");
    }
}

#[test]
fn a_narrow_failure_between_the_points_of_the_grid_is_found() {
    let folder = tempfile::tempdir().unwrap();
    // Wrong within 0.02 of 0.29 alone: the grid has -0.4, -0.2, 0, 0.2, 0.4.
    let model = parabola(mean_of_the_seven() + 0.29, 0.0004, folder.path());
    let of_grid = audit(&model, "grid = 5\ndraws = 40\nsteps = 0");
    support::certified(&of_grid, folder.path());
    let accuracies = |report: &Value, column: &str| -> Vec<f64> {
        let rows = report["cases"][0]["rows"].as_array().unwrap();
        rows.iter().map(|row| row[column]["share"].as_f64().unwrap()).collect()
    };
    let on_grid = report(&attack(&of_grid, folder.path(), &["--json"]), 0);
    assert_eq!(accuracies(&on_grid, "vanilla"), [1.0, 1.0]);
    assert_eq!(accuracies(&on_grid, "smoothed"), [1.0, 1.0]);

    let descent = audit(&model, "grid = 5\ndraws = 40\nsteps = 12");
    let found = report(&attack(&descent, folder.path(), &["--json"]), 0);
    assert_eq!(accuracies(&found, "vanilla"), [1.0, 0.0]);
    assert_eq!(accuracies(&found, "smoothed"), [1.0, 0.0]);
    assert_eq!(found["cases"][0]["clean"]["share"], 1.0);
    assert_certified_at_most(&found, "smoothed");
}

/// All whole shifts are tried on the bare classifier, so that what is not certified within a radius is got wrong there.
#[test]
fn finitely_many_parameters_are_all_tried() {
    let folder = tempfile::tempdir().unwrap();
    let small = Audit::small();
    let head = small.text.split("\n[[case]]").next().unwrap().to_owned();
    let case = "\n[[case]]\nname = \"translation\"\nmethod = \"enumerate\"\nradii = [1.0, 3.0]\nnorm = \"linf\"\n\
         transformation = { plugin = \"translation\", range = [[-3.0, 3.0], [-3.0, 3.0]] }\n";
    let audit = Audit { text: head + case };
    let run = support::certified(&audit, folder.path());
    let found = report(&attack(&audit, folder.path(), &["--json"]), 0);
    let rows = found["cases"][0]["rows"].as_array().unwrap();
    for row in rows {
        assert_eq!(row["certified"]["count"], row["vanilla"]["count"], "{row}");
        assert!(row["smoothed"].is_null());
    }
    assert!(rows[1]["vanilla"]["count"].as_u64() < rows[0]["vanilla"]["count"].as_u64(), "too easy");
    assert!(lines(&run).iter().any(|line| line["vanilla"]["points"] == 49), "not all 7 x 7 shifts");
}
