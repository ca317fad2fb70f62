//! How `gsmooth attack` searches, checked.

use serde::Serialize;
use toml::Spanned;

use super::super::attack_table::AttackTable;
use super::super::error::Fault;
use super::parameters::whole;

/// The resolved `[attack]` table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Attack {
    /// Points of the grid over the range within each radius; at least 2, its ends.
    pub grid: usize,
    /// Draws of the smoothed classifier at each point; at least 2.
    pub draws: u64,
    /// The worst points that gradient descent starts from.
    pub starts: usize,
    /// Steps of gradient descent; 0 for the grid alone.
    pub steps: usize,
    /// The most fresh draws that test a point.
    pub confirm: u64,
    /// How many images of the selection are attacked, from its first; all of them if `None`.
    pub images: Option<u64>,
}

impl Default for Attack {
    fn default() -> Self {
        Self { grid: 21, draws: 100, starts: 3, steps: 10, confirm: 100_000, images: None }
    }
}

/// Checks the table.
pub(super) fn resolve(table: Option<&AttackTable>) -> Result<Attack, Fault> {
    let (default, absent) = (Attack::default(), AttackTable::default());
    let table = table.unwrap_or(&absent);
    let of = |key, value: &Option<Spanned<u64>>, least, default: u64| match value {
        None => Ok(default),
        Some(value) => whole(key, value, least),
    };
    Ok(Attack {
        grid: of("grid", &table.grid, 2, default.grid as u64)? as usize,
        draws: of("draws", &table.draws, 2, default.draws)?,
        starts: of("starts", &table.starts, 0, default.starts as u64)? as usize,
        steps: of("steps", &table.steps, 0, default.steps as u64)? as usize,
        confirm: of("confirm", &table.confirm, 1, default.confirm)?,
        images: table.images.as_ref().map(|value| whole("images", value, 1)).transpose()?,
    })
}
