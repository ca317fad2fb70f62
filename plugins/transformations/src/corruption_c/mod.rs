//! The deterministic corruptions of ImageNet-C and CIFAR-10-C, at their published severities.
//!
//! Hendrycks and Dietterich, "Benchmarking Neural Network Robustness to Common Corruptions and Perturbations", ICLR 2019. The
//! definitions follow `imagenet_c/corruptions.py` and `make_cifar_c.py` of <https://github.com/hendrycks/robustness> in exact arithmetic:
//! they clip to [0, 1] as those do, but results stay floats where the published code stores 8 bits, and stay so between the two steps of
//! pixelation, where it rounds in between (JPEG alone, which is made of whole numbers, is rounded). `tests/data/corruption_c.py` runs the
//! published steps; the tests compare.
//!
//! The severity is 0 (the image itself, unclipped), 1, ..., 5. Between severities nothing is defined, and nothing continuous joins
//! them: the disk of `defocus_blur` has whole-pixel reach, `zoom_blur` takes more copies the stronger it gets, `pixelate` keeps whole
//! numbers of blocks, so their speed in the strength has no bound and no range of strengths can be proven. The transformations
//! [`crate::defocus_blur`], [`crate::zoom_blur`], [`crate::pixelate`], [`crate::gaussian_blur`], [`crate::brightness`] and
//! [`crate::contrast`] are continuous relatives that can.
//!
//! Pixels outside [0, 1] are clipped before a corruption: the published code starts from 8-bit images, which have none.

mod brightness;
mod constants;
mod contrast;
mod defocus_blur;
mod gaussian_blur;
mod hsv;
mod jpeg_block;
mod jpeg_chroma;
mod jpeg_compression;
mod jpeg_transform;
mod pixelate;
#[cfg(test)]
mod reference;
mod saturate;
mod zoom_blur;

use std::marker::PhantomData;

use gsmooth_plugin_sdk::{
    Class, Error, Image, ImageMut, Levels, OptionSpec, Options, Parameter, Result, Transformation,
};

use crate::domain::Domain;
use constants::{CIFAR, Constants, IMAGENET};

/// Transformation `gaussian_blur_c`.
pub type GaussianBlurC = CorruptionC<gaussian_blur::GaussianBlur>;
/// Transformation `defocus_blur_c`.
pub type DefocusBlurC = CorruptionC<defocus_blur::DefocusBlur>;
/// Transformation `zoom_blur_c`.
pub type ZoomBlurC = CorruptionC<zoom_blur::ZoomBlur>;
/// Transformation `brightness_c`.
pub type BrightnessC = CorruptionC<brightness::Brightness>;
/// Transformation `contrast_c`.
pub type ContrastC = CorruptionC<contrast::Contrast>;
/// Transformation `saturate_c`.
pub type SaturateC = CorruptionC<saturate::Saturate>;
/// Transformation `pixelate_c`.
pub type PixelateC = CorruptionC<pixelate::Pixelate>;
/// Transformation `jpeg_compression_c`.
pub type JpegCompressionC = CorruptionC<jpeg_compression::JpegCompression>;

/// Severities are rounded to whole numbers, halves up.
const SEVERITY: Domain = Domain { name: "severity", low: 0.0, high: 5.0 };

/// The longest side, in pixels, for which `auto` takes the constants of CIFAR-10-C.
const LARGEST_FOR_CIFAR: usize = 64;

/// One of the corruptions.
pub trait Corruption: Send + Sync + 'static {
    /// Name of the transformation.
    const ID: &'static str;
    /// What it does, for users.
    const DOC: &'static str;

    /// Writes the corrupted `image`, whose pixels lie in [0, 1] and which has at least one, to `out`, row by row and channel by channel,
    /// not clipped yet; `level` is the severity less one.
    ///
    /// # Errors
    /// A number of channels that the corruption is not defined for.
    fn corrupt(image: Image<'_>, constants: &Constants, level: usize, out: &mut [f64]) -> Result;
}

/// Whose constants are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Source {
    /// By the size of the image.
    Auto,
    /// CIFAR-10-C.
    Cifar,
    /// ImageNet-C.
    ImageNet,
}

impl Source {
    fn constants(self, image: Image<'_>) -> &'static Constants {
        let small = image.height.max(image.width) <= LARGEST_FOR_CIFAR;
        match self {
            Self::Cifar => &CIFAR,
            Self::Auto if small => &CIFAR,
            Self::Auto | Self::ImageNet => &IMAGENET,
        }
    }
}

/// A corruption as a transformation with a severity.
#[derive(Debug)]
pub struct CorruptionC<K> {
    source: Source,
    kind: PhantomData<K>,
}

impl<K: Corruption> Transformation for CorruptionC<K> {
    const ID: &'static str = K::ID;
    const DOC: &'static str = K::DOC;
    const CLASS: Class = Class::NonResolvable;
    const PARAMETERS: &'static [Parameter] = &[Parameter::new(
        SEVERITY.name,
        "step",
        "Severity: 0 is the image, 1 to 5 are the published steps; rounded.",
        SEVERITY.low,
        SEVERITY.high,
        0.0,
    )];
    const OPTIONS: &'static [OptionSpec] = &[OptionSpec::choice(
        "constants",
        "Whose severities: CIFAR-10-C's, ImageNet-C's, or by size (CIFAR's up to 64 pixels a side).",
        &["auto", "cifar", "imagenet"],
    )
    .default_text("auto")];
    const LEVELS: Option<Levels<Self>> = Some(|_, _, low, high| levels(low, high));

    fn create(options: &Options<'_>) -> Result<Self> {
        let source = match options.text("constants")? {
            "auto" => Source::Auto,
            "cifar" => Source::Cifar,
            "imagenet" => Source::ImageNet,
            other => {
                let message = format_args!("constants is `{other}`, not `auto`, `cifar` or `imagenet`");
                return Err(Error::invalid_argument(message));
            }
        };
        Ok(Self { source, kind: PhantomData })
    }

    fn apply(&self, image: Image<'_>, parameters: &[f64], out: ImageMut<'_>) -> Result {
        let severity = SEVERITY.value(parameters)?.round() as usize;
        if severity == 0 || image.pixels.is_empty() {
            out.pixels.copy_from_slice(image.pixels);
            return Ok(());
        }
        let clipped: Vec<f32> = image.pixels.iter().map(|pixel| pixel.clamp(0.0, 1.0)).collect();
        let mut corrupted = vec![0.0; clipped.len()];
        let constants = self.source.constants(image);
        K::corrupt(Image { pixels: &clipped, ..image }, constants, severity - 1, &mut corrupted)?;
        for (out, value) in out.pixels.iter_mut().zip(corrupted) {
            *out = value.clamp(0.0, 1.0) as f32;
        }
        Ok(())
    }
}

/// A point of the box for every severity that some value in it is rounded to.
fn levels(low: &[f64], high: &[f64]) -> Result<Vec<f64>> {
    let (low, high) = SEVERITY.interval(low, high)?;
    // An end of the box stands for the severity that it is rounded to.
    let severities = low.round() as u8..=high.round() as u8;
    Ok(severities.map(|severity| f64::from(severity).clamp(low, high)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use gsmooth_plugin_sdk::Value;
    use proptest::prelude::*;

    fn create<K: Corruption>(constants: &'static str) -> Result<CorruptionC<K>> {
        let options = Options::of(CorruptionC::<K>::OPTIONS, &[("constants", Value::Text(constants))])?;
        CorruptionC::create(&options)
    }

    #[test]
    fn constants_follow_the_option_or_the_size() {
        let image = |side| Image { pixels: &[], channels: 0, height: side, width: 3 };
        let chosen = |constants, side| {
            create::<contrast::Contrast>(constants).unwrap().source.constants(image(side)).contrast[0]
        };
        assert_eq!([chosen("auto", 64), chosen("auto", 65)], [0.75, 0.4]);
        assert_eq!([chosen("cifar", 224), chosen("imagenet", 32)], [0.75, 0.4]);
        assert!(create::<contrast::Contrast>("tiny").is_err());
    }

    fn check<K: Corruption>(channels: usize) -> Result {
        let this = create::<K>("auto").unwrap();
        for (height, width) in [(1, 1), (1, 5), (7, 2), (70, 66)] {
            let mut pixels = crate::testing::noise(channels * height * width, 3);
            // Below and above what an 8-bit image holds.
            pixels[0] = -0.5;
            *pixels.last_mut().unwrap() = 1.5;
            let image = Image { pixels: &pixels, channels, height, width };
            for severity in [0.0, 0.49, 0.5, 1.0, 2.0, 3.0, 4.0, 5.0] {
                let mut out = vec![f32::NAN; pixels.len()];
                this.apply(image, &[severity], ImageMut { pixels: &mut out, channels, height, width })?;
                if severity < 0.5 {
                    assert_eq!(out, pixels);
                } else {
                    assert!(out.iter().all(|value| (0.0..=1.0).contains(value)), "{} {severity}", K::ID);
                }
            }
            for severity in [-0.1, 5.1, f64::NAN] {
                let mut out = vec![f32::NAN; pixels.len()];
                let room = ImageMut { pixels: &mut out, channels, height, width };
                assert!(this.apply(image, &[severity], room).is_err());
            }
        }
        Ok(())
    }

    #[test]
    fn all_shapes_stay_within_the_range_of_pixels() {
        for channels in 1..4 {
            check::<gaussian_blur::GaussianBlur>(channels).unwrap();
            check::<defocus_blur::DefocusBlur>(channels).unwrap();
            check::<zoom_blur::ZoomBlur>(channels).unwrap();
            check::<contrast::Contrast>(channels).unwrap();
            check::<pixelate::Pixelate>(channels).unwrap();
            assert_eq!(check::<brightness::Brightness>(channels).is_ok(), channels != 2);
            assert_eq!(check::<saturate::Saturate>(channels).is_ok(), channels != 2);
            assert_eq!(check::<jpeg_compression::JpegCompression>(channels).is_ok(), channels != 2);
        }
    }

    proptest! {
        /// Every point of the box acts like one of its levels, and each level lies inside.
        #[test]
        fn levels_are_complete(low in 0.0f64..=5.0, length in 0.0f64..=5.0, share in 0.0f64..=1.0) {
            let high = (low + length).min(5.0);
            let found = levels(&[low], &[high]).unwrap();
            let point = (low + share * (high - low)).min(high);
            prop_assert!(found.iter().any(|level| level.round() == point.round()));
            prop_assert!(found.iter().all(|&level| low <= level && level <= high));
        }
    }
}
