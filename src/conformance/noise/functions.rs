//! The functions of a law fit together.

use super::super::trial::{Stop, Trial, judge, strict};
use super::super::verdict::Outcome;
use super::Law;
use super::points::{self, Point, grid, points, width};
use crate::host::{HostError, Noise};

/// How far probabilities may be off, relative: ten times what the host allows for.
const PROBABILITY: f64 = 1e-12;
/// How far quantiles may be off, relative to themselves or to the law's width: ten times what the host allows for.
const QUANTILE: f64 = 1e-14;
/// Where the tails begin.
const TAIL: f64 = 1e-3;

/// Nothing outside the support, everything inside, and quantiles of 0 and 1 at its ends.
pub(super) fn support(law: &Law<'_>) -> Outcome {
    let outside = |noise: &Noise| {
        let (low, high) = noise.support();
        let finite = [low, high].into_iter().filter(|end| end.is_finite());
        // The ends themselves, and points beyond them; laws on the whole line have none.
        let beyond = finite.clone().flat_map(|end| [end - 1.0, end + 1.0]);
        finite.chain(beyond.filter(move |x| !(low..=high).contains(x))).collect::<Vec<_>>()
    };
    let mut all = points(law, "x", outside);
    all.extend(points(law, "p", |_| vec![0.0, 1.0]));
    judge(law.context, all, |point| {
        let noise = &point.variant.noise;
        if point.name == "p" {
            ends_are_quantiles(noise, point.value)
        } else {
            ends_hold_all(noise, point.value)
        }
    })
}

fn ends_are_quantiles(noise: &Noise, p: f64) -> Trial {
    let (low, high) = noise.support();
    let (at_quantile, at_isf) = if p == 0.0 { (low, high) } else { (high, low) };
    equal(format!("quantile({p}) at the end of the support"), at_quantile, strict(noise.quantile_at(p))?)?;
    equal(format!("isf({p}) at the end of the support"), at_isf, strict(noise.isf_at(p))?)
}

fn ends_hold_all(noise: &Noise, x: f64) -> Trial {
    let (low, high) = noise.support();
    if x <= low {
        equal("cdf at and below the support", 0.0, strict(noise.cdf_at(x))?)?;
        equal("sf at and below the support", 1.0, strict(noise.sf_at(x))?)?;
    }
    if x >= high {
        equal("cdf at and above the support", 1.0, strict(noise.cdf_at(x))?)?;
        equal("sf at and above the support", 0.0, strict(noise.sf_at(x))?)?;
    }
    if !(low..=high).contains(&x) {
        equal("log_density outside the support", f64::NEG_INFINITY, strict(noise.log_density_at(x))?)?;
    }
    Ok(())
}

fn equal(what: impl std::fmt::Display, expected: f64, found: f64) -> Trial {
    if found == expected {
        return Ok(());
    }
    Err(Stop::broken(format!("{what}: {expected}"), format!("{found:?}")))
}

/// cdf + sf = 1, the one never falls, and the other never rises.
fn add_up(noise: &Noise, x: f64, next: f64) -> Trial {
    let (cdf, sf) = (strict(noise.cdf_at(x))?, strict(noise.sf_at(x))?);
    if !((cdf + sf - 1.0).abs() <= PROBABILITY) {
        return Err(Stop::broken("cdf + sf = 1", format!("{cdf:?} + {sf:?} = {:?}", cdf + sf)));
    }
    let (cdf_next, sf_next) = (strict(noise.cdf_at(next))?, strict(noise.sf_at(next))?);
    if !(cdf_next >= cdf * (1.0 - PROBABILITY)) {
        return Err(Stop::broken("cdf never falling", format!("{cdf:?}, and {cdf_next:?} at {next:?}")));
    }
    if !(sf >= sf_next * (1.0 - PROBABILITY)) {
        return Err(Stop::broken("sf never rising", format!("{sf:?}, and {sf_next:?} at {next:?}")));
    }
    Ok(())
}

/// On a grid from below the law to above it.
pub(super) fn probabilities(law: &Law<'_>) -> Outcome {
    judge(law.context, points(law, "x", |noise| grid(noise, 600)), |point| {
        let noise = &point.variant.noise;
        let step = strict(width(noise))? / 100.0;
        add_up(noise, point.value, point.value + step)
    })
}

/// quantile inverts cdf, and isf inverts sf, where most of the law is.
pub(super) fn inverse(law: &Law<'_>) -> Outcome {
    over_probabilities(law, |p| p >= TAIL, invert)
}

/// The same far out in the tails, where the nearer one must be right relative to itself.
pub(super) fn tails(law: &Law<'_>) -> Outcome {
    over_probabilities(law, |p| p < TAIL, invert)
}

fn over_probabilities(
    law: &Law<'_>,
    which: impl Fn(f64) -> bool,
    trial: impl Fn(&Point<'_>) -> Trial,
) -> Outcome {
    let which = |_: &Noise| points::probabilities().into_iter().filter(|&p| which(p)).collect();
    judge(law.context, points(law, "p", which), trial)
}

fn invert(point: &Point<'_>) -> Trial {
    let (noise, p) = (&point.variant.noise, point.value);
    let width = strict(width(noise))?;
    lies_between("cdf", "quantile", p, strict(noise.quantile_at(p))?, width, |x| noise.cdf_at(x))?;
    lies_between("sf", "isf", p, strict(noise.isf_at(p))?, width, |x| noise.sf_at(x))
}

/// p lies between the probabilities at both ends of what the quantile may be off by.
fn lies_between(
    function: &str,
    inverse: &str,
    p: f64,
    quantile: f64,
    width: f64,
    probability: impl Fn(f64) -> Result<f64, HostError>,
) -> Trial {
    let off = QUANTILE * quantile.abs().max(width);
    let (one, other) = (strict(probability(quantile - off))?, strict(probability(quantile + off))?);
    let (least, most) = (one.min(other) * (1.0 - PROBABILITY), one.max(other) * (1.0 + PROBABILITY));
    if least <= p && p <= most {
        return Ok(());
    }
    let found = strict(probability(quantile))?;
    Err(Stop::broken(
        format!("{function}({inverse}(p)) = p to {PROBABILITY:e} of itself"),
        format!(
            "{found:?}, which is off by {:.1e} of p; {inverse}(p) = {quantile:?}",
            (found / p - 1.0).abs()
        ),
    ))
}
