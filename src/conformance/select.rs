//! The tests of a library, and running one of them.

use std::collections::BTreeSet;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::context::Context;
use super::error::ConformanceError;
use super::estimator::{self, Bounder};
use super::noise::{self, Law};
use super::options::NoInstance;
use super::transformation::{self, Subject};
use super::verdict::Outcome;
use crate::host::{PluginInfo, PluginKind, Registry};

/// A test that `R` runs.
pub(super) struct Test<R> {
    /// What users call it.
    pub name: &'static str,
    /// Whether a plugin makes the promise at all, or why not.
    pub applies: fn(&PluginInfo) -> Result<(), String>,
    /// Tries it.
    pub run: R,
}

/// One test of one plugin.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listed {
    /// "transformation", "noise" or "estimator".
    pub kind: String,
    /// Name of the plugin.
    pub plugin: String,
    /// Name of the test.
    pub test: String,
    /// Why it need not be run, where it need not.
    pub skip: Option<String>,
}

/// What a library holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contents {
    /// The tests of its plugins.
    pub tests: Vec<Listed>,
    /// The names of all options that its plugins take.
    pub options: Vec<String>,
}

/// Opens a library and lists the tests of its plugins.
///
/// # Errors
/// The library cannot be opened.
pub fn list(library: &Path) -> Result<Contents, ConformanceError> {
    let plugins = Registry::default().load_file(library)?;
    let options: BTreeSet<String> =
        plugins.iter().flat_map(|info| &info.options).map(|option| option.name.clone()).collect();
    let tests = plugins.iter().flat_map(|info| tests_of(info)).collect();
    Ok(Contents { tests, options: options.into_iter().collect() })
}

fn tests_of(info: &PluginInfo) -> Vec<Listed> {
    match info.kind {
        PluginKind::Transformation => listed(info, transformation::TESTS),
        PluginKind::Noise => listed(info, noise::TESTS),
        PluginKind::Estimator => listed(info, estimator::TESTS),
    }
}

fn listed<R>(info: &PluginInfo, tests: &[Test<R>]) -> Vec<Listed> {
    let listed = |test: &Test<R>| Listed {
        kind: info.kind.name().to_owned(),
        plugin: info.id.clone(),
        test: test.name.to_owned(),
        skip: (test.applies)(info).err(),
    };
    tests.iter().map(listed).collect()
}

/// Opens a library and runs one test of one plugin, in this process.
///
/// # Errors
/// The library cannot be opened, or holds no such plugin or test.
pub fn run(
    library: &Path,
    kind: &str,
    plugin: &str,
    test: &str,
    context: &Context<'_>,
) -> Result<Outcome, ConformanceError> {
    let mut registry = Registry::default();
    let plugins = registry.load_file(library)?;
    let info =
        plugins.iter().find(|info| info.kind.name() == kind && info.id == plugin).ok_or_else(|| {
            let known = plugins.iter().map(|info| info.id.clone()).collect();
            ConformanceError::UnknownPlugin { id: plugin.to_owned(), known }
        })?;
    let no_instance = |missing: NoInstance| match test {
        "options" => missing.in_options(),
        _ => missing.elsewhere(),
    };
    match info.kind {
        PluginKind::Transformation => {
            let run = named(transformation::TESTS, test)?;
            Ok(Subject::new(context, &registry, info).map_or_else(no_instance, |subject| run(&subject)))
        }
        PluginKind::Noise => {
            let run = named(noise::TESTS, test)?;
            Ok(Law::new(context, &registry, info).map_or_else(no_instance, |law| run(&law)))
        }
        PluginKind::Estimator => {
            let run = named(estimator::TESTS, test)?;
            let bounder = Bounder::new(context, &registry, info);
            Ok(bounder.map_or_else(no_instance, |bounder| run(&bounder)))
        }
    }
}

fn named<R: Copy>(tests: &[Test<R>], name: &str) -> Result<R, ConformanceError> {
    let known = || tests.iter().map(|test| test.name.to_owned()).collect();
    tests
        .iter()
        .find(|test| test.name == name)
        .map(|test| test.run)
        .ok_or_else(|| ConformanceError::UnknownTest { name: name.to_owned(), known: known() })
}
