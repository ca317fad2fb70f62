//! Two hundred audit files that are spoilt at random: each is refused with a message that names the file, and the line
//! where there is one; nothing panics, hangs or is written.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Child, Output, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use gsmooth::audit::plan::{Plan, PlanOptions};

#[path = "malformed_audits/mutation.rs"]
// Without the dereference the compiler takes the type of the elements for `str`.
#[allow(clippy::explicit_auto_deref)]
mod mutation;
mod support;
#[path = "malformed_audits/tokens.rs"]
mod tokens;

use support::random::Random;

/// How many are collected.
const MALFORMED: usize = 200;
/// Every how many of them one goes through the binary.
const THROUGH_BINARY: usize = 3;
/// A file that takes longer hangs.
const PATIENCE: Duration = Duration::from_secs(60);
/// No message is longer, whatever the file holds.
const LONGEST_MESSAGE: usize = 8_000;

/// Shipped audits whose data and models are in the repository, with absolute paths.
fn bases() -> Vec<String> {
    let names =
        ["quickstart", "covers", "frozen", "mnist-single-anchor", "mnist/rotation", "mnist/translation"];
    let folder = support::repository().join("configs");
    let text = |name: &&str| {
        let path = folder.join(format!("{name}.toml"));
        let up = if name.contains('/') { "../../onnx" } else { "../onnx" };
        let onnx = support::repository().join("onnx").display().to_string().replace('\\', "/");
        std::fs::read_to_string(path).unwrap().replace(up, &onnx)
    };
    names.iter().map(text).collect()
}

/// What is wrong with a file.
#[derive(Debug)]
struct Refusal {
    exit_code: u8,
    message: String,
    /// The line that it points to, from 1.
    line: Option<usize>,
}

/// Opens an audit file as `gsmooth check` does, in a thread that may panic or hang.
fn open(path: &Path) -> Result<(), Refusal> {
    let options = PlanOptions {
        ort_lib: Some(support::onnx_runtime().to_owned()),
        offline: true,
        ..Default::default()
    };
    let (sender, receiver) = mpsc::channel();
    let file = path.to_owned();
    let thread = std::thread::spawn(move || {
        let opened = Plan::open(&file, &options, &mut |_| {}).map(drop).map_err(|problem| {
            let text = problem.file.text.clone();
            Refusal {
                exit_code: problem.exit_code(),
                message: problem.render(false),
                // An empty file has no line to point to.
                line: problem
                    .span
                    .as_ref()
                    .filter(|span| span.end > 0)
                    .map(|span| text[..span.start].matches('\n').count() + 1),
            }
        });
        let _ = sender.send(opened);
    });
    match receiver.recv_timeout(PATIENCE) {
        Ok(opened) => opened,
        Err(mpsc::RecvTimeoutError::Disconnected) => panic!("it panicked: {:?}", thread.join()),
        Err(mpsc::RecvTimeoutError::Timeout) => panic!("it hangs"),
    }
}

/// The message is one for people: it names the place, and holds nothing that a terminal would obey.
fn assert_plain(message: &str, line: Option<usize>) {
    assert!(message.contains("audit.toml"), "the file is not named:\n{message}");
    if let Some(line) = line {
        assert!(message.contains(&format!("audit.toml:{line}:")), "line {line} is not named:\n{message}");
    }
    let odd = message.chars().find(|c| (c.is_control() && *c != '\n') || *c == '\u{202e}');
    assert_eq!(odd, None, "{message:?}");
    assert!(message.len() <= LONGEST_MESSAGE, "{} bytes: {}", message.len(), &message[..300]);
}

fn waited(mut child: Child) -> Output {
    let begin = Instant::now();
    while child.try_wait().unwrap().is_none() {
        if begin.elapsed() > PATIENCE {
            let _ = child.kill();
            panic!("the binary hangs");
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    child.wait_with_output().unwrap()
}

/// The binary refuses it for the same reason, and writes nothing.
fn assert_refused_by_binary(path: &Path, command: &str, refusal: &Refusal) {
    let folder = path.parent().unwrap();
    let (out, err) = (folder.join("out.txt"), folder.join("err.txt"));
    let child = support::plain_gsmooth()
        .current_dir(folder)
        .args([command, "audit.toml", "--offline", "--ort-lib"])
        .arg(support::onnx_runtime())
        .stdout(std::fs::File::create(&out).unwrap())
        .stderr(std::fs::File::create(&err).unwrap())
        .stdin(Stdio::null())
        .spawn()
        .unwrap();
    let status = waited(child).status;
    let (stdout, stderr) = (std::fs::read_to_string(&out).unwrap(), std::fs::read_to_string(&err).unwrap());
    std::fs::remove_file(out).unwrap();
    std::fs::remove_file(err).unwrap();
    assert_eq!(status.code(), Some(i32::from(refusal.exit_code)), "{stderr}");
    assert_eq!(stdout, "", "no results");
    assert!(stderr.starts_with("error: ") && !stderr.contains("panicked"), "{stderr}");
    assert_plain(&stderr, refusal.line);
}

fn files_in(folder: &Path) -> Vec<PathBuf> {
    std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect()
}

#[test]
fn the_audits_that_are_spoilt_are_fine() {
    support::build_plugins();
    let folder = tempfile::tempdir().unwrap();
    for base in bases() {
        let path = folder.path().join("audit.toml");
        std::fs::write(&path, &base).unwrap();
        open(&path).unwrap_or_else(|refusal| panic!("{}", refusal.message));
    }
}

#[test]
fn two_hundred_malformed_audits_are_refused() {
    support::build_plugins();
    let (bases, mut random) = (bases(), Random(7));
    let (mut refused, mut tally) = (0, BTreeMap::<&str, usize>::new());
    let mut faults = Vec::new();
    for turn in 0..4 * MALFORMED {
        if refused == MALFORMED {
            break;
        }
        let (name, mutate) = mutation::ALL[turn % mutation::ALL.len()];
        let base = random.of(&bases);
        let Some(bytes) = mutate(base, &mut random) else { continue };
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("audit.toml");
        std::fs::write(&path, &bytes).unwrap();
        let outcome = std::panic::catch_unwind(|| {
            let opened = open(&path);
            if let Err(refusal) = &opened {
                assert!([2, 3].contains(&refusal.exit_code), "{refusal:?}");
                assert_plain(&refusal.message, refusal.line);
                if refused % THROUGH_BINARY == 0 {
                    let command = if refused % 2 == 0 { "check" } else { "certify" };
                    assert_refused_by_binary(&path, command, refusal);
                }
            }
            assert_eq!(files_in(folder.path()), std::slice::from_ref(&path), "something was written");
            opened
        });
        let Ok(opened) = outcome else {
            let kept = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("malformed-{turn}.toml"));
            std::fs::write(&kept, &bytes).unwrap();
            println!("---- {turn} {name}: FAULT");
            faults.push(format!("{name}: {}", kept.display()));
            continue;
        };
        match &opened {
            Err(refusal) => println!("---- {turn} {name}: {}\n{}", refusal.exit_code, refusal.message),
            Ok(()) => println!("---- {turn} {name}: valid"),
        }
        if opened.is_err() {
            refused += 1;
            *tally.entry(name).or_default() += 1;
        }
    }
    assert!(faults.is_empty(), "see the panics above of\n{}", faults.join("\n"));
    assert_eq!(refused, MALFORMED);
    assert!(
        mutation::ALL.iter().all(|(name, _)| tally.contains_key(name)),
        "each way spoils some: {tally:?}"
    );
}
