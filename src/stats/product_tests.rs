use super::super::law::NormalOr;
use super::super::normal::{self, StandardNormal};
use super::super::testing::{Exponential, Laplace, Uniform};
use super::*;
use proptest::prelude::*;
use std::convert::Infallible;

type AnyLaw<'a> = &'a dyn ScalarLaw<Error = Infallible>;

fn kept<L: ScalarLaw<Error = Infallible>>(coordinates: &[(L, f64)], p: f64) -> f64 {
    let Ok(kept) = kept_mass(coordinates, p);
    kept
}

fn required<L: ScalarLaw<Error = Infallible>>(coordinates: &[(L, f64)], margin: f64) -> f64 {
    let Ok(required) = required_probability(coordinates, margin);
    required
}

/// Cells of a coordinate, and the masses that the law and the shifted law have in each.
fn cells(law: AnyLaw<'_>, shift: f64) -> Vec<(f64, f64)> {
    const CELLS: u32 = 80;
    let cdf = |x: f64| {
        let Ok(p) = law.cdf(x);
        p
    };
    let quantiles = (1..CELLS).map(|i| {
        let Ok(x) = law.quantile(f64::from(i) / f64::from(CELLS));
        x
    });
    let ends = [f64::NEG_INFINITY, 0.0, shift, f64::INFINITY];
    let mut edges: Vec<f64> = quantiles.flat_map(|x| [x, x + shift]).chain(ends).collect();
    edges.sort_by(f64::total_cmp);
    edges.windows(2).map(|e| (cdf(e[1]) - cdf(e[0]), cdf(e[1] - shift) - cdf(e[0] - shift))).collect()
}

/// What the least-mass set of mass p keeps if only the cell of each coordinate is seen. Who sees less tells two laws apart less
/// well, so this is never below the exact Neyman-Pearson value, and tends to it as cells shrink.
fn neyman_pearson_of_cells(coordinates: &[(AnyLaw<'_>, f64); 2], p: f64) -> f64 {
    let [first, second] = coordinates.map(|(law, shift)| cells(law, shift));
    let mut cells: Vec<(f64, f64)> =
        first.iter().flat_map(|(p1, q1)| second.iter().map(move |(p2, q2)| (p1 * p2, q1 * q2))).collect();
    cells.retain(|(p, _)| *p > 0.0);
    cells.sort_by(|(p1, q1), (p2, q2)| (q1 / p1).total_cmp(&(q2 / p2)));
    let (mut mass, mut kept) = (0.0, 0.0);
    for (cell, shifted) in cells {
        let share = ((p - mass) / cell).clamp(0.0, 1.0);
        mass += share * cell;
        kept += share * shifted;
    }
    kept
}

#[test]
fn laplace_keeps_less_on_the_diagonal_than_on_an_axis() {
    let law = Laplace(1.0);
    let axis = kept(&[(law, 2.0), (law, 0.0)], 0.99);
    let diagonal = kept(&[(law, 2_f64.sqrt()), (law, 2_f64.sqrt())], 0.99);
    assert!((axis - 0.926).abs() < 5e-4 && (diagonal - 0.831).abs() < 5e-4, "{axis} {diagonal}");
    // Composition is exact there: exp(|t|_1) of what is missing, which lies where both densities have their full ratio.
    let exact = neyman_pearson_of_cells(&[(&law, 2_f64.sqrt()), (&law, 2_f64.sqrt())], 0.99);
    assert!((diagonal - exact).abs() < 1e-9, "{diagonal} {exact}");
}

#[test]
fn merged_gaussians_are_exact() {
    let distance = gaussian_distance(&[(0.3, 0.5), (-0.8, 1.0)]);
    assert!((1.0..1.0 + 1e-14).contains(&distance), "{distance:?}");
    assert_eq!(gaussian_distance(&[]), 0.0);
    assert_eq!(gaussian_distance(&[(0.0, 1.0)]), 0.0);
    assert!(gaussian_distance(&[(0.0, 1.0), (f64::NAN, 1.0)]).is_nan());
    assert!((gaussian_distance(&[(3e-200, 1.0), (4e-200, 1.0)]) / 5e-200 - 1.0).abs() < 1e-14);
    let laplace = Laplace(1.0);
    let mixed = kept(&[(NormalOr::Normal, distance), (NormalOr::Other(&laplace), 0.2)], 0.95);
    let Ok(gaussian) = tradeoff::kept_mass(&StandardNormal, 0.95, distance);
    let Ok(other) = tradeoff::kept_mass(&laplace, gaussian, 0.2);
    assert!(mixed >= other && mixed < other + 0.05);
}

#[test]
fn nothing_follows_from_what_is_no_number() {
    let law = Laplace(1.0);
    assert_eq!(kept(&[(law, 0.1), (law, f64::NAN)], 0.99), 0.0);
    assert_eq!(required(&[(law, 0.1), (law, f64::NAN)], 0.0), 1.0);
    assert_eq!(required(&[(law, 0.1)], 0.5), 1.0);
    let Ok(reached) = reached_mass(&[(law, 0.1), (law, f64::NAN)], 0.01);
    assert_eq!(reached, 1.0);
    // No coordinate, no shift.
    assert_eq!(kept::<Laplace>(&[], 0.7), 0.7);
}

/// A law by number, so that properties are tried on all pairs.
fn law(which: usize) -> Box<dyn ScalarLaw<Error = Infallible>> {
    match which {
        0 => Box::new(StandardNormal),
        1 => Box::new(Laplace(0.8)),
        2 => Box::new(Exponential(1.3)),
        _ => Box::new(Uniform(2.5)),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn a_composition_of_gaussians_is_never_above_the_exact_value(
        p in 0.01_f64..0.9999,
        first in -2.0_f64..2.0,
        second in -2.0_f64..2.0,
    ) {
        let exact = normal::cdf(normal::quantile(p) - first.hypot(second));
        prop_assert!(kept(&[(StandardNormal, first), (StandardNormal, second)], p) <= exact * (1.0 + 1e-14));
    }

    #[test]
    fn no_composition_is_above_the_exact_value(
        pair in (0_usize..4, 0_usize..4),
        p in 0.01_f64..0.9999,
        first in -2.0_f64..2.0,
        second in -2.0_f64..2.0,
    ) {
        let laws = [law(pair.0), law(pair.1)];
        let coordinates = [(&*laws[0], first), (&*laws[1], second)];
        let exact = neyman_pearson_of_cells(&coordinates, p);
        let composed = kept(&coordinates, p);
        prop_assert!(composed <= exact + 1e-11, "{} above {}", composed, exact);
        let reversed = kept(&[coordinates[1], coordinates[0]], p);
        prop_assert_eq!(composed, reversed);
    }

    #[test]
    fn what_is_required_is_enough_and_hardly_more(
        pair in (0_usize..4, 0_usize..4),
        first in -1.0_f64..1.0,
        second in -1.0_f64..1.0,
        margin in 0.0_f64..0.3,
    ) {
        let laws = [law(pair.0), law(pair.1)];
        let coordinates = [(&*laws[0], first), (&*laws[1], second)];
        let p = required(&coordinates, margin);
        prop_assert!(kept(&coordinates, p + 1e-9 + (1.0 - p) * 1e-6) > 0.5 + margin || p > 1.0 - 1e-8);
        prop_assert!(kept(&coordinates, p - 1e-9 - (1.0 - p) * 1e-6) <= 0.5 + margin);
    }

    #[test]
    fn no_shift_of_a_box_keeps_less(
        pair in (0_usize..4, 0_usize..4),
        p in 0.3_f64..0.9999,
        low in (-1.0_f64..1.0, -1.0_f64..1.0),
        width in (0.0_f64..1.0, 0.0_f64..1.0),
        share in (0.0_f64..=1.0, 0.0_f64..=1.0),
    ) {
        let laws = [law(pair.0), law(pair.1)];
        let boxed = [
            (&*laws[0], Shifts { low: low.0, high: low.0 + width.0 }),
            (&*laws[1], Shifts { low: low.1, high: low.1 + width.1 }),
        ];
        let inside = [(&*laws[0], low.0 + share.0 * width.0), (&*laws[1], low.1 + share.1 * width.1)];
        let Ok(worst) = kept_over_box(&boxed, p);
        prop_assert!(worst <= kept(&inside, p) + 1e-12);
        let Ok(worst) = over_box(&boxed, 0.0);
        prop_assert!(worst >= required(&inside, 0.0) - 1e-12);
        let Ok(worst) = reached_over_box(&boxed, 1.0 - p);
        let Ok(reached) = reached_mass(&inside, 1.0 - p);
        prop_assert!(worst >= reached - 1e-12);
        // The complement of what the complement keeps.
        prop_assert!((reached - (1.0 - kept(&inside, p))).abs() < 1e-11);
    }
}
