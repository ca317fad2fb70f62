//! The largest value of a concave function of a positive number, from its tangents.

/// Values this close to the largest one are as good, absolutely or as a share of it.
const CLOSE: f64 = 2e-7;
const CLOSE_SHARE: f64 = 2e-6;
/// Values below this are not told from none.
const NEGLIGIBLE: f64 = 1e-13;
/// A step, in units of the pace, at most.
const FARTHEST: f64 = 4.0;
/// Evaluations at most; some five are usual.
const MOST_STEPS: usize = 60;

/// A concave function at one place.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Tangent {
    /// The place, positive.
    pub at: f64,
    /// The value there.
    pub value: f64,
    /// The slope there.
    pub slope: f64,
    /// How far to go for a slope of 0, in units of `pace`: has the sign of the slope, and need not be exact.
    pub excess: f64,
}

/// The largest value met on the way to the top of a concave function, and no other; 0 if all are negative.
///
/// `tangent` takes the logarithm of the place. The search begins at `start`, stays between `low` and `high`, and goes
/// `pace` times the excess at first. It ends when two tangents, one from either side, leave no room for more.
pub(super) fn largest(
    tangent: impl Fn(f64) -> Tangent,
    start: f64,
    pace: f64,
    (mut low, mut high): (f64, f64),
) -> f64 {
    let mut best = 0.0_f64;
    let (mut at, mut pace) = (start, pace);
    let (mut rising, mut falling): (Option<Tangent>, Option<Tangent>) = (None, None);
    let mut previous: Option<(f64, f64)> = None;
    for step in 0..MOST_STEPS {
        if !(low < at && at < high) {
            at = low + 0.5 * (high - low);
        }
        let found = tangent(at);
        best = best.max(found.value);
        if found.slope > 0.0 {
            (low, rising) = (at, Some(found));
        } else {
            (high, falling) = (at, Some(found));
        }
        if let Some((x, excess)) = previous {
            let secant = (at - x) / (excess - found.excess);
            if secant > 0.0 && secant.is_finite() {
                pace = secant;
            }
        }
        previous = Some((at, found.excess));
        let peak = rising.zip(falling).map(|(rising, falling)| peak(&rising, &falling));
        let room = peak.map_or(f64::INFINITY, |(_, value)| value - best);
        if room <= CLOSE.min(CLOSE_SHARE * best).max(NEGLIGIBLE) || !(high - low > f64::EPSILON) {
            break;
        }
        // The secant is quick where the function is smooth, the peak of the tangents where it has kinks; halving is sure.
        at = match (step % 3, peak) {
            (1, Some((place, _))) => place.ln(),
            (2, Some(_)) if step > 6 => low + 0.5 * (high - low),
            _ => at + found.excess.clamp(-FARTHEST, FARTHEST) * pace,
        };
    }
    best
}

/// Where two tangents meet: no value in between is larger. Rounding, which is large where a place is, counts as room.
fn peak(rising: &Tangent, falling: &Tangent) -> (f64, f64) {
    let drop = falling.slope * (falling.at - rising.at);
    let steepness = rising.slope - falling.slope;
    let way = (falling.value - rising.value - drop) / steepness;
    let rounding = 4.0 * f64::EPSILON * (falling.value.abs() + rising.value.abs() + drop.abs()) / steepness;
    (rising.at + way, rising.value + rising.slope * (way + rounding))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    #[test]
    fn smooth_tops_and_kinks_are_found_in_a_few_steps() {
        let steps = Cell::new(0);
        // ln x - x has its top -1 at 1; lifted by 2.
        let smooth = |z: f64| {
            steps.set(steps.get() + 1);
            let x = z.exp();
            Tangent { at: x, value: 2.0 + z - x, slope: 1.0 / x - 1.0, excess: -z }
        };
        let top = largest(smooth, 3.0, 0.3, (-20.0, 20.0));
        assert!(top <= 1.0 && 1.0 - top < 2e-7, "{top}");
        assert!(steps.get() < 12, "{}", steps.get());
        steps.set(0);
        let kink = |z: f64| {
            steps.set(steps.get() + 1);
            let x = z.exp();
            let slope = if x < 2.0 { 1.0 } else { -0.1 };
            Tangent { at: x, value: 1.0 + slope * (x - 2.0), slope, excess: slope * f64::INFINITY }
        };
        let top = largest(kink, 0.0, 1.0, (-20.0, 20.0));
        assert!(top <= 1.0 && 1.0 - top < 2e-7, "{top}");
        assert!(steps.get() < 12, "{}", steps.get());
    }

    #[test]
    fn a_first_step_far_out_ends_nothing() {
        // As the bound of a small mass: rises to 0.01 at 0.05, then falls without end.
        let far = |z: f64| {
            let x = z.exp();
            let (value, slope) = if x < 0.05 { (0.2 * x, 0.2) } else { (0.01 - 0.7 * (x - 0.05), -0.7) };
            Tangent { at: x, value, slope, excess: slope * f64::INFINITY }
        };
        for start in [-9.0, -60.0, 0.0, 59.0] {
            let top = largest(far, start, 30.0, (-61.0, 66.0));
            assert!((top - 0.01).abs() < 2e-7, "{start}: {top}");
        }
    }

    #[test]
    fn functions_that_are_no_numbers_have_no_top() {
        let nothing = |z: f64| Tangent { at: z.exp(), value: f64::NAN, slope: f64::NAN, excess: f64::NAN };
        assert_eq!(largest(nothing, f64::NAN, f64::NAN, (-1.0, 1.0)), 0.0);
        assert_eq!(largest(nothing, 0.0, 1.0, (1.0, -1.0)), 0.0);
    }
}
