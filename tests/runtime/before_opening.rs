//! Opening and failing to open. These are about a process that has not opened anything yet, which the test's own may
//! have: each runs in a process of its own.

use super::*;

/// Runs `body` in a process of its own and returns what it wrote to stderr. `test` is the path of the calling test.
fn alone(test: &str, body: impl FnOnce()) -> String {
    const VARIABLE: &str = "GSMOOTH_TEST_ALONE";
    if std::env::var_os(VARIABLE).is_some_and(|value| value == test) {
        body();
        return String::new();
    }
    let mut command = std::process::Command::new(std::env::current_exe().unwrap());
    let output = command.args(["--exact", test, "--nocapture"]).env(VARIABLE, test).output().unwrap();
    let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && stdout.contains("1 passed"), "{stdout}{stderr}");
    stderr.into_owned()
}

fn empty(folder: &Path) -> Environment {
    Environment { cache: Some(folder.to_owned()), python: no_python(), ort_dylib_path: None }
}

#[test]
fn offline_forbids_fetching_and_says_what_to_do() {
    alone("before_opening::offline_forbids_fetching_and_says_what_to_do", || {
        let folder = tempfile::tempdir().unwrap();
        for (gpu, command) in
            [(false, "`gsmooth runtime install`"), (true, "`gsmooth runtime install --gpu`")]
        {
            let options = Options { offline: true, gpu, ..Options::default() };
            let error = Runtime::open_in(&options, &empty(folder.path()), &mut |_| {}).unwrap_err();
            assert!(matches!(error, RuntimeError::Fetch(FetchError::Offline { .. })), "{error}");
            let text = error.to_string();
            assert!(text.contains("--ort-lib") && text.contains(command), "{text}");
        }
        let error = Runtime::open_in(&Options::default(), &empty(folder.path()), &mut |_| {}).unwrap_err();
        assert!(matches!(error, RuntimeError::Fetch(FetchError::NoPython { .. })), "{error}");
    });
}

#[test]
fn a_wrong_file_is_refused_and_the_right_one_opens_afterwards() {
    alone("before_opening::a_wrong_file_is_refused_and_the_right_one_opens_afterwards", || {
        let folder = tempfile::tempdir().unwrap();
        let text = folder.path().join("text.so");
        std::fs::write(&text, "this is text").unwrap();
        let options = Options { ort_lib: Some(text.clone()), ..Options::default() };
        let error = Runtime::open_in(&options, &environment(), &mut |_| {}).unwrap_err();
        assert!(matches!(error, RuntimeError::Load(LoadError::Load { .. })), "{error}");
        assert!(error.to_string().contains("text.so"), "{error}");

        let runtime = super::runtime();
        let error = Runtime::open_in(&options, &environment(), &mut |_| {}).unwrap_err();
        let RuntimeError::AlreadyOpen { open, asked } = error else { panic!("{error}") };
        assert_eq!(open, runtime.library().path);
        assert!(asked.contains("text.so"), "{asked}");

        let same = Options { ort_lib: Some(open), offline: true, gpu: false };
        assert_eq!(
            Runtime::open_in(&same, &environment(), &mut |_| {}).unwrap().version(),
            runtime.version()
        );
        let gpu = Options { gpu: true, ..Options::default() };
        let offline = Environment { python: no_python(), ..environment() };
        let error = Runtime::open_in(&gpu, &offline, &mut |_| {}).unwrap_err();
        assert!(error.to_string().contains("onnxruntime-gpu"), "{error}");
    });
}

#[test]
fn the_library_may_be_named_by_a_variable() {
    alone("before_opening::the_library_may_be_named_by_a_variable", || {
        let library = install_in(false, &environment(), &mut |_| {}).unwrap();
        let named = Environment { ort_dylib_path: Some(library.path), cache: None, python: no_python() };
        let runtime = Runtime::open_in(&Options::default(), &named, &mut |_| {}).unwrap();
        assert_eq!(runtime.library().origin, Origin::Environment);
        Session::from_file(&runtime, &data("tiny.onnx"), &SessionOptions::default()).unwrap();
    });
}

#[test]
fn onnx_runtime_writes_nothing_to_stderr_even_when_models_fail() {
    let stderr = alone("before_opening::onnx_runtime_writes_nothing_to_stderr_even_when_models_fail", || {
        let open = |name: &str| Session::from_file(super::runtime(), &data(name), &SessionOptions::default());
        open("runtime/escaping.onnx").unwrap_err();
        let mut pairs = open("runtime/pairs.onnx").unwrap();
        pairs.run("x", &[0.0; 12], &[3, 4], &mut Vec::new()).unwrap_err();
    });
    assert_eq!(stderr, "");
}
