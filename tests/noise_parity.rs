//! The low bits of a noisy code tell nothing of the image: noise and sum are formed in 64 bits and rounded once.

use std::sync::Arc;

use gsmooth::smoothing::site::CodeNoise;
use gsmooth::smoothing::stream::{Purpose, StreamKey, StreamName};

const PIXELS: usize = 784;
const DRAWS: u64 = 300;
const SIGMA: f64 = 0.25;

fn key() -> StreamKey {
    let purpose = Purpose::Probe;
    StreamKey::new(StreamName { seed: 3, case: "parity", index: 0, purpose, anchor: 0, generation: 0 })
}

fn even(values: &[f32]) -> f64 {
    values.iter().filter(|value| value.to_bits() & 1 == 0).count() as f64
}

/// Values of a draw with an even mantissa, on average.
fn mean_even(mut draw: impl FnMut(u64, &mut [f32])) -> f64 {
    let mut code = vec![0.0_f32; PIXELS];
    let sum: f64 = (0..DRAWS)
        .map(|number| {
            draw(number, &mut code);
            even(&code)
        })
        .sum();
    sum / DRAWS as f64
}

fn as_drawn(pixel: f32) -> f64 {
    let mean = vec![f64::from(pixel); PIXELS];
    let noise = CodeNoise { mean, columns: Arc::new(Vec::new()), noise: Vec::new(), semantic_noise: SIGMA };
    mean_even(|number, code| noise.sample(&mut key().draw(number), code).unwrap())
}

/// Mutation: noise rounded to 32 bits before the sum.
fn rounded_first(pixel: f32) -> f64 {
    mean_even(|number, code| {
        let mut stream = key().draw(number);
        code.iter_mut().for_each(|value| *value = pixel + (SIGMA * stream.normal()) as f32);
    })
}

/// Five standard deviations of the mean of so many draws of a fair parity.
fn tolerance() -> f64 {
    5.0 * (PIXELS as f64 / 4.0 / DRAWS as f64).sqrt()
}

#[test]
fn parities_are_fair_whatever_the_image() {
    for pixel in [0.0, 0.2, 0.5, 1.0] {
        let mean = as_drawn(pixel);
        assert!((mean - 392.0).abs() < tolerance(), "pixel {pixel}: {mean} of 784 are even");
    }
}

#[test]
fn rounding_the_noise_first_is_found_out() {
    let mean = rounded_first(0.2);
    assert!((mean - 392.0).abs() > tolerance(), "{mean} of 784 are even");
}
