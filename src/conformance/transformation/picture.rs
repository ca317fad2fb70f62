//! Images to transform.

use super::super::random::Random;

/// Channels, height, width: from one pixel to what data sets have.
pub(super) const SMALL: &[[usize; 3]] = &[[1, 1, 1], [1, 2, 3], [3, 4, 5]];
/// MNIST and CIFAR-10.
pub(super) const USUAL: &[[usize; 3]] = &[[1, 28, 28], [3, 32, 32]];
/// ImageNet: for tests that are cheap by the pixel.
pub(super) const LARGE: [usize; 3] = [3, 224, 224];

/// One image.
#[derive(Debug, Clone)]
pub(super) struct Picture {
    /// Channels, height, width.
    pub shape: [usize; 3],
    /// What it shows, for messages.
    pub what: &'static str,
    /// Dense CHW.
    pub pixels: Vec<f32>,
}

impl Picture {
    /// Uniform noise in [0, 1]; no two pixels are alike but by chance.
    pub fn noise(shape: [usize; 3], random: &mut Random) -> Self {
        let pixels = (0..shape.iter().product()).map(|_| random.unit() as f32).collect();
        Self { shape, what: "noise", pixels }
    }

    /// Noise that reaches from 0 to 1 and is mostly bright.
    pub fn bright(shape: [usize; 3], random: &mut Random) -> Self {
        let mut picture = Self::noise(shape, random);
        picture.pixels.iter_mut().for_each(|pixel| *pixel = pixel.sqrt());
        let last = picture.pixels.len().saturating_sub(1);
        picture.pixels.iter_mut().take(1).for_each(|pixel| *pixel = 0.0);
        picture.pixels.iter_mut().skip(last).for_each(|pixel| *pixel = 1.0);
        Self { what: "bright noise from 0 to 1", ..picture }
    }

    /// Noise with negative zeros, the least float, and values beyond [0, 1]: whatever has bits to lose.
    pub fn with_odd_values(shape: [usize; 3], random: &mut Random) -> Self {
        let odd = [-0.0, f32::from_bits(1), 0.0, 1.0, -2.5, 3.0e5];
        let mut picture = Self::noise(shape, random);
        for (index, pixel) in picture.pixels.iter_mut().enumerate().filter(|(index, _)| index % 3 == 0) {
            *pixel = odd[index / 3 % odd.len()];
        }
        Self { what: "noise with -0.0 among the pixels", ..picture }
    }

    /// Black and white in turns: the steepest there is.
    pub fn checkers(shape: [usize; 3]) -> Self {
        let pixels = (0..shape.iter().product()).map(|i: usize| ((i + i / shape[2].max(1)) % 2) as f32);
        Self { shape, what: "checkers of 0 and 1", pixels: pixels.collect() }
    }

    /// "3x4x5".
    pub fn size(&self) -> String {
        self.shape.map(|size| size.to_string()).join("x")
    }
}
