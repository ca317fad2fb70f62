//! `gsmooth calc` through the built binary.

mod support;

use serde_json::Value;
use support::gsmooth;

/// What `gsmooth calc` prints, which must be one JSON object.
fn calc(arguments: &str) -> Value {
    let output = gsmooth().arg("calc").args(arguments.split_whitespace()).output().unwrap();
    assert!(output.status.success(), "{arguments}: {}", support::stderr(&output));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn number(arguments: &str, key: &str) -> f64 {
    calc(arguments)[key].as_f64().unwrap()
}

fn table(name: &str) -> Vec<Value> {
    let text = std::fs::read_to_string("tests/data/theory.json").unwrap();
    let all: Value = serde_json::from_str(&text).unwrap();
    all[name].as_array().unwrap().iter().filter(|row| has_plugin(row)).cloned().collect()
}

/// Whether the row is about no noise plugin, or one that every build has.
fn has_plugin(row: &Value) -> bool {
    row.get("noise").is_none_or(|noise| noise == "gaussian" || noise == "exponential")
}

/// The command of a row: its keys as options, by name.
fn command(name: &str, row: &Value, options: &[(&str, &str)]) -> String {
    options.iter().fold(name.to_owned(), |command, (option, key)| {
        let value = row[*key].as_str().map_or_else(|| row[*key].to_string(), str::to_owned);
        format!("{command} --{option} {value}")
    })
}

/// Every row of a table against the binary, never above the truth by more than `above`.
fn check(table_name: &str, name: &str, key: &str, options: &[(&str, &str)], (below, above): (f64, f64)) {
    let rows = table(table_name);
    assert!(!rows.is_empty());
    for row in rows {
        let (computed, truth) = (number(&command(name, &row, options), key), row[key].as_f64().unwrap());
        assert!(computed <= truth + above, "{row}: {computed} is above");
        assert!(computed >= truth - below, "{row}: {computed} is below");
    }
}

#[test]
fn reference_values() {
    let noise = [("noise", "noise"), ("scale", "scale")];
    check(
        "clopper_pearson",
        "clopper-pearson",
        "lower",
        &[("successes", "successes"), ("trials", "trials"), ("alpha", "alpha")],
        (1e-9, 0.0),
    );
    check(
        "tradeoff_1d",
        "tradeoff",
        "lower",
        &[&noise[..], &[("p", "p"), ("shift", "shift")]].concat(),
        (1e-9, 1e-12),
    );
    let channel = [
        ("a-norm", "a_norm"),
        ("sigma2", "sigma2"),
        ("parallel", "shift_parallel"),
        ("perpendicular", "shift_perpendicular"),
        ("p", "p"),
    ];
    check("channel_neyman_pearson", "channel", "lower", &[&noise[..], &channel].concat(), (1e-3, 2e-4));
    let parameters = [
        ("contrast", "contrast"),
        ("brightness", "brightness"),
        ("sigma", "sigma"),
        ("tau", "tau"),
        ("p", "p"),
    ];
    check("brightness_contrast_neyman_pearson", "brightness-contrast", "lower", &parameters, (1e-3, 2e-4));
}

#[test]
fn radii() {
    let noise = [("noise", "noise"), ("scale", "scale"), ("p-a", "p_a_lower"), ("direction", "direction")];
    check("radius_1d", "radius", "radius", &[&noise[..], &[("p-b", "p_b_upper")]].concat(), (1e-8, 1e-9));
    check("radius_top2", "radius", "radius", &[&noise[..], &[("p-b", "p_b_upper")]].concat(), (1e-8, 1e-9));
    check("radius_margin", "radius", "radius", &[&noise[..], &[("margin", "margin")]].concat(), (1e-8, 1e-9));
    assert_eq!(number("radius --noise gaussian --scale 1 --p-a 0.4", "radius"), 0.0);
}

#[test]
fn arguments_out_of_range_are_refused_with_code_2() {
    for (arguments, message) in [
        ("clopper-pearson --successes 5 --trials 4 --alpha 0.1", "5 successes of 4 trials"),
        ("clopper-pearson --successes 5 --trials 9 --alpha 1", "between 0 and 1"),
        ("tradeoff --noise gaussian --scale -1 --p 0.9 --shift 1", "a positive number"),
        ("tradeoff --noise gaussian --scale 1 --p 1.1 --shift 1", "a probability"),
        ("tradeoff --noise gaussian --scale 1 --p 0.9 --shift nan", "a finite number"),
        ("tradeoff --noise gausian --scale 1 --p 0.9 --shift 1", "gaussian"),
        ("radius --noise gaussian --scale 1 --p-a 0.9 --margin 0.5", "below 1/2"),
        ("radius --noise gaussian --scale 1 --p-a 0.9 --p-b 0.1 --margin 0.1", "cannot be used with"),
        ("radius --noise gaussian --scale 1 --p-a 0.9 --direction 2", "1 or -1"),
        ("brightness-contrast --contrast 0 --brightness 0 --sigma 0 --tau 1 --p 0.9", "a positive number"),
    ] {
        let output = gsmooth().arg("calc").args(arguments.split_whitespace()).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments}: {}", support::stderr(&output));
        assert!(support::stderr(&output).contains(message), "{arguments}: {}", support::stderr(&output));
        assert!(output.stdout.is_empty());
    }
}

/// As scripts print them: Python writes -1e-05, people write -.5.
#[test]
fn negative_numbers_may_be_written_in_any_way() {
    for shift in ["-0.15", "-.15", "-1.5e-1", "-15E-2", "=-0.15"] {
        let separator = if shift.starts_with('=') { "" } else { " " };
        let words = format!("tradeoff --noise exponential --scale 0.5 --p 0.9 --shift{separator}{shift}");
        // T(p; -t) = p e^(-t/b).
        assert!((number(&words, "lower") - 0.9 * (-0.3_f64).exp()).abs() < 1e-12, "{shift}");
    }
}
