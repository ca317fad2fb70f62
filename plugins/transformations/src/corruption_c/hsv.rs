//! Hue, saturation and value, as scikit-image converts them.

use gsmooth_plugin_sdk::{Error, Image, Result};

/// Hue, saturation and value of a colour in [0, 1]^3.
fn from_rgb([red, green, blue]: [f64; 3]) -> [f64; 3] {
    let value = red.max(green).max(blue);
    let range = value - red.min(green).min(blue);
    if range == 0.0 {
        return [0.0, 0.0, value];
    }
    // Of equal maxima the last decides.
    let sixths = if blue == value {
        4.0 + (red - green) / range
    } else if green == value {
        2.0 + (blue - red) / range
    } else {
        (green - blue) / range
    };
    [(sixths / 6.0).rem_euclid(1.0), range / value, value]
}

/// The colour with this hue, saturation and value.
fn to_rgb([hue, saturation, value]: [f64; 3]) -> [f64; 3] {
    let sector = (6.0 * hue).floor();
    let part = 6.0 * hue - sector;
    let least = value * (1.0 - saturation);
    let falling = value * (1.0 - part * saturation);
    let rising = value * (1.0 - (1.0 - part) * saturation);
    match sector as u8 % 6 {
        0 => [value, rising, least],
        1 => [falling, value, least],
        2 => [least, value, rising],
        3 => [least, falling, value],
        4 => [rising, least, value],
        _ => [value, least, falling],
    }
}

/// Writes the image whose colours are changed by `change`, which maps hue, saturation and value.
///
/// A single channel is taken as red, green and blue at once, and the red of the result is kept, as the grey images of the published
/// code's successor `imagecorruptions` are.
///
/// # Errors
/// Neither one nor three channels.
pub fn change(image: Image<'_>, out: &mut [f64], change: impl Fn([f64; 3]) -> [f64; 3]) -> Result {
    let count = image.height * image.width;
    let stride = match image.channels {
        1 => 0,
        3 => count,
        other => {
            let message = format_args!("hue and saturation need 1 or 3 channels (grey or RGB), not {other}");
            return Err(Error::invalid_argument(message));
        }
    };
    for place in 0..count {
        let colour = [0, 1, 2].map(|channel| f64::from(image.pixels[channel * stride + place]));
        let changed = to_rgb(change(from_rgb(colour)));
        for (channel, value) in changed.into_iter().take(image.channels).enumerate() {
            out[channel * count + place] = value;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn knows_the_pure_colours() {
        assert_eq!(from_rgb([1.0, 0.0, 0.0]), [0.0, 1.0, 1.0]);
        assert_eq!(from_rgb([0.0, 0.5, 0.0]), [1.0 / 3.0, 1.0, 0.5]);
        assert_eq!(from_rgb([0.25, 0.25, 0.25]), [0.0, 0.0, 0.25]);
        assert_eq!(from_rgb([0.0; 3]), [0.0; 3]);
    }

    #[test]
    fn grey_images_are_grey_colours() {
        let pixels = [0.25_f32, 0.75];
        let mut out = [0.0; 2];
        let image = Image { pixels: &pixels, channels: 1, height: 1, width: 2 };
        change(image, &mut out, |[h, s, v]| [h, s, v + 0.125]).unwrap();
        assert_eq!(out, [0.375, 0.875]);
        let image = Image { pixels: &pixels, channels: 2, height: 1, width: 1 };
        assert!(change(image, &mut out, |hsv| hsv).is_err());
    }

    proptest! {
        #[test]
        fn colours_come_back(colour in prop::array::uniform3(0.0f64..=1.0)) {
            let back = to_rgb(from_rgb(colour));
            prop_assert!(colour.iter().zip(back).all(|(a, b)| (a - b).abs() < 1e-12), "{colour:?} {back:?}");
        }
    }
}
