//! The mathematics against high-precision reference values (`tests/data/theory.json`, computed with 40 digits).

use gsmooth::stats::clopper_pearson;
use serde_json::Value;

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
