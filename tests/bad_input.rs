//! Audits with one thing wrong, given to the real binary: it says what, where, what it found and what it expected, ends
//! with the right exit code, and leaves no run folder behind.

use std::path::Path;
use std::process::Output;

#[path = "bad_input/audit_file.rs"]
mod audit_file;
#[path = "bad_input/data.rs"]
mod data;
#[path = "bad_input/model_files.rs"]
mod model_files;
#[path = "bad_input/numbers.rs"]
mod numbers;
#[path = "bad_input/surroundings.rs"]
mod surroundings;
#[path = "bad_input/values.rs"]
mod values;

mod support;

use support::audit::Audit;

/// Bad usage, or a bad audit file.
const AUDIT: i32 = 2;
/// A model, plugin, data file or runtime that is missing or unfit.
const UNFIT: i32 = 3;

/// What the binary said when it refused something.
struct Refusal {
    code: Option<i32>,
    text: String,
}

impl Refusal {
    /// Every refusal is a message, never a panic or a signal.
    fn of(said: &Output) -> Self {
        let text = support::stderr(said);
        assert!(!text.contains("panicked"), "{text}");
        assert!(text.contains("error"), "{text}");
        Self { code: said.status.code(), text }
    }

    fn code(self, expected: i32) -> Self {
        assert_eq!(self.code, Some(expected), "{}", self.text);
        self
    }

    fn says(self, words: &[&str]) -> Self {
        for word in words {
            assert!(self.text.contains(word), "no `{word}` in\n{}", self.text);
        }
        self
    }

    /// It points to this line of the audit file.
    fn at_line(self, line: usize) -> Self {
        let place = format!("audit.toml:{line}:");
        self.says(&[&place])
    }
}

/// Certifies an audit that must be refused before anything is written.
fn refused(audit: &Audit) -> Refusal {
    let folder = tempfile::tempdir().unwrap();
    refused_in(audit, folder.path(), &[])
}

/// The same in a folder that holds files of the test, with more arguments.
fn refused_in(audit: &Audit, folder: &Path, arguments: &[&str]) -> Refusal {
    let run = folder.join("run");
    let said = support::plain_gsmooth()
        .arg("certify")
        .arg(audit.write(folder))
        .arg("--output")
        .arg(&run)
        .args(arguments)
        .output()
        .unwrap();
    assert!(!run.exists(), "a refused audit leaves a run folder");
    Refusal::of(&said)
}

/// The small audit, changed in one place, is refused with this code at the line of `to`; the message holds `words`.
fn assert_refused(code: i32, from: &str, to: &str, words: &[&str]) {
    let audit = Audit::small().with(from, to);
    refused(&audit).code(code).at_line(audit.line_of(to)).says(words);
}

/// What the audits of this file are changed from is fine.
#[test]
fn the_audit_without_a_fault_is_taken() {
    let folder = tempfile::tempdir().unwrap();
    let said =
        support::plain_gsmooth().arg("check").arg(Audit::small().write(folder.path())).output().unwrap();
    assert!(said.status.success(), "{}", support::stderr(&said));
}
