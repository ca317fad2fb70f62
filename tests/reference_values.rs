//! The mathematics against high-precision reference values (`tests/data/theory.json`, computed with 40 digits).

use gsmooth::certify::channel::SemanticChannel;
use gsmooth::stats::clopper_pearson;
use serde_json::Value;

#[path = "reference_values/laws.rs"]
mod laws;
mod support;

fn table(name: &str) -> Vec<Value> {
    let text = std::fs::read_to_string("tests/data/theory.json").expect("the reference values are readable");
    let all: Value = serde_json::from_str(&text).expect("the reference values are JSON");
    all[name].as_array().expect("the table is there").clone()
}

fn number(row: &Value, key: &str) -> f64 {
    row[key].as_f64().unwrap_or_else(|| panic!("{key} in {row}"))
}

#[test]
fn clopper_pearson_bounds_are_never_above_the_truth_and_within_1e_9() {
    let rows = table("clopper_pearson");
    assert!(rows.len() >= 20);
    for row in rows {
        let (successes, trials) = (row["successes"].as_u64().unwrap(), row["trials"].as_u64().unwrap());
        let alpha = number(&row, "alpha");
        let lower = clopper_pearson::lower_bound(successes, trials, alpha);
        let truth = number(&row, "lower");
        assert!(lower <= truth, "{row}: {lower} above the truth");
        assert!(truth - lower <= 1e-9, "{row}: {lower} is loose");
        let upper = clopper_pearson::upper_bound(successes, trials, alpha);
        let truth = number(&row, "upper");
        assert!(upper >= truth, "{row}: {upper} below the truth");
        assert!(upper - truth <= 1e-9, "{row}: {upper} is loose");
    }
}

/// Rows of d values, one per parameter, as the m columns of a d x m matrix.
fn columns(row: &Value, key: &str) -> Vec<Vec<f64>> {
    let rows: Vec<Vec<f64>> = serde_json::from_value(row[key].clone()).expect("a matrix");
    (0..rows[0].len()).map(|j| rows.iter().map(|row| row[j]).collect()).collect()
}

#[test]
fn semantic_channel_to_1e_9_and_never_below() {
    let rows = table("semantic_channel");
    assert!(rows.len() >= 4);
    for row in rows {
        let (sigma1, sigma2) = (number(&row, "sigma1"), number(&row, "sigma2"));
        let a1 = columns(&row, "a1");
        let channel = SemanticChannel::new(&a1, &vec![sigma1; a1.len()], sigma2).unwrap();
        let delta: Vec<f64> = serde_json::from_value(row["displacement"].clone()).unwrap();
        let jacobian = columns(&row, "jacobian");
        for (name, computed) in [
            ("mahalanobis_distance", channel.distance(&delta)),
            ("m_corollary1", channel.local_m_of_corollary1(&jacobian)),
            ("m_exact", channel.local_m_exact(&jacobian)),
        ] {
            let truth = number(&row, name);
            assert!((computed / truth - 1.0).abs() <= 1e-9, "{name}: {computed} against {truth}");
        }
        assert!(channel.distance(&delta) >= number(&row, "mahalanobis_distance"));
    }
}
