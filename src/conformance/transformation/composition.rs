//! tau after tau is tau again, as the class says.

use std::rc::Rc;

use super::super::quantities::{distance, norm};
use super::super::random::Random;
use super::super::trial::{Stop, Trial, judge, strict};
use super::super::verdict::Outcome;
use super::picture::{Picture, SMALL, USUAL};
use super::probe::Probe;
use super::subject::Subject;

/// How far the two sides may lie apart, relative to the largest of the images that are involved: rounding of pixels to 32
/// bits, twice, and room for transformations that stretch it.
const TOLERANCE: f64 = 1e-5;

/// Where the two sides lie this far apart, relative, steps that are [`SMALL_STEP`] as long would show it too, unless the reason
/// is clipping: a smooth law of composition is off by the product of the steps.
const PLAIN: f64 = 1e-2;
/// A step that takes grey pixels nowhere near 0 or 1, as a share of the full one.
const SMALL_STEP: f64 = 0.05;
/// Rounding of pixels to 32 bits, relative to the image.
const ROUNDING: f64 = 1e-6;

/// Two ways to one image.
struct Ways {
    /// The image between the steps.
    between: Vec<f32>,
    /// The image by two steps.
    twice: Vec<f32>,
    /// The image by one.
    once: Vec<f32>,
}

impl Ways {
    /// How far apart they end, and the norm of the largest image on the way, at least 1.
    fn apart(&self, start: &[f32]) -> (f64, f64) {
        let norms = [start, &self.between, &self.twice, &self.once].map(norm);
        (distance(&self.twice, &self.once), norms.into_iter().fold(1.0, f64::max))
    }

    fn meet(&self, start: &[f32], expected: String) -> Trial {
        let (apart, largest) = self.apart(start);
        if apart <= TOLERANCE * largest {
            return Ok(());
        }
        Err(Stop::broken(expected, format!("images that lie {apart:.3e} apart, of norm {largest:.3e}")))
    }

    fn inside_unit_interval(&self) -> bool {
        [&self.between, &self.twice, &self.once].into_iter().flatten().all(|p| (0.0..=1.0).contains(p))
    }
}

/// tau(theta, tau(xi, x)) = tau(gamma(theta, xi), x), with gamma as certificates take it.
pub(super) fn composition(subject: &Subject<'_>) -> Outcome {
    over_pairs(subject, Picture::noise, |probe| {
        let (ways, gamma) = by_composition(probe)?;
        let gamma = subject.space.describe(&gamma);
        let expected =
            format!("tau(theta, tau(xi, x)) = tau(gamma, x) to {TOLERANCE:e}, with gamma: {gamma}");
        ways.meet(&probe.picture.pixels, expected)
    })
}

/// The same where clipping gives itself away: images that reach from 0 to 1, moved far to both sides. Where the two ways do
/// not meet although some pixel left [0, 1], or not even for small steps on a grey image, the fault is another one, which
/// `composition` finds.
pub(super) fn unclipped(subject: &Subject<'_>) -> Outcome {
    over_pairs(subject, Picture::bright, |probe| {
        let (ways, _) = by_composition(probe)?;
        let (apart, largest) = ways.apart(&probe.picture.pixels);
        if apart <= TOLERANCE * largest {
            return Ok(());
        }
        let clips = apart > PLAIN * largest && ways.inside_unit_interval() && meets_in_small(subject, probe)?;
        match clips {
            false => Err(Stop::Refused),
            true => Err(Stop::broken(
                "two steps to lead where one leads, which needs pixels outside [0, 1]",
                format!("images that lie {apart:.3e} apart and never leave [0, 1]: they are clipped"),
            )),
        }
    })
}

/// tau(relative(a, xi), tau(a, x)) = tau(xi, x).
pub(super) fn relative(subject: &Subject<'_>) -> Outcome {
    over_pairs(subject, Picture::noise, |probe| {
        let (variant, xi, anchor) = (probe.variant, &probe.points[0], &probe.points[1]);
        let Some(step) = strict(variant.transformation.relative(anchor, xi))? else {
            return Err(Stop::Refused);
        };
        let (pixels, shape) = (&probe.picture.pixels, probe.picture.shape);
        let between = variant.apply(pixels, shape, anchor)?;
        let twice = variant.apply(&between, shape, &step)?;
        let ways = Ways { between, twice, once: variant.apply(pixels, shape, xi)? };
        let step = subject.space.describe(&step);
        let expected =
            format!("tau(r, tau(xi, x)) = tau(theta, x) to {TOLERANCE:e}, with r from xi to theta: {step}");
        ways.meet(pixels, expected)
    })
}

/// Whether the two ways meet where nothing is near 0 or 1.
fn meets_in_small(subject: &Subject<'_>, probe: &Probe<'_>) -> Trial<bool> {
    let mut grey = Picture::clone(&probe.picture);
    grey.pixels.iter_mut().for_each(|pixel| *pixel = 0.45 + 0.1 * *pixel);
    let points = probe.points.iter().map(|point| subject.space.towards_identity(point, SMALL_STEP)).collect();
    let small = Probe { picture: Rc::new(grey), points, ..probe.clone() };
    let (ways, _) = by_composition(&small)?;
    let (apart, largest) = ways.apart(&small.picture.pixels);
    Ok(apart <= ROUNDING * largest)
}

fn by_composition(probe: &Probe<'_>) -> Trial<(Ways, Vec<f64>)> {
    let (variant, theta, xi) = (probe.variant, &probe.points[0], &probe.points[1]);
    let (pixels, shape) = (&probe.picture.pixels, probe.picture.shape);
    let Some(gamma) = strict(variant.transformation.gamma(shape, theta, xi))? else {
        return Err(Stop::Refused);
    };
    let between = variant.apply(pixels, shape, xi)?;
    let twice = variant.apply(&between, shape, theta)?;
    let once = variant.apply(pixels, shape, &gamma)?;
    Ok((Ways { between, twice, once }, gamma))
}

/// Tries pairs (theta, xi), from simple to random.
fn over_pairs(
    subject: &Subject<'_>,
    picture: impl Fn([usize; 3], &mut Random) -> Picture,
    trial: impl FnMut(&Probe<'_>) -> Trial,
) -> Outcome {
    let mut random = subject.random();
    let pictures = Subject::pictures(&[SMALL, &USUAL[..1]].concat(), &mut random, picture);
    let simple = subject.space.simple();
    let mut pairs: Vec<Vec<Vec<f64>>> = Vec::new();
    for xi in &simple {
        pairs.extend(simple.iter().map(|theta| vec![theta.clone(), xi.clone()]));
    }
    for _ in 0..10 {
        pairs
            .push(vec![subject.space.somewhere_near(&mut random), subject.space.somewhere_near(&mut random)]);
        // Closer to the identity, so that sums stay in the domain.
        let shrunk = |share, far: Vec<f64>| subject.space.towards_identity(&far, share);
        let [theta, xi] = [0.3, 0.7].map(|share| shrunk(share, subject.space.somewhere_near(&mut random)));
        pairs.push(vec![theta, xi]);
    }
    judge(subject.context, subject.probes_of(&pictures, &["theta:", "xi:"], &pairs), trial)
}
