//! Identity, domain, shapes and options.

use std::rc::Rc;

use super::super::options::judge_instances;
use super::super::quantities::first_difference;
use super::super::trial::{Stop, Trial, judge, strict};
use super::super::verdict::Outcome;
use super::picture::{LARGE, Picture, SMALL, USUAL};
use super::probe::Probe;
use super::subject::{Subject, Variant};

/// At the identity an image comes back bit for bit.
pub(super) fn identity(subject: &Subject<'_>) -> Outcome {
    let mut random = subject.random();
    let shapes = [SMALL, USUAL, &[LARGE]].concat();
    let pictures = Subject::pictures(&shapes, &mut random, Picture::with_odd_values);
    judge(
        subject.context,
        subject.probes(&pictures, std::slice::from_ref(&subject.space.identity)),
        comes_back,
    )
}

fn comes_back(probe: &Probe<'_>) -> Trial {
    let (picture, point) = (&probe.picture, &probe.points[0]);
    let out = probe.variant.apply(&picture.pixels, picture.shape, point)?;
    match first_difference(&picture.pixels, &out) {
        None => Ok(()),
        Some(place) => Err(Stop::broken(
            "at the identity, the image bit for bit",
            format!("{:?} for {:?} at value {place}", out[place], picture.pixels[place]),
        )),
    }
}

/// Over the domain, ends included, calls succeed with finite pixels, or refuse; and the plugin takes something.
pub(super) fn domain(subject: &Subject<'_>) -> Outcome {
    let mut random = subject.random();
    let pictures = Subject::pictures(&[SMALL, USUAL].concat(), &mut random, Picture::noise);
    let points = subject.space.points(20, &mut random);
    let mut accepted = false;
    let outcome = judge(subject.context, subject.probes(&pictures, &points), |probe| {
        let picture = &probe.picture;
        strict(probe.variant.apply(&picture.pixels, picture.shape, &probe.points[0]))?;
        accepted = true;
        Ok(())
    });
    match outcome {
        Outcome::Skipped { .. } if !accepted => {
            let picture = Rc::clone(&pictures[0]);
            let refusal = subject.ordinary().apply(&picture.pixels, picture.shape, &subject.space.identity);
            let why = refusal.err().map(|error| error.to_string()).unwrap_or_default();
            Outcome::fault("that the plugin takes some image at some parameter of its domain", why)
        }
        outcome => outcome,
    }
}

/// Unusual shapes are transformed or refused.
pub(super) fn shapes(subject: &Subject<'_>) -> Outcome {
    let mut random = subject.random();
    let odd = [[1, 1, 7], [1, 7, 1], [2, 1, 2], [5, 3, 3], [1, 13, 2], [4, 9, 6], [1, 2, 97]];
    let pictures = Subject::pictures(&odd, &mut random, Picture::noise);
    judge(subject.context, subject.probes(&pictures, &subject.space.points(1, &mut random)), |probe| {
        let picture = &probe.picture;
        strict(probe.variant.apply(&picture.pixels, picture.shape, &probe.points[0])).map(|_| ())
    })
}

/// Instances can be made with defaults, and at the ends of what options declare to take, where the identity is the identity.
pub(super) fn options(subject: &Subject<'_>) -> Outcome {
    let picture = Rc::new(Picture::with_odd_values(SMALL[1], &mut subject.random()));
    judge_instances(subject.info, subject.context, |choice| {
        let transformation = strict(subject.registry.transformation(&subject.info.id, &choice.options))?;
        let variant = Variant { transformation, label: choice.label.clone() };
        if choice.label.is_empty() {
            // The test `identity` looks at the ordinary one.
            return Ok(());
        }
        match comes_back(&Probe::new(
            subject,
            &variant,
            &picture,
            &[""],
            vec![subject.space.identity.clone()],
        )) {
            Err(Stop::Refused) => Ok(()),
            other => other,
        }
    })
}
