//! Plugin libraries that are broken, in processes of their own making: the error names file and cause, and the host lives on.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use gsmooth::host::{HostError, Origin, Registry, SearchPath, Transformation};

const PACKAGES: [&str; 3] = ["faulty-plugin", "wrong-layout-plugin", "no-entry-plugin"];

/// A folder with one of the fixture libraries, under a name that the host opens.
struct Folder {
    folder: tempfile::TempDir,
    library: PathBuf,
}

impl Folder {
    fn with(package: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let built = built(&package.replace('-', "_"));
        let library = folder.path().canonicalize().unwrap().join(library_name(package));
        std::fs::copy(built, &library).unwrap();
        Self { folder, library }
    }

    fn load(&self) -> Result<Registry, HostError> {
        Registry::load(&SearchPath::of([self.folder.path().to_owned()]))
    }

    fn assert_named_by(&self, error: &HostError) {
        let message = error.to_string();
        assert!(message.contains(self.library.to_str().unwrap()), "{message}");
    }
}

fn library_name(package: &str) -> String {
    let stem = package.replace('-', "_");
    if cfg!(windows) {
        format!("gsmooth_{stem}.dll")
    } else {
        format!("libgsmooth_{stem}{}", std::env::consts::DLL_SUFFIX)
    }
}

/// The library of a fixture crate, which the first test to ask builds with the profile of this test.
fn built(crate_name: &str) -> &'static Path {
    static BUILT: OnceLock<Vec<PathBuf>> = OnceLock::new();
    let libraries = BUILT.get_or_init(|| {
        let executable = std::env::current_exe().unwrap();
        let profile_folder = executable.parent().and_then(Path::parent).unwrap();
        let profile = match profile_folder.file_name().and_then(|name| name.to_str()) {
            Some("debug") | None => "dev",
            Some(profile) => profile,
        };
        let output = Command::new(env!("CARGO"))
            .args(["build", "--quiet", "--message-format=json-render-diagnostics", "--profile", profile])
            .args(PACKAGES.iter().flat_map(|package| ["-p", package]))
            .arg("--target-dir")
            .arg(profile_folder.parent().unwrap())
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let messages = String::from_utf8(output.stdout).unwrap();
        messages.lines().flat_map(libraries_of).collect()
    });
    let name = format!("{}{crate_name}{}", std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX);
    libraries.iter().find(|path| path.ends_with(&name)).unwrap_or_else(|| panic!("{name} in {libraries:?}"))
}

/// The shared libraries that one message of Cargo reports.
fn libraries_of(message: &str) -> Vec<PathBuf> {
    let message: serde_json::Value = serde_json::from_str(message).unwrap();
    let files = message["filenames"].as_array().into_iter().flatten();
    let paths = files.filter_map(|file| file.as_str()).map(PathBuf::from);
    paths.filter(|path| path.to_string_lossy().ends_with(std::env::consts::DLL_SUFFIX)).collect()
}

fn apply(transformation: &Transformation, amount: f64) -> Result<[f32; 4], HostError> {
    let mut out = [0.0; 4];
    let images = [0.1, 0.2, 0.3, 0.4];
    transformation.apply(&images, [2, 1, 1, 2], &[0.0, amount], &mut out).map(|()| out)
}

#[test]
fn faults_are_reported_and_the_host_lives_on() {
    let folder = Folder::with("faulty-plugin");
    let registry = folder.load().unwrap();
    for (id, message) in [
        ("panics", "panicked: amount 0 is too much (at "),
        ("fails", "failed: the table of colours is lost"),
        ("not_a_number", "pixel value NaN of image 1 (of this batch, from 0) at parameters [0.75]"),
    ] {
        let transformation = registry.transformation(id, &[]).unwrap();
        let error = apply(&transformation, 0.75).unwrap_err();
        folder.assert_named_by(&error);
        assert!(error.to_string().contains(message), "{error}");
        assert!(error.to_string().contains(&format!("`{id}`")), "{error}");
    }
    let error = registry.transformation("stillborn", &[]).unwrap_err();
    folder.assert_named_by(&error);
    assert!(error.to_string().contains("`create`") && error.to_string().contains("never born"), "{error}");
    let nothing = registry.noise("nothing", &[]).unwrap();
    folder.assert_named_by(&nothing.cdf_at(0.0).unwrap_err());
    folder.assert_named_by(&nothing.sample(&[0], &mut [0.0]).unwrap_err());

    let copy = registry.transformation("copy", &[]).unwrap();
    assert_eq!(apply(&copy, 1.0).unwrap(), [0.1, 0.2, 0.3, 0.4]);
    assert!(apply(&registry.transformation("not_a_number", &[]).unwrap(), 0.25).is_ok());
}

#[test]
fn a_library_that_is_not_thread_safe_is_entered_by_one_thread() {
    let folder = Folder::with("faulty-plugin");
    let registry = folder.load().unwrap();
    let both = ["alone", "alone_too"].map(|id| registry.transformation(id, &[]).unwrap());
    assert!(!both[0].info().thread_safe);
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let transformation = &both[thread % 2];
            scope.spawn(move || {
                for _ in 0..20 {
                    apply(transformation, 0.0).unwrap();
                }
            });
        }
    });
}

#[test]
fn another_layout_is_refused() {
    let folder = Folder::with("wrong-layout-plugin");
    let error = folder.load().unwrap_err();
    folder.assert_named_by(&error);
    assert!(matches!(error, HostError::Layout { found, expected, .. } if found == !expected), "{error}");
}

#[test]
fn a_library_without_the_entry_is_refused() {
    let folder = Folder::with("no-entry-plugin");
    let error = folder.load().unwrap_err();
    folder.assert_named_by(&error);
    assert!(error.to_string().contains("does not export `gsmooth_plugin_entry_v1`"), "{error}");
}

#[test]
fn one_file_in_two_folders_is_one_library_but_two_files_clash() {
    let (folder, other) = (Folder::with("faulty-plugin"), Folder::with("faulty-plugin"));
    let mut registry = folder.load().unwrap();
    let plugins = registry.plugins().len();
    assert_eq!(registry.load_file(&other.library).unwrap().len(), plugins);
    assert_eq!(registry.plugins().len(), plugins);

    // Loaders ignore what follows the last section, and so it is another file with the same plugins.
    let changed = other.library.with_file_name(library_name("changed"));
    let bytes = [std::fs::read(&other.library).unwrap(), b"more".to_vec()].concat();
    std::fs::write(&changed, bytes).unwrap();
    let error = registry.load_file(&changed).unwrap_err();
    folder.assert_named_by(&error);
    assert!(error.to_string().contains(changed.canonicalize().unwrap().to_str().unwrap()), "{error}");
    assert_eq!(registry.plugins().len(), plugins);
}

/// A file with the same plugins as another and another digest: loaders ignore what follows the last section.
fn variant(of: &Folder, name: &str) -> PathBuf {
    let path = of.library.with_file_name(library_name(name));
    std::fs::write(&path, [std::fs::read(&of.library).unwrap(), name.as_bytes().to_vec()].concat()).unwrap();
    path
}

#[test]
fn plugins_of_a_named_file_win_over_those_in_folders() {
    let (folder, other) = (Folder::with("faulty-plugin"), Folder::with("faulty-plugin"));
    let named = variant(&other, "named");
    std::fs::remove_file(&other.library).unwrap();
    let registry = Registry::load(&SearchPath::of([folder.folder.path().to_owned(), named.clone()])).unwrap();
    assert!(registry.plugins().iter().all(|info| info.path == named && info.origin == Origin::Given));
    let hidden = registry.hidden();
    assert_eq!(hidden.len(), registry.plugins().len());
    assert!(hidden.iter().all(|pair| pair.plugin.path == folder.library && pair.by.path == named));
    assert!(hidden.iter().all(|pair| pair.plugin.id == pair.by.id));
}

#[test]
fn two_named_files_clash_and_two_folders_clash() {
    let (folder, other) = (Folder::with("faulty-plugin"), Folder::with("faulty-plugin"));
    let named = variant(&other, "named");
    std::fs::remove_file(&other.library).unwrap();
    for places in [
        [folder.library.clone(), named.clone()],
        [folder.folder.path().to_owned(), other.folder.path().to_owned()],
    ] {
        let error = Registry::load(&SearchPath::of(places)).unwrap_err();
        folder.assert_named_by(&error);
        let message = error.to_string();
        assert!(message.contains(named.to_str().unwrap()), "{message}");
        assert!(message.contains("name the one to use with --plugin-path FILE"), "{message}");
    }
}
