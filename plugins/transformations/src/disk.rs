//! A disk on the pixel grid: areas and arcs inside pixels, in closed form.
//!
//! The disk has its centre on the centre of pixel (0, 0); pixel (i, j) is the unit square around `(i, j)`. By
//! symmetry only pixels with `i, j >= 0` are asked for.

use std::f64::consts::FRAC_PI_2;

use crate::interval::Interval;

/// The largest pixel index per axis that a disk of `radius` (at least 1/2) reaches into.
pub fn reach(radius: f64) -> usize {
    ((radius + 0.5).ceil() as usize).saturating_sub(1)
}

/// Whether pixel `(i, j)` lies inside the disk.
pub fn contains(radius: f64, i: usize, j: usize) -> bool {
    let (far_i, far_j) = (i as f64 + 0.5, j as f64 + 0.5);
    far_i * far_i + far_j * far_j <= radius * radius
}

/// Extent of pixel `index` on the non-negative half of its axis, and how many such halves make up the pixel.
fn half_axis(index: usize) -> (f64, f64, f64) {
    let middle = index as f64;
    if index == 0 { (0.0, 0.5, 2.0) } else { (middle - 0.5, middle + 0.5, 1.0) }
}

/// Area of pixel `(i, j)` inside the disk of `radius`.
pub fn area(radius: f64, i: usize, j: usize) -> f64 {
    let (x0, x1, halves_x) = half_axis(i);
    let (y0, y1, halves_y) = half_axis(j);
    halves_x * halves_y * quadrant_area(radius, x0, x1, y0, y1)
}

/// Area of the rectangle `[x0, x1]` times `[y0, y1]` (all at least 0) inside the disk: the integral over x of
/// the height `min(y1, sqrt(r^2 - x^2)) - y0` where it is positive.
fn quadrant_area(radius: f64, x0: f64, x1: f64, y0: f64, y1: f64) -> f64 {
    // The circle crosses the heights y1 and y0 at these x.
    let (full_until, some_until) =
        (half_chord(radius, y1).clamp(x0, x1), half_chord(radius, y0).clamp(x0, x1));
    let full = (full_until - x0) * (y1 - y0);
    let under_circle = segment(radius, some_until) - segment(radius, full_until);
    (full + under_circle - (some_until - full_until) * y0).clamp(0.0, (x1 - x0) * (y1 - y0))
}

/// Half the chord at distance `offset` from the centre, 0 outside the disk.
fn half_chord(radius: f64, offset: f64) -> f64 {
    if offset >= radius { 0.0 } else { ((radius - offset) * (radius + offset)).sqrt() }
}

/// The integral of `sqrt(r^2 - t^2)` from 0 to `x`.
fn segment(radius: f64, x: f64) -> f64 {
    let x = x.min(radius);
    0.5 * (x * half_chord(radius, x) + radius * radius * (x / radius).asin())
}

/// The angle under which the centre sees the part of the circle inside pixel `(i, j)`, in radians.
pub fn angle(radius: f64, i: usize, j: usize) -> f64 {
    angle_over(radius, radius, i, j).high
}

/// Range of [`angle`] over radii in `[least, greatest]`.
///
/// In the first quadrant the point at angle phi lies in `[x0, x1]` times `[y0, y1]` iff
/// `max(acos(x1/r), asin(y0/r)) <= phi <= min(acos(x0/r), asin(y1/r))` (arguments capped at 1). `acos(c/r)` grows
/// and `asin(c/r)` falls with r, so taking each at the right end of the range encloses the difference.
pub fn angle_over(least: f64, greatest: f64, i: usize, j: usize) -> Interval {
    let (x0, x1, halves_x) = half_axis(i);
    let (y0, y1, halves_y) = half_axis(j);
    let from_axis = |offset: f64, radius: f64| {
        if offset >= radius { 0.0 } else { (offset / radius).acos() }
    };
    let towards = |offset: f64, radius: f64| {
        if offset >= radius { FRAC_PI_2 } else { (offset / radius).asin() }
    };
    let low = f64::min(from_axis(x0, least), towards(y1, greatest))
        - f64::max(from_axis(x1, greatest), towards(y0, least));
    let high = f64::min(from_axis(x0, greatest), towards(y1, least))
        - f64::max(from_axis(x1, least), towards(y0, greatest));
    let copies = halves_x * halves_y;
    Interval { low: copies * low.max(0.0), high: copies * high.max(0.0) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::f64::consts::PI;

    /// Sum over all pixels, from those with non-negative indices.
    fn total(radius: f64, value: impl Fn(usize, usize) -> f64) -> f64 {
        let reach = reach(radius);
        let copies = |index: usize| if index == 0 { 1.0 } else { 2.0 };
        (0..=reach)
            .flat_map(|i| (0..=reach).map(move |j| (i, j)))
            .map(|(i, j)| copies(i) * copies(j) * value(i, j))
            .sum()
    }

    #[test]
    fn reaches_the_outermost_touched_pixel() {
        for (radius, expected) in [(0.5, 0), (0.6, 1), (1.5, 1), (1.500001, 2), (5.0, 5), (5.6, 6)] {
            assert_eq!(reach(radius), expected, "{radius}");
        }
    }

    #[test]
    fn known_areas() {
        assert!((area(0.5, 0, 0) - PI / 4.0).abs() < 1e-15);
        assert_eq!(area(3.0, 1, 1), 1.0);
        assert_eq!(area(3.0, 4, 0), 0.0);
        // Quarter of a pixel: the disk through two opposite corners of a half pixel.
        let radius = 0.5f64.hypot(0.5);
        assert!((area(radius, 0, 0) - 1.0).abs() < 1e-15);
        assert!((area(radius, 1, 0) - (PI * 0.5 - 1.0) / 4.0).abs() < 1e-15);
    }

    proptest! {
        #[test]
        fn areas_add_up(radius in 0.5f64..40.0) {
            let disk = PI * radius * radius;
            prop_assert!((total(radius, |i, j| area(radius, i, j)) / disk - 1.0).abs() < 1e-12);
            prop_assert!((total(radius, |i, j| angle(radius, i, j)) / (2.0 * PI) - 1.0).abs() < 1e-9);
        }

        #[test]
        fn areas_agree_with_counting(radius in 0.5f64..4.0, i in 0usize..5, j in 0usize..5) {
            let steps = 200;
            let at = |index: usize, step: i32| index as f64 - 0.5 + (f64::from(step) + 0.5) / f64::from(steps);
            let inside = (0..steps)
                .flat_map(|a| (0..steps).map(move |b| (a, b)))
                .filter(|&(a, b)| at(i, a).hypot(at(j, b)) <= radius)
                .count();
            let counted = inside as f64 / f64::from(steps * steps);
            prop_assert!((area(radius, i, j) - counted).abs() < 2e-2);
            prop_assert!((area(radius, i, j) - area(radius, j, i)).abs() < 1e-13);
            prop_assert_eq!(contains(radius, i, j), area(radius, i, j) > 1.0 - 1e-14);
        }

        #[test]
        fn the_arc_is_the_growth_of_the_area(radius in 0.6f64..9.0, i in 0usize..8, j in 0usize..8) {
            let step = 1e-6;
            let growth = (area(radius + step, i, j) - area(radius, i, j)) / step;
            let arc = angle_over(radius, radius + step, i, j);
            prop_assert!(growth >= arc.low * radius - 1e-6 && growth <= arc.high * (radius + step) + 1e-6);
        }

        #[test]
        fn ranges_hold_the_angles(least in 0.5f64..9.0, length in 0.0f64..1.0, part in 0.0f64..1.0, i in 0usize..9, j in 0usize..9) {
            let range = angle_over(least, least + length, i, j);
            let value = angle(least + part * length, i, j);
            prop_assert!(range.low - 1e-12 <= value && value <= range.high + 1e-12);
        }
    }
}
