//! Running all tests of a library, each in a process of its own.

use std::path::PathBuf;
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use super::error::ConformanceError;
use super::process::{Answer, Child};
use super::select::Listed;
use super::verdict::{Fault, Outcome, Verdict};

/// What is to be checked.
pub struct Request<'a> {
    /// The plugin library.
    pub library: PathBuf,
    /// Only plugins of this name.
    pub only: Option<String>,
    /// Only tests of this name.
    pub test: Option<String>,
    /// What all inputs are made from.
    pub seed: u64,
    /// How long each process may take.
    pub timeout: Duration,
    /// How many processes may run at once, at least one.
    pub processes: usize,
    /// The command of a child that lists the tests (`None`) or runs one. What it writes to its standard output are lines of
    /// [`Answer`].
    pub command: &'a (dyn Fn(Option<&Listed>) -> Command + Sync),
}

/// Checks a library; `done` is told how many of how many tests are done after each. The verdicts come in the order of the
/// plugins and tests, whatever the order in which they were found.
///
/// # Errors
/// The library cannot be opened, a process cannot be started, or nothing has the names asked for.
pub fn check(
    request: &Request<'_>,
    done: &(dyn Fn(usize, usize) + Sync),
) -> Result<Vec<Verdict>, ConformanceError> {
    let tests = select(request, tests(request)?)?;
    let (next, finished) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let verdicts = Mutex::new(Vec::new());
    thread::scope(|scope| {
        let work = || -> Result<(), ConformanceError> {
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                let Some(test) = tests.get(number) else { return Ok(()) };
                let verdict = verdict(request, test)?;
                verdicts.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push((number, verdict));
                done(finished.fetch_add(1, Ordering::Relaxed) + 1, tests.len());
            }
        };
        let workers: Vec<_> = (0..request.processes.max(1)).map(|_| scope.spawn(work)).collect();
        let ends = workers.into_iter().filter_map(|worker| worker.join().ok());
        ends.collect::<Result<(), _>>()
    })?;
    let mut verdicts = verdicts.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    verdicts.sort_by_key(|(number, _)| *number);
    Ok(verdicts.into_iter().map(|(_, verdict)| verdict).collect())
}

/// The tests of the library, from a child that opens it.
fn tests(request: &Request<'_>) -> Result<Vec<Listed>, ConformanceError> {
    let child = start(request, None)?;
    for answer in &child.answers {
        match answer {
            Answer::Tests(tests) => return Ok(tests.clone()),
            Answer::NotOpened(reason) => return Err(ConformanceError::NotOpened { reason: reason.clone() }),
            Answer::Trying(_) | Answer::Outcome(_) => {}
        }
    }
    let end = child.end.unwrap_or_else(|| "it said nothing".to_owned());
    let reason = child.last_words.map_or(end.clone(), |words| format!("{end}: {words}"));
    Err(ConformanceError::Opening { path: request.library.clone(), reason })
}

fn select(request: &Request<'_>, tests: Vec<Listed>) -> Result<Vec<Listed>, ConformanceError> {
    fn names<'a>(tests: &'a [Listed], name: impl Fn(&'a Listed) -> &'a String) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        for name in tests.iter().map(name) {
            if !names.contains(name) {
                names.push(name.clone());
            }
        }
        names
    }
    let mut tests = tests;
    if let Some(id) = &request.only {
        let known = names(&tests, |test| &test.plugin);
        tests.retain(|test| test.plugin == *id);
        if tests.is_empty() {
            return Err(ConformanceError::UnknownPlugin { id: id.clone(), known });
        }
    }
    if let Some(name) = &request.test {
        let known = names(&tests, |test| &test.test);
        tests.retain(|test| test.test == *name);
        if tests.is_empty() {
            return Err(ConformanceError::UnknownTest { name: name.clone(), known });
        }
    }
    Ok(tests)
}

fn verdict(request: &Request<'_>, test: &Listed) -> Result<Verdict, ConformanceError> {
    let (outcome, took) = match &test.skip {
        Some(reason) => (Outcome::skipped(reason.clone()), Duration::ZERO),
        None => {
            let child = start(request, Some(test))?;
            (outcome(&child), child.took)
        }
    };
    Ok(Verdict {
        kind: test.kind.clone(),
        plugin: test.plugin.clone(),
        test: test.test.clone(),
        outcome,
        seed: request.seed,
        seconds: took.as_secs_f64(),
    })
}

fn start(request: &Request<'_>, test: Option<&Listed>) -> Result<Child, ConformanceError> {
    let mut command = (request.command)(test);
    Child::run(&mut command, request.timeout)
        .map_err(|source| ConformanceError::Start { path: request.library.clone(), source })
}

/// What a test came to, however its process ended.
fn outcome(child: &Child) -> Outcome {
    let answer = child.answers.iter().rev().find_map(|answer| match answer {
        Answer::Outcome(outcome) => Some(outcome.clone()),
        _ => None,
    });
    match (answer, &child.end) {
        (Some(Outcome::Ok { .. }), None) if child.foreign.is_some() => Outcome::fault(
            "standard output left to gsmooth, whose results go there",
            format!("the line {:?}", child.foreign.clone().unwrap_or_default()),
        ),
        (Some(outcome), None) => outcome,
        // The process was sound until the test was over, and died while it ended.
        (Some(outcome @ Outcome::Fault(_)), Some(_)) => outcome,
        (answered, end) => {
            let end = end.clone().unwrap_or_else(|| "ended before it answered".to_owned());
            let words = child.last_words.as_ref().map(|words| format!(": {words}")).unwrap_or_default();
            let when = if answered.is_some() { "a process that ends in peace" } else { "an answer" };
            Outcome::Fault(Fault {
                expected: when.to_owned(),
                found: format!("{end}{words}"),
                input: child.tried(),
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn child(answers: &[Answer], end: Option<&str>) -> Child {
        Child {
            answers: answers.to_vec(),
            foreign: None,
            last_words: Some("memory is gone".to_owned()),
            end: end.map(str::to_owned),
            took: Duration::ZERO,
        }
    }

    #[test]
    fn a_process_that_dies_is_a_fault_of_what_it_tried() {
        let trying = |input: &str| Answer::Trying(input.to_owned());
        let died = outcome(&child(&[trying("a"), trying("b")], Some("ended by signal 11")));
        let Outcome::Fault(fault) = died else { panic!("{died:?}") };
        assert_eq!(fault.input.as_deref(), Some("b"));
        assert_eq!(fault.found, "ended by signal 11: memory is gone");
        let fine = Outcome::Ok { detail: String::new() };
        assert!(outcome(&child(&[Answer::Outcome(fine.clone())], Some("ended by signal 11"))).is_fault());
        assert_eq!(outcome(&child(&[Answer::Outcome(fine.clone())], None)), fine);
        assert!(outcome(&child(&[], None)).is_fault());
    }

    #[test]
    fn what_is_printed_to_standard_output_is_a_fault() {
        let fine = Answer::Outcome(Outcome::Ok { detail: String::new() });
        let talkative = Child { foreign: Some("hello".to_owned()), ..child(&[fine], None) };
        assert!(outcome(&talkative).is_fault());
    }
}
