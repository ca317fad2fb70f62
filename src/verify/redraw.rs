//! Images certified again from nothing, geometry and draws: each must give the line that is on record, byte for byte.

use std::collections::BTreeMap;
use std::str::FromStr;

use rand_chacha::ChaCha8Rng;
use rand_core::{Rng, SeedableRng};
use serde_json::Value;

use super::VerifyError;
use super::difference::differences;
use super::fault::Fault;
use super::finding::Finding;
use super::recorded::RecordedRun;
use super::sequence::{Sequence, place};
use crate::audit::plan::Plan;
use crate::audit::records::Record;
use crate::audit::run::{Observer, RunError, certify_images};
use crate::certify::outcome::Status;
use crate::smoothing::scheduler::Event;
use crate::smoothing::stop::Stop;

/// How many images are certified again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resample {
    /// So many, of all cases together.
    Some(usize),
    /// All of them.
    All,
}

impl FromStr for Resample {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "all" => Ok(Self::All),
            number => number.parse().map(Self::Some).map_err(|_| "a number of images, or `all`".to_owned()),
        }
    }
}

/// A seed that nobody knows beforehand.
///
/// # Errors
/// If the system gives none.
pub fn random_seed() -> Result<u64, VerifyError> {
    Ok(getrandom::u64()?)
}

/// What came out.
#[derive(Debug, Default)]
pub struct Redrawn {
    /// By case: how many images were certified again.
    pub images: Vec<usize>,
    /// Where they came out otherwise.
    pub faults: Vec<Fault>,
}

/// Certifies lines of a run again.
///
/// # Errors
/// If networks can't be opened.
pub fn redraw(
    run: &RecordedRun,
    plan: &Plan,
    sequence: &Sequence,
    (resample, seed): (Resample, u64),
    observer: &mut dyn Observer,
) -> Result<Redrawn, RunError> {
    let known: Vec<usize> = (0..run.lines.len()).filter(|line| sequence.cases[*line].is_some()).collect();
    let mut by_case: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for line in choose(known, resample, seed) {
        by_case.entry(sequence.cases[line].unwrap_or_default()).or_default().push(line);
    }
    let mut redrawn = Redrawn { images: vec![0; plan.cases.len()], faults: Vec::new() };
    for (case, lines) in by_case {
        let planned = &plan.cases[case];
        let record = |line: &usize| run.lines[*line].record.as_ref().ok();
        let indices: Vec<usize> =
            lines.iter().map(|line| record(line).map_or(0, |record| record.index as usize)).collect();
        observer.case_begins(&planned.case.name, lines.len() as u64, 0, 0);
        let mut order = lines.iter();
        certify_images(plan, planned, &indices, &Stop::new(), |event| {
            match event {
                Event::Draws(count) => observer.draws(count),
                Event::Done(again) => {
                    observer.image_done(&again);
                    redrawn.images[case] += 1;
                    let line = order.next().map(|line| &run.lines[*line]);
                    if let Some((line, Ok(record))) = line.map(|line| (line, &line.record)) {
                        let findings = compare(run.bytes_of(line), record, &again);
                        let fault = |finding| Fault { place: place(line, record), finding };
                        redrawn.faults.extend(findings.into_iter().map(fault));
                    }
                }
            }
            Ok::<(), RunError>(())
        })?;
        observer.case_ends();
    }
    Ok(redrawn)
}

/// So many of some lines, each equally likely, in their order.
fn choose(mut lines: Vec<usize>, resample: Resample, seed: u64) -> Vec<usize> {
    let Resample::Some(count) = resample else { return lines };
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let count = count.min(lines.len());
    for taken in 0..count {
        let left = (lines.len() - taken) as u64;
        // The remainder is uneven by less than one part in 2^40 for any number of lines that memory holds.
        let other = taken + (random.next_u64() % left) as usize;
        lines.swap(taken, other);
    }
    lines.truncate(count);
    lines.sort_unstable();
    lines
}

/// Where a record differs from the one drawn again. How a failure is worded may depend on the machine: an image that failed
/// both times is the same.
fn compare(line: &[u8], record: &Record, again: &Record) -> Vec<Finding> {
    if serde_json::to_vec(again).is_ok_and(|again| again == line) {
        return Vec::new();
    }
    let value = |record: &Record| serde_json::to_value(record).unwrap_or(Value::Null);
    let both_failed = record.status == Status::Error && again.status == Status::Error;
    differences(&value(record), &value(again))
        .into_iter()
        .filter(|difference| !(both_failed && difference.field == "error"))
        .map(|d| Finding::Redrawn { field: d.field, found: d.found, expected: d.expected })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_chosen_by_the_seed_each_once() {
        let all: Vec<usize> = (3..103).collect();
        let some = |seed| choose(all.clone(), Resample::Some(10), seed);
        assert_eq!(some(1), some(1));
        assert_ne!(some(1), some(2));
        assert!(some(3).windows(2).all(|pair| pair[0] < pair[1]) && some(3).len() == 10);
        assert_eq!(choose(all.clone(), Resample::All, 1), all);
        assert_eq!(choose(all.clone(), Resample::Some(1000), 1), all);
        assert!(choose(all, Resample::Some(0), 1).is_empty());
        let mut hit = [0; 5];
        for seed in 0..500 {
            choose((0..5).collect(), Resample::Some(2), seed).into_iter().for_each(|line| hit[line] += 1);
        }
        assert!(hit.iter().all(|count| (150..250).contains(count)), "{hit:?}");
    }

    #[test]
    fn all_or_a_number() {
        assert_eq!("all".parse(), Ok(Resample::All));
        assert_eq!("12".parse(), Ok(Resample::Some(12)));
        assert!("-1".parse::<Resample>().is_err() && "some".parse::<Resample>().is_err());
    }
}
