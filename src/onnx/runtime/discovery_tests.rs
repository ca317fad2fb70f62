use super::*;
use crate::onnx::runtime::wheel::PINNED;
use std::fs;
use std::path::Path;

const OLD: &str = "1.23.2";

/// The name that a library of this version has on this platform.
fn library_name(version: &str) -> String {
    match std::env::consts::OS {
        "windows" => "onnxruntime.dll".to_owned(),
        "macos" => format!("libonnxruntime.{version}.dylib"),
        _ => format!("libonnxruntime.so.{version}"),
    }
}

fn write(path: &Path) -> PathBuf {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, "").unwrap();
    path.to_owned()
}

fn put_in_cache(cache: &Path, package: Package) -> PathBuf {
    write(&cache.join(package.folder_name()).join(library_name(&PINNED.to_string())))
}

fn put_in_site_packages(folder: &Path, version: &str) -> PathBuf {
    fs::create_dir_all(folder.join(format!("onnxruntime-{version}.dist-info"))).unwrap();
    write(&folder.join("onnxruntime").join("capi").join(library_name(version)))
}

/// A Python that names one site-packages folder.
#[cfg(unix)]
fn python_with(folder: &Path, site_packages: &Path) -> Python {
    use std::os::unix::fs::PermissionsExt;
    let script = folder.join("python");
    fs::write(&script, format!("#!/bin/sh\necho '{}'\n", site_packages.display())).unwrap();
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();
    Python { commands: vec![script] }
}

fn without_python() -> Python {
    Python { commands: Vec::new() }
}

#[test]
#[cfg(unix)]
fn the_places_are_asked_in_their_order() {
    let folder = tempfile::tempdir().unwrap();
    let (cache, site_packages) = (folder.path().join("cache"), folder.path().join("site"));
    let mut environment = Environment {
        python: python_with(folder.path(), &site_packages),
        cache: Some(cache.clone()),
        ..Default::default()
    };
    let found = |ort_lib: Option<&Path>, environment: &Environment| {
        let library = discover(ort_lib, Package::Cpu, environment).unwrap();
        library.map(|library| (library.path, library.origin))
    };
    assert_eq!(found(None, &environment), None);

    let site_library = put_in_site_packages(&site_packages, "1.25.0");
    assert_eq!(found(None, &environment), Some((site_library, Origin::SitePackages)));

    let cached = put_in_cache(&cache, Package::Cpu);
    assert_eq!(found(None, &environment), Some((cached, Origin::Cache)));

    let variable = write(&folder.path().join("variable.so"));
    environment.ort_dylib_path = Some(variable.clone());
    assert_eq!(found(None, &environment), Some((variable, Origin::Environment)));

    let named = write(&folder.path().join("named.so"));
    assert_eq!(found(Some(&named), &environment), Some((named.clone(), Origin::CommandLine)));
}

#[test]
fn a_named_file_that_is_absent_is_an_error_and_not_passed_over() {
    let folder = tempfile::tempdir().unwrap();
    put_in_cache(folder.path(), Package::Cpu);
    let absent = folder.path().join("absent.so");
    let mut environment =
        Environment { cache: Some(folder.path().to_owned()), python: without_python(), ort_dylib_path: None };
    let error = |path: &Path, origin| Err(DiscoveryError::NotAFile { path: path.to_owned(), origin });
    assert_eq!(discover(Some(&absent), Package::Cpu, &environment), error(&absent, Origin::CommandLine));
    // A folder is not a library either.
    assert_eq!(
        discover(Some(folder.path()), Package::Cpu, &environment),
        error(folder.path(), Origin::CommandLine)
    );
    environment.ort_dylib_path = Some(absent.clone());
    assert_eq!(discover(None, Package::Cpu, &environment), error(&absent, Origin::Environment));
}

#[test]
fn old_libraries_in_site_packages_are_passed_over() {
    let folder = tempfile::tempdir().unwrap();
    put_in_site_packages(folder.path(), OLD);
    assert_eq!(in_site_packages(folder.path(), Package::Cpu), None);
    put_in_site_packages(folder.path(), "1.24.1");
    // Windows has one name for all versions and the newer metadata beside the older.
    if !cfg!(windows) {
        let library = in_site_packages(folder.path(), Package::Cpu).unwrap();
        assert_eq!(library.version, "1.24.1".parse().ok());
    }
}

#[test]
fn a_gpu_needs_a_library_with_the_cuda_provider() {
    let folder = tempfile::tempdir().unwrap();
    let path = put_in_site_packages(folder.path(), "1.31.1");
    assert_eq!(in_site_packages(folder.path(), Package::Gpu), None);
    let (prefix, suffix) = (std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX);
    write(&path.with_file_name(format!("{prefix}onnxruntime_providers_cuda{suffix}")));
    assert_eq!(in_site_packages(folder.path(), Package::Gpu).unwrap().path, path);
}

#[test]
fn the_cached_gpu_package_serves_the_cpu_and_not_the_other_way_round() {
    let folder = tempfile::tempdir().unwrap();
    let small = put_in_cache(folder.path(), Package::Cpu);
    assert_eq!(in_cache(folder.path(), Package::Gpu), None);
    let large = put_in_cache(folder.path(), Package::Gpu);
    assert_eq!(in_cache(folder.path(), Package::Gpu).unwrap().path, large);
    assert_eq!(in_cache(folder.path(), Package::Cpu).unwrap().path, small);
    fs::remove_file(small).unwrap();
    assert_eq!(in_cache(folder.path(), Package::Cpu).unwrap().path, large);
}

#[test]
fn metadata_folders_state_the_version() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(version_of_distribution(folder.path()), None);
    fs::create_dir(folder.path().join("numpy-2.4.0.dist-info")).unwrap();
    fs::create_dir(folder.path().join("onnxruntime_gpu-1.26.0.dist-info")).unwrap();
    assert_eq!(version_of_distribution(folder.path()), "1.26.0".parse().ok());
}
