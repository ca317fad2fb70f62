use std::path::PathBuf;

use toml::Spanned;

use super::super::diagnostic::AuditText;
use super::super::plan::parse;
use super::super::schema::{Audit, Case};

const CASE: &str = r#"version = 1
data = { format = "idx", images = "i" }
classifier = { model = "c.onnx" }
sampling = {}

[[case]]
name = "plain"
method = "pixel"
transformation = { plugin = "zoom_blur", range = [0.0, 0.5] }

[[case]]
name = "blur"
method = "semantic"
transformation = { plugin = "defocus_blur", range = [0.0, 5.0] }
noise = { plugin = "gaussian", scale = 0.5 }
semantic_noise = 0.25
"#;

fn text(sweep: &str) -> AuditText {
    AuditText { path: PathBuf::from("audit.toml"), text: format!("{CASE}{sweep}\n").into() }
}

fn audit(sweep: &str) -> Audit {
    parse(&text(sweep)).unwrap_or_else(|error| panic!("{error}"))
}

/// The variants of the case with the sweep.
fn variants(sweep: &str) -> Vec<Case> {
    audit(sweep).case.into_iter().skip(1).map(Spanned::into_inner).collect()
}

fn names_of(sweep: &str) -> Vec<String> {
    variants(sweep).into_iter().map(|case| case.name.into_inner()).collect()
}

/// The message of a sweep that is refused.
fn refused(sweep: &str) -> String {
    parse(&text(sweep)).unwrap_err().render(false)
}

fn scales(case: &Case) -> Vec<f64> {
    let tables = &case.noise.as_ref().unwrap().get_ref().0;
    tables.iter().map(|table| table.get_ref().get("scale").unwrap().get_ref().as_float().unwrap()).collect()
}

#[test]
fn a_case_becomes_one_case_per_combination() {
    let variants = variants(r#"sweep = { "noise.scale" = [0.1, 0.2, 0.5], semantic_noise = [0.3, 0.4] }"#);
    let values: Vec<_> = variants
        .iter()
        .map(|case| (scales(case)[0], *case.semantic_noise.as_ref().unwrap().get_ref()))
        .collect();
    // Row-major: the last key changes first.
    assert_eq!(values, [(0.1, 0.3), (0.1, 0.4), (0.2, 0.3), (0.2, 0.4), (0.5, 0.3), (0.5, 0.4)]);
    assert_eq!(variants[3].name.get_ref(), "blur,noise.scale=0.2,semantic_noise=0.4");
    let point = variants[3].point.as_ref().unwrap();
    assert_eq!(point.case, "blur");
    let expected = [("noise.scale", "0.2"), ("semantic_noise", "0.4")];
    assert_eq!(point.values, expected.map(|(key, value)| (key.to_owned(), value.to_owned())));
    assert!(variants.iter().all(|case| case.sweep.is_none()));
}

#[test]
fn keys_keep_the_order_of_the_file() {
    let names = names_of(
        r#"sweep = { semantic_noise = [0.3], "noise.scale" = [0.1], "estimator.plugin" = ["proven"] }"#,
    );
    assert_eq!(names, ["blur,semantic_noise=0.3,noise.scale=0.1,estimator.plugin=proven"]);
}

#[test]
fn a_case_without_a_sweep_stays_as_it_is() {
    let audit = audit("sweep = { semantic_noise = [0.3] }");
    assert_eq!(audit.case.len(), 2);
    assert_eq!(audit.case[0].get_ref().name.get_ref(), "plain");
    assert_eq!(audit.case[0].get_ref().point, None);
    assert_eq!(audit.case[0].get_ref().written_name(), "plain");
    assert_eq!(audit.case[1].get_ref().written_name(), "blur");
}

/// Nested tables of the file are paths too.
#[test]
fn keys_may_be_tables_of_keys() {
    let expected = names_of(r#"sweep = { "noise.scale" = [0.1, 0.2] }"#);
    assert_eq!(names_of("sweep = { noise.scale = [0.1, 0.2] }"), expected);
    assert_eq!(names_of("sweep = { noise = { scale = [0.1, 0.2] } }"), expected);
    assert_eq!(names_of("[case.sweep]\nnoise.scale = [0.1, 0.2]"), expected);
}

#[test]
fn a_key_of_several_tables_is_set_in_all_of_them_or_in_one() {
    let with = |sweep: &str| {
        let two = r#"noise = [{ plugin = "gaussian", scale = 0.5 }, { plugin = "laplace", scale = 0.7 }]"#;
        let one = r#"noise = { plugin = "gaussian", scale = 0.5 }"#;
        let text =
            AuditText { path: PathBuf::new(), text: format!("{CASE}{sweep}\n").replace(one, two).into() };
        let audit = parse(&text).unwrap_or_else(|error| panic!("{error}"));
        audit.case[1..].iter().map(|case| scales(case.get_ref())).collect::<Vec<_>>()
    };
    assert_eq!(with(r#"sweep = { "noise.scale" = [0.1, 0.2] }"#), [[0.1, 0.1], [0.2, 0.2]]);
    assert_eq!(with(r#"sweep = { "noise.1.scale" = [0.1, 0.2] }"#), [[0.5, 0.1], [0.5, 0.2]]);
    let both = with(r#"sweep = { "noise.0.scale" = [0.1, 0.2], "noise.1.scale" = [0.3] }"#);
    assert_eq!(both, [[0.1, 0.3], [0.2, 0.3]]);
}

#[test]
fn any_value_of_any_key_may_be_swept() {
    let names = names_of(
        r#"sweep = { "transformation.range" = [[0.0, 5.0], [0, 2]], anchors = [1, { max = 64, p = 0.75 }], classifier = ["../a/model.onnx", "b/model.onnx"], claim = ["real"] }"#,
    );
    assert_eq!(names.len(), 8);
    assert_eq!(names[0], "blur,transformation.range=0.0_5.0,anchors=1,classifier=model,claim=real");
    assert_eq!(names[7], "blur,transformation.range=0_2,anchors=max_64_p_0.75,classifier=model-2,claim=real");
    let laws = names_of(
        r#"sweep = { noise = [{ plugin = "gaussian", scale = 0.5 }, { scale = 2, plugin = "laplace" }] }"#,
    );
    assert_eq!(laws, ["blur,noise=gaussian_scale_0.5", "blur,noise=scale_2_laplace"]);
    let variants = variants("sweep = { radii = [[1.0], [2.0, 5.0]] }");
    let radii: Vec<usize> = variants.iter().map(|case| case.radii.len()).collect();
    assert_eq!(radii, [1, 2]);
}

/// Tables that the case lacks are made.
#[test]
fn a_sweep_may_bring_keys_of_its_own() {
    let variants =
        variants(r#"sweep = { "estimator.plugin" = ["proven", "displacement"], "estimator.points" = [8] }"#);
    let estimators: Vec<_> = variants.iter().map(|case| case.estimator.as_ref().unwrap().get_ref()).collect();
    assert_eq!(estimators[1].plugin.get_ref(), "displacement");
    assert_eq!(estimators[1].get("points").unwrap().get_ref().as_integer(), Some(8));
}

#[test]
fn values_keep_their_place_in_the_file() {
    let sweep = r#"sweep = { "noise.scale" = [0.125], semantic_noise = [0.375], "estimator.plugin" = ["displacement"] }"#;
    let text = text(sweep);
    let audit = parse(&text).unwrap();
    let case = audit.case[1].get_ref();
    let at = |span: std::ops::Range<usize>| &text.text[span];
    assert_eq!(at(case.semantic_noise.as_ref().unwrap().span()), "0.375");
    assert_eq!(at(case.estimator.as_ref().unwrap().get_ref().plugin.span()), "\"displacement\"");
    let noise = case.noise.as_ref().unwrap().get_ref().0[0].get_ref();
    assert_eq!(at(noise.get("scale").unwrap().span()), "0.125");
    assert_eq!(at(noise.span_of_key("scale").unwrap()), "\"noise.scale\"");
    assert_eq!(at(noise.plugin.span()), "\"gaussian\"");
}

#[test]
fn sweeps_that_make_no_sense_are_refused_at_their_place() {
    let sweeps = [
        "3",
        "{}",
        "{ semantic_noise = 0.1 }",
        "{ semantic_noise = [] }",
        "{ semantic_noise = [0.5, 1, 1.0] }",
        r#"{ semantic_noise = [0.1, "much"] }"#,
        "{ semantic_nose = [0.1] }",
        r#"{ "semantic_noise.scale" = [0.1] }"#,
        r#"{ "surrogate.f3" = ["f.onnx"] }"#,
        r#"{ "estimator.points" = [8] }"#,
        r#"{ name = ["a", "b"] }"#,
        r#"{ "noise..scale" = [1] }"#,
    ];
    let messages: Vec<String> = sweeps.iter().map(|sweep| refused(&format!("sweep = {sweep}"))).collect();
    insta::assert_snapshot!(messages.join("\n\n"));
}

#[test]
fn two_keys_that_set_one_value_are_refused() {
    for (sweep, words) in [
        (r#"{ noise = [{ plugin = "laplace" }], "noise.scale" = [1.0] }"#, "`noise.scale` and `noise`"),
        (r#"{ "noise.scale" = [1.0], "noise.0.scale" = [2.0] }"#, "`noise.0.scale` and `noise.scale`"),
        (r#"{ "noise.scale" = [1.0], noise.scale = [2.0] }"#, "`noise.scale` and `noise.scale`"),
    ] {
        let message = refused(&format!("sweep = {sweep}"));
        assert!(message.contains(&format!("{words} are both swept")), "{message}");
    }
}

#[test]
fn a_path_ends_where_nothing_has_keys() {
    let words = "`noise` is one table, no array of several, here";
    assert!(refused(r#"sweep = { "noise.0.scale" = [0.1] }"#).contains(words));
    let message = refused(r#"sweep = { "transformation.range.2" = [0.1] }"#);
    assert!(message.contains("`transformation.range` is an array of 2, numbered from 0, here"), "{message}");
}

#[test]
fn too_many_combinations_are_refused() {
    let list = |count: usize| (1..=count).map(|number| format!("{number}.5")).collect::<Vec<_>>().join(", ");
    let grid = |a: usize, b: usize| {
        format!("sweep = {{ \"noise.scale\" = [{}], semantic_noise = [{}] }}", list(a), list(b))
    };
    assert_eq!(variants(&grid(64, 64)).len(), super::MOST_VARIANTS);
    let message = refused(&grid(64, 65));
    assert!(message.contains("`sweep` makes 4160 cases of one, more than 4096"), "{message}");
}

/// Names can be told apart, whatever the values.
#[test]
fn values_that_read_alike_get_names_of_their_own() {
    let same = format!(
        "sweep = {{ classifier = [\"a/{0}1\", \"a/{0}2\", \"c/x.onnx\", \"b/x.onnx\", \"x-2\"] }}",
        "n".repeat(50)
    );
    let names = names_of(&same);
    let all: std::collections::BTreeSet<_> = names.iter().collect();
    assert_eq!(all.len(), 5, "{names:?}");
    assert!(names.iter().all(|name| name.len() < 70), "{names:?}");
}
