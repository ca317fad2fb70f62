//! Cyclic translation by whole pixels under noise on the shift: what is certified is compared with the smoothed classifier's
//! exact probabilities, which are finite sums.

mod support;

use std::path::Path;

use gsmooth::audit::plan::{Plan, PlanOptions};
use gsmooth::certify::worker::CaseNetworks;
use gsmooth::stats::normal;
use support::audit::Audit;

/// Pixels of a side.
const SIDE: usize = 28;
const SCALE: f64 = 1.5;
const RADII: [f64; 2] = [1.0, 2.5];

fn audit() -> Audit {
    let small = Audit::small();
    let head =
        small.text.split("\n[[case]]").next().unwrap().replace("mode = \"fixed\"", "mode = \"target\"");
    let case = format!(
        "\n[[case]]\nname = \"translation\"\nmethod = \"resolvable\"\n\
         transformation = {{ plugin = \"translation\", range = [[-3.5, 3.5], [-3.5, 3.5]] }}\n\
         radii = {RADII:?}\nnorm = \"linf\"\nnoise = {{ plugin = \"gaussian\", scale = {SCALE} }}\n"
    );
    Audit { text: (head + &case).replace("draws = 200", "draws = 20000") }
}

/// The mass of a shift's coordinate at each place of the circle, for noise around 0 that is rounded to whole pixels.
fn wrapped() -> Vec<f64> {
    let below = |edge: f64| normal::cdf(edge / SCALE);
    let mut masses = vec![0.0; SIDE];
    for shift in -60_i32..=60 {
        let place = shift.rem_euclid(SIDE as i32) as usize;
        masses[place] += below(f64::from(shift) + 0.5) - below(f64::from(shift) - 0.5);
    }
    masses
}

/// Whether the bare classifier answers `class` at each of the 28 x 28 shifts of an image.
fn answers(plan: &Plan, index: usize, class: u32) -> Vec<bool> {
    let case = &plan.cases[0].case;
    let image = plan.data.image(index).unwrap();
    let mut worker = plan.cases[0].worker(&plan.runtime, &plan.session).unwrap();
    let shifts: Vec<f64> =
        (0..SIDE * SIDE).flat_map(|place| [(place / SIDE) as f64, (place % SIDE) as f64]).collect();
    let images = case.transformation.apply_at(&image, case.shape, &shifts).unwrap();
    let scores = worker.scores(&images).unwrap();
    let best = |row: &[f32]| (0..row.len()).max_by(|&a, &b| row[a].total_cmp(&row[b])).unwrap();
    scores.chunks_exact(case.classes).map(|row| best(row) == class as usize).collect()
}

/// G at a whole shift: the noise adds to it, around the circle.
fn smoothed(answers: &[bool], masses: &[f64], down: i32, right: i32) -> f64 {
    let place = |shift: i32, noise: usize| (shift + noise as i32).rem_euclid(SIDE as i32) as usize;
    let mut sum = 0.0;
    for (i, of_row) in masses.iter().enumerate() {
        for (j, of_column) in masses.iter().enumerate() {
            if answers[place(down, i) * SIDE + place(right, j)] {
                sum += of_row * of_column;
            }
        }
    }
    sum
}

fn plan(path: &Path) -> Plan {
    let options = PlanOptions {
        ort_lib: Some(support::onnx_runtime().to_owned()),
        plugin_path: vec![support::profile_folder().to_owned()],
        ..PlanOptions::default()
    };
    Plan::open(path, &options, &mut |_| {}).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn every_whole_shift_within_a_certified_radius_keeps_the_class() {
    let folder = tempfile::tempdir().unwrap();
    let run = support::certified(&audit(), folder.path());
    let plan = plan(&folder.path().join("audit.toml"));
    let masses = wrapped();
    assert!((masses.iter().sum::<f64>() - 1.0).abs() < 1e-12);
    let (mut certified, mut shared) = (0, 0);
    for record in run.records().iter().filter(|record| record.radius > 0.0) {
        let answers = answers(&plan, record.index as usize, record.predicted.unwrap());
        // Halves are rounded up: 2.5 acts like 3, -2.5 like -2.
        let (low, high) = ((0.5 - record.radius).floor() as i32, (record.radius + 0.5).floor() as i32);
        for down in low..=high {
            for right in low..=high {
                let kept = smoothed(&answers, &masses, down, right);
                assert!(kept > 0.5, "image {}: {kept} at ({down}, {right})", record.index);
            }
        }
        certified += 1;
        shared += usize::from(record.cells.iter().any(|cell| cell.low < cell.high));
    }
    assert!(certified >= 4, "only {certified} images are certified");
    assert!(shared > 0, "no anchor proves more than one shift");
}

/// One anchor: the radius may not reach farther than the shifts that radii are rounded to.
#[test]
fn a_single_anchor_pays_for_the_shift_that_a_radius_is_rounded_to() {
    let folder = tempfile::tempdir().unwrap();
    let radii = |radius: &str| {
        let single = audit().with("radii = [1.0, 2.5]", &format!("radii = [{radius}]\nanchors = 1"));
        let single = single.with("mode = \"target\"", "mode = \"fixed\"").set("draws", "2000");
        let run = support::certified(&single, &folder.path().join(radius));
        run.records().iter().map(|record| record.radius > 0.0).collect::<Vec<_>>()
    };
    // 1.5 is rounded to 2, on one side: it costs as much as 2.
    assert_eq!(radii("1.5"), radii("2.0"));
    assert!(radii("0.4").iter().filter(|certified| **certified).count() > 0);
}
