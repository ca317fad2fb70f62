//! Cyclic translation by whole pixels.

use gsmooth_plugin_sdk::{
    Class, Compose, Image, ImageMut, Levels, Options, Parameter, Result, Transformation,
};

use crate::domain::Domain;
use crate::shift::{Shifts, representatives, whole};

/// Any shift, so that noise of unbounded support stays inside.
const SHIFTS: Shifts = Shifts {
    down: Domain { name: "down", low: f64::NEG_INFINITY, high: f64::INFINITY },
    right: Domain { name: "right", low: f64::NEG_INFINITY, high: f64::INFINITY },
};

/// Boxes are enumerated up to this distance, well below where floating-point numbers stop being dense in whole ones.
const ENUMERABLE: f64 = 1e9;
const ENUMERABLE_SHIFTS: Shifts = Shifts {
    down: Domain { name: "down", low: -ENUMERABLE, high: ENUMERABLE },
    right: Domain { name: "right", low: -ENUMERABLE, high: ENUMERABLE },
};

/// Transformation `translation`: parameters are rounded to whole pixels, halves up, and what leaves the frame enters it on
/// the opposite side.
///
/// `tau(theta, tau(xi, x)) = tau(theta + xi, x)` exactly for every theta and every WHOLE xi, since rounding commutes with
/// whole shifts and shifts add modulo the size of the image. Another xi acts like the whole number that it is rounded to,
/// and so gamma(theta, xi) is theta plus that. The sum is the real one: where `theta + xi` is itself rounded to
/// a floating-point number, it may fall on the other side of a half.
#[derive(Debug)]
pub struct Translation;

impl Transformation for Translation {
    const ID: &'static str = "translation";
    const DOC: &'static str = "Cyclic shift by whole pixels; parameters are rounded, halves up.";
    const CLASS: Class = Class::Additive;
    const PARAMETERS: &'static [Parameter] = &SHIFTS.parameters();
    /// gamma(theta, xi) = theta + the whole shift that xi is rounded to.
    const COMPOSE: Option<Compose<Self>> = Some(|_, theta, xi, gamma| {
        for ((gamma, theta), xi) in gamma.iter_mut().zip(theta).zip(SHIFTS.of(xi)?) {
            *gamma = theta + xi;
        }
        Ok(())
    });
    /// Whole numbers wherever the box holds one that acts alike; otherwise the end of the box that does.
    const LEVELS: Option<Levels<Self>> = Some(|_, [_, height, width], low, high| {
        let axes: [&dyn Fn(f64, f64) -> Vec<f64>; 2] =
            [&|low, high| axis_levels(low, high, height), &|low, high| axis_levels(low, high, width)];
        ENUMERABLE_SHIFTS.levels(low, high, axes)
    });

    fn create(_: &Options<'_>) -> Result<Self> {
        Ok(Self)
    }

    fn apply(&self, image: Image<'_>, parameters: &[f64], out: ImageMut<'_>) -> Result {
        let [down, right] = SHIFTS.of(parameters)?;
        let (height, width) = (image.height, image.width);
        if image.pixels.is_empty() {
            return Ok(());
        }
        // Remainders of whole numbers are exact.
        let (down, right) =
            (down.rem_euclid(height as f64) as usize, right.rem_euclid(width as f64) as usize);
        for (row, out) in out.pixels.chunks_exact_mut(width).enumerate() {
            let (plane, row) = (row / height, row % height);
            let source = plane * height + (row + height - down) % height;
            let source = &image.pixels[source * width..][..width];
            out[right..].copy_from_slice(&source[..width - right]);
            out[..right].copy_from_slice(&source[width - right..]);
        }
        Ok(())
    }
}

/// Parameters in `[low, high]` that stand for all of them on an axis of `length` pixels: one a shift, and where the
/// interval holds `length` whole numbers or more, the `length` consecutive ones that are nearest to 0.
fn axis_levels(low: f64, high: f64, length: usize) -> Vec<f64> {
    let period = length.max(1) as f64;
    let (first, last) = (low.ceil(), high.floor());
    if last - first + 1.0 < period {
        return representatives(low, high, whole(low), whole(high));
    }
    let start = (-(period / 2.0).floor()).clamp(first, last - period + 1.0);
    representatives(low, high, start, start + period - 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn shifted(pixels: &[f32], parameters: &[f64; 2]) -> Vec<f32> {
        let mut out = vec![f32::NAN; 12];
        let image = Image { pixels, channels: 2, height: 2, width: 3 };
        let room = ImageMut { pixels: &mut out, channels: 2, height: 2, width: 3 };
        Translation.apply(image, parameters, room).unwrap();
        out
    }

    fn counted() -> Vec<f32> {
        (0_u8..12).map(f32::from).collect()
    }

    #[test]
    fn moves_down_and_right_around_the_frame() {
        let expected = [5.0, 3.0, 4.0, 2.0, 0.0, 1.0, 11.0, 9.0, 10.0, 8.0, 6.0, 7.0];
        assert_eq!(shifted(&counted(), &[-1.0, 1.4]), expected);
        assert_eq!(shifted(&counted(), &[0.3, -0.5]), counted());
        // 1e18 is even, and 1 modulo 3.
        assert_eq!(shifted(&counted(), &[1e18, 1e18]), shifted(&counted(), &[0.0, 1.0]));
    }

    #[test]
    fn levels_are_whole_where_the_box_holds_one() {
        assert_eq!(axis_levels(-1.5, 1.5, 28), [-1.0, 0.0, 1.0, 1.5]);
        assert_eq!(axis_levels(-1.6, 1.4, 28), [-1.6, -1.0, 0.0, 1.0]);
        assert_eq!(axis_levels(0.1, 0.3, 28), [0.1]);
        assert_eq!(axis_levels(0.1, 0.9, 28), [0.1, 0.9]);
        assert_eq!(axis_levels(2.6, 2.7, 28), [2.7]);
        // A whole turn holds every shift.
        assert_eq!(axis_levels(-900.5, 900.5, 4), [-2.0, -1.0, 0.0, 1.0]);
        assert_eq!(axis_levels(7.5, 12.0, 4), [8.0, 9.0, 10.0, 11.0]);
    }

    #[test]
    fn unfit_boxes_are_refused() {
        let levels =
            |low: &[f64], high: &[f64]| Translation::LEVELS.unwrap()(&Translation, [1, 5, 5], low, high);
        assert_eq!(levels(&[-1e8; 2], &[1e8; 2]).unwrap().len(), 50);
        assert!(levels(&[1.0, 0.0], &[0.0, 0.0]).is_err());
        assert!(levels(&[0.0, 0.0], &[0.0, 1e300]).is_err());
        assert!(levels(&[0.0], &[0.0]).is_err() && levels(&[f64::NAN; 2], &[0.0; 2]).is_err());
        let large = Translation::LEVELS.unwrap()(&Translation, [1, 9000, 9000], &[-1e5; 2], &[1e5; 2]);
        assert!(large.unwrap_err().to_string().contains("too large"));
    }

    proptest! {
        /// In 64ths, so that the sum of the parameters is exact.
        #[test]
        fn shifts_compose_with_whole_ones(theta in prop::array::uniform2(-900i32..900), xi in prop::array::uniform2(-20i32..20)) {
            let (theta, xi) = (theta.map(|value| f64::from(value) / 64.0), xi.map(f64::from));
            let twice = shifted(&shifted(&counted(), &xi), &theta);
            prop_assert_eq!(twice, shifted(&counted(), &[theta[0] + xi[0], theta[1] + xi[1]]));
        }

        /// Every point of the box acts like one of its levels, each level lies inside, and a level that is not whole
        /// is an end of the box.
        #[test]
        fn levels_are_complete(low in prop::array::uniform2(-6.0f64..6.0), size in prop::array::uniform2(0.0f64..9.0),
                               share in prop::array::uniform2(0.0f64..=1.0), kind in 0u8..3) {
            let low = if kind == 0 { low.map(|end| (2.0 * end).round() / 2.0) } else { low };
            let size = if kind == 1 { [0.0, size[1]] } else { size };
            let high = [low[0] + size[0], low[1] + size[1]];
            let point = [0, 1].map(|i| (low[i] + share[i] * size[i]).min(high[i]));
            let found = Translation::LEVELS.unwrap()(&Translation, [2, 2, 3], &low, &high).unwrap();
            let images: Vec<Vec<f32>> = found.chunks_exact(2).map(|level| shifted(&counted(), &[level[0], level[1]])).collect();
            prop_assert!(images.contains(&shifted(&counted(), &point)));
            for level in found.chunks_exact(2) {
                for i in 0..2 {
                    prop_assert!(low[i] <= level[i] && level[i] <= high[i]);
                    prop_assert!(level[i] == level[i].floor() || level[i] == low[i] || level[i] == high[i]);
                }
            }
        }
    }
}
