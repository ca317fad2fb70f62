//! What the end-to-end tests share: the built binary with its plugins beside it, and one ONNX Runtime for all of them.
#![allow(dead_code, reason = "every test file takes what it needs")]

pub mod noises;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

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
