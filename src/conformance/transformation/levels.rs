//! Every parameter acts like one of the levels.

use std::collections::HashSet;
use std::rc::Rc;

use super::super::random::Random;
use super::super::trial::{Stop, Trial, judge, strict};
use super::super::verdict::Outcome;
use super::picture::{Picture, SMALL, USUAL};
use super::probe::Probe;
use super::subject::Subject;

/// Parameters that a box is tried on.
const POINTS: usize = 40;

/// Each parameter of a box transforms an image bit for bit as one of the `levels` of the box does.
pub(super) fn levels(subject: &Subject<'_>) -> Outcome {
    let mut random = subject.random();
    let mut pictures = Subject::pictures(SMALL, &mut random, Picture::noise);
    pictures.push(Rc::new(Picture::noise(USUAL[0], &mut random)));
    let mut boxes: Vec<Vec<Vec<f64>>> =
        subject.space.simple().into_iter().map(|point| vec![point.clone(), point]).collect();
    for _ in 0..8 {
        let (low, high) = subject.space.random_box(&mut random);
        boxes.push(vec![low, high]);
    }
    judge(subject.context, subject.probes_of(&pictures, &["box from", "to"], &boxes), |probe| {
        are_complete(subject, probe, &mut subject.context.random(5))
    })
}

fn are_complete(subject: &Subject<'_>, probe: &Probe<'_>, random: &mut Random) -> Trial {
    let (low, high) = (&probe.points[0], &probe.points[1]);
    let (picture, variant) = (&probe.picture, probe.variant);
    let levels = strict(variant.transformation.levels(picture.shape, low, high))?;
    let Some(levels) = levels else { return Err(Stop::Refused) };
    let bits = |point: &[f64]| -> Trial<Vec<u32>> {
        let out = variant.apply(&picture.pixels, picture.shape, point)?;
        Ok(out.into_iter().map(f32::to_bits).collect())
    };
    let known = levels.chunks_exact(low.len()).map(bits).collect::<Trial<HashSet<_>>>()?;
    let mut inside = || -> Vec<f64> { low.iter().zip(high).map(|(&l, &h)| random.between(l, h)).collect() };
    let points = [low.clone(), high.clone()].into_iter().chain((0..POINTS).map(|_| inside()));
    for point in points {
        if !known.contains(&bits(&point)?) {
            return Err(Stop::broken(
                format!("each parameter of the box to act like one of its {} levels", known.len()),
                format!("an image of its own at {}", subject.space.describe(&point)),
            ));
        }
    }
    Ok(())
}
