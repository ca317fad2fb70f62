//! `apply` is a function of image and parameters alone.

use super::super::purity::same_on_threads;
use super::super::quantities::first_difference;
use super::super::trial::{Stop, judge};
use super::super::verdict::Outcome;
use super::guarded;
use super::picture::{Picture, SMALL, USUAL};
use super::subject::Subject;

/// Twice the same.
pub(super) fn deterministic(subject: &Subject<'_>) -> Outcome {
    let mut random = subject.random();
    let pictures = Subject::pictures(&[SMALL, &USUAL[..1]].concat(), &mut random, Picture::noise);
    let points = subject.space.points(3, &mut random);
    judge(subject.context, subject.probes(&pictures, &points), |probe| {
        let apply = || probe.variant.apply(&probe.picture.pixels, probe.picture.shape, &probe.points[0]);
        let (once, again) = (apply()?, apply()?);
        match first_difference(&once, &again) {
            None => Ok(()),
            Some(place) => Err(Stop::broken(
                "the same bits from the same call",
                format!("{:?}, then {:?} at value {place}", once[place], again[place]),
            )),
        }
    })
}

/// Images of a batch come out as each alone.
pub(super) fn batch(subject: &Subject<'_>) -> Outcome {
    let mut random = subject.random();
    let points = subject.space.points(3, &mut random);
    let pictures = Subject::pictures(&[SMALL, &USUAL[..1]].concat(), &mut random, Picture::noise);
    // The probe's image and parameters first, others behind, before, and on both sides.
    judge(subject.context, subject.probes(&pictures, &points), |probe| {
        let (picture, point, shape) = (&probe.picture, &probe.points[0], probe.picture.shape);
        let alone = probe.variant.apply(&picture.pixels, shape, point)?;
        let other = Picture::noise(shape, &mut subject.context.random(2));
        // The identity is what no plugin refuses on account of the shape.
        for (before, behind) in [(0, 1), (1, 0), (2, 2)] {
            let repeat = |count| std::iter::repeat_n(&other.pixels, count).flatten().copied();
            let images: Vec<f32> =
                repeat(before).chain(picture.pixels.iter().copied()).chain(repeat(behind)).collect();
            let identity = |count| std::iter::repeat_n(&subject.space.identity, count).flatten().copied();
            let parameters: Vec<f64> =
                identity(before).chain(point.iter().copied()).chain(identity(behind)).collect();
            let n = before + 1 + behind;
            let shape = [n, shape[0], shape[1], shape[2]];
            let answer = guarded::apply(&probe.variant.transformation, &images, shape, &parameters, f32::NAN);
            let out = answer.result?;
            let own = &out[before * alone.len()..(before + 1) * alone.len()];
            if let Some(place) = first_difference(&alone, own) {
                return Err(Stop::broken(
                    "each image of a batch as it is alone, bit for bit",
                    format!(
                        "{:?} instead of {:?} at value {place}, as image {before} of {n}",
                        own[place], alone[place]
                    ),
                ));
            }
        }
        Ok(())
    })
}

/// Calls may overlap on one instance.
pub(super) fn threads(subject: &Subject<'_>) -> Outcome {
    let mut random = subject.random();
    let pictures = Subject::pictures(&[SMALL[2], USUAL[0]], &mut random, Picture::noise);
    let points: Vec<_> = (0..5).map(|_| subject.space.somewhere_near(&mut random)).collect();
    let identity = std::slice::from_ref(&subject.space.identity);
    judge(subject.context, subject.probes(&pictures, identity), |probe| {
        let (shape, pixels, variant) = (probe.picture.shape, &probe.picture.pixels, probe.variant);
        let bits = |item: usize| {
            let out = variant.apply(pixels, shape, &points[item]).ok()?;
            Some(out.into_iter().map(f32::to_bits).collect::<Vec<_>>())
        };
        same_on_threads(points.len(), |item| format!("at {}", subject.space.describe(&points[item])), bits)
    })
}
