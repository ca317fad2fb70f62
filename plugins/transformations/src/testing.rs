//! Images and distances for the tests.

use crate::plane::Size;

/// `count` pixels of uniform noise in [0, 1] (SplitMix64).
pub fn noise(count: usize, seed: u64) -> Vec<f32> {
    let mut state = seed;
    let next = |_| {
        state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut word = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((word ^ (word >> 31)) >> 40) as f32 / (1u32 << 24) as f32
    };
    (0..count).map(next).collect()
}

/// A smooth picture with bright borders, `channels` x H x W.
pub fn smooth(channels: usize, size: Size) -> Vec<f32> {
    picture(channels, size, |x, y| 0.5 + 0.3 * (0.7 * x).cos() + 0.2 * (0.4 * y + 0.2 * x).sin())
}

/// A black and white picture: a ring and a bar, `channels` x H x W.
pub fn binary(channels: usize, size: Size) -> Vec<f32> {
    let scale = size.span() / 8.0;
    picture(channels, size, move |x, y| {
        let radius = x.hypot(y) / scale;
        f64::from(u8::from((0.5..1.1).contains(&radius) || (x / scale).abs() < 0.2 && y > 0.0))
    })
}

fn picture(channels: usize, size: Size, value: impl Fn(f64, f64) -> f64) -> Vec<f32> {
    let (cy, cx) = size.centre();
    let mut pixels = Vec::new();
    for channel in 0..channels {
        for row in 0..size.height {
            for column in 0..size.width {
                pixels.push(value(column as f64 - cx + channel as f64, row as f64 - cy) as f32);
            }
        }
    }
    pixels
}

/// Euclidean distance.
pub fn distance(a: &[f32], b: &[f32]) -> f64 {
    a.iter().zip(b).map(|(&a, &b)| (f64::from(a) - f64::from(b)).powi(2)).sum::<f64>().sqrt()
}

/// Largest absolute difference.
pub fn largest_difference(a: &[f32], b: &[f32]) -> f64 {
    a.iter().zip(b).map(|(&a, &b)| (f64::from(a) - f64::from(b)).abs()).fold(0.0, f64::max)
}
