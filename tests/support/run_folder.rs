//! What a run leaves behind, read back.

use std::path::{Path, PathBuf};

use gsmooth::audit::records::Record;
use serde_json::Value;

/// A run folder.
#[derive(Debug, Clone)]
pub struct RunFolder(pub PathBuf);

impl RunFolder {
    /// The text of a file in it.
    pub fn text(&self, name: &str) -> String {
        std::fs::read_to_string(self.0.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// The lines of `records.jsonl` below its header: what must not depend on how the run was carried out.
    pub fn body(&self) -> String {
        let text = self.text("records.jsonl");
        let (_, body) = text.split_once('\n').expect("a header line");
        body.to_owned()
    }

    /// The header line of `records.jsonl`.
    pub fn header(&self) -> Value {
        serde_json::from_str(self.text("records.jsonl").lines().next().expect("a header line")).unwrap()
    }

    /// The records.
    pub fn records(&self) -> Vec<Record> {
        self.body().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// `summary.json`.
    pub fn summary(&self) -> Value {
        serde_json::from_str(&self.text("summary.json")).unwrap()
    }
}

/// Complete lines of a records file, header included; 0 if there is none yet.
pub fn lines_on_record(folder: &Path) -> usize {
    std::fs::read(folder.join("records.jsonl"))
        .map_or(0, |bytes| bytes.iter().filter(|byte| **byte == b'\n').count())
}
