//! What was planned already: the cases of a sweep mostly share their models, which are then read, checked and held once.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::PathBuf;

use super::models::PlannedClassifier;
use crate::certify::growth::EncoderGrowth;
use crate::onnx::network::NetworkModel;

/// Planned models by where they come from. The keys of the audit's `[classifier]` are the same for all of them.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    classifiers: RefCell<BTreeMap<PathBuf, PlannedClassifier>>,
    merged: RefCell<BTreeMap<MergedKey, Option<NetworkModel>>>,
    growths: RefCell<BTreeMap<EncoderKey, (EncoderGrowth, Option<String>)>>,
}

/// SHA-256 of the file that holds F2, and the tensors where it is cut.
type EncoderKey = (String, Option<[String; 2]>);

/// BLAKE3 of H, and f by its name.
type MergedKey = ([u8; 32], String);

impl Memory {
    /// The classifier of a file, planned by `plan` where it is not known yet.
    pub fn classifier<E>(
        &self,
        path: &PathBuf,
        plan: impl FnOnce() -> Result<PlannedClassifier, E>,
    ) -> Result<PlannedClassifier, E> {
        if let Some(known) = self.classifiers.borrow().get(path) {
            return Ok(known.clone());
        }
        let planned = plan()?;
        self.classifiers.borrow_mut().insert(path.clone(), planned.clone());
        Ok(planned)
    }

    /// f after H as one model, made by `merge` where it is not known yet.
    pub fn merged(
        &self,
        decoder: &NetworkModel,
        classifier: &PlannedClassifier,
        merge: impl FnOnce() -> Option<NetworkModel>,
    ) -> Option<NetworkModel> {
        let key = (*blake3::hash(&decoder.bytes).as_bytes(), classifier.model.name.clone());
        if let Some(known) = self.merged.borrow().get(&key) {
            return known.clone();
        }
        let merged = merge();
        self.merged.borrow_mut().insert(key, merged.clone());
        merged
    }

    /// What is proven of the F2 of a file, or the obstacle, found by `find` where it is not known yet.
    pub fn growth(
        &self,
        sha256: &str,
        cut: Option<&[String; 2]>,
        find: impl FnOnce() -> (EncoderGrowth, Option<String>),
    ) -> (EncoderGrowth, Option<String>) {
        let key = (sha256.to_owned(), cut.cloned());
        if let Some(known) = self.growths.borrow().get(&key) {
            return known.clone();
        }
        let found = find();
        self.growths.borrow_mut().insert(key, found.clone());
        found
    }
}
