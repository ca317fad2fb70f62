//! How estimators treat the oracle.

use super::super::purity::same_on_threads;
use super::super::trial::{Stop, judge, strict};
use super::super::verdict::Outcome;
use super::Bounder;
use super::question::{EVALUATIONS, Question, questions};
use super::staged::GrowthAnswer;
use crate::host::HostError;

/// How many times the evaluations that are allowed may really be asked for: looking around first is fine, never ending is
/// not.
const PATIENCE: u64 = 4;
/// Evaluations that are no matter, whatever is allowed.
const FREE: u64 = 5000;
/// Questions that may follow a failed one.
const QUESTIONS_AFTER_FAILURE: u64 = 16;

/// No more evaluations are reported than allowed, nor many more really made.
pub(super) fn evaluations(bounder: &Bounder<'_>) -> Outcome {
    let of = |growth, allowed| questions(bounder, growth, allowed);
    let all = [2, 50, EVALUATIONS]
        .into_iter()
        .flat_map(|allowed| [of(GrowthAnswer::Nothing, allowed), of(GrowthAnswer::Bounds, allowed)].concat());
    judge(bounder.context, all, |question| {
        let (mut oracle, allowed) = (question.staged(), question.max_evaluations);
        let bound = strict(question.bound(&mut oracle))?;
        if bound.evaluations > allowed {
            return Err(Stop::broken(
                format!("at most {allowed} evaluations"),
                format!("{} by its own account", bound.evaluations),
            ));
        }
        if oracle.evaluated > PATIENCE * allowed + FREE {
            return Err(Stop::broken(
                format!("about {allowed} evaluations"),
                format!("{}, of which it counts {}", oracle.evaluated, bound.evaluations),
            ));
        }
        Ok(())
    })
}

/// After a failure of the oracle the estimator gives up.
pub(super) fn errors(bounder: &Bounder<'_>) -> Outcome {
    let all = questions(bounder, GrowthAnswer::Bounds, EVALUATIONS);
    judge(bounder.context, all, |question| {
        for allowed in [0, 1, 3] {
            let mut oracle = question.staged().failing_after(allowed);
            let outcome = question.bound(&mut oracle);
            if oracle.questions <= allowed {
                continue;
            }
            if !matches!(outcome, Err(HostError::Oracle { .. })) {
                strict(outcome)?;
            }
            let after = oracle.questions - allowed - 1;
            if after > QUESTIONS_AFTER_FAILURE {
                return Err(Stop::broken(
                    "no more questions after one that failed",
                    format!("{after} more, after a failure of question {}", allowed + 1),
                ));
            }
        }
        Ok(())
    })
}

/// Twice the same.
pub(super) fn deterministic(bounder: &Bounder<'_>) -> Outcome {
    judge(bounder.context, questions(bounder, GrowthAnswer::Bounds, EVALUATIONS), |question| {
        let ask = || question.bound(&mut question.staged());
        let (once, again) = (strict(ask())?, strict(ask())?);
        if once.value.to_bits() == again.value.to_bits() && once == again {
            return Ok(());
        }
        Err(Stop::broken("the same bound to the same question", format!("{once:?}, then {again:?}")))
    })
}

/// Calls may overlap on one instance.
pub(super) fn threads(bounder: &Bounder<'_>) -> Outcome {
    let all = questions(bounder, GrowthAnswer::Bounds, 200);
    // One question for each kind of landscape stands for all.
    let groups: Vec<Question<'_>> = all.into_iter().step_by(7).collect();
    let first = groups.first().cloned();
    judge(bounder.context, first, |_| {
        let bits = |item: usize| {
            let bound = groups[item].bound(&mut groups[item].staged()).ok()?;
            Some((bound.value.to_bits(), bound.kind == crate::host::BoundKind::Proven, bound.evaluations))
        };
        same_on_threads(groups.len(), |item| format!("for {}", groups[item]), bits)
    })
}
