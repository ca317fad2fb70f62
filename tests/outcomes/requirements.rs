//! `require`: what a run must reach.

use super::*;

/// Exit code and standard error of the small audit, in which every image is certified to a radius of 2 and few to the
/// end of the range.
fn outcome(audit: &Audit) -> (Option<i32>, String) {
    let folder = tempfile::tempdir().unwrap();
    let (said, _) = support::certify(audit, folder.path());
    (said.status.code(), support::stderr(&said))
}

fn requiring(radius: &str, accuracy: &str) -> Audit {
    let require = format!("require = {{ radius = {radius}, certified_accuracy = {accuracy} }}");
    audit().with("radii = [4.0, 9.0]", &format!("radii = [4.0, 9.0]\n{require}"))
}

#[test]
fn what_is_not_met_fails_the_run_and_is_named_with_its_line() {
    assert_eq!(outcome(&requiring("4.0", "0.9")).0, Some(0));
    let audit = requiring("9.0", "0.99");
    let (code, said) = outcome(&audit);
    assert_eq!(code, Some(1), "{said}");
    let place = format!("audit.toml:{}: ", audit.line_of("require ="));
    assert!(said.contains(&place), "{place} in {said}");
    for words in ["case gaussian_blur is not met", "at radius 9", "required 99.0 %"] {
        assert!(said.contains(words), "{words} in {said}");
    }
}

#[test]
fn a_table_of_its_own_has_its_line_too() {
    let mut audit = audit();
    audit.text += "\n[case.require]\nradius = 5.0\ncertified_accuracy = 0.99\n";
    let (code, said) = outcome(&audit);
    assert_eq!(code, Some(1), "{said}");
    let place = format!("audit.toml:{}: ", audit.line_of("[case.require]"));
    assert!(said.contains(&place), "{place} in {said}");
}

/// The radius that a requirement names need not be one of those that are listed.
#[test]
fn any_radius_of_the_range_can_be_required() {
    let (code, said) = outcome(&requiring("2.0", "0.9"));
    assert_eq!(code, Some(0), "{said}");
    let (code, said) = outcome(&requiring("36.0", "0.9"));
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("at radius 36, required 90.0 %"), "{said}");
}

#[test]
fn a_requirement_comes_before_errors() {
    let folder = tempfile::tempdir().unwrap();
    let failing = with_blind(folder.path(), "f2", 119.0);
    let require = "radii = [1.0, 5.0]\nrequire = { radius = 1.0, certified_accuracy = 0.9 }";
    let (code, said) = outcome(&failing.with("radii = [1.0, 5.0]", require));
    assert_eq!(code, Some(1), "{said}");
}
