//! Interrupted by signals, as by Ctrl-C or a batch system.

use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::*;

/// A command that hangs would otherwise hold up everything.
const PATIENCE: Duration = Duration::from_secs(60);

fn wait_for(what: &str, mut is_there: impl FnMut() -> bool) {
    let begin = Instant::now();
    while !is_there() {
        assert!(begin.elapsed() < PATIENCE, "{what} does not come");
        sleep(Duration::from_millis(20));
    }
}

/// An attack under way, which does not outlive its test.
struct Running(Child);

impl Running {
    fn interrupt(&self) {
        let kill = format!("kill -INT {}", self.0.id());
        assert!(Command::new("sh").args(["-c", &kill]).status().unwrap().success());
    }

    fn end(&mut self) -> Option<i32> {
        wait_for("the end", || self.0.try_wait().unwrap().is_some());
        self.0.wait().unwrap().code()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It has ended, unless the test has failed.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn start(audit: &Audit, folder: &Path) -> Running {
    let stderr = std::fs::File::create(folder.join("stderr.txt")).unwrap();
    let mut command = support::plain_gsmooth();
    command.arg("attack").arg(audit.write(folder)).arg("--output").arg(folder.join("run"));
    Running(command.stdout(Stdio::null()).stderr(stderr).spawn().unwrap())
}

#[test]
fn an_interrupted_attack_ends_after_the_images_under_way_or_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let audit = |attack: &str| {
        Audit::small()
            .set("draws", "100")
            .before_sampling(&format!("[runtime]\nthreads = 1\n[attack]\n{attack}"))
    };
    let run = support::certified(&audit("grid = 3"), folder.path());
    let lines = || std::fs::read_to_string(run.0.join("attack.jsonl")).unwrap_or_default().lines().count();
    let said = || std::fs::read_to_string(folder.path().join("stderr.txt")).unwrap();

    let mut attack = start(&audit("steps = 4\nstarts = 1"), folder.path());
    wait_for("the first image", || lines() >= 1);
    attack.interrupt();
    assert_eq!(attack.end(), Some(4), "{}", said());
    assert!(said().contains("interrupted: what was found so far is not tested"), "{}", said());
    assert!((1..24).contains(&lines()), "too late to interrupt anything");
    let report: Value = serde_json::from_str(&run.text("attack.json")).unwrap();
    assert_eq!(report["stopped"], true);

    // An image that takes for ever.
    let mut attack = start(&audit("steps = 1000000"), folder.path());
    wait_for("the beginning", || lines() == 0);
    attack.interrupt();
    wait_for("the answer", || said().contains("interrupt again to stop at once"));
    attack.interrupt();
    assert_eq!(attack.end(), Some(4));
}
