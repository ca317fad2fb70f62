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
//! | `translation` | additive | cyclic shifts down and right, pixels, rounded | finitely many |
//! | `translation_zero` | non-resolvable | shifts down and right, pixels, rounded | finitely many |
//!
//! All take images of any number of channels and any size, never clip, copy the bits at their identity, hold their
//! weights in 64 bits and round each pixel to 32 bits once. Each but the translations, whose
//! finitely many shifts are enumerated, states a proven bound on its speed `|d tau / d xi|_2` over an interval and on its
//! rounding error.

mod border;
mod brightness;
mod brightness_contrast;
#[cfg(test)]
mod contract;
mod convolution;
mod defocus_blur;
mod defocus_speed;
mod disk;
mod domain;
mod error;
mod gaussian_blur;
mod interval;
mod local_range;
mod motion_blur;
mod motion_speed;
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
use defocus_blur::DefocusBlur;
use gaussian_blur::GaussianBlur;
use motion_blur::MotionBlur;
#[cfg(test)]
use plane::Size;
use rotation::Rotation;
use rotational_blur::RotationalBlur;
use scaling::Scaling;
use translation::Translation;
use translation_zero::TranslationZero;
use zoom_blur::ZoomBlur;

gsmooth_plugin_sdk::export_plugins! {
    transformations: [GaussianBlur, Brightness, Rotation, DefocusBlur, ZoomBlur, Translation, BrightnessContrast, Scaling, RotationalBlur, MotionBlur, TranslationZero]
}
