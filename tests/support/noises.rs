//! The noise laws that ship, loaded as an audit loads them.

use gsmooth::host::{Noise, Registry, SearchPath};
use std::sync::OnceLock;

use super::{build_plugins, profile_folder};

/// The names of all six.
pub const LAWS: [&str; 6] =
    ["gaussian", "laplace", "uniform", "folded_gaussian", "exponential", "uniform_one_sided"];

/// A law from its plugin.
pub fn noise(name: &str, scale: f64) -> Noise {
    static REGISTRY: OnceLock<Registry> = OnceLock::new();
    let registry = REGISTRY.get_or_init(|| {
        build_plugins();
        Registry::load(&SearchPath::of([profile_folder().to_owned()])).expect("the plugins load")
    });
    registry.noise(name, &[("scale".to_owned(), toml::Value::Float(scale))]).expect("the law exists")
}
