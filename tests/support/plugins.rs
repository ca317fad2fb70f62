//! Plugin libraries of the fixtures, built for tests.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use super::{profile_folder, repository};

/// The library of planted faults, built with the profile of this test, under a name that the host opens.
pub fn planted() -> &'static Path {
    static FOLDER: OnceLock<(tempfile::TempDir, PathBuf)> = OnceLock::new();
    let (_, library) = FOLDER.get_or_init(|| {
        let profile = match profile_folder().file_name().and_then(|name| name.to_str()) {
            Some("debug") | None => "dev",
            Some(profile) => profile,
        };
        let status = Command::new(env!("CARGO"))
            .args(["build", "--quiet", "--profile", profile, "-p", "planted-faults-plugin", "--target-dir"])
            .arg(profile_folder().parent().unwrap())
            .current_dir(repository())
            .status()
            .unwrap();
        assert!(status.success());
        let built =
            format!("{}planted_faults_plugin{}", std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX);
        let folder = tempfile::tempdir().unwrap();
        let library = folder.path().join(file_name("planted"));
        std::fs::copy(profile_folder().join(built), &library).unwrap();
        (folder, library)
    });
    library
}

/// The name under which the host opens a plugin library.
pub fn file_name(stem: &str) -> String {
    if cfg!(windows) {
        format!("gsmooth_{stem}.dll")
    } else {
        format!("libgsmooth_{stem}{}", std::env::consts::DLL_SUFFIX)
    }
}
