//! What is missing around an audit: ONNX Runtime, a provider, a folder to write to.

use super::support::audit::Audit;
use super::{Refusal, UNFIT, refused_in, support};

/// The library is named, so that nothing is fetched and a machine with a GPU answers the same.
#[test]
fn a_provider_that_the_runtime_lacks_is_refused_and_not_replaced() {
    let library = support::onnx_runtime().to_str().unwrap();
    for providers in ["[\"cuda\"]", "[\"cuda\", \"cpu\"]", "[\"tensorrt\", \"cuda\", \"cpu\"]"] {
        let folder = tempfile::tempdir().unwrap();
        let audit = Audit::small().before_sampling(&format!("[runtime]\nproviders = {providers}"));
        let refusal = refused_in(&audit, folder.path(), &["--ort-lib", library]).code(UNFIT);
        refusal.says(&["the provider ", "cannot be used with", library]);
    }
}

#[test]
fn an_unknown_provider_comes_with_the_known_ones() {
    let audit = Audit::small().before_sampling("[runtime]\nproviders = [\"cdua\"]");
    let refusal = super::refused(&audit).code(super::AUDIT).at_line(audit.line_of("providers = "));
    refusal.says(&["`providers` can't be `cdua`", "cpu, cuda, tensorrt", "did you mean `cuda`?"]);
}

/// That is the audit's fault, whatever the machine has.
#[test]
fn no_provider_or_one_twice() {
    let with =
        |providers: &str| Audit::small().before_sampling(&format!("[runtime]\nproviders = {providers}"));
    let twice = with("[\"cpu\", \"cpu\"]");
    let refusal = super::refused(&twice).code(super::AUDIT).at_line(twice.line_of("providers = "));
    refusal.says(&["provider cpu is asked for twice"]);
    super::refused(&with("[]")).code(super::AUDIT).says(&["no provider is asked for", "audit.toml"]);
}

/// Without a Python whose packages could hold the library, and with a cache that is empty.
#[test]
fn offline_with_an_empty_cache() {
    let folder = tempfile::tempdir().unwrap();
    let cache = folder.path().join("cache");
    std::fs::create_dir(&cache).unwrap();
    let said = support::plain_gsmooth()
        .args(["check", "--offline"])
        .arg(Audit::small().write(folder.path()))
        .env("GSMOOTH_CACHE", &cache)
        .env("PATH", &cache)
        .output()
        .unwrap();
    let words =
        ["no ONNX Runtime found", "--offline forbids fetching it", "--ort-lib", "gsmooth runtime install"];
    Refusal::of(&said).code(UNFIT).says(&words);
    assert_eq!(std::fs::read_dir(&cache).unwrap().count(), 0);
}

#[test]
fn a_library_that_is_none() {
    let folder = tempfile::tempdir().unwrap();
    let audit = Audit::small();
    let absent = folder.path().join("absent.so");
    let refusal = refused_in(&audit, folder.path(), &["--ort-lib", absent.to_str().unwrap()]).code(UNFIT);
    refusal.says(&["--ort-lib", "absent.so", "not a file"]);
    let text = folder.path().join("text.so");
    std::fs::write(&text, "no library").unwrap();
    let refusal = refused_in(&audit, folder.path(), &["--ort-lib", text.to_str().unwrap()]).code(UNFIT);
    refusal.says(&["text.so", "cannot be loaded as a library"]);
}

#[test]
fn a_run_folder_that_is_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let taken = folder.path().join("taken");
    std::fs::write(&taken, "mine").unwrap();
    let said = support::plain_gsmooth()
        .arg("certify")
        .arg(Audit::small().write(folder.path()))
        .arg("--output")
        .arg(&taken)
        .output()
        .unwrap();
    Refusal::of(&said).code(UNFIT).says(&["cannot use the run folder", "taken"]);
    assert_eq!(std::fs::read_to_string(&taken).unwrap(), "mine");
}
