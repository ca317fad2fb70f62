//! The audit file itself: missing, no TOML, or no audit's TOML.

use super::support::audit::Audit;
use super::{AUDIT, Refusal, assert_refused, refused, support};

#[test]
fn a_missing_file_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("absent.toml");
    for command in ["certify", "check"] {
        let said = support::plain_gsmooth().arg(command).arg(&path).output().unwrap();
        Refusal::of(&said).code(AUDIT).says(&["cannot read the audit file", "absent.toml"]);
    }
}

#[test]
fn broken_toml_is_shown_with_its_line() {
    assert_refused(AUDIT, "seed = 5", "seed = five", &["seed = five", "expected"]);
    assert_refused(AUDIT, "first = 0", "first 0", &["first 0", "expected"]);
    assert_refused(AUDIT, "[sampling]", "[sampling", &["[sampling", "expected"]);
}

#[test]
fn a_file_that_is_no_text_is_shown_where_it_ceases_to_be_one() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("audit.toml");
    let audit = Audit::small();
    let mut bytes = audit.text.clone().into_bytes();
    let at = audit.text.find("seed").unwrap();
    bytes[at] = 0xff;
    let said = |bytes: &[u8]| {
        std::fs::write(&path, bytes).unwrap();
        Refusal::of(&support::plain_gsmooth().arg("check").arg(&path).output().unwrap()).code(AUDIT)
    };
    said(&bytes).at_line(audit.line_of("seed")).says(&["no UTF-8 text", "save it as UTF-8"]);
    said(&vec![b'#'; (16 << 20) + 1]).says(&["longer than 16777216 bytes"]);
}

#[test]
fn long_values_are_shown_by_their_ends() {
    let long = format!("radii = [{}]", "4.0, ".repeat(5_000));
    for (from, to) in [
        ("name = \"gaussian_blur\"", format!("name = \"{} \"", "x".repeat(1_000_000))),
        ("range = [0.0, 36.0]", "range = [0.0, -1e308]".to_owned()),
        ("radii = [4.0, 9.0]", format!("{long}\nanchors = [{}]", "4, ".repeat(5_000))),
    ] {
        let refusal = refused(&Audit::small().with(from, &to)).code(AUDIT);
        assert!(refusal.text.contains('…') && refusal.text.len() < 6_000, "{}", refusal.text);
    }
}

#[test]
fn an_unknown_key_comes_with_the_nearest_known_one() {
    let words = ["unknown field `draw`", "did you mean `draws`?"];
    assert_refused(AUDIT, "draws = 200", "draw = 200", &words);
    let words = ["unknown field `transfromation`", "did you mean `transformation`?"];
    let right = "transformation = { plugin = \"gaussian_blur\"";
    assert_refused(AUDIT, right, &right.replace("transformation", "transfromation"), &words);
    let words = ["unknown field `f3`", "expected one of"];
    assert_refused(AUDIT, "f2 = ", "f3 = ", &words);
}

#[test]
fn a_value_of_the_wrong_type_is_shown_with_the_right_one() {
    let words = ["invalid type: string \"many\"", "expected a whole number, 0 or more"];
    assert_refused(AUDIT, "draws = 200", "draws = \"many\"", &words);
    assert_refused(AUDIT, "count = 12", "count = -3", &["-3", "expected a whole number, 0 or more"]);
    assert_refused(
        AUDIT,
        "radii = [4.0, 9.0]",
        "radii = 4.0",
        &["invalid type: floating point `4.0`", "expected an array"],
    );
    assert_refused(AUDIT, "radii = [4.0, 9.0]", "radii = ['4']", &["string", "expected a number"]);
    assert_refused(AUDIT, "[data]\n", "data = 3\n[x]\n", &["integer `3`", "expected a table"]);
    let words = ["option `scale`", "noise plugin `exponential`", "number", "wide"];
    assert_refused(AUDIT, "scale = 5.0", "scale = \"wide\"", &words);
}

#[test]
fn a_missing_key_is_named() {
    let audit = Audit::small().with("format = \"idx\"\n", "");
    refused(&audit).code(AUDIT).at_line(audit.line_of("[data]")).says(&["missing field `format`"]);
}

#[test]
fn case_names_are_unique() {
    let line = Audit::small().line_of("name = \"defocus_blur\"");
    let audit = Audit::small().with("name = \"defocus_blur\"", "name = \"gaussian_blur\"");
    refused(&audit).code(AUDIT).at_line(line).says(&["two cases named `gaussian_blur`"]);
}

#[test]
fn a_case_that_is_not_there_is_refused_with_those_that_are() {
    let folder = tempfile::tempdir().unwrap();
    let refusal = super::refused_in(&Audit::small(), folder.path(), &["--case", "defocus_blurr"]);
    refusal.code(AUDIT).says(&[
        "`defocus_blurr`",
        "one of defocus_blur, gaussian_blur",
        "did you mean `defocus_blur`?",
    ]);
}
