//! The host side of the plugin boundary: finds libraries, checks what they declare, checks options against the declarations, and
//! wraps tables of C functions as the plain types [`Transformation`], [`Noise`] and [`Estimator`].
//!
//! What comes back from a plugin is checked before anything is built on it: sizes, finite pixels, probabilities in [0, 1],
//! samples inside the support, bounds that are numbers. A fault is a [`HostError`] that names plugin, file and cause, and the
//! host lives on. What cannot be checked here is whether a plugin computes what it says; plugin libraries are code that the user
//! chose to run, with the user's rights.
//!
//! ```no_run
//! use gsmooth::host::{Registry, SearchPath};
//!
//! let registry = Registry::load(&SearchPath::standard(&[]))?;
//! let noise = registry.noise("gaussian", &[("scale".to_owned(), toml::Value::Float(0.5))])?;
//! let mut samples = [0.0; 2];
//! noise.sample(&[1 << 40, 1 << 63], &mut samples)?;
//! # Ok::<(), gsmooth::host::HostError>(())
//! ```

mod bridge;
mod composition;
mod declaration;
mod error;
mod estimator;
mod fault;
mod info;
mod instance;
mod library;
mod lock;
mod noise;
mod options;
mod oracle;
mod proofs;
mod registry;
mod search;
mod services;
#[cfg(test)]
mod testing;
mod transformation;

pub use composition::LawOfGamma;
pub use error::HostError;
pub use estimator::{Bound, BoundKind, Estimator};
pub use fault::{DeclarationError, Failure};
pub use info::{
    Class, Limit, OptionInfo, OptionKind, OptionValue, ParameterInfo, PluginInfo, PluginKind, limits,
};
pub use noise::Noise;
pub use oracle::{LocalM, Oracle, OracleError};
pub use registry::{Hidden, Registry};
pub use search::{Origin, PATH_VARIABLE, Place, SearchPath};
pub use services::cancel_plugins;
pub use transformation::Transformation;
