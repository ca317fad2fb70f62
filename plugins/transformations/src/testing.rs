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

/// Noise, a smooth picture or a black and white one, by `kind`; two channels.
pub fn any_picture(kind: u8, size: Size, seed: u64) -> Vec<f32> {
    match kind {
        0 => noise(2 * size.pixels(), seed),
        1 => smooth(2, size),
        _ => binary(2, size),
    }
}

/// Two of the images that lie farther apart than `bound` allows for their parameters (ascending) and `rounding`, in words.
pub fn too_fast(bound: f64, parameters: &[f64], images: &[Vec<f32>], rounding: f64) -> Option<String> {
    for (first, a) in parameters.iter().enumerate() {
        for (second, b) in parameters.iter().enumerate().skip(first + 1) {
            let moved = distance(&images[first], &images[second]);
            // Written so that a distance that is no number is too fast.
            if !(moved <= bound * (b - a) + rounding) {
                return Some(format!("{moved} > {bound} * {} between {a} and {b}", b - a));
            }
        }
    }
    None
}

/// The greatest speed among `count` steps of length `step` from `low` on.
pub fn fastest(low: f64, step: f64, count: u32, apply: impl Fn(f64) -> Vec<f32>) -> f64 {
    let starts = (0..count).map(|index| low + step * f64::from(index));
    starts.map(|start| distance(&apply(start), &apply(start + step)) / step).fold(0.0, f64::max)
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

mod tests {
    use super::*;

    #[test]
    fn what_is_too_fast_is_seen() {
        let images = [vec![0.0], vec![1.0], vec![1.5]];
        let parameters = [0.0, 1.0, 2.0];
        assert_eq!(too_fast(1.0, &parameters, &images, 0.0), None);
        assert!(too_fast(0.9, &parameters, &images, 0.0).unwrap().contains("between 0 and 1"));
        assert_eq!(too_fast(0.9, &parameters, &images, 0.2), None);
        assert!(too_fast(1.0, &parameters, &[vec![0.0], vec![f32::NAN], vec![0.0]], 0.0).is_some());
        assert!((fastest(0.0, 0.5, 4, |x| vec![(x * x) as f32]) - 3.5).abs() < 1e-6);
    }
}
