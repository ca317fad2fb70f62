//! The density is the slope of the distribution function, and log-concave.

use std::fmt::{self, Display};

use super::super::trial::{Input, Stop, Trial, judge, strict};
use super::super::verdict::Outcome;
use super::points::{grid, probabilities, width};
use super::{Law, Variant};
use crate::host::{HostError, Noise};

/// How far the mass of a cell and the integral of the density over it may lie apart, relative.
const TOLERANCE: f64 = 1e-6;
/// How far a logarithm may be off, relative, or absolute below 1.
const LOGARITHM: f64 = 1e-10;

/// An interval of a law, by the probabilities beyond its ends.
struct Cell<'a> {
    variant: &'a Variant,
    upper: bool,
    /// Of the end that lies farther out, and of the other.
    outer: f64,
    inner: f64,
}

impl Display for Cell<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let function = if self.upper { "isf" } else { "quantile" };
        let (outer, inner, label) = (self.outer, self.inner, &self.variant.label);
        write!(formatter, "the interval between {function}({outer:e}) and {function}({inner:e}){label}")
    }
}

impl Input for Cell<'_> {}

/// Over cells that shrink into both tails, the integral of exp(log_density) is the mass by cdf or sf, whichever is accurate
/// there.
pub(super) fn density(law: &Law<'_>) -> Outcome {
    let mut cells = Vec::new();
    for variant in &law.variants {
        for pair in probabilities().windows(2) {
            cells.extend([false, true].map(|upper| Cell { variant, upper, outer: pair[1], inner: pair[0] }));
        }
    }
    judge(law.context, cells, |cell| holds_its_mass(&cell.variant.noise, cell))
}

fn holds_its_mass(noise: &Noise, cell: &Cell<'_>) -> Trial {
    let (a, b, mass) = if cell.upper {
        let (a, b) = (strict(noise.isf_at(cell.inner))?, strict(noise.isf_at(cell.outer))?);
        (a, b, strict(noise.sf_at(a))? - strict(noise.sf_at(b))?)
    } else {
        let (a, b) = (strict(noise.quantile_at(cell.outer))?, strict(noise.quantile_at(cell.inner))?);
        (a, b, strict(noise.cdf_at(b))? - strict(noise.cdf_at(a))?)
    };
    let mut density = |x: f64| noise.log_density_at(x).map(f64::exp);
    let integral = strict(integral(&mut density, a, b, TOLERANCE * 0.1 * mass.abs()))?;
    // Ends are floats, and so their distance has an error.
    let ends = strict(density(a))?.max(strict(density(b))?)
        * 4.0
        * f64::EPSILON
        * a.abs().max(b.abs()).max(strict(width(noise))?);
    if (integral - mass).abs() <= TOLERANCE * mass.abs() + ends {
        return Ok(());
    }
    let function = if cell.upper { "sf" } else { "cdf" };
    Err(Stop::broken(
        format!("the mass {mass:.9e}, by {function}, as the integral of the density"),
        format!("{integral:.9e}"),
    ))
}

/// Simpson's rule with halving where two steps and one differ, so that kinks do no harm.
fn integral(
    density: &mut impl FnMut(f64) -> Result<f64, HostError>,
    a: f64,
    b: f64,
    tolerance: f64,
) -> Result<f64, HostError> {
    let middle = a.midpoint(b);
    let values = [density(a)?, density(middle)?, density(b)?];
    halve(density, [a, b], values, tolerance, 40)
}

fn halve(
    density: &mut impl FnMut(f64) -> Result<f64, HostError>,
    [a, b]: [f64; 2],
    [at_a, at_middle, at_b]: [f64; 3],
    tolerance: f64,
    depth: u32,
) -> Result<f64, HostError> {
    let middle = a.midpoint(b);
    let [left, right] = [density(a.midpoint(middle))?, density(middle.midpoint(b))?];
    let simpson = |width: f64, [a, m, b]: [f64; 3]| width / 6.0 * (a + 4.0 * m + b);
    let whole = simpson(b - a, [at_a, at_middle, at_b]);
    let halves = [[at_a, left, at_middle], [at_middle, right, at_b]];
    let [first, second] = halves.map(|values| simpson(0.5 * (b - a), values));
    let difference = first + second - whole;
    // The first rounds may be equal by accident.
    let close = difference.abs() <= 15.0 * tolerance && depth < 37;
    if close || depth == 0 || !difference.is_finite() {
        return Ok(first + second + difference / 15.0);
    }
    let first = halve(density, [a, middle], halves[0], 0.5 * tolerance, depth - 1)?;
    Ok(first + halve(density, [middle, b], halves[1], 0.5 * tolerance, depth - 1)?)
}

/// Three points at equal distances.
struct Three<'a> {
    variant: &'a Variant,
    points: [f64; 3],
}

impl Display for Three<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b, c] = self.points;
        write!(formatter, "x = {a:?}, {b:?}, {c:?}{}", self.variant.label)
    }
}

impl Input for Three<'_> {}

/// Between two points of a grid the logarithm of the density is never below its chord.
pub(super) fn log_concave(law: &Law<'_>) -> Outcome {
    let mut all = Vec::new();
    for variant in &law.variants {
        let grid = grid(&variant.noise, 400);
        // Wide chords first, which show most.
        for step in [120, 20, 1] {
            let three = |w: &[f64]| Three { variant, points: [w[0], w[step], w[2 * step]] };
            all.extend(grid.windows(2 * step + 1).map(three));
        }
    }
    judge(law.context, all, |three| {
        let mut values = [0.0; 3];
        strict(three.variant.noise.log_density(&three.points, &mut values))?;
        let [left, middle, right] = values;
        let chord = 0.5 * (left + right);
        // Minus infinity at an end is below everything.
        if chord == f64::NEG_INFINITY || middle >= chord - LOGARITHM * chord.abs().max(1.0) {
            return Ok(());
        }
        Err(Stop::broken(
            format!("a concave log_density: at least {chord:?} in the middle, half of {left:?} + {right:?}"),
            format!("{middle:?}"),
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinks_and_exponentials_are_integrated() {
        let kink = integral(&mut |x: f64| Ok((x - 0.3).abs()), 0.0, 1.0, 1e-10).unwrap();
        assert!((kink - 0.29).abs() < 1e-9, "{kink}");
        let exponential = integral(&mut |x: f64| Ok((-x).exp()), 0.0, 20.0, 1e-10).unwrap();
        assert!((exponential - (1.0 - (-20.0_f64).exp())).abs() < 1e-9, "{exponential}");
    }
}
