//! What a whole box of contrasts and brightnesses requires.

use super::{SLACK, required_of_rescaling, required_of_shift, required_probability};
use crate::stats::normal;

/// Cells of the cover of a box at most.
const CELLS: usize = 400;
/// Where the bound of the worst cell is this near to the value at a middle (in units of Phi^-1), the cover is fine enough.
const GAP: f64 = 0.01;

/// An interval of contrasts, with the p required of all of it and of its middle.
struct Cell {
    low: f64,
    high: f64,
    all: f64,
    middle: f64,
}

/// An upper bound of the required probability over all contrasts in [k_low, k_high] and brightnesses in [b_low, b_high].
///
/// T falls as |b| grows at fixed k: K(c) is Q + c P less the integral of min(dQ, c dP), and at each level the sets
/// {dQ > h} and {c dP > h} are intervals in b about b and about 0, whose overlap shrinks as they part. So the largest
/// |b| stands for all. In k neither end need be worst. A cell of contrasts is bounded as a whole: from the law at its
/// middle to the law at any k in it, the contrast moves by at most the half-width w and the other standard deviation changes by a
/// factor between e^-w and e^w about the same centre, both of which the closed forms bound monotonically.
/// The worst cell is halved until its bound is close to what some middle truly needs.
pub fn required_over_box(k_range: (f64, f64), b_range: (f64, f64), sigma: f64, tau: f64, margin: f64) -> f64 {
    let brightness = b_range.0.abs().max(b_range.1.abs());
    if !(k_range.0 <= k_range.1 && b_range.0 <= b_range.1) {
        return 1.0;
    }
    let cell = |low, high| {
        Cell::over(low, high, |k, m| required_probability(k, brightness, sigma, tau, m), sigma, margin)
    };
    let mut cells = vec![cell(k_range.0, k_range.1)];
    loop {
        let worst = (0..cells.len()).max_by(|a, b| cells[*a].all.total_cmp(&cells[*b].all));
        let Some(worst) = worst else { return 1.0 };
        let needed = cells.iter().map(|cell| cell.middle).fold(0.0, f64::max);
        let Cell { low, high, all, .. } = cells[worst];
        let middle = 0.5 * (low + high);
        let fine = normal::quantile(all) - normal::quantile(needed) < GAP || needed >= 1.0;
        if fine || cells.len() >= CELLS || !(low < middle && middle < high) {
            return all;
        }
        cells[worst] = cell(low, middle);
        cells.push(cell(middle, high));
    }
}

impl Cell {
    fn over(low: f64, high: f64, required: impl Fn(f64, f64) -> f64, sigma: f64, margin: f64) -> Self {
        let middle = 0.5 * (low + high);
        let width = (high - middle).max(middle - low).next_up();
        let wanted = 0.5 + margin;
        // Whichever way the standard deviation changes.
        let rescaled = [width, -width]
            .map(|log_ratio| required_of_rescaling(wanted, log_ratio.exp()))
            .into_iter()
            .fold(wanted, f64::max);
        let at_middle =
            required_of_shift(rescaled, if width > 0.0 { width / sigma * (1.0 + SLACK) } else { 0.0 });
        Self { low, high, all: required(middle, at_middle - 0.5), middle: required(middle, margin) }
    }
}
