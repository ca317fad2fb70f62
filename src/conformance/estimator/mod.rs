//! What estimators promise.

mod bounds;
mod conduct;
mod landscape;
mod question;
mod staged;

use super::context::Context;
use super::options::{NoInstance, instances, judge_instances};
use super::select::Test;
use super::transformation::thread_safe;
use super::trial::strict;
use super::verdict::Outcome;
use crate::host::{Estimator, PluginInfo, Registry};

/// An estimator under test.
pub(super) struct Bounder<'a> {
    context: &'a Context<'a>,
    registry: &'a Registry,
    info: &'a PluginInfo,
    /// The ordinary instance, then one for every other choice that its options offer.
    variants: Vec<Variant>,
}

/// An instance with what is particular about its options.
struct Variant {
    estimator: Estimator,
    label: String,
}

/// Tries one promise.
pub(super) type Run = fn(&Bounder<'_>) -> Outcome;

/// All tests, in the order in which they are shown.
pub(super) const TESTS: &[Test<Run>] = &[
    Test { name: "options", applies: always, run: options },
    Test { name: "proven", applies: always, run: bounds::proven },
    Test { name: "unfounded", applies: always, run: bounds::unfounded },
    Test { name: "estimate", applies: always, run: bounds::estimate },
    Test { name: "evaluations", applies: always, run: conduct::evaluations },
    Test { name: "errors", applies: always, run: conduct::errors },
    Test { name: "deterministic", applies: always, run: conduct::deterministic },
    Test { name: "threads", applies: thread_safe, run: conduct::threads },
];

fn always(_: &PluginInfo) -> Result<(), String> {
    Ok(())
}

impl<'a> Bounder<'a> {
    /// Makes the instances.
    ///
    /// # Errors
    /// The ordinary one cannot be made.
    pub fn new(
        context: &'a Context<'a>,
        registry: &'a Registry,
        info: &'a PluginInfo,
    ) -> Result<Self, NoInstance> {
        let made = instances(info, context, |options| registry.estimator(&info.id, options))?;
        let variants = made.into_iter().map(|(estimator, label)| Variant { estimator, label }).collect();
        Ok(Self { context, registry, info, variants })
    }
}

/// Instances can be made with defaults, and at the ends of what options declare to take.
fn options(bounder: &Bounder<'_>) -> Outcome {
    judge_instances(bounder.info, bounder.context, |choice| {
        strict(bounder.registry.estimator(&bounder.info.id, &choice.options)).map(|_| ())
    })
}
