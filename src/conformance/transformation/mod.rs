//! What transformations promise.

mod composition;
mod domain;
mod guarded;
mod law;
mod levels;
mod memory;
mod picture;
mod probe;
mod proofs;
mod pure;
mod space;
mod subject;

use super::select::Test;
use super::verdict::Outcome;
use crate::host::{Class, PluginInfo};
pub(super) use subject::Subject;

/// Tries one promise.
pub(super) type Run = fn(&Subject<'_>) -> Outcome;

/// All tests, in the order in which they are shown.
pub(super) const TESTS: &[Test<Run>] = &[
    Test { name: "options", applies: always, run: domain::options },
    Test { name: "identity", applies: always, run: domain::identity },
    Test { name: "domain", applies: always, run: domain::domain },
    Test { name: "shapes", applies: always, run: domain::shapes },
    Test { name: "deterministic", applies: always, run: pure::deterministic },
    Test { name: "batch", applies: always, run: pure::batch },
    Test { name: "threads", applies: thread_safe, run: pure::threads },
    Test { name: "memory", applies: always, run: memory::memory },
    Test { name: "written", applies: always, run: memory::written },
    Test { name: "composition", applies: composes, run: composition::composition },
    Test { name: "unclipped", applies: composes, run: composition::unclipped },
    Test { name: "relative", applies: relative, run: composition::relative },
    Test { name: "law_of_gamma", applies: states_law, run: law::law_of_gamma },
    Test { name: "lipschitz", applies: lipschitz, run: proofs::lipschitz },
    Test { name: "rounding", applies: rounding, run: proofs::rounding },
    Test { name: "levels", applies: levels, run: levels::levels },
];

fn always(_: &PluginInfo) -> Result<(), String> {
    Ok(())
}

pub(super) fn thread_safe(info: &PluginInfo) -> Result<(), String> {
    if info.thread_safe {
        Ok(())
    } else {
        Err("it does not say to be thread-safe, and gsmooth enters it with one thread at a time".to_owned())
    }
}

/// Additive, or resolvable with a function `compose`.
fn composes(info: &PluginInfo) -> Result<(), String> {
    match info.class {
        Some(Class::Additive) => Ok(()),
        Some(Class::Resolvable) => offers(info, "compose"),
        _ => Err("nothing is promised about compositions".to_owned()),
    }
}

fn relative(info: &PluginInfo) -> Result<(), String> {
    offers(info, "relative")
}

fn states_law(info: &PluginInfo) -> Result<(), String> {
    offers(info, "law_of_gamma").and_then(|()| match info.class {
        Some(Class::Additive) => Ok(()),
        _ => offers(info, "compose"),
    })
}

fn lipschitz(info: &PluginInfo) -> Result<(), String> {
    offers(info, "lipschitz")
}

fn rounding(info: &PluginInfo) -> Result<(), String> {
    offers(info, "rounding")
}

fn levels(info: &PluginInfo) -> Result<(), String> {
    offers(info, "levels")
}

fn offers(info: &PluginInfo, function: &str) -> Result<(), String> {
    if info.offers.contains(&function) { Ok(()) } else { Err(format!("it has no `{function}`")) }
}
