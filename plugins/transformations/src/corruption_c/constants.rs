//! The published constants, severity 1 to 5.

/// What one benchmark uses.
#[derive(Debug)]
pub struct Constants {
    /// Standard deviation in pixels.
    pub gaussian_blur: [f64; 5],
    /// Radius in pixels, and standard deviation of the blur that softens the disk.
    pub defocus_blur: [(f64, f64); 5],
    /// The zoom factors of the copies.
    pub zoom_blur: [Factors; 5],
    /// What is added to the value of HSV.
    pub brightness: [f64; 5],
    /// What deviations from the means are multiplied by.
    pub contrast: [f64; 5],
    /// What the saturation of HSV is multiplied by, and what is added then.
    pub saturate: [(f64, f64); 5],
    /// The share of each side that is kept.
    pub pixelate: [f64; 5],
    /// The quality setting of libjpeg.
    pub jpeg_compression: [i32; 5],
}

/// The factors 1, 1 + step, ... of zoom blur.
#[derive(Debug, Clone, Copy)]
pub struct Factors {
    /// Distance of neighbouring factors.
    step: f64,
    /// How many there are.
    count: usize,
}

impl Factors {
    /// The numbers of `numpy.arange(1, end, step)`, bit for bit: the crop of a copy depends on the last bit of its factor.
    pub fn values(self) -> impl Iterator<Item = f64> {
        // numpy takes the step from the rounded second number.
        let step = (1.0 + self.step) - 1.0;
        (0..self.count).map(move |index| 1.0 + index as f64 * step)
    }

    /// How many factors there are.
    pub fn count(self) -> usize {
        self.count
    }
}

/// `count` factors with distance `step`. The counts are those that numpy makes of the published ends; rounding makes the
/// sequences that end in 1.06 and 1.11 include their ends.
const fn factors(step: f64, count: usize) -> Factors {
    Factors { step, count }
}

/// CIFAR-10-C.
pub const CIFAR: Constants = Constants {
    gaussian_blur: [0.4, 0.6, 0.7, 0.8, 1.0],
    defocus_blur: [(0.3, 0.4), (0.4, 0.5), (0.5, 0.6), (1.0, 0.2), (1.5, 0.1)],
    zoom_blur: [factors(0.01, 7), factors(0.01, 12), factors(0.01, 16), factors(0.01, 21), factors(0.01, 26)],
    brightness: [0.05, 0.1, 0.15, 0.2, 0.3],
    contrast: [0.75, 0.5, 0.4, 0.3, 0.15],
    saturate: [(0.3, 0.0), (0.1, 0.0), (1.5, 0.0), (2.0, 0.1), (2.5, 0.2)],
    pixelate: [0.95, 0.9, 0.85, 0.75, 0.65],
    jpeg_compression: [80, 65, 58, 50, 40],
};

/// ImageNet-C.
pub const IMAGENET: Constants = Constants {
    gaussian_blur: [1.0, 2.0, 3.0, 4.0, 6.0],
    defocus_blur: [(3.0, 0.1), (4.0, 0.5), (6.0, 0.5), (8.0, 0.5), (10.0, 0.5)],
    zoom_blur: [
        factors(0.01, 12),
        factors(0.01, 16),
        factors(0.02, 11),
        factors(0.02, 13),
        factors(0.03, 11),
    ],
    brightness: [0.1, 0.2, 0.3, 0.4, 0.5],
    contrast: [0.4, 0.3, 0.2, 0.1, 0.05],
    saturate: [(0.3, 0.0), (0.1, 0.0), (2.0, 0.0), (5.0, 0.1), (20.0, 0.2)],
    pixelate: [0.6, 0.5, 0.4, 0.3, 0.25],
    jpeg_compression: [25, 18, 15, 10, 7],
};
