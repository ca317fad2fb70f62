//! Fetching with a stand-in for Python, which lays a prepared archive where pip would have: no network is needed.
#![cfg(unix)]

use super::*;
use sha2::{Digest, Sha256};
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use tempfile::TempDir;

fn library_name() -> String {
    let (prefix, suffix) = (std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX);
    if cfg!(target_os = "macos") {
        format!("{prefix}onnxruntime.{PINNED}{suffix}")
    } else {
        format!("{prefix}onnxruntime{suffix}.{PINNED}")
    }
}

/// An archive with these entries, and the wheel that expects exactly this archive.
fn archive(folder: &Path, entries: &[&str]) -> Wheel {
    let path = folder.join("prepared.whl");
    let mut zip = zip::ZipWriter::new(File::create(&path).unwrap());
    for entry in entries {
        zip.start_file(*entry, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(entry.as_bytes()).unwrap();
    }
    zip.finish().unwrap();
    let digest: String =
        Sha256::digest(fs::read(&path).unwrap()).iter().map(|byte| format!("{byte:02x}")).collect();
    let (bytes, platform) = (fs::metadata(&path).unwrap().len(), "any");
    Wheel { package: Package::Cpu, os: "any", arch: "any", platform, bytes, sha256: digest.leak() }
}

fn python(folder: &Path, script: &str) -> Python {
    let path = folder.join("python");
    fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    Python { commands: vec![path] }
}

/// A Python whose pip copies the prepared archive to its current folder, slowly, and leaves a mark at every call.
fn copying_python(folder: &Path) -> Python {
    let folder_name = folder.display();
    let copy = format!("echo x >> '{folder_name}/calls'; sleep 0.2; cp '{folder_name}/prepared.whl' .");
    python(folder, &copy)
}

fn good_entries() -> Vec<String> {
    let library = format!("onnxruntime/capi/{}", library_name());
    vec![library, "onnxruntime/LICENSE".into(), "onnxruntime/capi/onnxruntime_pybind11_state.so".into()]
}

fn prepared() -> (TempDir, Wheel, Python) {
    let folder = tempfile::tempdir().unwrap();
    let entries = good_entries();
    let wheel = archive(folder.path(), &entries.iter().map(String::as_str).collect::<Vec<_>>());
    let python = copying_python(folder.path());
    (folder, wheel, python)
}

fn names_in(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn fetches_once_and_leaves_the_library_and_its_licence() {
    let (folder, wheel, python) = prepared();
    let cache = folder.path().join("deep").join("cache");
    let mut messages = Vec::new();
    let library = fetch(&cache, &python, &wheel, &mut |message| messages.push(message)).unwrap();
    let target = cache.join(Package::Cpu.folder_name());
    let expected =
        Library { path: target.join(library_name()), origin: Origin::Fetched, version: Some(PINNED) };
    assert_eq!(library, expected);
    assert_eq!(names_in(&target), ["LICENSE".to_owned(), library_name()]);
    let fetching = Message::Fetching { package: Package::Cpu, bytes: wheel.bytes, folder: target };
    assert_eq!(messages, [fetching, Message::Fetched { path: library.path.clone() }]);

    let again = fetch(&cache, &python, &wheel, &mut |message| panic!("{message}")).unwrap();
    assert_eq!(again, Library { origin: Origin::Cache, ..library });
    assert_eq!(names_in(&cache).len(), 2, "the library's folder and the lock file");
}

#[test]
fn several_at_once_fetch_once() {
    let (folder, wheel, python) = prepared();
    let cache = folder.path().join("cache");
    let fetch_one = || {
        let mut waited = false;
        let library = fetch(&cache, &python, &wheel, &mut |message| {
            waited |= matches!(message, Message::Waiting { .. })
        });
        (library.unwrap().path, waited)
    };
    let results: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(fetch_one)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert!(results.iter().all(|(path, _)| path.is_file()));
    assert!(results.iter().any(|(_, waited)| *waited));
    assert_eq!(fs::read_to_string(folder.path().join("calls")).unwrap(), "x\n");
}

#[test]
fn another_digest_is_refused_and_leaves_nothing() {
    let (folder, wheel, python) = prepared();
    let wheel = Wheel { sha256: super::super::wheel::WHEELS[0].sha256, ..wheel };
    let cache = folder.path().join("cache");
    let error = fetch(&cache, &python, &wheel, &mut |_| {}).unwrap_err();
    let FetchError::Digest { file, expected, found } = error else { panic!("{error}") };
    assert_eq!((file.as_str(), expected.as_str()), ("prepared.whl", wheel.sha256));
    assert_ne!(found, expected);
    assert_eq!(names_in(&cache), [format!("{}.lock", Package::Cpu.folder_name())]);
}

#[test]
fn what_a_killed_process_left_is_replaced() {
    let (folder, wheel, python) = prepared();
    let target = folder.path().join(Package::Cpu.folder_name());
    fs::create_dir(&target).unwrap();
    fs::write(target.join("LICENSE"), "without a library").unwrap();
    let partial = folder.path().join(format!("{}.partial", Package::Cpu.folder_name()));
    fs::create_dir_all(partial.join("download")).unwrap();
    fs::write(partial.join("download").join("other.whl"), "torn").unwrap();
    assert!(fetch(folder.path(), &python, &wheel, &mut |_| {}).unwrap().path.is_file());
    assert!(!partial.exists());
}

#[test]
fn the_last_lines_of_pip_come_with_its_failure() {
    let (folder, wheel, _) = prepared();
    let python = python(
        folder.path(),
        "for i in 1 2 3 4 5 6 7 8 9; do echo line $i; done; echo no network >&2; exit 1",
    );
    let error = fetch(folder.path(), &python, &wheel, &mut |_| {}).unwrap_err();
    let FetchError::Pip { output, .. } = &error else { panic!("{error}") };
    assert_eq!(output.lines().next(), Some("line 3"));
    assert_eq!(output.lines().last(), Some("no network"));
    assert!(error.to_string().contains("--ort-lib"));
}

#[test]
fn no_python_no_archive_and_no_library_are_told_apart() {
    let (folder, wheel, _) = prepared();
    let nowhere = Python { commands: vec!["/nonexistent/python3".into()] };
    let error = fetch(folder.path(), &nowhere, &wheel, &mut |_| {}).unwrap_err();
    assert!(
        matches!(error, FetchError::NoPython { .. }) && error.to_string().contains("/nonexistent/python3")
    );

    let idle = python(folder.path(), "exit 0");
    let error = fetch(folder.path(), &idle, &wheel, &mut |_| {}).unwrap_err();
    assert!(matches!(error, FetchError::NoLibrary { .. }), "{error}");

    let wheel = archive(folder.path(), &["onnxruntime/LICENSE"]);
    let error = fetch(folder.path(), &copying_python(folder.path()), &wheel, &mut |_| {}).unwrap_err();
    assert!(matches!(error, FetchError::NoLibrary { .. }), "{error}");
}
