//! Bounds are not below what they bound.

use super::super::trial::{Stop, judge, strict};
use super::super::verdict::Outcome;
use super::Bounder;
use super::question::{EVALUATIONS, questions};
use super::staged::GrowthAnswer;
use crate::host::BoundKind;

/// Rounding of the suprema in closed form.
const ROUNDING: f64 = 1e-12;

/// What is called proven, with growth bounds at hand, is at least the supremum, spikes included.
pub(super) fn proven(bounder: &Bounder<'_>) -> Outcome {
    let mut claims = 0;
    let outcome = judge(bounder.context, questions(bounder, GrowthAnswer::Bounds, EVALUATIONS), |question| {
        let bound = strict(question.bound(&mut question.staged()))?;
        let supremum = question.supremum();
        claims += u32::from(bound.kind == BoundKind::Proven);
        if bound.kind == BoundKind::Estimated || bound.value >= supremum * (1.0 - ROUNDING) {
            return Ok(());
        }
        Err(Stop::broken(
            format!("a bound called proven to be at least the supremum of D, {supremum}"),
            format!("{}", bound.value),
        ))
    });
    match outcome {
        Outcome::Ok { detail } => Outcome::Ok { detail: format!("{detail}, {claims} bounds called proven") },
        other => other,
    }
}

/// Growth bounds that say nothing prove nothing: a finite bound is not called proven, unless the box is a single point.
pub(super) fn unfounded(bounder: &Bounder<'_>) -> Outcome {
    judge(bounder.context, questions(bounder, GrowthAnswer::Infinite, EVALUATIONS), |question| {
        let bound = strict(question.bound(&mut question.staged()))?;
        let everywhere =
            question.low == question.high && bound.value >= question.supremum() * (1.0 - ROUNDING);
        if bound.kind == BoundKind::Estimated || bound.value == f64::INFINITY || everywhere {
            return Ok(());
        }
        Err(Stop::broken(
            "infinity, or an estimate, where nothing is known between the points",
            format!("the finite bound {} called proven", bound.value),
        ))
    })
}

/// No bound is below a distance that the estimator was told of a point of the box.
pub(super) fn estimate(bounder: &Bounder<'_>) -> Outcome {
    let mut lowest = f64::INFINITY;
    let all = [GrowthAnswer::Nothing, GrowthAnswer::Bounds];
    let all = all.into_iter().flat_map(|growth| questions(bounder, growth, EVALUATIONS));
    let outcome = judge(bounder.context, all, |question| {
        let mut oracle = question.staged();
        let bound = strict(question.bound(&mut oracle))?;
        if bound.value < oracle.greatest {
            return Err(Stop::broken(
                format!("a bound of at least {}, a distance that it was told", oracle.greatest),
                format!("{}", bound.value),
            ));
        }
        let supremum = question.supremum();
        if supremum > 0.0 {
            lowest = lowest.min(bound.value / supremum);
        }
        Ok(())
    });
    match outcome {
        Outcome::Ok { detail } => {
            Outcome::Ok { detail: format!("{detail}, the lowest bound {lowest:.2} of the supremum") }
        }
        other => other,
    }
}
