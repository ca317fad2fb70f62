//! The opened ONNX Runtime: one library and one environment a process.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use ort::logging::LogLevel;

use super::discovery::{self, DiscoveryError, Environment, absolute};
use super::fetch::{self, FetchError};
use super::library::{self, Library, LoadError};
use super::message::Message;
use super::providers::Provider;
use super::version::Version;
use super::wheel::{Package, Wheel};

/// Which ONNX Runtime to open.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Options {
    /// The library that the user named with `--ort-lib`.
    pub ort_lib: Option<PathBuf>,
    /// Forbids fetching.
    pub offline: bool,
    /// Asks for a library with CUDA and TensorRT.
    pub gpu: bool,
}

/// Why ONNX Runtime could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum RuntimeError {
    /// A place that the user named is wrong.
    #[error(transparent)]
    Discovery(#[from] DiscoveryError),
    /// No library was found and none could be fetched.
    #[error(transparent)]
    Fetch(#[from] FetchError),
    /// The file is no usable ONNX Runtime.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// This process runs another library already.
    #[error("this process already runs ONNX Runtime from `{}` and cannot change to {asked}", open.display())]
    AlreadyOpen {
        /// The library that runs.
        open: PathBuf,
        /// What was asked for.
        asked: String,
    },
    /// ONNX Runtime failed to start.
    #[error("ONNX Runtime from `{}` does not start: {reason}", path.display())]
    Start {
        /// The library.
        path: PathBuf,
        /// What ONNX Runtime says.
        reason: String,
    },
}

/// An opened ONNX Runtime. Clones are the same one.
#[derive(Debug, Clone)]
pub struct Runtime(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    environment: ort::environment::Environment,
    library: Library,
    version: Version,
}

/// What this process has opened; never closed again, since a library in use cannot be exchanged.
static OPEN: Mutex<Option<Runtime>> = Mutex::new(None);

impl Runtime {
    /// Finds ONNX Runtime (see [`discovery`]), fetches it where it is nowhere, and opens it. Opened already, it is
    /// returned as it is if it serves what is asked.
    ///
    /// # Errors
    /// See [`RuntimeError`]. After an error another library may be tried.
    pub fn open(options: &Options, on_message: &mut dyn FnMut(Message)) -> Result<Runtime, RuntimeError> {
        Self::open_in(options, &Environment::from_process(), on_message)
    }

    /// As [`Runtime::open`], in surroundings that were looked up before.
    ///
    /// # Errors
    /// As [`Runtime::open`].
    pub fn open_in(
        options: &Options,
        environment: &Environment,
        on_message: &mut dyn FnMut(Message),
    ) -> Result<Runtime, RuntimeError> {
        let mut open = OPEN.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(runtime) = open.as_ref() {
            return runtime.serves(options, environment).map(|()| runtime.clone());
        }
        let library = find_or_fetch(options, environment, on_message)?;
        if options.gpu {
            super::cuda::preload(&environment.python);
        }
        let runtime = start(library)?;
        *open = Some(runtime.clone());
        Ok(runtime)
    }

    fn serves(&self, options: &Options, environment: &Environment) -> Result<(), RuntimeError> {
        if options.ort_lib.is_none() && (!options.gpu || Provider::Cuda.is_compiled_in()) {
            return Ok(());
        }
        let package = Package::for_gpu(options.gpu);
        let found = discovery::discover(options.ort_lib.as_deref(), package, environment)?;
        let asked = found.map(|library| library.path);
        if asked.as_deref().is_some_and(|path| same_file(path, &self.library().path)) {
            return Ok(());
        }
        let asked = asked.map_or_else(|| package.to_string(), |path| format!("`{}`", path.display()));
        Err(RuntimeError::AlreadyOpen { open: self.library().path.clone(), asked })
    }

    /// The library, with the version that it states itself.
    pub fn library(&self) -> &Library {
        &self.0.library
    }

    /// The version that the library states.
    pub fn version(&self) -> Version {
        self.0.version
    }

    /// What the library says of how it was built: branch, commit, compiler flags.
    pub fn build_info(&self) -> &'static str {
        ort::info()
    }

    /// The providers that the library was compiled with. Whether one works here shows when a session is built.
    pub fn providers(&self) -> Vec<Provider> {
        Provider::ALL.into_iter().filter(|provider| provider.is_compiled_in()).collect()
    }

    pub(super) fn environment(&self) -> &ort::environment::Environment {
        &self.0.environment
    }
}

fn same_file(a: &Path, b: &Path) -> bool {
    let canonical = |path: &Path| std::fs::canonicalize(path).unwrap_or_else(|_| absolute(path));
    canonical(a) == canonical(b)
}

pub(super) fn find_or_fetch(
    options: &Options,
    environment: &Environment,
    on_message: &mut dyn FnMut(Message),
) -> Result<Library, RuntimeError> {
    let package = Package::for_gpu(options.gpu);
    match discovery::discover(options.ort_lib.as_deref(), package, environment)? {
        Some(library) => Ok(library),
        None if options.offline => Err(FetchError::Offline { package }.into()),
        None => Ok(fetch_package(package, environment, on_message)?),
    }
}

pub(super) fn fetch_package(
    package: Package,
    environment: &Environment,
    on_message: &mut dyn FnMut(Message),
) -> Result<Library, FetchError> {
    let (os, arch) = (std::env::consts::OS, std::env::consts::ARCH);
    let wheel = Wheel::for_this_platform(package).ok_or(FetchError::Platform { package, os, arch })?;
    let cache = environment.cache.as_deref().ok_or(FetchError::NoCacheFolder)?;
    fetch::fetch(cache, &environment.python, wheel, on_message)
}

fn start(mut library: Library) -> Result<Runtime, RuntimeError> {
    let version = library::probe(&library.path)?;
    library.version = Some(version);
    let path = library.path.clone();
    let failed = |reason: String| RuntimeError::Start { path: path.clone(), reason };
    // `ort::init` would panic where the library is missing; the probe has made sure that this one is fit.
    let builder = ort::init_from(&library.path).map_err(|error| failed(error.to_string()))?;
    let environment = builder.with_name("gsmooth").with_telemetry(false).with_logger(Arc::new(log)).build();
    let environment = environment.map_err(|error| failed(error.message().to_owned()))?;
    environment.set_log_level(LogLevel::Warning);
    Ok(Runtime(Arc::new(Inner { environment, library, version })))
}

/// ONNX Runtime's own messages go to the debug log: what matters in them comes back as an error too, and a failing
/// model would write one for every batch.
fn log(level: LogLevel, category: &str, _id: &str, location: &str, message: &str) {
    tracing::debug!(target: "onnxruntime", ?level, category, location, "{message}");
}
