use super::super::normal::{self, StandardNormal};
use super::super::testing::{Exponential, Laplace, Uniform, UniformOneSided};
use super::*;
use proptest::prelude::*;
use std::convert::Infallible;

fn kept<L: ScalarLaw<Error = Infallible>>(law: &L, p: f64, shift: f64) -> f64 {
    let Ok(kept) = kept_mass(law, p, shift);
    kept
}

fn reached<L: ScalarLaw<Error = Infallible>>(law: &L, p: f64, shift: f64) -> f64 {
    let Ok(reached) = reached_mass(law, p, shift);
    reached
}

fn required<L: ScalarLaw<Error = Infallible>>(law: &L, shift: f64, margin: f64) -> f64 {
    let Ok(required) = required_probability(law, shift, margin);
    required
}

/// Fails unless `bound` lies below `truth`, and by no more than rounding.
fn assert_just_below(bound: f64, truth: f64) {
    assert!(bound <= truth && truth - bound < 1e-12, "{bound} against {truth}");
}

#[test]
fn a_backward_shift_of_an_exponential_scales_the_mass() {
    let law = Exponential(1.0);
    // T(p; -t) = S(S^-1(p) + t) = p e^-t, for p = 1 too: the shifted law has mass below 0.
    assert_just_below(kept(&law, 0.9, -0.3), 0.9 * (-0.3_f64).exp());
    assert_just_below(kept(&law, 1.0, -0.3), (-0.3_f64).exp());
    // T(p; t) = 1 - (1 - p) e^t while positive; the whole mass stays whole.
    assert_just_below(kept(&law, 0.9, 0.3), 1.0 - 0.1 * 0.3_f64.exp());
    assert_eq!(kept(&law, 0.9, 100.0), 0.0);
    assert_just_below(kept(&law, 1.0, 100.0), 1.0);
    // Mass 0 reaches what is below 0, and nothing in the other direction.
    assert!((reached(&law, 0.0, -0.3) - (1.0 - (-0.3_f64).exp())).abs() < 1e-12);
    assert_eq!(reached(&law, 0.0, 100.0), 0.0);
}

#[test]
fn bounded_supports_lose_what_leaves_them() {
    // T(p; t) = max(0, p - |t| / width), for both laws and both directions.
    for shift in [0.0, 0.3, -0.3, 1.9, -1.9, 2.0, -2.0, 5.0, -5.0, 1e300, f64::INFINITY, f64::NEG_INFINITY] {
        for p in [0.0, 1e-12, 0.2, 0.5, 0.75, 0.999, 1.0] {
            let truth = (p - f64::abs(shift) / 2.0).max(0.0);
            assert_just_below(kept(&Uniform(1.0), p, shift), truth);
            assert_just_below(kept(&UniformOneSided(2.0), p, shift), truth);
            let most = (p + f64::abs(shift) / 2.0).min(1.0);
            for bound in [reached(&Uniform(1.0), p, shift), reached(&UniformOneSided(2.0), p, shift)] {
                assert!(bound >= most && bound - most < 1e-12, "{bound} against {most}");
            }
        }
    }
    // No mass suffices once half of the support has been left.
    for shift in [1.0, -1.0, 1.5, 3.0] {
        assert_eq!(required(&Uniform(1.0), shift, 0.0), 1.0);
    }
    assert!((required(&Uniform(1.0), 0.4, 0.1) - 0.8).abs() < 1e-12);
}

#[test]
fn nothing_follows_from_what_is_no_number() {
    let law = Laplace(1.0);
    assert_eq!(
        (kept(&law, f64::NAN, 0.0), kept(&law, 0.9, f64::NAN), kept(&law, -0.1, 0.0)),
        (0.0, 0.0, 0.0)
    );
    assert_eq!((reached(&law, f64::NAN, 0.0), reached(&law, 0.1, f64::NAN)), (1.0, 1.0));
    assert_eq!((required(&law, f64::NAN, 0.0), required(&law, 0.1, f64::NAN)), (1.0, 1.0));
    assert_eq!(
        (required(&law, 0.1, -0.1), required(&law, 0.1, 0.5), required(&law, 0.1, 7.0)),
        (1.0, 1.0, 1.0)
    );
    assert_eq!((kept(&law, 1.0, f64::INFINITY), reached(&law, 0.0, f64::INFINITY)), (0.0, 1.0));
    assert_just_below(kept(&law, 1.0, 3.0), 1.0);
    assert_eq!(reached(&law, 0.0, 3.0), 0.0);
}

#[test]
fn a_law_that_overflows_proves_nothing() {
    let law = Exponential(1e308);
    assert_eq!(kept(&law, 0.99, 1.0), 0.0);
    assert_eq!(reached(&law, 0.01, 1.0), 1.0);
    assert_eq!(required(&law, 1.0, 0.49), 1.0);
}

#[test]
fn margins_are_not_rounded_down() {
    assert_eq!((majority(0.0), majority(0.25), majority(f64::NAN)), (0.5, 0.75, 1.0));
    // 1/2 + 2^-60 is no float; the next above it is.
    assert_eq!(majority(0.5_f64.powi(60)), 0.5_f64.next_up());
}

/// A law by number, so that properties are tried on all of them.
fn with_law<R>(which: usize, test: impl Fn(&dyn ScalarLaw<Error = Infallible>) -> R) -> R {
    match which {
        0 => test(&StandardNormal),
        1 => test(&Laplace(0.8)),
        2 => test(&Exponential(1.3)),
        3 => test(&Uniform(2.5)),
        _ => test(&UniformOneSided(4.0)),
    }
}

proptest! {
    #[test]
    fn gaussian_matches_the_closed_form(p in 0.001_f64..0.9999, shift in -4.0_f64..4.0) {
        let kept = kept(&StandardNormal, p, shift);
        let closed = normal::cdf(normal::quantile(p) - shift.abs());
        prop_assert!(kept <= closed && closed - kept < 1e-11);
    }

    #[test]
    fn laplace_matches_the_closed_form(p in 0.5_f64..0.9999, shift in -4.0_f64..4.0) {
        let rest = (1.0 - p) * shift.abs().exp();
        let closed = if rest < 0.5 { 1.0 - rest } else { 0.25 / rest };
        let kept = kept(&Laplace(1.0), p, shift);
        prop_assert!(kept <= closed + 1e-15 && closed - kept < 1e-11, "{} {}", kept, closed);
    }

    #[test]
    fn required_probability_is_enough_and_hardly_more(
        which in 0_usize..5,
        shift in -4.0_f64..4.0,
        margin in 0.0_f64..0.4,
    ) {
        let (p, above, below) = with_law(which, |law| {
            let p = required(&law, shift, margin);
            (p, kept(&law, p + (1.0 - p) * 1e-6 + 1e-9, shift), kept(&law, p - (1.0 - p) * 1e-6 - 1e-9, shift))
        });
        prop_assert!(above > 0.5 + margin || p > 1.0 - 1e-8);
        prop_assert!(below <= 0.5 + margin);
    }

    #[test]
    fn rivals_reach_what_the_others_lose(which in 0_usize..5, p in 0.0_f64..1.0, shift in -3.0_f64..3.0) {
        let (reached, kept) = with_law(which, |law| (reached(&law, p, shift), kept(&law, 1.0 - p, shift)));
        prop_assert!(reached >= p && reached >= 1.0 - kept - 1e-11);
        prop_assert!((reached - (1.0 - kept)).abs() < 1e-11, "{} {}", reached, kept);
    }

    #[test]
    fn less_is_kept_further_out(
        which in 0_usize..5,
        p in 0.0_f64..1.0,
        shift in -3.0_f64..3.0,
        further in 1.0001_f64..3.0,
    ) {
        let (near, far) = with_law(which, |law| (kept(&law, p, shift), kept(&law, p, shift * further)));
        prop_assert!(far <= near);
    }
}
