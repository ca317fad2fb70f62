//! A proven bound of a function of several variables, by boxes that are halved where the bound is loose.

use gsmooth_plugin_sdk::Result;

use crate::ask::Ask;
use crate::error::EstimatorError;
use crate::grid::Axis;
use crate::line::{Estimate, Refinement};

/// Boxes that are halved in one round, so that distances are asked in batches.
const ROUND: usize = 64;

/// A box with the value at its centre and what the function may reach in it.
#[derive(Debug, Clone)]
struct Part {
    low: Vec<f64>,
    high: Vec<f64>,
    value: f64,
    peak: f64,
    /// The side along which the function may grow the most.
    longest: usize,
}

/// Bounds the supremum of `distance` over the box of `axes`.
///
/// In a box the function stays below `D(centre) + sum_i L_i w_i / 2` with w_i its sides and L_i the growth bound over
/// it. Boxes whose bound exceeds the greatest value found by more than the tolerance are halved along the side that
/// contributes most, until there are none or the evaluations are spent. The greatest bound of boxes that cover the
/// whole holds whenever one stops.
pub fn supremum(
    axes: &[Axis],
    refinement: Refinement,
    growth: &mut impl FnMut(&[f64], &[f64]) -> Result<Vec<f64>>,
    distance: &mut impl Ask,
) -> Result<Estimate> {
    if refinement.evaluations == 0 {
        return Err(EstimatorError::Evaluations { allowed: 0 }.into());
    }
    let whole = (axes.iter().map(|axis| axis.low).collect(), axes.iter().map(|axis| axis.high).collect());
    let mut parts = measure(vec![whole], growth, distance)?;
    let mut evaluations = 1;
    let mut found = 0.0_f64;
    loop {
        found = parts.iter().map(|part| part.value).fold(found, f64::max);
        let value = parts.iter().map(|part| part.peak).fold(found, f64::max);
        parts.sort_by(|a, b| a.peak.total_cmp(&b.peak));
        let left = usize::try_from((refinement.evaluations - evaluations) / 2).unwrap_or(usize::MAX);
        let target = refinement.target(found);
        let loose = parts.iter().rev().take(ROUND.min(left)).take_while(|part| part.peak > target).count();
        if loose == 0 || !found.is_finite() {
            let value = if found.is_finite() { value } else { f64::INFINITY };
            return Ok(Estimate { value, evaluations });
        }
        let halves: Vec<_> = parts.drain(parts.len() - loose..).flat_map(|part| halved(&part)).collect();
        evaluations += halves.len() as u64;
        parts.extend(measure(halves, growth, distance)?);
    }
}

/// Low and high ends.
type Ends = (Vec<f64>, Vec<f64>);

fn halved(part: &Part) -> [Ends; 2] {
    let middle = part.low[part.longest].midpoint(part.high[part.longest]);
    let (mut lower_high, mut upper_low) = (part.high.clone(), part.low.clone());
    lower_high[part.longest] = middle;
    upper_low[part.longest] = middle;
    [(part.low.clone(), lower_high), (upper_low, part.high.clone())]
}

fn measure(
    boxes: Vec<Ends>,
    growth: &mut impl FnMut(&[f64], &[f64]) -> Result<Vec<f64>>,
    distance: &mut impl Ask,
) -> Result<Vec<Part>> {
    let centre = |(low, high): &Ends| -> Vec<f64> {
        low.iter().zip(high).map(|(low, high)| low.midpoint(*high)).collect()
    };
    let centres: Vec<f64> = boxes.iter().flat_map(centre).collect();
    let values = distance.ask(&centres, boxes.len())?;
    let mut parts = Vec::with_capacity(boxes.len());
    for ((low, high), value) in boxes.into_iter().zip(values) {
        let slopes = growth(&low, &high)?;
        // A side of no length adds nothing, however fast the function may grow along it.
        let rise = |i: usize| if high[i] > low[i] { 0.5 * slopes[i] * (high[i] - low[i]) } else { 0.0 };
        let rises: Vec<f64> = (0..low.len()).map(rise).collect();
        let longest = (0..rises.len()).max_by(|a, b| rises[*a].total_cmp(&rises[*b])).unwrap_or(0);
        let peak = (value + rises.iter().sum::<f64>()) * (1.0 + 1e-14);
        let (value, peak) = if peak.is_nan() { (f64::INFINITY, f64::INFINITY) } else { (value, peak) };
        parts.push(Part { low, high, value, peak, longest });
    }
    Ok(parts)
}
