//! Trade-off functions of several independent log-concave coordinates (MATHEMATICS 1), shifted by a vector.
//!
//! **Composition.** T2(T1(p; t1); t2) is a lower bound of what a set of mass p keeps. Let f in [0, 1] have mass p under P1 x P2, and
//! let f(x2) be the mass of its section at x2, so that E f(x2) = p. A shift of the first coordinate leaves it at least
//! E T1(f(x2); t1) >= T1(p; t1), by Jensen: a trade-off function is convex, since tests may be mixed. The same argument shifts the
//! second coordinate of Q1 x P2, from a mass of at least T1(p; t1), and T2 does not fall as its mass grows. Nothing depended on
//! which coordinate came first, so every order gives a bound, and the best may be taken; here the better of the order given and
//! its reverse, which are all orders of two.
//!
//! **Gaussians** lose by composing, since their exact distance is the root of a sum of squares. Merge them first with
//! [`gaussian_distance`] and pass them as one standard normal coordinate ([`NormalOr::Normal`](super::law::NormalOr)); no law is
//! taken for a Gaussian unless the caller says so.
//!
//! **Boxes of shifts.** T(p; t) falls as t moves away from 0 on either side, and so does the composition, since each part of it does
//! not fall as its mass grows. So the least over a box is at a vertex; and as each coordinate acts on the mass that the one before
//! left, that vertex is found one coordinate at a time, with two evaluations for each instead of 2^m in all.

use super::law::ScalarLaw;
use super::tradeoff::{self, majority, required_from_missing};

/// The shifts that a coordinate may make: all t with low <= t <= high.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shifts {
    /// The least shift, signed.
    pub low: f64,
    /// The largest shift, signed.
    pub high: f64,
}

impl Shifts {
    /// One shift alone.
    pub fn only(shift: f64) -> Self {
        Self { low: shift, high: shift }
    }

    /// All shifts up to this size, in both directions.
    pub fn within(size: f64) -> Self {
        Self { low: -size, high: size }
    }
}

/// A lower bound, rounded down, of the mass that a set of mass p keeps when every coordinate is shifted: (law, shift) for each.
///
/// ```
/// use gsmooth::stats::{normal::StandardNormal, product};
///
/// // Two shifts by 1 compose like one shift by 2; merged first, like one by the square root of 2.
/// let Ok(composed) = product::kept_mass(&[(StandardNormal, 1.0), (StandardNormal, 1.0)], 0.99);
/// let distance = product::gaussian_distance(&[(1.0, 1.0), (1.0, 1.0)]);
/// let Ok(merged) = product::kept_mass(&[(StandardNormal, distance)], 0.99);
/// assert!((composed - 0.6279).abs() < 1e-4 && (merged - 0.8191).abs() < 1e-4);
/// ```
///
/// # Errors
/// Whatever the laws' own evaluation gives.
pub fn kept_mass<L: ScalarLaw>(coordinates: &[(L, f64)], p: f64) -> Result<f64, L::Error> {
    best_order(&fixed(coordinates), p, f64::max, least_kept)
}

/// An upper bound, rounded up, of the mass that a set of mass at most p reaches when every coordinate is shifted.
///
/// # Errors
/// Whatever the laws' own evaluation gives.
pub fn reached_mass<L: ScalarLaw>(coordinates: &[(L, f64)], p: f64) -> Result<f64, L::Error> {
    best_order(&fixed(coordinates), p, f64::min, most_reached)
}

/// An upper bound of inf{p : what is kept of it > 1/2 + margin}, rounded up, when every coordinate is shifted. 1 where no p suffices.
///
/// # Errors
/// Whatever the laws' own evaluation gives.
pub fn required_probability<L: ScalarLaw>(coordinates: &[(L, f64)], margin: f64) -> Result<f64, L::Error> {
    over_box(&fixed(coordinates), margin)
}

/// A lower bound of what a set of mass p keeps, whatever shifts of the box its coordinates make.
///
/// # Errors
/// Whatever the laws' own evaluation gives.
pub fn kept_over_box<L: ScalarLaw>(coordinates: &[(L, Shifts)], p: f64) -> Result<f64, L::Error> {
    best_order(coordinates, p, f64::max, least_kept)
}

/// An upper bound of what a set of mass at most p reaches, whatever shifts of the box its coordinates make.
///
/// # Errors
/// Whatever the laws' own evaluation gives.
pub fn reached_over_box<L: ScalarLaw>(coordinates: &[(L, Shifts)], p: f64) -> Result<f64, L::Error> {
    best_order(coordinates, p, f64::min, most_reached)
}

/// The largest required probability over a box of shifts: p above it keeps more than 1/2 + margin at every shift of the box.
///
/// # Errors
/// Whatever the laws' own evaluation gives.
pub fn over_box<L: ScalarLaw>(coordinates: &[(L, Shifts)], margin: f64) -> Result<f64, L::Error> {
    let wanted = majority(margin);
    // T(p; t) > w exactly if 1 - p is less than what 1 - w keeps of the opposite shift; so for compositions, backwards.
    let opposite: Vec<(&L, Shifts)> = coordinates
        .iter()
        .map(|(law, shifts)| (law, Shifts { low: -shifts.high, high: -shifts.low }))
        .collect();
    let missing = kept_over_box(&opposite, 1.0 - wanted)?;
    Ok(required_from_missing(missing, wanted))
}

/// How many standard deviations a Gaussian vector of independent coordinates moves, rounded up: (shift, standard deviation) for each.
pub fn gaussian_distance(coordinates: &[(f64, f64)]) -> f64 {
    let ratios = || coordinates.iter().map(|(shift, sigma)| (shift / sigma).abs());
    // Scaled, so that squares neither overflow nor vanish.
    let largest = ratios().fold(0.0, f64::max);
    if largest == 0.0 {
        return ratios().sum();
    }
    let squares: f64 = ratios().map(|ratio| (ratio / largest).powi(2)).sum();
    let roundings = 8.0 + coordinates.len() as f64;
    largest * squares.sqrt() * (1.0 + roundings * f64::EPSILON)
}

fn fixed<L: ScalarLaw>(coordinates: &[(L, f64)]) -> Vec<(&L, Shifts)> {
    coordinates.iter().map(|(law, shift)| (law, Shifts::only(*shift))).collect()
}

/// The better of what the order given and its reverse prove.
fn best_order<L: ScalarLaw>(
    coordinates: &[(L, Shifts)],
    p: f64,
    better: fn(f64, f64) -> f64,
    step: impl Fn(f64, &(L, Shifts)) -> Result<f64, L::Error>,
) -> Result<f64, L::Error> {
    let forward = coordinates.iter().try_fold(p, &step)?;
    if coordinates.len() < 2 {
        return Ok(forward);
    }
    let backward = coordinates.iter().rev().try_fold(p, &step)?;
    Ok(better(forward, backward))
}

/// What a set of mass p keeps at the worse end of the shifts of a coordinate.
fn least_kept<L: ScalarLaw>(p: f64, (law, shifts): &(L, Shifts)) -> Result<f64, L::Error> {
    let low = tradeoff::kept_mass(law, p, shifts.low)?;
    if shifts.low == shifts.high {
        return Ok(low);
    }
    Ok(low.min(tradeoff::kept_mass(law, p, shifts.high)?))
}

/// What a set of mass at most p reaches at the worse end of the shifts of a coordinate.
fn most_reached<L: ScalarLaw>(p: f64, (law, shifts): &(L, Shifts)) -> Result<f64, L::Error> {
    let low = tradeoff::reached_mass(law, p, shifts.low)?;
    if shifts.low == shifts.high {
        return Ok(low);
    }
    Ok(low.max(tradeoff::reached_mass(law, p, shifts.high)?))
}

#[cfg(test)]
#[path = "product_tests.rs"]
mod tests;
