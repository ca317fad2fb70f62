//! What can't be attacked, and settings that make no sense.

use super::*;

#[test]
fn there_must_be_a_run_of_this_audit() {
    let folder = tempfile::tempdir().unwrap();
    let audit = small().set("count", "1");
    let said = attack(&audit, folder.path(), &[]);
    assert_eq!(said.status.code(), Some(3));
    assert!(support::stderr(&said).contains("run `gsmooth certify` first"), "{}", support::stderr(&said));

    let run = support::certified(&audit, folder.path());
    let said = attack(&audit.set("seed", "6"), folder.path(), &[]);
    assert_eq!(said.status.code(), Some(3));
    assert!(
        support::stderr(&said).contains("holds a run of another audit, seed"),
        "{}",
        support::stderr(&said)
    );

    let header = run.text("records.jsonl").lines().next().unwrap().to_owned() + "\n";
    std::fs::write(run.0.join("records.jsonl"), &header).unwrap();
    let said = attack(&audit, folder.path(), &[]);
    assert_eq!(said.status.code(), Some(3));
    assert!(support::stderr(&said).contains("holds no record of the images"), "{}", support::stderr(&said));

    std::fs::write(run.0.join("records.jsonl"), header + "{}\n").unwrap();
    let said = attack(&audit, folder.path(), &[]);
    assert_eq!(said.status.code(), Some(3));
    assert!(support::stderr(&said).contains("line 2 is no record"), "{}", support::stderr(&said));
}

#[test]
fn settings_are_checked_by_every_command() {
    let folder = tempfile::tempdir().unwrap();
    for (table, words) in [
        ("[attack]\nsteps = -1", "a whole number, 0 or more"),
        ("[attack]\ngrid = 1", "`grid` can't be 1: expected a whole number from 2"),
        ("[attack]\nconfirm = 0", "`confirm` can't be 0"),
        ("[attack]\nimages = 0", "`images` can't be 0"),
        ("[attack]\nstart = 3", "did you mean `starts`?"),
    ] {
        let audit = small().before_sampling(table);
        let (said, _) = support::certify(&audit, folder.path());
        let text = support::stderr(&said);
        assert_eq!(said.status.code(), Some(2), "{text}");
        assert!(
            text.contains(words) && text.contains(&format!("audit.toml:{}", audit.line_of(table) + 1)),
            "{text}"
        );
    }
    let said = attack(&small(), folder.path(), &["--images", "0"]);
    assert_eq!(said.status.code(), Some(2));
}
