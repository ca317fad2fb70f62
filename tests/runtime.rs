//! ONNX Runtime as a user gets it: really fetched, really opened, running real models. The library is fetched once into
//! the build folder and found there by later runs.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use gsmooth::onnx::runtime::fetch::FetchError;
use gsmooth::onnx::runtime::library::LoadError;
use gsmooth::onnx::runtime::python::Python;
use gsmooth::onnx::runtime::{
    Environment, Options, Origin, Provider, ProviderError, RunError, Runtime, RuntimeError, Session,
    SessionError, SessionOptions, StagingMemory, install_in, show_in,
};

#[path = "runtime/before_opening.rs"]
mod before_opening;
#[path = "runtime/running.rs"]
mod running;
#[path = "runtime/untrusted_models.rs"]
mod untrusted_models;

fn environment() -> Environment {
    let cache = Path::new(env!("CARGO_TARGET_TMPDIR")).join("onnxruntime-cache");
    Environment { cache: Some(cache), ..Environment::default() }
}

fn runtime() -> &'static Runtime {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    RUNTIME.get_or_init(|| Runtime::open_in(&Options::default(), &environment(), &mut |_| {}).unwrap())
}

fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name)
}

fn tiny() -> Session {
    Session::from_file(runtime(), &data("tiny.onnx"), &SessionOptions::default()).unwrap()
}

/// Images with all kinds of values, among them negative ones and zeros.
fn images(count: usize) -> Vec<f32> {
    (0..count * 36).map(|index| ((index * 7919) % 1009) as f32 / 504.0 - 1.0).collect()
}

fn model_error(name: &str) -> SessionError {
    Session::from_file(runtime(), &data("runtime").join(name), &SessionOptions::default()).unwrap_err()
}

#[test]
fn the_library_is_fetched_opened_and_described() {
    let runtime = runtime();
    assert_eq!(runtime.version().to_string(), "1.31.1");
    assert!(matches!(runtime.library().origin, Origin::Fetched | Origin::Cache));
    assert!(runtime.library().path.starts_with(env!("CARGO_TARGET_TMPDIR")));
    assert_eq!(runtime.library().version, Some(runtime.version()));
    assert!(runtime.build_info().contains("git-commit-id"), "{}", runtime.build_info());
    assert_eq!(runtime.providers(), [Provider::Cpu]);
    // Installing again finds it without pip.
    let offline = Environment { python: Python { commands: Vec::new() }, ..environment() };
    let again = install_in(false, &offline, &mut |message| panic!("{message}")).unwrap();
    assert_eq!((&again.path, again.origin), (&runtime.library().path, Origin::Cache));
}

#[test]
fn the_summary_says_which_library_and_never_fetches() {
    let path = &runtime().library().path;
    let summary = show_in(&Options::default(), &environment()).unwrap();
    let json = serde_json::to_value(&summary).unwrap();
    assert_eq!(json["library"]["path"], path.to_str().unwrap());
    assert_eq!(json["library"]["version"], "1.31.1");
    assert_eq!(json["library"]["providers"], serde_json::json!(["cpu"]));
    assert_eq!(json["pinned"], "1.31.1");

    let folder = tempfile::tempdir().unwrap();
    let empty =
        Environment { cache: Some(folder.path().to_owned()), python: no_python(), ort_dylib_path: None };
    let summary = show_in(&Options::default(), &empty).unwrap();
    assert_eq!((summary.library, std::fs::read_dir(folder.path()).unwrap().count()), (None, 0));
}

fn no_python() -> Python {
    Python { commands: Vec::new() }
}

#[test]
fn the_assignment_names_the_provider_of_every_operator() {
    let assignment = tiny().assignment().unwrap();
    let [only] = assignment.as_slice() else { panic!("{assignment:?}") };
    assert_eq!(only.provider, "CPUExecutionProvider");
    assert!(only.operators.contains_key("Gemm"), "{only:?}");
    assert!(only.operators.keys().any(|operator| operator.ends_with("Conv")), "{only:?}");
}

#[test]
fn providers_that_cannot_be_had_are_errors_that_say_why() {
    let open = |providers: &[Provider]| {
        let options = SessionOptions { providers: providers.to_vec(), ..SessionOptions::default() };
        Session::from_file(runtime(), &data("tiny.onnx"), &options)
    };
    for provider in [Provider::Cuda, Provider::TensorRt] {
        // A provider that works, before or after, does not make it good.
        for providers in [vec![provider], vec![provider, Provider::Cpu], vec![Provider::Cpu, provider]] {
            let error = open(&providers).unwrap_err();
            let text = error.to_string();
            let SessionError::Provider(ProviderError::Unavailable { provider: named, library, reason }) =
                error
            else {
                panic!("{text}")
            };
            assert_eq!((named, &library), (provider, &runtime().library().path));
            assert!(reason.contains("not enabled in this build"), "{reason}");
            assert!(text.contains("gsmooth runtime install --gpu") && text.contains("CUDA 13"), "{text}");
        }
    }
    let twice = open(&[Provider::Cpu, Provider::Cpu]).unwrap_err();
    assert!(matches!(twice, SessionError::Provider(ProviderError::Duplicate(Provider::Cpu))), "{twice}");
    assert!(matches!(open(&[]).unwrap_err(), SessionError::Provider(ProviderError::None)));
}
