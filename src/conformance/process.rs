//! A process that is given some time, and what it said.

use std::io::{self, Read};
use std::process::{Child as Process, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use super::select::Contents;
use super::verdict::Outcome;

/// How often a running process is looked after.
const EVERY: Duration = Duration::from_millis(4);
/// How long what a process said is waited for after its end: its own children may hold its output open.
const AFTERWARDS: Duration = Duration::from_secs(2);
/// Most bytes of output that are kept.
const MOST_OUTPUT: u64 = 1 << 22;

/// How the end of a process begins whose time is up.
pub(super) const NO_ANSWER: &str = "no answer within";

/// A line that a child writes to its standard output.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// What it is about to try.
    Trying(String),
    /// What the test came to.
    Outcome(Outcome),
    /// The tests of the library.
    Tests(Contents),
    /// The library cannot be opened.
    NotOpened(String),
}

/// How a child ended.
#[derive(Debug)]
pub struct Child {
    /// What it said, line by line.
    pub answers: Vec<Answer>,
    /// What else stands on its standard output, which is not the plugin's.
    pub foreign: Option<String>,
    /// The last line of its standard error.
    pub last_words: Option<String>,
    /// How it ended, where that is not as it should: "ended by signal 11".
    pub end: Option<String>,
    /// How long it took.
    pub took: Duration,
}

impl Child {
    /// Runs a command to its end, or until the time is up.
    ///
    /// # Errors
    /// It cannot be started.
    pub(super) fn run(command: &mut Command, timeout: Duration) -> io::Result<Self> {
        let begin = Instant::now();
        let mut process =
            command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
        let (output, errors) = (collect(process.stdout.take()), collect(process.stderr.take()));
        let end = match wait(&mut process, begin + timeout)? {
            Some(status) => unusual(status),
            None => Some(format!("{NO_ANSWER} {} s", timeout.as_secs_f64())),
        };
        let took = begin.elapsed();
        let text = |bytes: Receiver<Vec<u8>>| {
            let bytes = bytes.recv_timeout(AFTERWARDS).unwrap_or_default();
            String::from_utf8_lossy(&bytes).into_owned()
        };
        let (mut answers, mut foreign) = (Vec::new(), None);
        for line in text(output).lines().filter(|line| !line.trim().is_empty()) {
            match serde_json::from_str(line) {
                Ok(answer) => answers.push(answer),
                Err(_) => foreign = foreign.or_else(|| Some(line.to_owned())),
            }
        }
        let last_words = text(errors).lines().rev().find(|line| !line.trim().is_empty()).map(str::to_owned);
        Ok(Self { answers, foreign, last_words, end, took })
    }

    /// The last thing that it was about to try.
    pub(super) fn tried(&self) -> Option<String> {
        self.answers.iter().rev().find_map(|answer| match answer {
            Answer::Trying(input) => Some(input.clone()),
            _ => None,
        })
    }
}

fn collect(stream: Option<impl Read + Send + 'static>) -> Receiver<Vec<u8>> {
    let (sender, receiver) = channel();
    thread::spawn(move || {
        let mut kept = Vec::new();
        if let Some(mut stream) = stream {
            // What cannot be read was not said.
            let _ = stream.by_ref().take(MOST_OUTPUT).read_to_end(&mut kept);
            let _ = io::copy(&mut stream, &mut io::sink());
        }
        // Nobody may be waiting any more.
        let _ = sender.send(kept);
    });
    receiver
}

/// The status; `None` if the process had to be killed.
fn wait(process: &mut Process, deadline: Instant) -> io::Result<Option<ExitStatus>> {
    loop {
        if let Some(status) = process.try_wait()? {
            return Ok(Some(status));
        }
        if Instant::now() >= deadline {
            // It may have ended on its own meanwhile.
            let _ = process.kill();
            process.wait()?;
            return Ok(None);
        }
        thread::sleep(EVERY);
    }
}

fn unusual(status: ExitStatus) -> Option<String> {
    if status.success() {
        return None;
    }
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        return Some(format!("ended by signal {signal}{}", signal_name(signal)));
    }
    Some(format!("ended with {status}"))
}

#[cfg(unix)]
fn signal_name(signal: i32) -> &'static str {
    match signal {
        4 => " (illegal instruction)",
        6 => " (abort)",
        8 => " (arithmetic exception)",
        9 => " (killed)",
        11 => " (segmentation fault)",
        _ => "",
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn shell(script: &str, timeout: Duration) -> Child {
        Child::run(Command::new("sh").args(["-c", script]), timeout).unwrap()
    }

    #[test]
    fn every_end_is_told() {
        let long = Duration::from_secs(20);
        let child = shell(r#"echo '{"trying":"x"}'; echo hello; echo oops >&2; kill -ABRT $$"#, long);
        assert_eq!(child.end.as_deref(), Some("ended by signal 6 (abort)"));
        assert_eq!((child.tried().as_deref(), child.foreign.as_deref()), (Some("x"), Some("hello")));
        assert_eq!(child.last_words.as_deref(), Some("oops"));
        let child = shell("exit 7", long);
        assert!(child.end.is_some_and(|end| end.contains('7')) && child.answers.is_empty());
        let child = shell("exec sleep 20", Duration::from_millis(50));
        assert_eq!(child.end.as_deref(), Some("no answer within 0.05 s"));
        assert!(child.took < long);
        assert_eq!(shell("true", long).end, None);
    }
}
