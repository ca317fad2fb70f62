//! Trade-off functions and certified radii of the noise laws that ship, through their plugins.

use gsmooth::host::Noise;
use gsmooth::stats::radius::{Claim, Direction, radius};
use gsmooth::stats::tradeoff;
use serde_json::Value;

use super::support::noises::noise;
use super::{number, table};

fn law(row: &Value) -> Noise {
    noise(row["noise"].as_str().expect("a name"), number(row, "scale"))
}

fn direction(row: &Value) -> Direction {
    if number(row, "direction") > 0.0 { Direction::Forward } else { Direction::Backward }
}

/// Fails unless a lower bound is within 1e-9 of the truth and not above it, but for the rounding of the reference itself.
fn assert_just_below(bound: f64, truth: f64, row: &Value) {
    assert!(bound <= truth * (1.0 + 1e-12), "{row}: {bound} above the truth");
    assert!(truth - bound <= 1e-9, "{row}: {bound} is loose");
}

#[test]
fn kept_masses_are_never_above_the_truth_and_within_1e_9() {
    let rows = table("tradeoff_1d");
    assert!(rows.len() >= 36);
    for row in &rows {
        let kept = tradeoff::kept_mass(&law(row), number(row, "p"), number(row, "shift")).unwrap();
        assert_just_below(kept, number(row, "lower"), row);
    }
}

#[test]
fn reached_and_required_masses_agree_with_the_kept_ones() {
    for row in &table("tradeoff_1d") {
        let (law, p, shift) = (law(row), number(row, "p"), number(row, "shift"));
        let truth = number(row, "lower");
        let reached = tradeoff::reached_mass(&law, 1.0 - p, shift).unwrap();
        // 1 - p and 1 - truth are rounded here, in a unit of 1.
        assert!(reached >= 1.0 - truth - 2e-16 && reached - (1.0 - truth) <= 1e-9, "{row}: {reached}");
        if truth > 0.5 {
            let required = tradeoff::required_probability(&law, shift, truth - 0.5).unwrap();
            assert!(required >= p - 2e-16 && required - p <= 1e-9, "{row}: {required}");
        }
    }
}

#[test]
fn radii_are_never_above_the_truth_and_within_1e_9() {
    for (name, least) in [("radius_1d", 48), ("radius_top2", 8)] {
        let rows = table(name);
        assert!(rows.len() >= least);
        for row in &rows {
            let claim = Claim::Lead { p_b: number(row, "p_b_upper") };
            let found = radius(&law(row), number(row, "p_a_lower"), claim, direction(row)).unwrap();
            assert_just_below(found, number(row, "radius"), row);
        }
    }
}

#[test]
fn a_majority_is_a_lead_over_all_rivals_together() {
    for row in &table("radius_1d") {
        let (p_a, p_b) = (number(row, "p_a_lower"), number(row, "p_b_upper"));
        let majority = Claim::Majority { margin: 0.0 };
        let found = radius(&law(row), p_a, majority, direction(row)).unwrap();
        if (p_a + p_b - 1.0).abs() < 1e-12 {
            assert_just_below(found, number(row, "radius"), row);
        } else {
            assert!(found < number(row, "radius"), "{row}: {found}");
        }
    }
}

#[test]
fn radii_with_a_margin_are_never_above_the_truth_and_within_1e_9() {
    let rows = table("radius_margin");
    assert!(rows.len() >= 8);
    for row in &rows {
        let claim = Claim::Majority { margin: number(row, "margin") };
        let found = radius(&law(row), number(row, "p_a_lower"), claim, direction(row)).unwrap();
        assert_just_below(found, number(row, "radius"), row);
    }
}
