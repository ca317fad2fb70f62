//! `[evaluate]`: the corruptions that `gsmooth evaluate` measures accuracy on. No record depends on it.

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;

use super::json_schema::values;
use super::plugin_table::PluginTable;

/// The table as written.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EvaluateTable {
    /// Votes an image for the smoothed prediction; 100.
    #[schemars(with = "Option<u64>", range(min = 1))]
    pub draws: Option<Spanned<u64>>,
    /// Classifiers beside the audit's own, read like it.
    #[serde(default)]
    #[schemars(with = "Vec<PathBuf>")]
    pub models: Vec<Spanned<PathBuf>>,
    /// The cases whose smoothing is measured; by default all that smooth.
    #[schemars(with = "Option<Vec<String>>")]
    pub smoothed: Option<Vec<Spanned<String>>>,
    /// `{ plugin = .., severities = [..] }`, or `parameters = [..]` with an array each where there are several; other keys are
    /// the plugin's options.
    #[serde(default)]
    #[schemars(with = "Vec<values::Corruption>")]
    pub corruption: Vec<Spanned<PluginTable>>,
}
