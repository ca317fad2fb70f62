//! `[evaluate]`: the corruptions that `gsmooth evaluate` measures accuracy on. No record depends on it.

use std::path::PathBuf;

use serde::Deserialize;
use toml::Spanned;

use super::plugin_table::PluginTable;

/// The table as written.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EvaluateTable {
    /// Votes an image for the smoothed prediction; 100.
    pub draws: Option<Spanned<u64>>,
    /// Classifiers beside the audit's own, read like it.
    #[serde(default)]
    pub models: Vec<Spanned<PathBuf>>,
    /// The cases whose smoothing is measured; by default all that smooth.
    pub smoothed: Option<Vec<Spanned<String>>>,
    /// `{ plugin = .., severities = [..] }`, or `parameters = [..]` with an array each where there are several; other keys are
    /// the plugin's options.
    #[serde(default)]
    pub corruption: Vec<Spanned<PluginTable>>,
}
