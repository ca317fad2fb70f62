//! Which cover a case takes: along a line, over boxes, or of finitely many values.

use super::super::case::{Case, Mode};
use super::super::geometry::{Geometry, GeometryError};
use super::order::Order;
use super::{CoverPlan, CoverRule, WithMargin, boxes, levels, line, witnesses};
use crate::transformation::TransformationError;

/// The order in which a case's cells are asked.
pub fn order(case: &Case) -> Order {
    match case.sampling.mode {
        Mode::Target => Order::Radii(case.radii.clone()),
        Mode::Fixed => Order::Outward,
    }
}

/// The radii at which a case's cover can end, ascending. In mode `target` nothing beyond the last listed one is asked; where
/// the largest radius is sought, the end of the range is one more.
pub fn radii(case: &Case) -> Vec<f64> {
    let mut radii = case.radii.clone();
    if case.sampling.mode == Mode::Fixed && radii.last().is_none_or(|last| *last < case.range.cap()) {
        radii.push(case.range.cap());
    }
    radii
}

/// What every parameter within each radius acts like, where that is finitely many.
///
/// # Errors
/// If the transformation's plugin fails.
pub fn levels_of_radii(
    case: &Case,
    radii: &[f64],
) -> Result<Option<Vec<Vec<Vec<f64>>>>, TransformationError> {
    if case.is_about_surrogate() {
        // An imitation is continuous in the parameters, whatever the transformation does.
        return Ok(None);
    }
    let of_radius = |radius: &f64| {
        let (low, high) = case.range.within(*radius);
        case.transformation.levels(case.shape, &low, &high)
    };
    Ok(radii.iter().map(of_radius).collect::<Result<_, _>>()?)
}

/// The cells of a case's cover as a geometry chooses them: at most `max`, each of which may require `p`.
///
/// # Errors
/// If a plugin or a network fails.
pub fn cells(
    case: &Case,
    geometry: &mut Geometry<'_>,
    max: usize,
    p: f64,
) -> Result<CoverPlan, GeometryError> {
    let margin = case.sampling.margin;
    let pooled = case.sampling.tests_cells_together(case.range.identity.len());
    let rule = &CoverRule { max, p, margin, slack: geometry.slack(), pooled };
    let mut moving = WithMargin { geometry, margin };
    let radii = radii(case);
    let mut plan = if let Some(found) = levels_of_radii(case, &radii)? {
        levels::cover(&mut moving, &case.range, &radii, &found, rule)?
    } else if case.range.identity.len() == 1 {
        let outward = case.sampling.mode == Mode::Fixed;
        line::cover(&mut moving, &case.range, &radii, outward, rule)?
    } else {
        boxes::cover(&mut moving, &case.range, radii.last().copied().unwrap_or(0.0), rule)?
    };
    if pooled {
        // Cells beyond the last radius that can be reached are never asked.
        let limit = order(case).limit(plan.limit);
        plan.cells.retain(|cell| cell.reach < limit);
        witnesses::call(&mut moving, &case.range, &radii, &mut plan.cells)?;
    }
    Ok(plan)
}
