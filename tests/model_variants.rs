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
const IMAGES: usize = 6;

/// A few images under a resolvable case and a semantic one, with so much noise that most votes are split: a change of
/// the scores shows.
fn audit() -> Audit {
    Audit::small()
        .set("count", &IMAGES.to_string())
        .set("draws", "100")
        .with("scale = 5.0", "scale = 20.0")
        .with("semantic_noise = 0.25", "semantic_noise = 0.6")
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

/// Equal records say something only of runs with certificates, and with votes that a change of the scores would move.
fn assert_telling(run: &RunFolder) {
    let records = run.records();
    assert_eq!(records.len(), 2 * IMAGES);
    assert!(records.iter().any(|record| record.radius > 0.0), "no certificate");
    for case in ["gaussian_blur", "defocus_blur"] {
        let split = |record: &&Record| record.counts.iter().filter(|votes| **votes > 0).count() > 1;
        let split = records.iter().filter(|record| record.case == case).filter(split).count();
        assert!(2 * split >= IMAGES, "{case}: only {split} images have votes for several classes");
    }
}

/// The votes, radii and all else of two runs agree byte by byte; only the headers tell their models apart.
fn assert_same_records(found: &RunFolder, expected: &RunFolder) {
    assert_eq!(found.body(), expected.body());
    assert_ne!(found.header(), expected.header(), "it must be another model, or there is nothing to compare");
}
