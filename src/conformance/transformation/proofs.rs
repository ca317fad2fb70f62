//! Bounds that a transformation states are not below what is seen.

use std::rc::Rc;

use super::super::quantities::{distance, norm};
use super::super::random::Random;
use super::super::trial::{Stop, Trial, judge, strict};
use super::super::verdict::Outcome;
use super::picture::{Picture, SMALL, USUAL};
use super::probe::Probe;
use super::subject::Subject;

/// Pairs of points that a box is tried on.
const PAIRS: usize = 48;
/// More than any computation in 32 bits should lose, relative to the image.
const MOST_ROUNDING: f64 = 1e-3;

/// |tau(a, x) - tau(b, x)| is at most the sum of `lipschitz`'s bounds times |a_j - b_j|, but for rounding.
pub(super) fn lipschitz(subject: &Subject<'_>) -> Outcome {
    over_boxes(subject, |probe, random| {
        let (low, high) = (&probe.points[0], &probe.points[1]);
        let (picture, variant) = (&probe.picture, probe.variant);
        let bound = strict(variant.transformation.lipschitz(&picture.pixels, picture.shape, low, high))?;
        let Some(bound) = bound else { return Err(Stop::Refused) };
        if let Some(infinite) = bound.iter().find(|bound| !bound.is_finite()) {
            return Err(Stop::broken("a finite bound, or none at all", format!("{infinite}")));
        }
        for number in 0..PAIRS {
            let (a, b) = pair(low, high, number, random);
            let images = [&a, &b].map(|point| variant.apply(&picture.pixels, picture.shape, point));
            let [Ok(at_a), Ok(at_b)] = images else { continue };
            let allowed: f64 = bound.iter().zip(a.iter().zip(&b)).map(|(l, (a, b))| l * (a - b).abs()).sum();
            // Half a unit in the last place of each pixel, twice, and twice that for the sums before it is rounded.
            let rounding =
                2.0 * f64::from(f32::EPSILON) * (norm(&at_a) + norm(&at_b)) + f64::from(f32::MIN_POSITIVE);
            let moved = distance(&at_a, &at_b);
            if !(moved <= allowed + rounding) {
                return Err(Stop::broken(
                    format!(
                        "a move of at most {allowed:.6e} from {} to {}, by the bounds {bound:?}",
                        subject.space.describe(&a),
                        subject.space.describe(&b)
                    ),
                    format!("a move of {moved:.6e}"),
                ));
            }
        }
        Ok(())
    })
}

/// Two points of a box: along one coordinate in turn or along all, far apart or close, some at the ends.
fn pair(low: &[f64], high: &[f64], number: usize, random: &mut Random) -> (Vec<f64>, Vec<f64>) {
    let m = low.len();
    let along = number % (m + 1);
    let share = [1.0, 0.25, 0.02, 1e-3][number / 2 % 4];
    let mut inside = || -> Vec<f64> { low.iter().zip(high).map(|(&l, &h)| random.between(l, h)).collect() };
    let mut from = inside();
    if number.is_multiple_of(3) {
        from = if number.is_multiple_of(2) { low.to_vec() } else { high.to_vec() };
    }
    let target = inside();
    let step = |j: usize| if along == m || along == j { share * (target[j] - from[j]) } else { 0.0 };
    let to = (0..m).map(|j| (from[j] + step(j)).clamp(low[j], high[j])).collect();
    (from, to)
}

/// `rounding` is finite, and small against the images.
pub(super) fn rounding(subject: &Subject<'_>) -> Outcome {
    over_boxes(subject, |probe, random| {
        let (low, high) = (&probe.points[0], &probe.points[1]);
        let (picture, variant) = (&probe.picture, probe.variant);
        let bound = strict(variant.transformation.rounding(&picture.pixels, picture.shape, low, high))?;
        let Some(bound) = bound else { return Err(Stop::Refused) };
        let mut largest = norm(&picture.pixels).max(1.0);
        for number in 0..6 {
            let (point, _) = pair(low, high, number, random);
            largest = largest.max(norm(&variant.apply(&picture.pixels, picture.shape, &point)?));
        }
        if bound <= MOST_ROUNDING * largest {
            return Ok(());
        }
        Err(Stop::broken(
            format!(
                "a rounding error of at most {MOST_ROUNDING:e} of the images, whose norm is {largest:.3e}"
            ),
            format!("the bound {bound:e}"),
        ))
    })
}

fn over_boxes(subject: &Subject<'_>, mut trial: impl FnMut(&Probe<'_>, &mut Random) -> Trial) -> Outcome {
    let mut random = subject.random();
    let mut pictures = Subject::pictures(SMALL, &mut random, Picture::noise);
    pictures.push(Rc::new(Picture::checkers([1, 9, 8])));
    let mut probes = subject.probes_of(&pictures, &["box from", "to"], &boxes(subject, 24, &mut random));
    let large = [Rc::new(Picture::noise(USUAL[0], &mut random))];
    probes.extend(subject.probes_of(&large, &["box from", "to"], &boxes(subject, 4, &mut random)));
    judge(subject.context, probes, |probe| trial(probe, &mut subject.context.random(4)))
}

/// The box of everything near the identity, and random ones.
fn boxes(subject: &Subject<'_>, count: usize, random: &mut Random) -> Vec<Vec<Vec<f64>>> {
    let (low, high): (Vec<f64>, Vec<f64>) = subject.space.near.iter().copied().unzip();
    let mut boxes = vec![vec![low, high]];
    for _ in 0..count {
        let (low, high) = subject.space.random_box(random);
        boxes.push(vec![low, high]);
    }
    boxes
}
