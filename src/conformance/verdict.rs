use serde::{Deserialize, Serialize};

/// A promise that a plugin breaks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// What should have come out, in words.
    pub expected: String,
    /// What came out.
    pub found: String,
    /// The smallest failing input that was found, in words, where there is one.
    pub input: Option<String>,
}

/// What a test came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "result", rename_all = "lowercase")]
pub enum Outcome {
    /// Nothing was found.
    Ok {
        /// How much was looked at.
        detail: String,
    },
    /// Something was found.
    Fault(Fault),
    /// There was nothing to look at.
    Skipped {
        /// Why.
        reason: String,
    },
}

impl Outcome {
    /// Whether something was found.
    pub fn is_fault(&self) -> bool {
        matches!(self, Self::Fault(_))
    }

    pub(super) fn fault(expected: impl Into<String>, found: impl Into<String>) -> Self {
        Self::Fault(Fault { expected: expected.into(), found: found.into(), input: None })
    }

    pub(super) fn skipped(reason: impl Into<String>) -> Self {
        Self::Skipped { reason: reason.into() }
    }
}

/// What one test of one plugin came to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Verdict {
    /// "transformation", "noise" or "estimator".
    pub kind: String,
    /// Name of the plugin.
    pub plugin: String,
    /// Name of the test.
    pub test: String,
    /// What it came to.
    #[serde(flatten)]
    pub outcome: Outcome,
    /// What all inputs were made from.
    pub seed: u64,
    /// Wall time of the test's process, in seconds.
    pub seconds: f64,
}
