//! One network in many files, and networks that must not be smoothed, with the real binary: how a model is written down
//! changes no record, and what would void a certificate is refused.

use std::path::Path;
use std::sync::OnceLock;

#[path = "model_variants/preprocessing.rs"]
mod preprocessing;
#[path = "model_variants/refused.rs"]
mod refused;
mod support;
#[path = "model_variants/surrogate.rs"]
mod surrogate;
#[path = "model_variants/twins.rs"]
mod twins;

use gsmooth::audit::records::Record;
use gsmooth::onnx::proto::ModelProto;
use support::audit::Audit;
use support::models;
use support::run_folder::RunFolder;

/// Images of the audit.
const IMAGES: usize = 8;

/// A few images under a resolvable case and a semantic one.
fn audit() -> Audit {
    Audit::small().set("count", &IMAGES.to_string())
}

/// The audit of another classifier file, with more keys for its table.
fn with_classifier(model: &ModelProto, folder: &Path, keys: &str) -> Audit {
    let path = models::write(model, folder, "twin.onnx");
    audit().set("model", &path).before_sampling(keys)
}

/// The records of the shipped models.
fn original() -> &'static RunFolder {
    static RUN: OnceLock<(tempfile::TempDir, RunFolder)> = OnceLock::new();
    &RUN.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let run = support::certified(&audit(), folder.path());
        assert_telling(&run);
        (folder, run)
    })
    .1
}

/// Equal records say something only of runs with certificates, and with votes that a small change would move.
fn assert_telling(run: &RunFolder) {
    let records = run.records();
    assert_eq!(records.len(), 2 * IMAGES);
    assert!(records.iter().any(|record| record.radius > 0.0), "no certificate");
    let classes = |record: &Record| record.selection.counts.iter().filter(|votes| **votes > 0).count();
    assert!(records.iter().any(|record| classes(record) > 1), "no image has votes for several classes");
}

/// The votes, radii and all else of two runs agree byte by byte; only the headers tell their models apart.
fn assert_same_records(found: &RunFolder, expected: &RunFolder) {
    assert_eq!(found.body(), expected.body());
    assert_ne!(found.header(), expected.header(), "it must be another model, or there is nothing to compare");
}
