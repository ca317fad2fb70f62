//! Calls of `apply` that see what the plugin does beside its task.

use std::hint::black_box;

use crate::host::{HostError, Transformation};

/// Words before and after each array that the plugin must leave alone.
const GUARD: usize = 512;
/// What they hold: no number, so that reading them shows too.
const GUARD_PIXEL: u32 = 0x7fc0_dead;
const GUARD_PARAMETER: u64 = 0x7ff8_dead_dead_dead;

/// What came of a call.
pub(super) struct Applied {
    /// The transformed images, or why there are none.
    pub result: Result<Vec<f32>, HostError>,
    /// What the plugin changed that it must not, in words.
    pub trespass: Option<String>,
}

/// Applies a transformation to n images (n x c x h x w, parameters n x m), with the output filled with `sentinel` before.
pub(super) fn apply(
    transformation: &Transformation,
    images: &[f32],
    shape: [usize; 4],
    parameters: &[f64],
    sentinel: f32,
) -> Applied {
    let (pixel, parameter) = (f32::from_bits(GUARD_PIXEL), f64::from_bits(GUARD_PARAMETER));
    let mut input = fenced(images, pixel);
    let mut points = fenced(parameters, parameter);
    let mut output = fenced(&vec![sentinel; images.len()], pixel);
    let (inside, of_points) = (GUARD..GUARD + images.len(), GUARD..GUARD + parameters.len());
    let result = transformation.apply(
        &input[inside.clone()],
        shape,
        &points[of_points.clone()],
        &mut output[inside.clone()],
    );
    // The plugin may have written through pointers that were to be read only.
    black_box((&mut input, &mut points, &mut output));
    let same_pixels = |a: &f32, b: &f32| a.to_bits() == b.to_bits();
    let same_values = |a: &f64, b: &f64| a.to_bits() == b.to_bits();
    let trespass = if let Some(place) = changed_fence(&output, images.len(), pixel, same_pixels) {
        Some(format!("writes {place} the output"))
    } else if let Some(place) = changed_fence(&input, images.len(), pixel, same_pixels) {
        Some(format!("writes {place} the input"))
    } else if let Some(place) = changed_fence(&points, parameters.len(), parameter, same_values) {
        Some(format!("writes {place} the parameters"))
    } else if !input[inside.clone()].iter().zip(images).all(|(a, b)| same_pixels(a, b)) {
        Some("a changed input".to_owned())
    } else if !points[of_points].iter().zip(parameters).all(|(a, b)| same_values(a, b)) {
        Some("changed parameters".to_owned())
    } else {
        None
    };
    Applied { result: result.map(|()| output[inside].to_vec()), trespass }
}

fn fenced<T: Copy>(values: &[T], guard: T) -> Vec<T> {
    let fence = std::iter::repeat_n(guard, GUARD);
    fence.clone().chain(values.iter().copied()).chain(fence).collect()
}

/// How far beyond `length` values in the middle something else was written.
fn changed_fence<T: Copy>(
    fenced: &[T],
    length: usize,
    guard: T,
    same: impl Fn(&T, &T) -> bool,
) -> Option<String> {
    let changed = |value: &T| !same(value, &guard);
    let before = fenced[..GUARD].iter().rposition(changed).map(|place| GUARD - place);
    let after = fenced[GUARD + length..].iter().position(changed).map(|place| place + 1);
    before
        .map(|far| format!("{far} values before"))
        .or_else(|| after.map(|far| format!("{far} values beyond the end of")))
}
