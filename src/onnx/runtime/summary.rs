//! What `gsmooth runtime show` and `gsmooth runtime install` do.

use std::path::PathBuf;

use super::discovery::{self, Environment};
use super::environment::{Options, Runtime, RuntimeError, fetch_package};
use super::library::{Library, Origin};
use super::message::Message;
use super::providers::Provider;
use super::wheel::{PINNED, Package};

/// The state of ONNX Runtime on this machine.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct RuntimeSummary {
    /// The library that would be used; `None` if one would be fetched.
    pub library: Option<LibrarySummary>,
    /// The folder that gsmooth fetches into.
    pub cache: Option<PathBuf>,
    /// The version that gsmooth fetches.
    pub pinned: String,
}

/// An ONNX Runtime that can be used.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct LibrarySummary {
    /// The file.
    pub path: PathBuf,
    /// Where it was found.
    pub origin: Origin,
    /// The version that it states.
    pub version: String,
    /// The providers that it was compiled with.
    pub providers: Vec<Provider>,
    /// What it says of how it was built.
    pub build: String,
}

/// Finds and opens ONNX Runtime and says what it is. Nothing is fetched, whatever the options say.
///
/// # Errors
/// A library is named or found but cannot be used.
pub fn show(options: &Options) -> Result<RuntimeSummary, RuntimeError> {
    show_in(options, &Environment::from_process())
}

/// As [`show`], in surroundings that were looked up before.
///
/// # Errors
/// As [`show`].
pub fn show_in(options: &Options, environment: &Environment) -> Result<RuntimeSummary, RuntimeError> {
    let (cache, pinned) = (environment.cache.clone(), PINNED.to_string());
    let package = Package::for_gpu(options.gpu);
    if discovery::discover(options.ort_lib.as_deref(), package, environment)?.is_none() {
        return Ok(RuntimeSummary { library: None, cache, pinned });
    }
    let offline = Options { offline: true, ..options.clone() };
    let runtime = Runtime::open_in(&offline, environment, &mut |_| {})?;
    let library = LibrarySummary {
        path: runtime.library().path.clone(),
        origin: runtime.library().origin,
        version: runtime.version().to_string(),
        providers: runtime.providers(),
        build: runtime.build_info().to_owned(),
    };
    Ok(RuntimeSummary { library: Some(library), cache, pinned })
}

/// Fetches the pinned ONNX Runtime into the cache, or its GPU package, unless it is there.
///
/// # Errors
/// See [`super::fetch::FetchError`].
pub fn install(gpu: bool, on_message: &mut dyn FnMut(Message)) -> Result<Library, RuntimeError> {
    install_in(gpu, &Environment::from_process(), on_message)
}

/// As [`install`], in surroundings that were looked up before.
///
/// # Errors
/// As [`install`].
pub fn install_in(
    gpu: bool,
    environment: &Environment,
    on_message: &mut dyn FnMut(Message),
) -> Result<Library, RuntimeError> {
    Ok(fetch_package(Package::for_gpu(gpu), environment, on_message)?)
}
