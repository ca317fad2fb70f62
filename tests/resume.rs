//! Runs that are killed, interrupted, changed or begun anew, with the real binary: what is on record at the end does not
//! show it.

use std::path::{Path, PathBuf};
use std::process::{Child, ExitStatus, Stdio};
use std::sync::OnceLock;
use std::thread::sleep;
use std::time::{Duration, Instant};

#[path = "resume/changed.rs"]
mod changed;
#[path = "resume/killed.rs"]
mod killed;
#[cfg(unix)]
#[path = "resume/signals.rs"]
mod signals;
mod support;

use support::audit::Audit;
use support::run_folder::{RunFolder, lines_on_record};

/// A run that hangs would otherwise hold up everything.
const PATIENCE: Duration = Duration::from_secs(60);

/// Two cases of 12 images that take long enough to be stopped in between, on two threads of a machine of any size.
fn audit() -> Audit {
    with_runtime("threads = 2")
}

/// The same with other entries for `[runtime]`.
fn with_runtime(entries: &str) -> Audit {
    Audit::small().set("draws", "400").before_sampling(&format!("[runtime]\n{entries}"))
}

/// The same with so many draws that no image of it ends within a test.
fn endless() -> Audit {
    audit().set("draws", "500000000")
}

/// `records.jsonl` of a run that nothing disturbed.
fn undisturbed() -> &'static RunFolder {
    static RUN: OnceLock<(tempfile::TempDir, RunFolder)> = OnceLock::new();
    &RUN.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let run = support::certified(&audit(), folder.path());
        assert_eq!(run.records().len(), 24);
        (folder, run)
    })
    .1
}

/// A folder with an audit file, and the run folder in it.
struct Site {
    folder: tempfile::TempDir,
}

impl Site {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    fn run(&self) -> RunFolder {
        RunFolder(self.folder.path().join("run"))
    }

    fn stderr(&self) -> PathBuf {
        self.folder.path().join("stderr.txt")
    }

    /// Starts a run of `audit`; what it says goes to a file, which never fills up as a pipe does.
    fn start(&self, audit: &Audit, arguments: &[&str]) -> Running {
        let stderr = std::fs::File::create(self.stderr()).unwrap();
        let child = support::plain_gsmooth()
            .arg("certify")
            .arg(audit.write(self.folder.path()))
            .arg("--output")
            .arg(self.run().0)
            .args(arguments)
            .stdout(Stdio::null())
            .stderr(stderr)
            .spawn()
            .unwrap();
        Running { child, run: self.run().0, stderr: self.stderr() }
    }

    /// Runs `audit` to its end: the exit code, and what was said.
    fn finish(&self, audit: &Audit, arguments: &[&str]) -> (Option<i32>, String) {
        let status = self.start(audit, arguments).end();
        (status.code(), std::fs::read_to_string(self.stderr()).unwrap())
    }

    fn records(&self) -> Vec<u8> {
        std::fs::read(self.run().0.join("records.jsonl")).unwrap_or_default()
    }

    /// The run of [`audit`] that is there is complete, and as if nothing had happened.
    fn assert_undisturbed(&self) {
        assert_same_run(&self.run(), undisturbed());
    }
}

/// Two runs agree in all that does not tell the time.
fn assert_same_run(found: &RunFolder, expected: &RunFolder) {
    assert_eq!(found.text("records.jsonl"), expected.text("records.jsonl"));
    assert_eq!(figures(found), figures(expected));
    let timeless = |run: &RunFolder| -> Vec<String> {
        let text = run.text("certify.tsv");
        text.lines().map(|line| line.split('\t').take(5).collect::<Vec<_>>().join("\t")).collect()
    };
    assert_eq!(timeless(found), timeless(expected));
}

/// The summary, but for the digest of the audit file, whose text may name other batches and threads.
fn figures(run: &RunFolder) -> serde_json::Value {
    let mut summary: serde_json::Value = serde_json::from_str(&run.text("summary.json")).unwrap();
    let audit = summary["digests"].as_object_mut().unwrap().remove("audit");
    assert!(audit.is_some_and(|digest| digest.as_str().is_some_and(|digest| digest.len() == 64)));
    summary
}

/// A run under way; killed when it is let go.
struct Running {
    child: Child,
    run: PathBuf,
    stderr: PathBuf,
}

impl Running {
    /// Waits for as many lines on record, or the end of the run.
    fn until_on_record(&mut self, lines: usize) {
        self.until("enough on record", |run| lines_on_record(run) >= lines);
    }

    /// Waits until it said something.
    fn until_said(&mut self, words: &str) {
        let stderr = self.stderr.clone();
        self.until(words, |_| std::fs::read_to_string(&stderr).is_ok_and(|text| text.contains(words)));
    }

    fn until(&mut self, what: &str, reached: impl Fn(&Path) -> bool) {
        let begin = Instant::now();
        while !reached(&self.run) && self.child.try_wait().unwrap().is_none() {
            assert!(begin.elapsed() < PATIENCE, "waited in vain: {what}");
            sleep(Duration::from_millis(1));
        }
    }

    /// Kills it, unless it ended; whether it ended by itself.
    fn kill(mut self) -> bool {
        let ended = self.child.try_wait().unwrap().is_some();
        let _ = self.child.kill();
        self.child.wait().unwrap();
        ended
    }

    fn end(mut self) -> ExitStatus {
        let begin = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(begin.elapsed() < PATIENCE, "the run does not end");
            sleep(Duration::from_millis(2));
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
