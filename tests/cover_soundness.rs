//! Covers against exact truth: a closed-form classifier stands in for the network, everything else is the real thing.
//!
//! The image is shifted in brightness under noise on pixels, and the class is a band of a projection. The smoothed
//! probability is known at every parameter, and so is the radius at which it falls to one half.

mod support;

use std::sync::{Arc, OnceLock};

use gsmooth::certify::case::{Anchors, Case, ChannelParts, Claim, Method, Mode, Sampling};
use gsmooth::certify::certificate::VoteBound;
use gsmooth::certify::channel::SemanticChannel;
use gsmooth::certify::growth::EncoderGrowth;
use gsmooth::certify::image::ImageMachine;
use gsmooth::certify::metric::Metric;
use gsmooth::certify::outcome::Certificate;
use gsmooth::certify::ranges::{Norm, Range};
use gsmooth::certify::worker::CaseNetworks;
use gsmooth::data::{Dataset, Format, Source as DataSource};
use gsmooth::host::{Registry, SearchPath};
use gsmooth::onnx::network::{Network, NetworkError};
use gsmooth::smoothing::ballot::Vote;
use gsmooth::smoothing::scheduler::{self, Event, Schedule};
use gsmooth::smoothing::site::{Draw, Source};
use gsmooth::smoothing::stop::Stop;
use gsmooth::smoothing::voter::Voter;
use gsmooth::stats::normal;
use gsmooth::transformation::Transformation;
use rand_core::{Rng, SeedableRng};

/// Pixels of an image.
const PIXELS: usize = 4;
/// Noise on each pixel.
const SIGMA: f64 = 0.3;
/// The range of the shift.
const REACH: f64 = 4.0;

/// Class 1 inside a band of the mean pixel, class 0 outside: the top class loses on both sides.
#[derive(Debug, Clone, Copy)]
struct Band {
    centre: f64,
    half_width: f64,
}

impl Band {
    /// The smoothed probability of class 1 where the mean pixel is `mean`: it carries noise of sigma / sqrt(pixels).
    fn probability(&self, mean: f64) -> f64 {
        let deviation = SIGMA / (PIXELS as f64).sqrt();
        let (low, high) = (self.centre - self.half_width, self.centre + self.half_width);
        normal::cdf((high - mean) / deviation) - normal::cdf((low - mean) / deviation)
    }

    /// The largest r such that a class keeps the majority at all shifts up to r either way.
    fn true_radius(&self, class: u32, mean: f64) -> f64 {
        let keeps = |mean: f64| (self.probability(mean) > 0.5) == (class == 1);
        let safe = |r: f64| keeps(mean + r) && keeps(mean - r);
        let steps = 2000;
        let at = |step: u32| REACH * f64::from(step) / f64::from(steps);
        let Some(first) = (0..=steps).find(|step| !safe(at(*step))) else { return REACH };
        if first == 0 {
            return 0.0;
        }
        let (mut inside, mut outside) = (at(first - 1), at(first));
        for _ in 0..60 {
            let middle = 0.5 * (inside + outside);
            if safe(middle) { inside = middle } else { outside = middle }
        }
        outside
    }
}

/// Votes by the band, instead of networks.
struct Worker {
    band: Band,
    pixels: Vec<f32>,
}

impl Voter for Worker {
    fn vote(&mut self, draws: &[Draw<'_>], votes: &mut Vec<Vote>) {
        votes.clear();
        self.pixels.resize(PIXELS, 0.0);
        for draw in draws {
            let Source::Code(noise) = &*draw.site.source else { panic!("pixel space") };
            noise.sample(&mut draw.site.key.draw(draw.number), &mut self.pixels).unwrap();
            let mean = self.pixels.iter().map(|p| f64::from(*p)).sum::<f64>() / PIXELS as f64;
            votes.push(Some(u32::from((mean - self.band.centre).abs() < self.band.half_width)));
        }
    }
}

impl CaseNetworks for Worker {
    fn encoder_and_decoder(&mut self) -> (Option<&mut Network>, Option<&mut Network>) {
        (None, None)
    }

    fn scores(&mut self, _: &[f32]) -> Result<&[f32], NetworkError> {
        Ok(&[])
    }
}

fn registry() -> Registry {
    support::build_plugins();
    Registry::load(&SearchPath::of([support::profile_folder().to_owned()])).unwrap()
}

fn case(registry: &Registry, mode: Mode, alpha: f64, draws: u64, estimator: &str) -> Case {
    let channel = SemanticChannel::new(&[], &[], SIGMA).unwrap();
    let range = Range { low: vec![-REACH], high: vec![REACH], identity: vec![0.0], norm: Norm::L2 };
    Case {
        name: "band".to_owned(),
        seed: 11,
        transformation: Arc::new(Transformation::from_plugin(
            registry.transformation("brightness", &[]).unwrap(),
        )),
        range,
        radii: (1..=16).map(|i| f64::from(i) * REACH / 16.0).collect(),
        noise: Vec::new(),
        method: Method::Channel(ChannelParts {
            metric: Arc::new(Metric::Gaussian(channel)),
            columns: Arc::new(Vec::new()),
            offset: vec![0.0; PIXELS],
            encoded: false,
            growth: EncoderGrowth::Identity,
            estimator: Arc::new(registry.estimator(estimator, &[]).unwrap()),
            claim: Claim::Real,
            slack: 0.0,
        }),
        sampling: Sampling { mode, alpha, select: 30, draws, bound: VoteBound::Top1, margin: 0.0 },
        anchors: Anchors::Cover { max: 500, p: 0.75 },
        shape: [1, 2, 2],
        classes: 2,
        shared_cover: OnceLock::new(),
    }
}

/// Images of constant pixels between 0 and 1.
fn dataset(count: usize) -> (Arc<Dataset>, Vec<f64>) {
    let mut random = rand_chacha::ChaCha8Rng::seed_from_u64(5);
    let means: Vec<f32> = (0..count).map(|_| random.next_u32() as f32 / u32::MAX as f32).collect();
    let folder = tempfile::tempdir().unwrap();
    let pixels = ndarray::Array4::from_shape_fn((count, 1, 2, 2), |(i, ..)| means[i]);
    let path = folder.path().join("images.npy");
    ndarray_npy::write_npy(&path, &pixels).unwrap();
    let labels = folder.path().join("labels.npy");
    ndarray_npy::write_npy(&labels, &ndarray::Array1::<i64>::zeros(count)).unwrap();
    let data = Dataset::open(&DataSource::new(Format::Npy, path).with_labels(labels)).unwrap();
    (Arc::new(data), means.into_iter().map(f64::from).collect())
}

fn certify(case: Case, data: &Arc<Dataset>, band: Band) -> Vec<Certificate> {
    let case = Arc::new(case);
    let workers = (0..2).map(|_| Worker { band, pixels: Vec::new() }).collect();
    let machines = (0..data.len()).map(|index| ImageMachine::new(case.clone(), data.clone(), index));
    let mut all = Vec::new();
    let schedule = Schedule { batch: 256, window: 8, classes: 2 };
    scheduler::run(schedule, workers, machines, &Stop::new(), |event| {
        if let Event::Done(certificate) = event {
            all.push(certificate);
        }
        Ok::<(), ()>(())
    })
    .unwrap();
    all
}

/// False certificates, and the certified radius as a share of the true one, on average; `step` is the distance of listed
/// radii, to which the true one is rounded down.
fn judge(certificates: &[Certificate], means: &[f64], band: Band, step: Option<f64>) -> (usize, f64) {
    let (mut wrong, mut share, mut counted) = (0, 0.0, 0);
    for (certificate, mean) in certificates.iter().zip(means) {
        assert_eq!(certificate.error, None);
        let truth = band.true_radius(certificate.predicted.unwrap(), *mean);
        wrong += usize::from(certificate.radius > truth);
        let reachable = step.map_or(truth, |step| (truth / step).floor() * step);
        if reachable >= 0.5 {
            share += certificate.radius / reachable;
            counted += 1;
        }
    }
    (wrong, share / f64::from(counted.max(1)))
}

fn check(mode: Mode, draws: u64, least_share: f64) {
    let registry = registry();
    // A large alpha, so that errors would show.
    let alpha = 0.05;
    let count = 600;
    let (data, means) = dataset(count);
    let step = (mode == Mode::Target).then_some(REACH / 16.0);
    for (centre, half_width) in [(0.5, 0.8), (0.8, 2.0)] {
        let band = Band { centre, half_width };
        let certificates = certify(case(&registry, mode, alpha, draws, "proven"), &data, band);
        let (wrong, share) = judge(&certificates, &means, band, step);
        let allowed = alpha * count as f64 + 3.0 * (alpha * (1.0 - alpha) * count as f64).sqrt();
        assert!(wrong as f64 <= allowed, "{mode:?}: {wrong} of {count} certificates are false");
        assert!(share > least_share, "{mode:?}: only {share} of the true radius is certified");
    }
}

#[test]
fn largest_radii_hold_and_come_close() {
    check(Mode::Fixed, 400, 0.85);
}

#[test]
fn listed_radii_hold_and_come_close() {
    check(Mode::Target, 20_000, 0.75);
}

/// The error rate of a cover is the image's alpha, however many anchors it has, though each is tested at nearly all of it.
#[test]
fn many_anchors_err_at_one_alpha() {
    let registry = registry();
    let alpha = 0.05;
    let (data, means) = dataset(300);
    let band = Band { centre: 0.5, half_width: 1.5 };
    let certificates = certify(case(&registry, Mode::Target, alpha, 50_000, "proven"), &data, band);
    for certificate in &certificates {
        let deepest = certificate.cells.iter().map(|cell| cell.generation).max().unwrap_or(0);
        let of_generation = |generation| {
            let cells = certificate.cells.iter().filter(move |cell| cell.generation == generation);
            cells.map(|cell| cell.alpha).fold(0.0, f64::max)
        };
        let spent: f64 = (0..=deepest).map(of_generation).sum();
        assert!(spent <= alpha * (1.0 + 1e-12), "{spent}");
    }
    assert!(certificates.iter().any(|certificate| certificate.cells.len() > 5));
    assert!(judge(&certificates, &means, band, None).0 <= 15 + 12);
}
