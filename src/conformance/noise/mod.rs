//! What noise laws promise.

mod density;
mod functions;
mod points;
mod sampling;

use super::context::Context;
use super::options::{NoInstance, instances, judge_instances};
use super::select::Test;
use super::transformation::thread_safe;
use super::trial::strict;
use super::verdict::Outcome;
use crate::host::{Noise, PluginInfo, Registry};

/// A noise law under test.
pub(super) struct Law<'a> {
    context: &'a Context<'a>,
    registry: &'a Registry,
    info: &'a PluginInfo,
    /// The ordinary instance, then one for every other choice that its options offer.
    variants: Vec<Variant>,
}

/// An instance with what is particular about its options.
struct Variant {
    noise: Noise,
    label: String,
}

/// Tries one promise.
pub(super) type Run = fn(&Law<'_>) -> Outcome;

/// All tests, in the order in which they are shown.
pub(super) const TESTS: &[Test<Run>] = &[
    Test { name: "options", applies: always, run: options },
    Test { name: "support", applies: always, run: functions::support },
    Test { name: "probabilities", applies: always, run: functions::probabilities },
    Test { name: "inverse", applies: always, run: functions::inverse },
    Test { name: "tails", applies: always, run: functions::tails },
    Test { name: "density", applies: always, run: density::density },
    Test { name: "log_concave", applies: always, run: density::log_concave },
    Test { name: "samples", applies: always, run: sampling::samples },
    Test { name: "words", applies: always, run: sampling::words },
    Test { name: "threads", applies: thread_safe, run: sampling::threads },
];

fn always(_: &PluginInfo) -> Result<(), String> {
    Ok(())
}

impl<'a> Law<'a> {
    /// Makes the instances.
    ///
    /// # Errors
    /// The ordinary one cannot be made.
    pub fn new(
        context: &'a Context<'a>,
        registry: &'a Registry,
        info: &'a PluginInfo,
    ) -> Result<Self, NoInstance> {
        let made = instances(info, context, |options| registry.noise(&info.id, options))?;
        let variants = made.into_iter().map(|(noise, label)| Variant { noise, label }).collect();
        Ok(Self { context, registry, info, variants })
    }
}

/// Instances can be made with defaults, and at the ends of what options declare to take.
fn options(law: &Law<'_>) -> Outcome {
    judge_instances(law.info, law.context, |choice| {
        strict(law.registry.noise(&law.info.id, &choice.options)).map(|_| ())
    })
}
