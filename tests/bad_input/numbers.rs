//! Numbers that are of the right type and make no sense: each is refused where it stands, and none makes anything overflow,
//! panic, or run for ever.

use super::support::audit::Audit;
use super::{AUDIT, UNFIT, refused};

const LARGEST: &str = "18446744073709551615";

/// The small audit with a line put below another.
fn with_line(below: &str, line: &str) -> Audit {
    Audit::small().with(below, &format!("{below}\n{line}"))
}

fn assert_refused_at(audit: &Audit, code: i32, line: &str, words: &[&str]) {
    refused(audit).code(code).at_line(audit.line_of(line)).says(words);
}

#[test]
fn counts_beyond_any_machine() {
    for (key, most) in [("batch", "at most 65536"), ("threads", "at most 1024")] {
        for value in [LARGEST, "9223372036854775807", "100000"] {
            let audit = Audit::small().before_sampling(&format!("[runtime]\n{key} = {value}"));
            assert_refused_at(
                &audit,
                AUDIT,
                &format!("{key} = "),
                &[&format!("`{key}` can't be {value}"), most],
            );
        }
    }
    for value in [LARGEST, "18446744073709551614"] {
        let audit = Audit::small().set("count", value);
        assert_refused_at(&audit, AUDIT, "count = ", &["at most 1000"]);
        let audit = Audit::small().set("first", value);
        assert_refused_at(&audit, AUDIT, "first = ", &["holds 1000 images", "leaves none"]);
        let audit = Audit::small().set("count", &format!("2\nstride = {value}"));
        assert_refused_at(&audit, AUDIT, "count = ", &["at most 1:"]);
    }
    let audit = with_line("semantic_noise = 0.25", &format!("anchors = {{ max = {LARGEST} }}"));
    assert_refused_at(&audit, AUDIT, "anchors = ", &["too large"]);
    for value in ["0", "1000001", "1e7", "nan", "2.5"] {
        let audit = with_line("semantic_noise = 0.25", &format!("anchors = {{ max = {value} }}"));
        assert_refused_at(&audit, AUDIT, "anchors = ", &["`max` can't be", "from 1 to 1000000"]);
    }
}

#[test]
fn ranges_that_overflow() {
    let far = "numbers from -1e9 to 1e9";
    for (from, to) in [
        ("range = [0.0, 36.0]", "range = [0.0, 1e308]"),
        ("range = [0.0, 36.0]", "range = [0.0, 1000000001]"),
        ("range = [0.0, 36.0]", "range = [0.0, 9223372036854775807]"),
        ("range = [0.0, 5.0]", "range = [0.0, 1e308]"),
        (
            "{ plugin = \"gaussian_blur\", range = [0.0, 36.0] }",
            "{ plugin = \"brightness\", range = [-1e308, 1e308] }",
        ),
        (
            "{ plugin = \"gaussian_blur\", range = [0.0, 36.0] }",
            "{ plugin = \"contrast\", range = [-1e308, 1e308] }",
        ),
    ] {
        let audit = Audit::small().with(from, to);
        assert_refused_at(&audit, AUDIT, to, &["`range` can't be", far]);
    }
}

#[test]
fn radii_and_shares_that_are_no_numbers() {
    for value in ["nan", "-nan", "inf", "-inf", "-1.0", "0.0", "1e308"] {
        let audit = Audit::small().with("radii = [4.0, 9.0]", &format!("radii = [4.0, {value}]"));
        assert_refused_at(&audit, AUDIT, "radii = ", &["`radii` can't be", "at most 36"]);
        let require = format!("require = {{ radius = {value}, certified_accuracy = 0.5 }}");
        assert_refused_at(
            &with_line("semantic_noise = 0.25", &require),
            AUDIT,
            "require",
            &["`radius` can't be"],
        );
    }
    for value in ["nan", "inf", "-0.1", "1.1"] {
        let require = format!("require = {{ radius = 1.0, certified_accuracy = {value} }}");
        let words = ["`certified_accuracy` can't be", "between 0 and 1"];
        assert_refused_at(&with_line("semantic_noise = 0.25", &require), AUDIT, "require", &words);
    }
}

#[test]
fn noise_that_no_float_holds() {
    for value in ["nan", "inf", "0.0", "-1.0", "5e-324", "1e308", "1e-10", "1e10"] {
        let audit = Audit::small().set("semantic_noise", value);
        let words = ["`semantic_noise` can't be", "from 1e-9 to 1e9"];
        assert_refused_at(&audit, AUDIT, "semantic_noise = ", &words);
    }
    for value in ["5e-324", "1e308"] {
        let audit = Audit::small().with("scale = 5.0", &format!("scale = {value}"));
        assert_refused_at(&audit, UNFIT, "scale = ", &["scale must lie between"]);
    }
    for key in ["slack = { l2 = VALUE }", "claim = \"surrogate\"\nepsilon = VALUE"] {
        for value in ["nan", "inf", "0.0", "1e308"] {
            let audit = with_line("semantic_noise = 0.25", &key.replace("VALUE", value));
            let line = if key.starts_with("slack") { "slack" } else { "epsilon" };
            assert_refused_at(&audit, AUDIT, line, &[line, "a positive l2 distance"]);
        }
    }
}

#[test]
fn confidence_and_margins_beyond_any_number_of_draws() {
    for value in ["nan", "0.0", "0.5", "-0.1", "5e-324", "1e-101"] {
        let audit = with_line("mode = \"fixed\"", &format!("alpha = {value}"));
        assert_refused_at(&audit, AUDIT, "alpha", &["`alpha` can't be", "between 1e-100 and 0.5"]);
    }
    for value in ["nan", "0.5", "-0.1", "0.49999999999999994"] {
        let audit = with_line("mode = \"fixed\"", &format!("margin = {value}"));
        assert_refused_at(&audit, AUDIT, "margin", &["`margin` can't be", "at most 0.499"]);
    }
    for value in ["nan", "0.5", "1.0", "0.99999999999"] {
        let audit = with_line("semantic_noise = 0.25", &format!("anchors = {{ p = {value} }}"));
        assert_refused_at(&audit, AUDIT, "anchors", &["`p` can't be", "at most 0.999999"]);
    }
}

/// What is wrong with one key is shown there, not at the images or at another key.
#[test]
fn sizes_and_preprocessing_are_shown_where_they_are_wrong() {
    for line in [
        "resize = [0, 5]",
        "resize = [18446744073709551615, 1]",
        "resize = [1000000000, 1000000000]",
        "crop = [29, 5]",
    ] {
        let audit = with_line("count = 12", line);
        assert_refused_at(&audit, UNFIT, line, &[]);
    }
    assert_refused_at(&with_line("count = 12", "channels = 3"), UNFIT, "channels", &["expected 3"]);
    for (lines, at) in [
        ("mean = [0.5]\nscale = nan", "scale"),
        ("mean = [0.5]\nstd = [0.0]", "std"),
        ("scale = 2.0\nmean = [nan]", "mean"),
        ("mean = [0.5]\nchannels = \"bgr\"", "channels"),
    ] {
        let audit = Audit::small().before_sampling(lines);
        assert_refused_at(&audit, AUDIT, &format!("{at} = "), &[at]);
    }
}
