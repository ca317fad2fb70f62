//! What makes a bound `proven`: growth is offered only where every part of the proof is there.

mod support;

use gsmooth::certify::growth::{EncoderGrowth, Growth, GrowthStore};
use gsmooth::certify::ranges::{Norm, Range};
use gsmooth::host::{Registry, SearchPath};
use gsmooth::onnx::model::file::ModelFile;
use gsmooth::onnx::model::lipschitz;
use gsmooth::transformation::Transformation;

const PIXELS: [f32; 784] = [0.5; 784];

fn transformation(id: &str) -> Transformation {
    support::build_plugins();
    let folders = vec![support::profile_folder().to_owned()];
    let registry = Registry::load(&SearchPath::of(folders)).unwrap();
    Transformation::from_plugin(registry.transformation(id, &[]).unwrap())
}

fn bounded(surrogate: &str) -> EncoderGrowth {
    let path = support::repository().join(format!("onnx/mnist/{surrogate}/f2.onnx"));
    let model = ModelFile::read(&path).unwrap();
    EncoderGrowth::Bounded(lipschitz::bound(&model.proto, "image", &[1, 28, 28]).unwrap())
}

/// The growth over [low, high] of a range of [-1, 1], under noise of 0.5.
fn growth(id: &str, encoder: &EncoderGrowth, real: bool, low: f64, high: f64) -> Option<f64> {
    let transformation = transformation(id);
    let m = transformation.parameters().len();
    let range = Range { low: vec![-1.0; m], high: vec![1.0; m], identity: vec![0.0; m], norm: Norm::L2 };
    let mut growth = Growth {
        image: &PIXELS,
        shape: [1, 28, 28],
        transformation: &transformation,
        range: &range,
        encoder,
        semantic_noise: 0.5,
        real,
        store: &mut GrowthStore::default(),
    };
    growth.over(&vec![low; m], &vec![high; m]).unwrap().map(|speeds| speeds[0])
}

#[test]
fn it_is_the_product_of_what_is_stated() {
    // A brightness moves every pixel by 1: 28 in l2, over noise of 0.5.
    let pixels = growth("brightness", &EncoderGrowth::Identity, true, -0.3, 0.4).unwrap();
    assert!((56.0..56.0 + 1e-9).contains(&pixels), "{pixels}");
    let encoder = bounded("defocus-blur-cover");
    let code = growth("brightness", &encoder, true, -0.3, 0.4).unwrap();
    let lipschitz = encoder.lipschitz().unwrap();
    let least = 56.0 * lipschitz;
    assert!((least..least * (1.0 + 1e-9)).contains(&code), "{code}");
}

#[test]
fn without_any_one_part_nothing_is_offered() {
    let pixel = &EncoderGrowth::Identity;
    assert!(growth("brightness", pixel, true, -1.0, 1.0).is_some());
    assert_eq!(growth("brightness", pixel, false, -1.0, 1.0), None, "an imitation");
    assert_eq!(growth("brightness", &EncoderGrowth::Unknown, true, -1.0, 1.0), None, "an unknown encoder");
    assert_eq!(growth("brightness", pixel, true, -1.0, 1.1), None, "outside the range");
    assert_eq!(growth("brightness", pixel, true, f64::NAN, 1.0), None, "no box");
    assert_eq!(growth("translation", pixel, true, -1.0, 1.0), None, "a transformation with jumps");
    // Float32 rounding in this encoder alone adds more than a proof is worth.
    assert_eq!(growth("brightness", &bounded("defocus-blur"), true, -1.0, 1.0), None, "too much rounding");
}
