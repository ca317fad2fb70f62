//! The certified radius of a scalar noise law: the largest shift in one direction that a class survives.

use super::law::ScalarLaw;
use super::tradeoff::{kept_mass, majority, reached_mass};

/// What a class must still have after a shift (MATHEMATICS 1).
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Claim {
    /// More than half of the mass by this margin: T(p_A; t) > 1/2 + margin.
    Majority {
        /// The margin m, in [0, 1/2).
        margin: f64,
    },
    /// More mass than any rival: T(p_A; t) > 1 - T(1 - p_B; t).
    Lead {
        /// An upper bound p_B of every rival's probability without a shift.
        p_b: f64,
    },
}

/// The sign of a shift. One-sided laws are not symmetric.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Shifts t >= 0.
    Forward,
    /// Shifts t <= 0.
    Backward,
}

impl Direction {
    /// The shift of this size in this direction.
    pub fn shift(self, size: f64) -> f64 {
        match self {
            Self::Forward => size,
            Self::Backward => -size,
        }
    }
}

impl Claim {
    /// Whether the claim is proven at a shift for a class of probability at least `p_a`.
    ///
    /// # Errors
    /// Whatever the law's own evaluation gives.
    pub fn holds<L: ScalarLaw>(self, law: &L, p_a: f64, shift: f64) -> Result<bool, L::Error> {
        let kept = kept_mass(law, p_a, shift)?;
        Ok(match self {
            Self::Majority { margin } => kept > majority(margin),
            Self::Lead { p_b } => kept > reached_mass(law, p_b, shift)?,
        })
    }
}

/// The largest |t| in a direction at which the claim is proven for a class of probability at least `p_a`, rounded down.
///
/// The claim then holds at every shift up to it in that direction: what is kept falls, and what rivals reach grows, as the shift
/// grows. The radius returned was itself accepted, so it does not rest on rounding errors being monotone. 0 where nothing beyond
/// the identity is proven; infinite for a class that has all of the mass (p_a = 1) of a law that does not end in this direction.
///
/// ```
/// use gsmooth::stats::normal::StandardNormal;
/// use gsmooth::stats::radius::{Claim, Direction, radius};
///
/// // Phi^-1(0.99) standard deviations.
/// let Ok(radius) = radius(&StandardNormal, 0.99, Claim::Majority { margin: 0.0 }, Direction::Forward);
/// assert!((radius - 2.326).abs() < 1e-3);
/// ```
///
/// # Errors
/// Whatever the law's own evaluation gives.
pub fn radius<L: ScalarLaw>(law: &L, p_a: f64, claim: Claim, direction: Direction) -> Result<f64, L::Error> {
    let holds = |size: f64| claim.holds(law, p_a, direction.shift(size));
    if holds(f64::MAX)? {
        return Ok(f64::INFINITY);
    }
    // The bits of positive floats are in the floats' own order, so bisecting them needs no bracket, whatever the law's scale.
    let (mut accepted, mut rejected) = (0, f64::MAX.to_bits());
    while rejected - accepted > 1 {
        let middle = accepted + (rejected - accepted) / 2;
        if holds(f64::from_bits(middle))? {
            accepted = middle;
        } else {
            rejected = middle;
        }
    }
    Ok(f64::from_bits(accepted))
}

#[cfg(test)]
mod tests {
    use super::super::normal::{self, StandardNormal};
    use super::super::testing::{Exponential, Uniform, UniformOneSided};
    use super::*;
    use proptest::prelude::*;
    use std::convert::Infallible;

    const MAJORITY: Claim = Claim::Majority { margin: 0.0 };

    fn of<L: ScalarLaw<Error = Infallible>>(law: &L, p_a: f64, claim: Claim, direction: Direction) -> f64 {
        let Ok(radius) = radius(law, p_a, claim, direction);
        radius
    }

    #[test]
    fn one_sided_laws_have_two_radii() {
        // ln(1 / (2 (1 - p))) ahead, where the class loses what the law's own slope gives; ln(2 p) back.
        let law = Exponential(3.0);
        let ahead = of(&law, 0.99, MAJORITY, Direction::Forward);
        let back = of(&law, 0.99, MAJORITY, Direction::Backward);
        assert!((ahead - 3.0 * 50_f64.ln()).abs() < 1e-10 && (back - 3.0 * 1.98_f64.ln()).abs() < 1e-10);
    }

    #[test]
    fn the_whole_mass_reaches_as_far_as_the_law_goes() {
        let law = Exponential(3.0);
        assert_eq!(of(&law, 1.0, MAJORITY, Direction::Forward), f64::INFINITY);
        assert!((of(&law, 1.0, MAJORITY, Direction::Backward) - 3.0 * 2_f64.ln()).abs() < 1e-11);
        assert_eq!(of(&StandardNormal, 1.0, MAJORITY, Direction::Backward), f64::INFINITY);
        assert!((of(&Uniform(2.0), 1.0, MAJORITY, Direction::Forward) - 2.0).abs() < 1e-11);
        // A rival without mass is still reached in the part that leaves the support.
        let lead = of(&UniformOneSided(4.0), 1.0, Claim::Lead { p_b: 0.0 }, Direction::Backward);
        assert!(lead <= 2.0 && 2.0 - lead < 1e-11, "{lead}");
    }

    #[test]
    fn what_does_not_lead_has_no_radius() {
        for p_a in [0.0, 0.3, 0.5, f64::NAN] {
            assert_eq!(of(&StandardNormal, p_a, MAJORITY, Direction::Forward), 0.0);
        }
        for margin in [0.45, -0.1, f64::NAN, 0.5] {
            assert_eq!(of(&StandardNormal, 0.9, Claim::Majority { margin }, Direction::Forward), 0.0);
        }
        assert_eq!(of(&StandardNormal, 0.9, Claim::Lead { p_b: f64::NAN }, Direction::Forward), 0.0);
    }

    #[test]
    fn scales_of_any_size_are_searched() {
        for scale in [1e-280, 1e-9, 1.0, 1e9, 1e280] {
            let radius = of(&Uniform(scale), 0.75, MAJORITY, Direction::Forward);
            assert!(radius <= 0.5 * scale && radius > 0.5 * scale * (1.0 - 1e-11), "{radius:e} of {scale:e}");
        }
    }

    proptest! {
        #[test]
        fn the_radius_is_accepted_and_the_next_float_is_not(p_a in 0.51_f64..0.99999, p_b in 0.0_f64..0.49) {
            for claim in [MAJORITY, Claim::Lead { p_b: p_b.min(1.0 - p_a) }] {
                let radius = of(&Exponential(0.7), p_a, claim, Direction::Backward);
                prop_assert_eq!(claim.holds(&Exponential(0.7), p_a, -radius), Ok(true));
                prop_assert_eq!(claim.holds(&Exponential(0.7), p_a, -radius.next_up()), Ok(false));
            }
        }

        #[test]
        fn gaussian_radii_are_just_below_the_closed_form(p_a in 0.501_f64..0.99999, share in 0.0_f64..1.0) {
            let p_b = share * (1.0 - p_a);
            let truth = (normal::quantile(p_a) - normal::quantile(p_b)) / 2.0;
            let radius = of(&StandardNormal, p_a, Claim::Lead { p_b }, Direction::Forward);
            prop_assert!(radius <= truth * (1.0 + 1e-14) && truth - radius < 1e-10, "{} {}", radius, truth);
        }
    }
}
