//! Values that are well-formed and make no audit: what is wrong with each is said at its line.

use super::support::audit::Audit;
use super::{AUDIT, UNFIT, assert_refused, refused};

const GAUSSIAN_BLUR: &str = "transformation = { plugin = \"gaussian_blur\", range = [0.0, 36.0] }";
const EXPONENTIAL: &str = "noise = { plugin = \"exponential\", scale = 5.0 }";
const RESOLVABLE: &str = "method = \"resolvable\"";

#[test]
fn an_option_out_of_its_plugins_range() {
    let words = ["option `scale`", "noise plugin `exponential`", "not -1"];
    assert_refused(AUDIT, "scale = 5.0", "scale = -1", &words);
    assert_refused(
        AUDIT,
        "scale = 0.5",
        "scale = 0.0",
        &["option `scale`", "noise plugin `gaussian`", "not 0"],
    );
}

#[test]
fn an_option_that_a_plugin_does_not_have() {
    let words = ["noise plugin `exponential`", "no option `scael`", "`scale`"];
    assert_refused(AUDIT, "scale = 5.0", "scale = 5.0, scael = 1.0", &words);
}

#[test]
fn an_unknown_plugin_comes_with_the_known_ones() {
    let words = ["no transformation plugin `gausian_blur`", "`gaussian_blur`", "defocus_blur"];
    assert_refused(UNFIT, "plugin = \"gaussian_blur\"", "plugin = \"gausian_blur\"", &words);
    let words = ["no noise plugin `exponentail`", "`exponential`"];
    assert_refused(UNFIT, "plugin = \"exponential\"", "plugin = \"exponentail\"", &words);
}

/// A variance below zero is no blur: clamping it would certify another law than the one drawn from.
#[test]
fn two_sided_noise_on_a_blur() {
    let words = [
        "noise `gaussian` draws from [-inf, inf]",
        "leaves the domain [0, ",
        "of `gaussian_blur`",
        "nothing is clamped",
        "one-sided law",
    ];
    assert_refused(AUDIT, EXPONENTIAL, "noise = { plugin = \"gaussian\", scale = 2.0 }", &words);
}

#[test]
fn a_range_outside_the_domain() {
    let outside = GAUSSIAN_BLUR.replace("[0.0, 36.0]", "[-4.0, 36.0]");
    assert_refused(AUDIT, GAUSSIAN_BLUR, &outside, &["the range [-4, 36]", "must lie in its domain [0, "]);
    // A range without the identity holds no radius.
    let without = GAUSSIAN_BLUR.replace("[0.0, 36.0]", "[4.0, 36.0]");
    assert_refused(AUDIT, GAUSSIAN_BLUR, &without, &["the range [4, 36]", "hold its identity 0"]);
}

#[test]
fn pairs_that_do_not_fit_the_number_of_parameters() {
    let expected = ["`range` can't be", "expected a pair of numbers `[low, high]`"];
    for range in
        ["[[0.0, 36.0], [0.0, 1.0]]", "[0.0, 1.0, 2.0]", "[36.0, 0.0]", "[0.0]", "36.0", "[0.0, inf]"]
    {
        let wrong = GAUSSIAN_BLUR.replace("[0.0, 36.0]", range);
        assert_refused(AUDIT, GAUSSIAN_BLUR, &wrong, &expected);
    }
    let two = "transformation = { plugin = \"brightness_contrast\", range = [-0.2, 0.2] }";
    assert_refused(AUDIT, GAUSSIAN_BLUR, two, &["`range` can't be", "expected 2 pairs of numbers"]);
}

#[test]
fn a_radius_beyond_the_range() {
    let words = ["`radii` can't be 49", "at most 36"];
    assert_refused(AUDIT, "radii = [4.0, 9.0]", "radii = [4.0, 49.0]", &words);
}

#[test]
fn anchors_other_than_one_or_a_cover() {
    let (from, to) = (EXPONENTIAL, format!("{EXPONENTIAL}\nanchors = 2"));
    let audit = Audit::small().with(from, &to);
    let words = ["`anchors` can't be `2`", "`1`", "{ max = 4096, p = 0.75 }"];
    refused(&audit).code(AUDIT).at_line(audit.line_of("anchors = 2")).says(&words);
}

#[test]
fn two_sided_votes_without_a_fixed_number_of_draws() {
    let audit = Audit::small().with("mode = \"fixed\"", "mode = \"target\"\nbound = \"top2\"");
    let words = ["`bound` can't be `top2` in mode `target`", "`top1`", "`mode = \"fixed\"`"];
    refused(&audit).code(AUDIT).at_line(audit.line_of("bound = ")).says(&words);
}

#[test]
fn a_slack_that_nothing_absorbs() {
    let audit = Audit::small().with(EXPONENTIAL, &format!("{EXPONENTIAL}\nslack = {{ l2 = 0.1 }}"));
    let words = ["method `resolvable` has no use for `slack`"];
    refused(&audit).code(AUDIT).at_line(audit.line_of("slack = ")).says(&words);
}

#[test]
fn enumerating_a_continuum() {
    let audit = Audit::small()
        .with(&format!("{RESOLVABLE}\n"), "method = \"enumerate\"\n")
        .with(&format!("{EXPONENTIAL}\n"), "");
    let words =
        ["`gaussian_blur` has a continuum of parameters", "`enumerate` needs finitely many", "`pixel`"];
    refused(&audit).code(AUDIT).at_line(audit.line_of(GAUSSIAN_BLUR)).says(&words);
}

#[test]
fn a_method_that_is_none_or_lacks_something() {
    let words = ["`method` can't be `resolveable`", "did you mean `resolvable`?"];
    assert_refused(AUDIT, RESOLVABLE, "method = \"resolveable\"", &words);
    let audit = Audit::small().with(&format!("{EXPONENTIAL}\n"), "");
    refused(&audit).code(AUDIT).says(&["method `resolvable` needs `noise`", "for example"]);
    let audit = Audit::small().with("semantic_noise = 0.25\n", "");
    refused(&audit).code(AUDIT).says(&["method `semantic` needs `semantic_noise`"]);
}

/// The paper's M belongs to Gaussian theta.
#[test]
fn an_estimator_that_needs_gaussian_noise() {
    for estimator in ["corollary1", "corollary1_exact"] {
        let laplace = Audit::small().with("plugin = \"gaussian\"", "plugin = \"laplace\"");
        let with = format!("semantic_noise = 0.25\nestimator = {{ plugin = \"{estimator}\" }}");
        let audit = laplace.with("semantic_noise = 0.25", &with);
        let words = [estimator, "`laplace` is no centred Gaussian", "`displacement`"];
        refused(&audit).code(AUDIT).at_line(audit.line_of("estimator = ")).says(&words);
    }
}

#[test]
fn a_published_accuracy_that_is_no_share() {
    let audit = Audit::small().with("radii = [4.0, 9.0]", "radii = [4.0, 9.0]\npublished = 97.4");
    let words = ["`published` can't be 97.4", "between 0 and 1"];
    refused(&audit).code(AUDIT).at_line(audit.line_of("published")).says(&words);
}
