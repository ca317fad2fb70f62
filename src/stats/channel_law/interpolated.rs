//! A table of a smoothed law, for many evaluations.
//!
//! Between knots, the mass below and the logarithm of the density are polynomials of degree 5 that share value, slope and
//! curvature with the law at both ends (Hermite interpolation). Intervals are halved until both are right in their
//! middle and beside it, where the error of such a polynomial is largest; what is left is counted as error of the masses.

use super::smoothed::{SmoothedLaw, SmoothedPoint};
use crate::stats::dominating_pair::{DominatingPair, Edge};

/// Error of the mass below that an interval may keep.
const MASS_ERROR: f64 = 1e-13;
/// Error of ln density that an interval may keep. Ratios that are off by a factor 1 + e move masses by at most e.
const LOG_ERROR: f64 = 1e-11;
/// Width of the intervals to begin with, in standard deviations of the blur; no feature of the law is narrower.
const WIDEST: f64 = 4.0;
const DEEPEST: u32 = 12;
/// The second place in an interval where the polynomials are checked.
const BESIDE: f64 = 0.3;

/// The law of a theta + sigma n between the ends of its range.
#[derive(Debug, Clone)]
pub(super) struct SmoothedTable {
    knots: Vec<f64>,
    pieces: Vec<Piece>,
    error: f64,
}

/// Coefficients of both polynomials in (u - knot) / width.
#[derive(Debug, Clone, Copy)]
struct Piece {
    width: f64,
    below: [f64; 6],
    log_density: [f64; 6],
}

/// What is tabulated at one place, each with two derivatives.
#[derive(Debug, Clone, Copy)]
struct Knot {
    at: f64,
    below: [f64; 3],
    log_density: [f64; 3],
}

impl SmoothedTable {
    /// A table of `law`.
    pub(super) fn new(law: &SmoothedLaw) -> Self {
        let (low, high) = law.range();
        let intervals = ((high - low) / (WIDEST * law.sigma())).ceil().max(1.0);
        let start = |i: f64| low + (high - low) * (i / intervals);
        let mut table = Self { knots: Vec::new(), pieces: Vec::new(), error: law.error() };
        let mut worst = (0.0_f64, 0.0_f64);
        let mut left = Knot::of(low, law.at(low));
        for i in 0..intervals as usize {
            let end = start(i as f64 + 1.0);
            let mut open = vec![(Knot::of(end, law.at(end)), 0)];
            while let Some((right, depth)) = open.pop() {
                let piece = Piece::between(&left, &right);
                let middle = left.at + 0.5 * piece.width;
                let truth = Knot::of(middle, law.at(middle));
                // The error may be odd about the middle, as it is around a mode: another point has to agree.
                let beside = left.at + BESIDE * piece.width;
                let check = Knot::of(beside, law.at(beside));
                let (at_middle, at_beside) = (piece.errors(0.5, &truth), piece.errors(BESIDE, &check));
                let errors = (at_middle.0.max(at_beside.0), at_middle.1.max(at_beside.1));
                let good = errors.0 <= MASS_ERROR && errors.1 <= LOG_ERROR;
                if good || depth == DEEPEST {
                    worst = (worst.0.max(errors.0), worst.1.max(errors.1));
                    table.knots.push(left.at);
                    table.pieces.push(piece);
                    left = right;
                } else {
                    open.push((right, depth + 1));
                    open.push((truth, depth + 1));
                }
            }
        }
        // Twice what was seen, since the largest error is only close to where it was looked for.
        table.error += 2.0 * (worst.0 + worst.1);
        table.knots.push(high);
        table
    }

    /// How far the mass of any set may be off.
    #[cfg(test)]
    pub(super) fn error(&self) -> f64 {
        self.error
    }

    /// The interval that the table covers, with next to no mass beyond it.
    pub(super) fn range(&self) -> (f64, f64) {
        (self.knots[0], self.knots[self.knots.len() - 1])
    }

    /// Mass below u, and ln density there.
    fn at(&self, u: f64) -> (f64, f64) {
        let last = self.pieces.len() - 1;
        let k = self.knots.partition_point(|knot| *knot <= u).saturating_sub(1).min(last);
        let piece = &self.pieces[k];
        let s = ((u - self.knots[k]) / piece.width).clamp(0.0, 1.0);
        (evaluate(&piece.below, s).clamp(0.0, 1.0), evaluate(&piece.log_density, s))
    }

    /// The law against itself shifted by `shift`, a finite number other than 0, in bins that cost T at most `loss`.
    pub(super) fn pair(&self, shift: f64, loss: f64) -> DominatingPair {
        let (low, high) = self.range();
        let size = shift.abs();
        // A shift down is a shift up of the mirrored law.
        let (low, high) = if shift < 0.0 { (-high, -low) } else { (low, high) };
        let at = |v: f64| {
            if shift < 0.0 {
                let (below, log_density) = self.at(-v);
                (1.0 - below, log_density)
            } else {
                self.at(v)
            }
        };
        let edge = |v: f64| {
            let (p_below, p_log) = at(v);
            let (q_below, q_log) = at(v - size);
            Edge {
                p_below,
                p_above: 1.0 - p_below,
                q_below,
                q_above: 1.0 - q_below,
                log_ratio: q_log - p_log,
            }
        };
        DominatingPair::new(edge, (low + size, high), loss, self.error)
    }
}

impl Knot {
    fn of(at: f64, point: SmoothedPoint) -> Self {
        let [density, slope, curvature] = point.density;
        let relative = slope / density;
        Self {
            at,
            below: [point.below, density, slope],
            log_density: [density.ln(), relative, curvature / density - relative * relative],
        }
    }
}

impl Piece {
    fn between(left: &Knot, right: &Knot) -> Self {
        let width = right.at - left.at;
        Self {
            width,
            below: hermite(width, left.below, right.below),
            log_density: hermite(width, left.log_density, right.log_density),
        }
    }

    /// How far both polynomials are from the truth at `s`.
    fn errors(&self, s: f64, truth: &Knot) -> (f64, f64) {
        let below = evaluate(&self.below, s) - truth.below[0];
        let log_density = evaluate(&self.log_density, s) - truth.log_density[0];
        (below.abs(), log_density.abs())
    }
}

/// The polynomial of degree 5 in s in [0, 1] with these values, slopes and curvatures at both ends of a width.
fn hermite(width: f64, left: [f64; 3], right: [f64; 3]) -> [f64; 6] {
    let c = [left[0], width * left[1], 0.5 * width * width * left[2]];
    let value = right[0] - c[0] - c[1] - c[2];
    let slope = width * right[1] - c[1] - 2.0 * c[2];
    let half_curvature = 0.5 * width * width * right[2] - c[2];
    [
        c[0],
        c[1],
        c[2],
        10.0 * value - 4.0 * slope + half_curvature,
        -15.0 * value + 7.0 * slope - 2.0 * half_curvature,
        6.0 * value - 3.0 * slope + half_curvature,
    ]
}

fn evaluate(coefficients: &[f64; 6], s: f64) -> f64 {
    coefficients.iter().rev().fold(0.0, |sum, c| sum * s + c)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::law::ScalarLaw;
    use crate::stats::normal;
    use crate::stats::testing::{Exponential, Laplace, Uniform, UniformOneSided};
    use std::convert::Infallible;

    fn check<L: ScalarLaw<Error = Infallible>>(law: &L, scale: f64, sigma: f64) {
        let Ok(law) = SmoothedLaw::new(law, scale, sigma);
        let law = law.unwrap();
        let table = SmoothedTable::new(&law);
        assert!(table.error() < 2e-11, "{}", table.error());
        let (low, high) = table.range();
        for step in 0..=997 {
            let u = low + f64::from(step) / 997.0 * (high - low);
            let (below, log_density) = table.at(u);
            let truth = law.at(u);
            assert!((below - truth.below).abs() < 2.0 * MASS_ERROR, "{u}: {below} {}", truth.below);
            assert!((log_density - truth.density[0].ln()).abs() < 2.0 * LOG_ERROR, "{u}: {log_density}");
        }
    }

    #[test]
    fn agrees_with_the_law() {
        check(&normal::StandardNormal, 0.5, 0.3);
        check(&Exponential(1.0), 2.0, 0.1);
        check(&Laplace(0.3), 1.0, 0.5);
        check(&Uniform(1.0), 1.0, 0.05);
        check(&UniformOneSided(1.0), 0.01, 1.0);
    }

    #[test]
    fn shifts_down_mirror_shifts_up() {
        let Ok(law) = SmoothedLaw::new(&Laplace(1.0), 1.0, 0.4);
        let table = SmoothedTable::new(&law.unwrap());
        for p in [0.3, 0.9, 0.999] {
            let (up, down) =
                (table.pair(0.5, 1e-6).kept_mass(p, 0.3), table.pair(-0.5, 1e-6).kept_mass(p, 0.3));
            assert!((up - down).abs() < 1e-6, "{up} {down}");
        }
    }
}
