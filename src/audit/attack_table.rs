//! `[attack]`: how `gsmooth attack` searches for transformed images that a classifier gets wrong. No record depends on it.

use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;

/// The table as written; every key has a default.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AttackTable {
    /// Points of the grid over the range within each radius; 21.
    #[schemars(with = "Option<u64>", range(min = 1))]
    pub grid: Option<Spanned<u64>>,
    /// Draws of the smoothed classifier at each point; 100.
    #[schemars(with = "Option<u64>", range(min = 1))]
    pub draws: Option<Spanned<u64>>,
    /// The worst points that gradient descent starts from; 3.
    #[schemars(with = "Option<u64>", range(min = 1))]
    pub starts: Option<Spanned<u64>>,
    /// Steps of gradient descent; 10.
    #[schemars(with = "Option<u64>", range(min = 1))]
    pub steps: Option<Spanned<u64>>,
    /// The most fresh draws that test a point; 100,000.
    #[schemars(with = "Option<u64>", range(min = 1))]
    pub confirm: Option<Spanned<u64>>,
    /// How many images of the selection are attacked, from its first; all of them if absent.
    #[schemars(with = "Option<u64>", range(min = 1))]
    pub images: Option<Spanned<u64>>,
}
