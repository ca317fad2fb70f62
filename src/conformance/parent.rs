//! Running all tests of a library, each in a process of its own.

use std::path::PathBuf;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use super::error::ConformanceError;
use super::options::GivenOption;
use super::process::{Answer, Child, NO_ANSWER};
use super::select::{Contents, Listed};
use super::verdict::{Fault, Outcome, Verdict};

/// How many tests of a plugin come first. Where one of them gets no answer in time, the others are not waited for.
const EARLY: usize = 3;

/// What is to be checked.
pub struct Request<'a> {
    /// The plugin library.
    pub library: PathBuf,
    /// Only plugins of this name.
    pub only: Option<String>,
    /// Only tests of this name.
    pub test: Option<String>,
    /// Options for the plugins that have them.
    pub options: &'a [GivenOption],
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
    let tests = select(request, contents(request)?)?;
    let progress = Progress { done, finished: AtomicUsize::new(0), all: tests.len() };
    let (early, late) = stages(&tests);
    let mut verdicts = run_all(request, &tests, &early, &progress)?;
    let silent: Vec<usize> = late.iter().copied().filter(|&i| is_silent(&verdicts, &tests[i])).collect();
    let late: Vec<usize> = late.into_iter().filter(|i| !silent.contains(i)).collect();
    verdicts.extend(run_all(request, &tests, &late, &progress)?);
    for i in silent {
        let reason = "a test before it got no answer; --test runs this one alone";
        verdicts.push((i, verdict_of(request, &tests[i], Outcome::skipped(reason), Duration::ZERO)));
    }
    verdicts.sort_by_key(|(number, _)| *number);
    Ok(verdicts.into_iter().map(|(_, verdict)| verdict).collect())
}

struct Progress<'a> {
    done: &'a (dyn Fn(usize, usize) + Sync),
    finished: AtomicUsize,
    all: usize,
}

/// The numbers of the first tests of each plugin, and of the others.
fn stages(tests: &[Listed]) -> (Vec<usize>, Vec<usize>) {
    let number_within = |i: usize| tests[..i].iter().filter(|other| same_plugin(other, &tests[i])).count();
    (0..tests.len()).partition(|&i| number_within(i) < EARLY)
}

fn same_plugin(a: &Listed, b: &Listed) -> bool {
    (&a.kind, &a.plugin) == (&b.kind, &b.plugin)
}

/// Whether one of the first tests of the plugin waited for an answer in vain: each further one would wait as long.
fn is_silent(early: &[(usize, Verdict)], test: &Listed) -> bool {
    early.iter().any(|(_, verdict)| {
        (&verdict.kind, &verdict.plugin) == (&test.kind, &test.plugin)
            && matches!(&verdict.outcome, Outcome::Fault(fault) if fault.found.starts_with(NO_ANSWER))
    })
}

/// Runs the tests of these numbers, several at once.
fn run_all(
    request: &Request<'_>,
    tests: &[Listed],
    numbers: &[usize],
    progress: &Progress<'_>,
) -> Result<Vec<(usize, Verdict)>, ConformanceError> {
    let next = AtomicUsize::new(0);
    let work = || -> Result<Vec<(usize, Verdict)>, ConformanceError> {
        let mut verdicts = Vec::new();
        while let Some(&number) = numbers.get(next.fetch_add(1, Ordering::Relaxed)) {
            verdicts.push((number, verdict(request, &tests[number])?));
            (progress.done)(progress.finished.fetch_add(1, Ordering::Relaxed) + 1, progress.all);
        }
        Ok(verdicts)
    };
    let verdicts = thread::scope(|scope| {
        let workers: Vec<_> = (0..request.processes.max(1)).map(|_| scope.spawn(work)).collect();
        let ends = workers.into_iter().filter_map(|worker| worker.join().ok());
        ends.collect::<Result<Vec<_>, _>>()
    })?;
    Ok(verdicts.into_iter().flatten().collect())
}

/// The tests of the library, from a child that opens it.
fn contents(request: &Request<'_>) -> Result<Contents, ConformanceError> {
    let child = start(request, None)?;
    for answer in &child.answers {
        match answer {
            Answer::Tests(contents) => return Ok(contents.clone()),
            Answer::NotOpened(reason) => return Err(ConformanceError::NotOpened { reason: reason.clone() }),
            Answer::Trying(_) | Answer::Outcome(_) => {}
        }
    }
    let end = child.end.unwrap_or_else(|| "it said nothing".to_owned());
    let reason = child.last_words.map_or(end.clone(), |words| format!("{end}: {words}"));
    Err(ConformanceError::Opening { path: request.library.clone(), reason })
}

fn select(request: &Request<'_>, contents: Contents) -> Result<Vec<Listed>, ConformanceError> {
    if let Some((name, _)) = request.options.iter().find(|(name, _)| !contents.options.contains(name)) {
        return Err(ConformanceError::UnknownOption { name: name.clone(), known: contents.options });
    }
    fn names<'a>(tests: &'a [Listed], name: impl Fn(&'a Listed) -> &'a String) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        for name in tests.iter().map(name) {
            if !names.contains(name) {
                names.push(name.clone());
            }
        }
        names
    }
    let mut tests = contents.tests;
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
    Ok(verdict_of(request, test, outcome, took))
}

fn verdict_of(request: &Request<'_>, test: &Listed, outcome: Outcome, took: Duration) -> Verdict {
    Verdict {
        kind: test.kind.clone(),
        plugin: test.plugin.clone(),
        test: test.test.clone(),
        outcome,
        seed: request.seed,
        seconds: took.as_secs_f64(),
    }
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
