//! The standard transformations of gsmooth, loaded like any other plugin library.
//!
//! | name | class | parameter | bound on its speed |
//! |---|---|---|---|
//! | `gaussian_blur` | additive | variance, pixel^2, from 0 | exact |
//! | `brightness` | additive | shift of intensity | exact |
//! | `brightness_contrast` | resolvable | contrast and brightness, e^contrast (x + brightness) | exact |
//! | `rotation` | non-resolvable | angle, degrees, -180 to 180 | adaptive |
//! | `defocus_blur` | non-resolvable | radius, pixels, from 0 | adaptive |
//! | `zoom_blur` | non-resolvable | strength, 0 to 10 | adaptive |
//! | `scaling` | non-resolvable | scale, -0.9 to 9 | adaptive |
//! | `rotational_blur` | non-resolvable | angle, degrees, 0 to 180 | adaptive |
//! | `motion_blur` | non-resolvable | length, pixels, 0 to 64 | exact to 5 % |
//! | `contrast` | additive | logarithm of the factor about zero or the channel's mean | exact |
//! | `gamma` | additive | logarithm of the exponent, -1.5 to 1.5 | adaptive |
//! | `pixelate` | non-resolvable | strength, 0 to 1, one minus the share of the side kept | exact |
//! | `pixelate_levels` | non-resolvable | the same, rounded to whole numbers of blocks | finitely many |
//! | `translation` | additive | cyclic shifts down and right, pixels, rounded | finitely many |
//! | `translation_zero` | non-resolvable | shifts down and right, pixels, rounded | finitely many |
//! | `gaussian_blur_c`, `defocus_blur_c`, `zoom_blur_c`, `brightness_c`, `contrast_c`, `saturate_c`, `pixelate_c`, `jpeg_compression_c` | non-resolvable | severity of ImageNet-C or CIFAR-10-C, 0 to 5, rounded | finitely many |
//!
//! All take images of any number of channels and any size (`brightness_c`, `saturate_c` and `jpeg_compression_c`: one or three
//! channels), never clip (the severities `_c` apart, which are defined with clipping), copy the bits at their identity, hold their
//! weights in 64 bits and round each pixel to 32 bits once. Each but those with
//! finitely many parameter points, which are enumerated, states a proven bound on its speed `|d tau / d xi|_2` over an interval and on its
//! rounding error.

mod border;
mod brightness;
mod brightness_contrast;
#[cfg(test)]
mod contract;
mod contrast;
mod convolution;
mod copies;
mod corruption_c;
mod defocus_blur;
mod defocus_speed;
mod disk;
mod domain;
mod error;
mod gamma;
mod gaussian_blur;
mod interval;
mod local_range;
mod mosaic;
mod motion_blur;
mod motion_speed;
mod pixelate;
mod plane;
mod rotation;
mod rotational_blur;
mod rotational_speed;
mod sampling;
mod scaling;
mod segment;
mod shift;
mod speed;
#[cfg(test)]
mod testing;
mod translation;
mod translation_zero;
mod zoom_blur;
mod zoom_speed;

use brightness::Brightness;
use brightness_contrast::BrightnessContrast;
use contrast::Contrast;
use corruption_c::{
    BrightnessC, ContrastC, DefocusBlurC, GaussianBlurC, JpegCompressionC, PixelateC, SaturateC, ZoomBlurC,
};
use defocus_blur::DefocusBlur;
use gamma::Gamma;
use gaussian_blur::GaussianBlur;
use motion_blur::MotionBlur;
use pixelate::{Pixelate, PixelateLevels};
#[cfg(test)]
use plane::Size;
use rotation::Rotation;
use rotational_blur::RotationalBlur;
use scaling::Scaling;
use translation::Translation;
use translation_zero::TranslationZero;
use zoom_blur::ZoomBlur;

gsmooth_plugin_sdk::export_plugins! {
    transformations: [
        GaussianBlur, Brightness, BrightnessContrast, Contrast, Gamma, Rotation, Scaling, RotationalBlur, DefocusBlur,
        ZoomBlur, MotionBlur, Pixelate, PixelateLevels, Translation, TranslationZero, GaussianBlurC, DefocusBlurC,
        ZoomBlurC, BrightnessC, ContrastC, SaturateC, PixelateC, JpegCompressionC,
    ]
}
