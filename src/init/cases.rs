//! Ranges and noise of a first audit, scaled to the size of images.
//!
//! What matters is how far pixels move. Turning by an angle moves those at the border of a large image farther, so angles and
//! zooms shrink as images grow, while a blur of some pixels hides less of a large image.

use serde::Serialize;

/// The side of images at which angles and zooms are widest, in pixels.
const SMALL: f64 = 32.0;

/// One case's numbers.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Scale {
    /// End of the range.
    pub end: f64,
    /// The first radius that is reported: half of it.
    pub half: f64,
    /// Size of the noise.
    pub noise: f64,
}

/// The numbers of all cases.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Scales {
    /// Degrees.
    pub rotation: Scale,
    /// Share of the size that copies are enlarged by.
    pub zoom_blur: Scale,
    /// Variance in square pixels.
    pub gaussian_blur: Scale,
    /// The logarithm of the contrast, and the brightness.
    pub brightness_contrast: Scale,
}

impl Scales {
    /// For images whose shorter side has so many pixels.
    pub fn for_side(side: usize) -> Self {
        let side = side.max(1) as f64;
        let shrunk = |at_small: f64, least: f64| (at_small * SMALL / side).clamp(least, at_small);
        // Larger images bear more noise on each pixel, since there are more of them to see through it.
        let pixel_noise = (0.1 * (side / SMALL).powf(0.25)).clamp(0.1, 0.25);
        let deviation = (side / 16.0).clamp(1.0, 3.0);
        let variance = deviation * deviation;
        Self {
            rotation: Scale::new(shrunk(10.0, 1.0), pixel_noise),
            zoom_blur: Scale::new(shrunk(0.3, 0.05), pixel_noise),
            gaussian_blur: Scale::new(variance, variance / 4.0),
            brightness_contrast: Scale::new(0.2, 0.15),
        }
    }
}

impl Scale {
    fn new(end: f64, noise: f64) -> Self {
        let end = two_digits(end);
        Self { end, half: two_digits(end / 2.0), noise: two_digits(noise) }
    }
}

/// A positive number rounded to two digits, as people write them.
fn two_digits(number: f64) -> f64 {
    format!("{number:.1e}").parse().unwrap_or(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short_and_within_bounds() {
        for side in 1..2000 {
            let Scales { rotation, zoom_blur, gaussian_blur, brightness_contrast } = Scales::for_side(side);
            for scale in [rotation, zoom_blur, gaussian_blur, brightness_contrast] {
                assert!(0.0 < scale.half && scale.half < scale.end && scale.noise > 0.0, "{side}: {scale:?}");
                assert!(format!("{} {}", scale.end, scale.noise).len() <= 10, "{side}: {scale:?}");
            }
            assert!((1.0..=10.0).contains(&rotation.end) && (0.05..=0.3).contains(&zoom_blur.end));
            assert!((1.0..=9.0).contains(&gaussian_blur.end));
        }
    }

    /// A turn moves the border of a large image no farther than that of a small one, but for the least angle.
    #[test]
    fn larger_images_turn_less() {
        let at = |side| Scales::for_side(side).rotation.end * side as f64;
        assert_eq!(at(32), 320.0);
        assert!((at(64) - 320.0).abs() < 20.0 && (at(224) - 320.0).abs() < 20.0);
    }
}
