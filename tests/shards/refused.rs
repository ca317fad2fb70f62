//! Shards and folders that do not belong together, and shards that are not complete.

use super::*;

/// Two shards of two images each, of one case.
fn pair() -> Shards {
    Shards::new(&small(), 2)
}

fn small() -> Audit {
    let text = Audit::small().set("count", "4").text;
    Audit { text: text[..text.find("[[case]]\nname = \"defocus_blur\"").unwrap()].to_owned() }
}

const FIRST: &str = "runs/audit-shard-1-of-2";
const SECOND: &str = "runs/audit-shard-2-of-2";

fn assert_refused(said: &Output, code: i32, words: &[&str]) {
    let text = support::stderr(said);
    assert_eq!(said.status.code(), Some(code), "{text}");
    for word in words {
        assert!(text.contains(word), "no `{word}` in {text}");
    }
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        // Plots and pictures lie in folders of their own, and are not in question.
        if entry.path().is_file() {
            std::fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
        }
    }
}

#[test]
fn what_is_no_shard_is_bad_usage() {
    let folder = tempfile::tempdir().unwrap();
    small().write(folder.path());
    for bad in ["0/4", "5/4", "x", "1", "1/0", "-1/4", "1/4/4", ""] {
        let said = gsmooth(folder.path(), &["certify", "audit.toml", &format!("--shard={bad}")]);
        assert_refused(&said, 2, &["--shard", "expected I/N with I from 1 to N, such as 1/4"]);
        assert!(!folder.path().join("runs").exists());
    }
}

#[test]
fn a_folder_goes_on_with_its_own_shard_only() {
    let shards = pair();
    let before = shards.shard(1, 2).text("records.jsonl");
    for (shard, words) in [("2/2", "not shard 2 of 2"), ("1/3", "not shard 1 of 3")] {
        let said = certify(shards.path(), shard, &["--output", FIRST]);
        assert_refused(&said, 3, &["holds shard 1 of 2", words, "--output", "--restart"]);
    }
    let said = gsmooth(shards.path(), &["certify", "audit.toml", "--output", FIRST]);
    assert_refused(&said, 3, &["holds shard 1 of 2, not a whole run"]);
    assert_eq!(shards.shard(1, 2).text("records.jsonl"), before, "nothing is lost");

    assert_eq!(
        gsmooth(shards.path(), &["certify", "audit.toml", "--output", "whole"]).status.code(),
        Some(0)
    );
    let said = certify(shards.path(), "1/2", &["--output", "whole"]);
    assert_refused(&said, 3, &["holds a whole run, not shard 1 of 2"]);

    let said = certify(shards.path(), "2/2", &["--output", FIRST, "--restart"]);
    assert_eq!(said.status.code(), Some(0), "{}", support::stderr(&said));
    assert_eq!(shards.shard(1, 2).text("records.jsonl"), shards.shard(2, 2).text("records.jsonl"));
    let said = gsmooth(shards.path(), &["certify", "audit.toml", "--output", FIRST, "--restart"]);
    assert_eq!(said.status.code(), Some(0));
    assert!(!shards.shard(1, 2).0.join("shard.json").exists(), "now a whole run");
}

/// Records are gone on with only if they are the first ones of the run, whoever wrote them there.
#[test]
fn records_out_of_order_are_no_beginning() {
    let shards = pair();
    let run = shards.shard(1, 2);
    let whole = run.text("records.jsonl");
    let lines: Vec<&str> = whole.lines().collect();
    let (header, first, second) = (lines[0], lines[1], lines[2]);
    for (text, line) in [
        (format!("{header}\n{second}\n{first}\n"), "line 2 is image 2 of case gaussian_blur, where image 0"),
        (format!("{header}\n{first}\n{first}\n"), "line 3 is image 0 of case gaussian_blur, where image 2"),
        (format!("{header}\n{second}\n"), "line 2 is image 2"),
        (format!("{whole}{first}\n"), "line 4 is image 0 of case gaussian_blur, where nothing belongs"),
    ] {
        std::fs::write(run.0.join("records.jsonl"), &text).unwrap();
        let said = certify(shards.path(), "1/2", &[]);
        assert_refused(&said, 3, &["records.jsonl", line, "--restart"]);
        assert_eq!(run.text("records.jsonl"), text, "it stays as it is");
        assert_refused(&shards.merge(&[FIRST, SECOND]), 3, &["records.jsonl", line]);
        assert!(!shards.merged().0.exists());
    }
}

#[test]
fn images_that_are_missing_are_named_with_the_way_on() {
    let shards = pair();
    let said = shards.merge(&[SECOND]);
    assert_refused(
        &said,
        4,
        &["shard 1/2 is not among the folders", "image 0, 2 of case gaussian_blur", "--shard 1/2`"],
    );
    let records = shards.shard(2, 2).text("records.jsonl");
    let cut = records.trim_end().rfind('\n').unwrap() + 1;
    std::fs::write(shards.shard(2, 2).0.join("records.jsonl"), &records[..cut]).unwrap();
    let said = shards.merge(&[FIRST, SECOND]);
    assert_refused(&said, 4, &["shard 2/2 in", "lacks image 3 of case gaussian_blur"]);
    assert!(!shards.merged().0.exists(), "nothing is written");

    // The command that is named goes on, and then all are there.
    let text = support::stderr(&said);
    let command = text.split('`').nth(1).unwrap_or_else(|| panic!("{text}"));
    let words = shlex::split(command).unwrap();
    assert_eq!(words[0], "gsmooth");
    let words: Vec<&str> = words[1..].iter().map(String::as_str).collect();
    assert_eq!(gsmooth(shards.path(), &words).status.code(), Some(0), "{command}");
    assert_eq!(shards.merge(&[FIRST, SECOND]).status.code(), Some(0));
    assert_eq!(shards.merged().records().len(), 4);
}

/// A shard that is only being begun is one to wait for; a folder of something else is not.
#[test]
fn a_shard_without_a_record_is_not_complete() {
    let shards = pair();
    let begun = shards.path().join("begun");
    std::fs::create_dir(&begun).unwrap();
    assert_refused(&shards.merge(&[FIRST, "begun"]), 3, &["begun is no run folder"]);
    std::fs::write(begun.join("records.jsonl"), "").unwrap();
    assert_refused(&shards.merge(&[FIRST, "begun"]), 4, &["begun was begun", "gsmooth certify"]);
}

#[test]
fn folders_that_do_not_belong_together() {
    let shards = pair();
    assert_refused(&shards.merge(&[FIRST, FIRST]), 2, &["both hold shard 1/2"]);
    assert_refused(&shards.merge(&[]), 2, &["DIR"]);
    assert_refused(&shards.merge(&[FIRST, "nowhere"]), 3, &["nowhere is no run folder"]);

    gsmooth(shards.path(), &["certify", "audit.toml", "--output", "whole"]);
    assert_refused(&shards.merge(&[FIRST, "whole"]), 2, &["whole holds a whole run"]);
    assert_eq!(certify(shards.path(), "2/3", &[]).status.code(), Some(0));
    let said = shards.merge(&[FIRST, "runs/audit-shard-2-of-3"]);
    assert_refused(&said, 2, &["holds a shard of 2", "one of 3"]);

    // Other noise, and other words in the audit file.
    small().set("seed", "6").write(shards.path());
    certify(shards.path(), "2/2", &["--output", "other"]);
    assert_refused(&shards.merge(&[FIRST, "other"]), 2, &["different runs", "differ in audit, seed"]);
    small().set("seed", "5 # the fifth").write(shards.path());
    certify(shards.path(), "2/2", &["--output", "reworded"]);
    assert_refused(
        &shards.merge(&[FIRST, "reworded"]),
        2,
        &["the audit files in", "differ", "gsmooth certify"],
    );
    assert!(!shards.merged().0.exists());
}

#[test]
fn an_output_folder_that_holds_something_else() {
    let shards = pair();
    copy(&shards.shard(1, 2).0, &shards.merged().0);
    assert_refused(&shards.merge(&[FIRST, SECOND]), 2, &["merged holds another run, or a shard", "--output"]);
    std::fs::remove_file(shards.merged().0.join("shard.json")).unwrap();
    assert_refused(&shards.merge(&[FIRST, SECOND]), 2, &["merged holds another run"]);
    assert_eq!(shards.merged().text("records.jsonl"), shards.shard(1, 2).text("records.jsonl"));
    let other = shards.merged().text("records.jsonl").replace("\"seed\":5", "\"seed\":6");
    std::fs::write(shards.merged().0.join("records.jsonl"), other).unwrap();
    assert_refused(&shards.merge(&[FIRST, SECOND]), 2, &["merged holds another run"]);
}

#[test]
fn a_damaged_shard_file_is_named() {
    let shards = pair();
    for text in ["", "{}", "{\"shard\": 3, \"of\": 2}", "\u{0}"] {
        std::fs::write(shards.shard(1, 2).0.join("shard.json"), text).unwrap();
        assert_refused(&shards.merge(&[FIRST, SECOND]), 3, &["cannot read", "shard.json"]);
        assert_refused(&certify(shards.path(), "1/2", &[]), 3, &["cannot read", "shard.json"]);
    }
}
