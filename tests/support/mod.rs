//! What the end-to-end tests share: the built binary with its plugins beside it, and one ONNX Runtime for all of them.
#![allow(dead_code, reason = "every test file takes what it needs")]

pub mod audit;
pub mod models;
pub mod noises;
pub mod plugins;
pub mod random;
pub mod run_folder;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

use gsmooth::onnx::runtime::{Environment, install_in};

use run_folder::RunFolder;

/// The repository, in which tests run.
pub fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The folder that the fetched ONNX Runtime is kept in between test runs.
pub fn runtime_cache() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("onnxruntime-cache")
}

/// The `gsmooth` binary with the standard plugins beside it, untouched by the user's own settings.
pub fn gsmooth() -> assert_cmd::Command {
    assert_cmd::Command::from_std(plain_gsmooth())
}

/// The same as a plain command, for tests that kill it.
pub fn plain_gsmooth() -> Command {
    build_plugins();
    let mut command = Command::new(env!("CARGO_BIN_EXE_gsmooth"));
    command
        .current_dir(repository())
        .env("GSMOOTH_CACHE", runtime_cache())
        .env("XDG_DATA_HOME", Path::new(env!("CARGO_TARGET_TMPDIR")).join("no-data"))
        .env_remove("GSMOOTH_PLUGIN_PATH")
        .env_remove("GSMOOTH_LOG")
        .env_remove("ORT_DYLIB_PATH")
        .env("NO_COLOR", "1");
    command
}

/// Certifies an audit in a folder of its own, and hands over what the binary said.
pub fn certify(audit: &audit::Audit, folder: &Path) -> (Output, RunFolder) {
    std::fs::create_dir_all(folder).unwrap();
    let path = audit.write(folder);
    let run = folder.join("run");
    let said = plain_gsmooth().arg("certify").arg(path).arg("--output").arg(&run).output().unwrap();
    (said, RunFolder(run))
}

/// Certifies an audit that must succeed.
pub fn certified(audit: &audit::Audit, folder: &Path) -> RunFolder {
    let (said, run) = certify(audit, folder);
    assert!(said.status.success(), "{}", stderr(&said));
    run
}

/// What a command wrote to its standard error.
pub fn stderr(said: &Output) -> String {
    String::from_utf8_lossy(&said.stderr).into_owned()
}

/// ONNX Runtime's library for the CPU, fetched into the tests' own cache if it is not there.
pub fn onnx_runtime() -> &'static Path {
    static LIBRARY: OnceLock<PathBuf> = OnceLock::new();
    LIBRARY.get_or_init(|| {
        let environment = Environment { cache: Some(runtime_cache()), ..Environment::default() };
        install_in(false, &environment, &mut |_| {}).unwrap().path
    })
}

/// The folder that holds the binary, and the plugin libraries once [`build_plugins`] ran.
pub fn profile_folder() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_gsmooth")).parent().expect("the binary lies in a folder")
}

/// `cargo test` puts no plugin libraries beside the binary, so the first test to ask builds them, in its own profile.
pub fn build_plugins() {
    static BUILT: OnceLock<()> = OnceLock::new();
    BUILT.get_or_init(|| {
        let profile = match profile_folder().file_name().and_then(|name| name.to_str()) {
            Some("debug") | None => "dev",
            Some(profile) => profile,
        };
        let packages = ["gsmooth-transformations", "gsmooth-noises", "gsmooth-estimators"];
        let status = Command::new(env!("CARGO"))
            .args(["build", "--quiet", "--profile", profile])
            .args(packages.iter().flat_map(|package| ["-p", package]))
            .arg("--target-dir")
            .arg(profile_folder().parent().expect("the profile's folder lies in the target folder"))
            .current_dir(repository())
            .status()
            .expect("cargo runs");
        assert!(status.success(), "the standard plugins build");
    });
}
