//! Sweeps: a case with `sweep = { "noise.scale" = [0.1, 0.25], semantic_noise = [0.05, 0.1] }` stands for one case per
//! combination, its variants.
//!
//! The file is expanded before it is read as an audit, with every value of a sweep put where its key belongs. Values keep
//! their place in the file, so whatever is wrong with one is shown there.
//!
//! - `grid`: the keys of a sweep and their values;
//! - `place`: where a value belongs in the case;
//! - [`name`]: what variants are called;
//! - [`error`]: sweeps that make no sense.

pub mod error;
mod grid;
pub mod name;
mod place;
#[cfg(test)]
mod tests;

use toml::Spanned;
use toml::de::{DeArray, DeTable, DeValue};

use super::error::{At, Fault};
use super::plan::case::SweepPoint;
use error::SweepError;
use grid::Grid;

/// The most variants of one case.
pub const MOST_VARIANTS: usize = 4096;

/// An audit file whose sweeps are expanded.
#[derive(Debug)]
pub struct Expanded<'text> {
    /// The file, in which no case has a sweep.
    pub root: Spanned<DeTable<'text>>,
    /// By case of the expanded file: where it stands in a sweep, if it is of one.
    pub points: Vec<Option<SweepPoint>>,
}

/// Puts the variants of every case with a sweep in its place, in row-major order: the last key of a sweep changes first.
///
/// What is no case's table is left as it is, for whoever reads the file as an audit to refuse.
///
/// # Errors
/// If a sweep makes no sense.
pub fn expand<'text>(text: &'text str, mut root: Spanned<DeTable<'text>>) -> Result<Expanded<'text>, Fault> {
    let mut points = Vec::new();
    let Some(cases) = root.get_mut().get_mut("case") else { return Ok(Expanded { root, points }) };
    let DeValue::Array(written) = cases.get_ref() else { return Ok(Expanded { root, points }) };
    let mut expanded = DeArray::new();
    for case in written {
        let sweep = case.get_ref().as_table().and_then(|table| table.get("sweep"));
        let Some(sweep) = sweep else {
            expanded.push(case.clone());
            points.push(None);
            continue;
        };
        let grid = Grid::read(text, sweep)?;
        for combination in grid.combinations() {
            let (variant, point) = variant(case, &grid, &combination)?;
            expanded.push(variant);
            points.push(Some(point));
        }
    }
    *cases.get_mut() = DeValue::Array(expanded);
    Ok(Expanded { root, points })
}

/// The case at one point of its grid; `combination` has the number of the value by key.
fn variant<'text>(
    case: &Spanned<DeValue<'text>>,
    grid: &Grid<'text>,
    combination: &[usize],
) -> Result<(Spanned<DeValue<'text>>, SweepPoint), Fault> {
    let mut variant = case.clone();
    let DeValue::Table(table) = variant.get_mut() else {
        return Err(SweepError::NoTable.at_span(case.span()));
    };
    table.remove("sweep");
    let mut point = SweepPoint { case: String::new(), values: Vec::new() };
    let mut suffix = String::new();
    for (axis, &number) in grid.axes.iter().zip(combination) {
        let value = &axis.values[number];
        place::put(table, &axis.key, &value.value).at(axis.key.span())?;
        point.values.push((axis.key.get_ref().clone(), value.text.to_owned()));
        suffix.push_str(&name::part(axis.key.get_ref(), &value.short));
    }
    // A case without a name is refused where it is read.
    if let Some(name) = table.get_mut("name")
        && let DeValue::String(text) = name.get_mut()
    {
        point.case = text.clone().into_owned();
        *text = format!("{text}{suffix}").into();
    }
    Ok((variant, point))
}
