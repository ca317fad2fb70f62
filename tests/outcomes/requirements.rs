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

/// What others have published stands beside the last radius, and nowhere without it.
#[test]
fn what_was_published_is_shown_beside_the_last_radius() {
    let folder = tempfile::tempdir().unwrap();
    let table = |audit: &Audit, name: &str| {
        let (said, run) = support::certify(audit, &folder.path().join(name));
        (String::from_utf8(said.stdout).unwrap(), run)
    };
    let (plain, first) = table(&audit(), "plain");
    assert!(plain.contains("| 95 %") && !plain.contains("published"), "{plain}");
    let compared = audit().with("radii = [4.0, 9.0]", "radii = [4.0, 9.0]\npublished = 0.4375");
    let (compared, second) = table(&compared, "compared");
    let row = |start: &str| compared.lines().find(|line| line.contains(start)).unwrap().to_owned();
    assert!(row("| gaussian_blur").matches('%').count() == 2, "{compared}");
    let last = compared.lines().skip_while(|line| !line.contains("gaussian_blur")).nth(1).unwrap();
    assert!(last.contains("43.8 %"), "{compared}");
    // It changes nothing of what is certified.
    assert_eq!(first.body(), second.body());
    assert_eq!(first.header()["audit"], second.header()["audit"]);
    let summary = &first.summary()["cases"][0]["certified_accuracy"][0];
    let share = |key: &serde_json::Value| key.as_f64().unwrap();
    let (low, high) = (share(&summary["interval"][0]), share(&summary["interval"][1]));
    assert!(low < share(&summary["accuracy"]) && share(&summary["accuracy"]) <= high, "{summary}");
}
