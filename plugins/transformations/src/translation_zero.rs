//! Translation by whole pixels where zeros enter the frame.

use gsmooth_plugin_sdk::{Class, Image, ImageMut, Levels, Options, Parameter, Result, Transformation};

use crate::domain::Domain;
use crate::shift::{Shifts, representatives, whole};

/// Shifts up to the size of any image.
const SHIFTS: Shifts = Shifts {
    down: Domain { name: "down", low: -65536.0, high: 65536.0 },
    right: Domain { name: "right", low: -65536.0, high: 65536.0 },
};

/// Transformation `translation_zero`: parameters are rounded to whole pixels, halves up; what leaves the frame is lost, and
/// zeros enter it. So shifts do not compose: there and back is not the image.
#[derive(Debug)]
pub struct TranslationZero;

impl Transformation for TranslationZero {
    const ID: &'static str = "translation_zero";
    const DOC: &'static str = "Shift by whole pixels where zeros enter; parameters are rounded, halves up.";
    const CLASS: Class = Class::NonResolvable;
    const PARAMETERS: &'static [Parameter] = &SHIFTS.parameters();
    const LEVELS: Option<Levels<Self>> = Some(|_, [_, height, width], low, high| {
        let axes: [&dyn Fn(f64, f64) -> Vec<f64>; 2] =
            [&|low, high| axis_levels(low, high, height), &|low, high| axis_levels(low, high, width)];
        SHIFTS.levels(low, high, axes)
    });

    fn create(_: &Options<'_>) -> Result<Self> {
        Ok(Self)
    }

    fn apply(&self, image: Image<'_>, parameters: &[f64], out: ImageMut<'_>) -> Result {
        let [down, right] = SHIFTS.of(parameters)?.map(|shift| shift as isize);
        let (height, width) = (image.height, image.width);
        if image.pixels.is_empty() {
            return Ok(());
        }
        // The columns that are still seen, in the image; they end up `right` further.
        let (first, last) = (shown(0, -right, width), shown(width, -right, width));
        let target = shown(0, right, width);
        for (row, out) in out.pixels.chunks_exact_mut(width).enumerate() {
            let (plane, row) = (row / height, row % height);
            out.fill(0.0);
            if let Some(source) = row.checked_add_signed(-down).filter(|source| *source < height) {
                let source = &image.pixels[(plane * height + source) * width..][..width];
                out[target..][..last - first].copy_from_slice(&source[first..last]);
            }
        }
        Ok(())
    }
}

/// `index + shift`, moved into `0..=length`.
fn shown(index: usize, shift: isize, length: usize) -> usize {
    index.saturating_add_signed(shift).min(length)
}

/// Parameters in `[low, high]` that stand for all of them on an axis of `length` pixels: one a shift, up to those that
/// leave only zeros, which all act alike.
fn axis_levels(low: f64, high: f64, length: usize) -> Vec<f64> {
    let (first, last, length) = (whole(low), whole(high), length as f64);
    representatives(low, high, (-length).clamp(first, last), length.clamp(first, last))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn shifted(parameters: &[f64; 2]) -> Vec<f32> {
        let pixels: Vec<f32> = (1_u8..13).map(f32::from).collect();
        let mut out = vec![f32::NAN; 12];
        let image = Image { pixels: &pixels, channels: 2, height: 2, width: 3 };
        let room = ImageMut { pixels: &mut out, channels: 2, height: 2, width: 3 };
        TranslationZero.apply(image, parameters, room).unwrap();
        out
    }

    #[test]
    fn moves_down_and_right_and_leaves_zeros() {
        assert_eq!(shifted(&[1.0, 0.6]), [0.0, 0.0, 0.0, 0.0, 1.0, 2.0, 0.0, 0.0, 0.0, 0.0, 7.0, 8.0]);
        assert_eq!(shifted(&[-1.0, -2.0]), [6.0, 0.0, 0.0, 0.0, 0.0, 0.0, 12.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
        assert_eq!(shifted(&[0.3, -0.5]), (1_u8..13).map(f32::from).collect::<Vec<_>>());
        for far in [[65536.0, 0.0], [0.0, -65536.0], [0.0, 3.0], [-2.0, 0.0]] {
            assert_eq!(shifted(&far), [0.0; 12]);
        }
    }

    #[test]
    fn shifts_that_leave_nothing_count_once() {
        assert_eq!(axis_levels(-2.0, 900.0, 3), [-2.0, -1.0, 0.0, 1.0, 2.0, 3.0]);
        assert_eq!(axis_levels(-900.0, -1.5, 3), [-3.0, -2.0, -1.5]);
        assert_eq!(axis_levels(7.2, 9.0, 3), [7.2]);
    }

    proptest! {
        /// Every point of the box acts like one of its levels, and each level lies inside.
        #[test]
        fn levels_are_complete(low in prop::array::uniform2(-6.0f64..6.0), size in prop::array::uniform2(0.0f64..5.0),
                               share in prop::array::uniform2(0.0f64..=1.0), kind in 0u8..2) {
            let low = if kind == 0 { low.map(|end| (2.0 * end).round() / 2.0) } else { low };
            let high = [low[0] + size[0], low[1] + size[1]];
            let point = [0, 1].map(|i| (low[i] + share[i] * size[i]).min(high[i]));
            let found = TranslationZero::LEVELS.unwrap()(&TranslationZero, [2, 2, 3], &low, &high).unwrap();
            let images: Vec<Vec<f32>> = found.chunks_exact(2).map(|level| shifted(&[level[0], level[1]])).collect();
            prop_assert!(images.contains(&shifted(&point)));
            for level in found.chunks_exact(2) {
                prop_assert!((0..2).all(|i| low[i] <= level[i] && level[i] <= high[i]));
            }
        }
    }
}
