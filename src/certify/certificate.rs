//! Joins geometry and votes: is the predicted class proven at a move, and how far does that reach?

use super::geometry::Moves;
use super::moves::Move;
use crate::host::HostError;
use crate::smoothing::question::Counts;
use crate::stats::normal::StandardNormal;
use crate::stats::{clopper_pearson, tradeoff};

/// What the votes establish, at the confidence paid for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Evidence {
    /// A lower confidence bound p_A of the predicted class's smoothed probability.
    pub p_a: f64,
    /// An upper confidence bound p_B of every rival's, where it was bounded apart; else 1 - p_A holds.
    pub p_b: Option<f64>,
    /// The margin m: the claim is G_y > 1/2 + m (MATHEMATICS 8).
    pub margin: f64,
}

/// Which probabilities the votes bound.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize, Default, schemars::JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum VoteBound {
    /// p_A alone, at alpha; rivals share the rest.
    #[default]
    Top1,
    /// p_A and the largest rival's p_B, each at alpha / 2.
    Top2,
}

impl Evidence {
    /// Bounds from the counts of fresh draws for a class chosen on other draws (MATHEMATICS 8).
    ///
    /// `top2` bounds the LARGEST rival count, failures given to it: one named beforehand would not bound the others.
    pub fn from_counts(counts: &Counts, class: u32, alpha: f64, bound: VoteBound, margin: f64) -> Self {
        let (votes, draws) = (counts.of(class), counts.draws());
        match bound {
            VoteBound::Top1 => {
                Self { p_a: clopper_pearson::lower_bound(votes, draws, alpha), p_b: None, margin }
            }
            VoteBound::Top2 => {
                let p_b = clopper_pearson::upper_bound(counts.largest_rival(class), draws, alpha / 2.0);
                Self { p_a: clopper_pearson::lower_bound(votes, draws, alpha / 2.0), p_b: Some(p_b), margin }
            }
        }
    }

    /// Whether the predicted class leads without any move: otherwise the smoothed classifier abstains.
    pub fn decides(&self) -> bool {
        self.p_a > 0.5 + self.margin || self.p_b.is_some_and(|p_b| self.p_a > p_b)
    }

    /// Whether the predicted class still leads after a move: p_A > p*_m, or T(p_A) > 1 - T(1 - p_B).
    ///
    /// p_B is compared through T itself. Both tests stand on the same confidence bounds, so either may prove.
    ///
    /// # Errors
    /// If the noise plugin fails.
    pub fn survives(&self, movement: &Move<'_>) -> Result<bool, HostError> {
        if self.p_a > movement.required_probability(self.margin)? {
            return Ok(true);
        }
        match self.p_b {
            Some(p_b) if self.margin == 0.0 => {
                Ok(movement.kept_mass(self.p_a)? > movement.reached_mass(p_b)?)
            }
            _ => Ok(false),
        }
    }
}

/// What is required where the code may move by `added` standard deviations of its noise besides, rounded up: the Gaussian
/// step is applied first, so this holds for every law of theta and every margin (MATHEMATICS 3).
pub fn widened(p_star: f64, added: f64) -> f64 {
    let Ok(p) = tradeoff::required_probability(&StandardNormal, added, p_star - 0.5);
    p
}

/// Whether the predicted class leads after each of some moves.
///
/// # Errors
/// If the noise plugin fails.
pub fn survives_all(moves: &Moves<'_>, evidence: &Evidence) -> Result<bool, HostError> {
    for worst in &moves.worst {
        if !evidence.survives(worst)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The largest radius of a dyadic grid on [0, `cap`] that `proves` accepts; 0 if none is.
///
/// The cap is tried first, then bisection over `cap * k / 2^bits`. The radius returned was itself accepted, so it
/// rests on `proves` alone, not on its monotonicity.
///
/// # Errors
/// What `proves` returns.
pub fn largest_radius<E>(
    cap: f64,
    bits: u32,
    mut proves: impl FnMut(f64) -> Result<bool, E>,
) -> Result<f64, E> {
    if !(cap > 0.0) {
        return Ok(0.0);
    }
    if proves(cap)? {
        return Ok(cap);
    }
    let whole = 1_u64 << bits;
    let radius = |k: u64| cap * (k as f64 / whole as f64);
    let (mut accepted, mut rejected) = (0, whole);
    while rejected - accepted > 1 {
        let middle = accepted + (rejected - accepted) / 2;
        if proves(radius(middle))? {
            accepted = middle;
        } else {
            rejected = middle;
        }
    }
    Ok(radius(accepted))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::normal;

    fn counts(votes: &[u64], failures: u64) -> Counts {
        Counts { votes: votes.to_vec(), failures }
    }

    #[test]
    fn failures_lower_p_a_and_raise_p_b() {
        let clean = Evidence::from_counts(&counts(&[990, 10], 0), 0, 0.001, VoteBound::Top2, 0.0);
        let failing = Evidence::from_counts(&counts(&[990, 0], 10), 0, 0.001, VoteBound::Top2, 0.0);
        assert_eq!(clean, failing);
        let more = Evidence::from_counts(&counts(&[990, 10], 50), 0, 0.001, VoteBound::Top2, 0.0);
        assert!(more.p_a < clean.p_a && more.p_b > clean.p_b);
    }

    #[test]
    fn top2_pays_half_alpha_for_each_bound() {
        let evidence = Evidence::from_counts(&counts(&[600, 300, 100], 0), 0, 0.001, VoteBound::Top2, 0.0);
        assert_eq!(evidence.p_a, clopper_pearson::lower_bound(600, 1000, 0.0005));
        assert_eq!(evidence.p_b, Some(clopper_pearson::upper_bound(300, 1000, 0.0005)));
    }

    #[test]
    fn top2_certifies_a_class_below_one_half() {
        let evidence = Evidence { p_a: 0.45, p_b: Some(0.2), margin: 0.0 };
        // (Phi^-1(p_A) - Phi^-1(p_B)) / 2, the paper's radius in units of sigma.
        let radius = (normal::quantile(0.45) - normal::quantile(0.2)) / 2.0;
        assert!(evidence.decides());
        assert!(evidence.survives(&Move::Gaussian { distance: radius - 1e-9 }).unwrap());
        assert!(!evidence.survives(&Move::Gaussian { distance: radius + 1e-9 }).unwrap());
    }

    #[test]
    fn a_margin_asks_for_more() {
        let evidence = Evidence { p_a: 0.99, p_b: None, margin: 0.1 };
        let radius = normal::quantile(0.99) - normal::quantile(0.6);
        assert!(evidence.survives(&Move::Gaussian { distance: radius - 1e-9 }).unwrap());
        assert!(!evidence.survives(&Move::Gaussian { distance: radius + 1e-9 }).unwrap());
        let below = Evidence { p_a: 0.59, p_b: None, margin: 0.1 };
        assert!(!below.decides());
    }

    #[test]
    fn widening_adds_to_the_distance() {
        let p_star = normal::cdf(0.7);
        let wide = widened(p_star, 0.4);
        assert!(wide >= normal::cdf(1.1) && wide - normal::cdf(1.1) < 1e-11);
        assert!(widened(p_star, 0.0) >= p_star && widened(1.0, 0.1) == 1.0 && widened(0.9, f64::NAN) == 1.0);
    }

    #[test]
    fn nan_proves_nothing() {
        let evidence = Evidence { p_a: 0.999, p_b: None, margin: 0.0 };
        assert!(!evidence.survives(&Move::Gaussian { distance: f64::NAN }).unwrap());
        let evidence = Evidence { p_a: f64::NAN, p_b: None, margin: 0.0 };
        assert!(!evidence.survives(&Move::Gaussian { distance: 0.0 }).unwrap());
    }

    #[test]
    fn the_radius_is_accepted_and_capped() {
        let below = |bound: f64| move |r: f64| Ok::<_, ()>(r < bound);
        assert_eq!(largest_radius(5.0, 40, below(9.0)), Ok(5.0));
        assert_eq!(largest_radius(5.0, 40, below(0.0)), Ok(0.0));
        let radius = largest_radius(5.0, 40, below(3.3)).unwrap();
        assert!(radius < 3.3 && 3.3 - radius < 1e-11);
        assert_eq!(largest_radius(0.0, 40, below(3.3)), Ok(0.0));
    }
}
