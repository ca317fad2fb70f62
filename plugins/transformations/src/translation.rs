//! Translation by whole pixels.

use gsmooth_plugin_sdk::{
    Class, Error, Image, ImageMut, Levels, OptionSpec, Options, Parameter, Result, Transformation,
};

use crate::domain::Domain;
use crate::error::TransformationError;

/// Shift down, in pixels.
const DOWN: Domain = Domain { name: "down", low: -65536.0, high: 65536.0 };
/// Shift to the right, in pixels.
const RIGHT: Domain = Domain { name: "right", low: -65536.0, high: 65536.0 };
/// The most points that one box may be enumerated to.
const MOST_LEVELS: f64 = 4e6;

/// What enters the frame where the image leaves it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Border {
    /// The opposite side.
    Cyclic,
    /// Zeros.
    Zero,
}

impl Border {
    /// The index that is seen at `index` after a shift, of `length`; none outside the frame.
    fn source(self, index: usize, shift: i64, length: usize) -> Option<usize> {
        let (index, length) = (index as i64, length as i64);
        let source = match self {
            Self::Cyclic => (index - shift).rem_euclid(length),
            Self::Zero => index - shift,
        };
        usize::try_from(source).ok().filter(|source| *source < length as usize)
    }
}

/// Transformation `translation`: parameters are rounded to whole pixels, half a pixel away from zero.
#[derive(Debug)]
pub struct Translation {
    border: Border,
}

impl Transformation for Translation {
    const ID: &'static str = "translation";
    const DOC: &'static str = "Shift by whole pixels; parameters are rounded.";
    const CLASS: Class = Class::NonResolvable;
    const PARAMETERS: &'static [Parameter] = &[
        Parameter::new(DOWN.name, "pixel", "Shift down.", DOWN.low, DOWN.high, 0.0),
        Parameter::new(RIGHT.name, "pixel", "Shift to the right.", RIGHT.low, RIGHT.high, 0.0),
    ];
    const OPTIONS: &'static [OptionSpec] =
        &[OptionSpec::choice("border", "What enters the frame.", &["zero", "cyclic"]).default_text("zero")];
    const LEVELS: Option<Levels<Self>> = Some(|_, _, low, high| levels(low, high));

    fn create(options: &Options<'_>) -> Result<Self> {
        match options.text("border")? {
            "cyclic" => Ok(Self { border: Border::Cyclic }),
            "zero" => Ok(Self { border: Border::Zero }),
            other => {
                Err(Error::invalid_argument(format_args!("border is `{other}`, not `cyclic` or `zero`")))
            }
        }
    }

    fn apply(&self, image: Image<'_>, parameters: &[f64], out: ImageMut<'_>) -> Result {
        let [down, right] = shifts(parameters)?;
        let (height, width) = (image.height, image.width);
        let sources = |length: usize, shift: i64| -> Vec<Option<usize>> {
            (0..length).map(|index| self.border.source(index, shift, length)).collect()
        };
        let (rows, columns) = (sources(height, down), sources(width, right));
        for (number, out) in out.pixels.iter_mut().enumerate() {
            let (plane, place) = (number / (height * width), number % (height * width));
            *out = match (rows[place / width], columns[place % width]) {
                (Some(row), Some(column)) => image.pixels[(plane * height + row) * width + column],
                _ => 0.0,
            };
        }
        Ok(())
    }
}

/// Both parameters rounded to whole pixels.
fn shifts(parameters: &[f64]) -> std::result::Result<[i64; 2], TransformationError> {
    match parameters {
        [down, right] => Ok([DOWN.value(&[*down])?.round() as i64, RIGHT.value(&[*right])?.round() as i64]),
        other => Err(TransformationError::Count { name: "translation", count: other.len() }),
    }
}

/// A point of the box for every pair of whole shifts in it.
fn levels(low: &[f64], high: &[f64]) -> Result<Vec<f64>> {
    let ([low_down, low_right], [high_down, high_right]) = (shifts(low)?, shifts(high)?);
    let (rows, columns) = (high_down - low_down + 1, high_right - low_right + 1);
    if rows as f64 * columns as f64 > MOST_LEVELS {
        return Err(Error::invalid_argument(format_args!("a box of {rows} x {columns} shifts is too large")));
    }
    let mut points = Vec::with_capacity((2 * rows * columns).max(0) as usize);
    for down in low_down..=high_down {
        for right in low_right..=high_right {
            // An end of the box stands for the whole number that it is rounded to.
            points.push((down as f64).clamp(low[0], high[0]));
            points.push((right as f64).clamp(low[1], high[1]));
        }
    }
    Ok(points)
}

#[cfg(test)]
mod tests {
    use super::*;
    use gsmooth_plugin_sdk::Value;
    use proptest::prelude::*;

    fn shifted(border: Border, parameters: &[f64; 2]) -> Vec<f32> {
        let pixels: Vec<f32> = (0_u8..12).map(f32::from).collect();
        let mut out = vec![f32::NAN; 12];
        let image = Image { pixels: &pixels, channels: 2, height: 2, width: 3 };
        let room = ImageMut { pixels: &mut out, channels: 2, height: 2, width: 3 };
        Translation { border }.apply(image, parameters, room).unwrap();
        out
    }

    #[test]
    fn moves_down_and_right_by_whole_pixels() {
        let zero = [0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 6.0, 7.0];
        assert_eq!(shifted(Border::Zero, &[1.0, 0.6]), zero);
        let cyclic = [5.0, 3.0, 4.0, 2.0, 0.0, 1.0, 11.0, 9.0, 10.0, 8.0, 6.0, 7.0];
        assert_eq!(shifted(Border::Cyclic, &[-1.0, 1.4]), cyclic);
        assert_eq!(shifted(Border::Zero, &[0.3, -0.4]), (0_u8..12).map(f32::from).collect::<Vec<_>>());
        assert_eq!(shifted(Border::Zero, &[65536.0, 0.0]), [0.0; 12]);
    }

    #[test]
    fn cyclic_shifts_compose() {
        assert_eq!(shifted(Border::Cyclic, &[3.0, -7.0]), shifted(Border::Cyclic, &[1.0, 2.0]));
    }

    #[test]
    fn options_are_read() {
        let create = |border: &'static str| {
            let given = [("border", Value::Text(border))];
            Options::of(Translation::OPTIONS, &given).and_then(|options| Translation::create(&options))
        };
        assert_eq!(create("cyclic").unwrap().border, Border::Cyclic);
        assert!(create("mirror").is_err());
    }

    proptest! {
        /// Every point of the box acts like one of its levels, and each level lies inside.
        #[test]
        fn levels_are_complete(low in prop::array::uniform2(-6.0f64..6.0), size in prop::array::uniform2(0.0f64..5.0),
                               share in prop::array::uniform2(0.0f64..=1.0)) {
            let high = [low[0] + size[0], low[1] + size[1]];
            let point = [low[0] + share[0] * size[0], low[1] + share[1] * size[1]];
            let found = levels(&low, &high).unwrap();
            let all: Vec<[i64; 2]> = found.chunks_exact(2).map(|level| shifts(level).unwrap()).collect();
            prop_assert!(all.contains(&shifts(&point).unwrap()));
            for level in found.chunks_exact(2) {
                prop_assert!((0..2).all(|i| low[i] <= level[i] && level[i] <= high[i]));
            }
        }
    }
}
