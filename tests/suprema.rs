//! The supremum of the move over a range, as each estimator bounds it, against a grid twenty times finer: on the shipped
//! surrogates and real images.

mod support;

use std::path::Path;

use gsmooth::audit::plan::{Plan, PlanOptions};
use gsmooth::certify::case::Method;
use gsmooth::certify::features::{FeatureStore, Features, Images};
use gsmooth::certify::geometry::{ChannelGeometry, Kind};
use gsmooth::certify::growth::{Growth, GrowthStore};
use gsmooth::certify::moves::Move;
use gsmooth::certify::worker::CaseWorker;
use gsmooth::host::{Registry, SearchPath};

/// Images tried.
const IMAGES: usize = 20;
/// Points of the fine grid: twenty times as many as the displacement estimator starts from.
const FINE: usize = 640;

/// Defocus blur with noise on the pixels alone.
const PIXEL_DEFOCUS: &str = r#"name = "defocus"
        method = "pixel"
        transformation = { plugin = "defocus_blur", range = [0.0, 5.0] }
        semantic_noise = 0.25"#;

/// Bounds of the distance over boxes of one image's parameters.
struct Image<'a> {
    plan: &'a Plan,
    worker: CaseWorker,
    pixels: Vec<f32>,
    features: FeatureStore,
    growth: GrowthStore,
}

impl Image<'_> {
    fn with<T>(&mut self, estimator: &str, question: impl FnOnce(&mut ChannelGeometry<'_>) -> T) -> T {
        let registry = Registry::load(&SearchPath::of([support::profile_folder().to_owned()])).unwrap();
        let estimator = registry.estimator(estimator, &[]).unwrap();
        let case = &self.plan.cases[0].case;
        let Method::Channel(parts) = &case.method else { panic!("a channel") };
        let features = Features {
            image: &self.pixels,
            shape: case.shape,
            images: Images::Real(&case.transformation),
            encoder: self.worker.encoder.as_mut(),
            store: &mut self.features,
        };
        let growth = Growth {
            image: &self.pixels,
            shape: case.shape,
            transformation: &case.transformation,
            range: &case.range,
            encoder: &parts.growth,
            semantic_noise: parts.metric.semantic_noise(),
            real: true,
            store: &mut self.growth,
        };
        let (metric, range) = (&*parts.metric, &case.range);
        let origin = None;
        question(&mut ChannelGeometry {
            features,
            origin,
            growth,
            metric,
            estimator: &estimator,
            range,
            slack: 0.0,
        })
    }

    fn bound(&mut self, estimator: &str, anchor: f64, low: f64, high: f64) -> (f64, Kind) {
        self.with(estimator, |geometry| {
            let moves = geometry.moves(&[anchor], &[low], &[high]).unwrap();
            let Move::Gaussian { distance } = &moves.worst[0] else { panic!("a Gaussian move") };
            (*distance, moves.kind)
        })
    }

    fn on_fine_grid(&mut self, anchor: f64, low: f64, high: f64) -> f64 {
        let at = |i: usize| vec![low + (high - low) * i as f64 / FINE as f64];
        let points: Vec<Vec<f64>> = (0..=FINE).map(at).collect();
        let distances = self.with("displacement", |geometry| geometry.distances(&[anchor], &points).unwrap());
        distances.into_iter().fold(0.0, f64::max)
    }
}

fn root() -> String {
    support::repository().display().to_string().replace('\\', "/")
}

fn plan(folder: &Path, surrogate: &str, sigma1: f64, sigma2: f64) -> Plan {
    let root = root();
    let case = format!(
        r#"name = "defocus"
        method = "semantic"
        transformation = {{ plugin = "defocus_blur", range = [0.0, 5.0] }}
        noise = {{ plugin = "gaussian", scale = {sigma1} }}
        semantic_noise = {sigma2}
        surrogate = {{ f1 = "{root}/onnx/mnist/{surrogate}/f1.onnx", f2 = "{root}/onnx/mnist/{surrogate}/f2.onnx", h = "{root}/onnx/mnist/{surrogate}/h.onnx" }}"#
    );
    plan_of(folder, &case)
}

/// The plan of an audit with this case.
fn plan_of(folder: &Path, case: &str) -> Plan {
    support::build_plugins();
    let root = root();
    let audit = format!(
        r#"version = 1
        data = {{ format = "idx", images = "{root}/onnx/mnist/test-images-idx3-ubyte.gz", labels = "{root}/onnx/mnist/test-labels-idx1-ubyte.gz", count = {IMAGES} }}
        classifier = {{ model = "{root}/onnx/mnist/classifier.onnx" }}
        sampling = {{}}
        [[case]]
        {case}
        "#
    );
    let path = folder.join("audit.toml");
    std::fs::write(&path, audit).unwrap();
    let plugin_path = vec![support::profile_folder().to_owned()];
    let ort_lib = Some(support::onnx_runtime().to_owned());
    let options = PlanOptions { ort_lib, plugin_path, ..PlanOptions::default() };
    Plan::open(&path, &options, &mut |_| {}).unwrap_or_else(|error| panic!("{error}"))
}

fn images(plan: &Plan) -> impl Iterator<Item = Image<'_>> {
    (0..IMAGES).map(|index| Image {
        plan,
        worker: plan.cases[0].worker(&plan.runtime, &plan.session).unwrap(),
        pixels: plan.data.image(index).unwrap(),
        features: FeatureStore::default(),
        growth: GrowthStore::default(),
    })
}

/// Around anchors all along the range, over cells as a cover has them.
#[test]
fn proofs_hold_on_a_finer_grid_and_are_tight() {
    let folder = tempfile::tempdir().unwrap();
    let plan = plan(folder.path(), "defocus-blur-cover", 0.3, 0.3);
    let (mut worst_excess, mut cells) = (0.0_f64, 0);
    for mut image in images(&plan) {
        for (low, anchor, high) in [(0.0, 0.7, 1.2), (1.2, 1.8, 2.4), (2.4, 3.0, 3.6), (3.6, 4.3, 5.0)] {
            let (proven, kind) = image.bound("proven", anchor, low, high);
            let truth = image.on_fine_grid(anchor, low, high);
            assert_eq!(kind, Kind::Proven);
            assert!(proven >= truth, "{proven} is below {truth}");
            worst_excess = worst_excess.max((proven - truth) / truth.max(0.1));
            cells += 1;
        }
    }
    assert!(cells == 4 * IMAGES && worst_excess < 0.1, "a proof lies {worst_excess} above the truth");
}

/// Whatever the votes, an image that the paper's M certifies is certified by the others too: they require no more.
#[test]
fn displacement_and_proven_require_no_more_than_the_paper() {
    let folder = tempfile::tempdir().unwrap();
    let surrogates = [("defocus-blur-cover", 0.3, 0.3), ("defocus-blur", 0.5, 0.25)];
    let mut plans = surrogates
        .map(|(name, sigma1, sigma2)| plan(folder.path(), name, sigma1, sigma2))
        .into_iter()
        .collect::<Vec<_>>();
    // Without theta, too.
    plans.push(plan_of(folder.path(), PIXEL_DEFOCUS));
    for plan in plans {
        for mut image in images(&plan).take(5) {
            for radius in [0.5, 1.0, 3.0] {
                let (paper, kind) = image.bound("corollary1", 0.0, 0.0, radius);
                assert_eq!(kind, Kind::Estimated);
                let (exact, kind) = image.bound("corollary1_exact", 0.0, 0.0, radius);
                assert!(kind == Kind::Estimated && exact <= paper, "{exact} above {paper} at {radius}");
                let (end, _) = image.bound("displacement", 0.0, radius, radius);
                assert!(end <= exact, "{end} at {radius} above the M of {exact}");
                for estimator in ["displacement", "proven"] {
                    let (distance, _) = image.bound(estimator, 0.0, 0.0, radius);
                    // Both allow for what lies between their points, by their tolerances.
                    assert!(
                        distance <= paper * 1.05 + 0.01,
                        "{estimator}: {distance} above {paper} at {radius}"
                    );
                }
            }
        }
    }
}

/// On a path of pixels that turns often, a derivative taken over a step longer than a cell would be too small for it.
#[test]
fn the_paper_requires_no_less_than_the_moves_of_a_cell_in_pixel_space() {
    let folder = tempfile::tempdir().unwrap();
    let case = r#"name = "pixelate"
        method = "pixel"
        transformation = { plugin = "pixelate", range = [0.0, 0.5] }
        semantic_noise = 0.15"#;
    let plan = plan_of(folder.path(), case);
    for mut image in images(&plan).take(5) {
        for cell in 0..10 {
            let low = 0.05 * f64::from(cell);
            let (anchor, high) = (low + 0.001, low + 0.002);
            let truth = image.on_fine_grid(anchor, low, high);
            let (paper, _) = image.bound("corollary1", anchor, low, high);
            assert!(paper >= 0.98 * truth, "{paper} at {anchor}, where the move is {truth}");
        }
    }
}

/// A loose Lipschitz bound makes no proof dear: it gives way to an estimate that says so.
#[test]
fn a_hopeless_proof_is_an_estimate() {
    let folder = tempfile::tempdir().unwrap();
    let plan = plan(folder.path(), "defocus-blur", 0.5, 0.25);
    let mut image = images(&plan).next().unwrap();
    let (estimated, kind) = image.bound("proven", 0.0, 0.0, 5.0);
    assert_eq!(kind, Kind::Estimated);
    let displacement = image.bound("displacement", 0.0, 0.0, 5.0);
    assert_eq!((estimated, kind), displacement);
}
