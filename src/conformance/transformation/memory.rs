//! `apply` writes all of its output and nothing else.

use super::super::trial::{Stop, Trial, judge};
use super::super::verdict::Outcome;
use super::guarded::{self, Applied};
use super::picture::{Picture, SMALL, USUAL};
use super::probe::Probe;
use super::subject::Subject;

/// Nothing around the output is written, and what is to be read stays as it is.
pub(super) fn memory(subject: &Subject<'_>) -> Outcome {
    over_inputs(subject, |probe| {
        let answer = apply(probe, f32::NAN);
        match answer.trespass {
            Some(trespass) => Err(Stop::broken("writes into the output alone", trespass)),
            None => Ok(answer.result.map(|_| ())?),
        }
    })
}

/// Every value of the output is written, whatever was there.
pub(super) fn written(subject: &Subject<'_>) -> Outcome {
    over_inputs(subject, |probe| {
        let sentinels = [-12_345.0, 54_321.5];
        let [first, second] = sentinels.map(|sentinel| apply(probe, sentinel).result);
        let (first, second) = (first?, second?);
        let left = first.iter().zip(&second).position(|(&first, &second)| [first, second] == sentinels);
        match left {
            None => Ok(()),
            Some(place) => Err(Stop::broken(
                "every value of the output written",
                format!("value {place} of {} as it was before the call", first.len()),
            )),
        }
    })
}

fn over_inputs(subject: &Subject<'_>, trial: impl FnMut(&Probe<'_>) -> Trial) -> Outcome {
    let mut random = subject.random();
    let pictures = Subject::pictures(&[SMALL, &USUAL[..1]].concat(), &mut random, Picture::noise);
    let points = subject.space.points(2, &mut random);
    judge(subject.context, subject.probes(&pictures, &points), trial)
}

/// Two images at once.
fn apply(probe: &Probe<'_>, sentinel: f32) -> Applied {
    let [c, h, w] = probe.picture.shape;
    let images = probe.picture.pixels.repeat(2);
    let parameters = probe.points[0].repeat(2);
    guarded::apply(&probe.variant.transformation, &images, [2, c, h, w], &parameters, sentinel)
}
