//! Packs the draws of many open questions, of several images, into batches; knows no geometry.
//!
//! One worker a core owns its networks. The calling thread owns the state machines' order and hands their outcomes
//! over in canonical order. Votes depend on site and draw number only, so how batches were packed changes nothing.

use std::any::Any;
use std::collections::{BTreeMap, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;
use std::thread;

use crossbeam_channel::{Receiver, Sender, unbounded};

use super::ballot::Vote;
use super::question::{Counts, Question};
use super::site::{Draw, Site};
use super::stop::Stop;
use super::voter::Voter;

/// The state machine of one image: asks questions until it is done. `W` is the worker that it may compute with.
pub trait Machine<W>: Send {
    /// What it ends with.
    type Outcome: Send;

    /// Takes the answers to what it asked (none at first) and goes on.
    fn next(&mut self, worker: &mut W, answers: Vec<Counts>) -> Step<Self::Outcome>;
}

/// What a machine does next.
#[derive(Debug)]
pub enum Step<O> {
    /// Asks; the answers come in the same order.
    Ask(Vec<Question>),
    /// Is done.
    Done(O),
}

/// How the scheduler runs.
#[derive(Debug, Clone, Copy)]
pub struct Schedule {
    /// Draws a batch.
    pub batch: usize,
    /// Machines open at once.
    pub window: usize,
    /// Number of classes of the votes.
    pub classes: usize,
}

/// What the scheduler tells while it runs.
#[derive(Debug)]
pub enum Event<O> {
    /// That many draws were made.
    Draws(u64),
    /// The next machine in canonical order is done.
    Done(O),
}

enum Task<M> {
    Step { slot: usize, machine: M, answers: Vec<Counts> },
    Vote(Vec<Segment>),
}

enum Finished<M, O> {
    Step {
        slot: usize,
        machine: M,
        step: Step<O>,
    },
    Vote {
        segments: Vec<Segment>,
        votes: Vec<Vote>,
    },
    /// The worker panicked; the panic goes on in the calling thread, which would otherwise wait for ever.
    Panicked(Box<dyn Any + Send>),
}

/// Consecutive draws of one question.
struct Segment {
    slot: usize,
    question: usize,
    site: Arc<Site>,
    first: u64,
    count: u64,
}

/// Runs machines to their end. `events` gets every outcome in the machines' order; it may stop the run by an error.
///
/// When `stop` is asked no further machine is opened; those that are open end, or are given up if it is asked again.
///
/// # Errors
/// What `events` returns.
pub fn run<W, M, E>(
    schedule: Schedule,
    workers: Vec<W>,
    machines: impl Iterator<Item = M>,
    stop: &Stop,
    mut events: impl FnMut(Event<M::Outcome>) -> Result<(), E>,
) -> Result<(), E>
where
    W: Voter + Send,
    M: Machine<W>,
{
    let crew = workers.len();
    let (task_sender, task_receiver) = unbounded::<Task<M>>();
    let (result_sender, result_receiver) = unbounded();
    thread::scope(|scope| {
        for mut worker in workers {
            let (tasks, results) = (task_receiver.clone(), result_sender.clone());
            scope.spawn(move || work(&mut worker, &tasks, &results));
        }
        drop((task_receiver, result_sender));
        let mut desk = Desk::new(schedule, crew, task_sender);
        desk.serve(machines, stop, &result_receiver, &mut events)
        // The desk drops the task sender here, and the workers go home.
    })
}

fn work<W: Voter, M: Machine<W>>(
    worker: &mut W,
    tasks: &Receiver<Task<M>>,
    results: &Sender<Finished<M, M::Outcome>>,
) {
    for task in tasks {
        let finished = catch_unwind(AssertUnwindSafe(|| carry_out(worker, task)));
        if results.send(finished.unwrap_or_else(Finished::Panicked)).is_err() {
            return;
        }
    }
}

fn carry_out<W: Voter, M: Machine<W>>(worker: &mut W, task: Task<M>) -> Finished<M, M::Outcome> {
    match task {
        Task::Step { slot, mut machine, answers } => {
            let step = machine.next(worker, answers);
            Finished::Step { slot, machine, step }
        }
        Task::Vote(segments) => {
            let mut votes = Vec::new();
            let draws: Vec<Draw<'_>> = segments.iter().flat_map(Segment::draws).collect();
            worker.vote(&draws, &mut votes);
            votes.resize(draws.len(), None);
            drop(draws);
            Finished::Vote { segments, votes }
        }
    }
}

impl Segment {
    fn draws(&self) -> impl Iterator<Item = Draw<'_>> {
        (self.first..self.first + self.count).map(|number| Draw { site: &self.site, number })
    }
}

/// A question under way: its next draw, its next look, and its counts so far.
struct OpenQuestion {
    question: Question,
    next: u64,
    look: Option<u64>,
    counts: Counts,
}

impl OpenQuestion {
    fn new(question: Question, classes: usize) -> Self {
        let counts = Counts::new(classes).plus(&question.so_far);
        Self { look: question.rule.next_look(&counts), question, next: counts.draws(), counts }
    }

    fn is_answered(&self) -> bool {
        self.look.is_none()
    }

    /// Looks, if all draws up to the look have been counted; whether more draws are wanted now.
    fn look_again(&mut self) -> bool {
        if self.look.is_none_or(|look| self.counts.draws() < look) {
            return false;
        }
        self.look = self.question.rule.next_look(&self.counts);
        self.look.is_some()
    }
}

/// A machine that waits for its answers.
struct Waiting<M> {
    machine: M,
    questions: Vec<OpenQuestion>,
}

/// The main thread's books.
struct Desk<M, O> {
    schedule: Schedule,
    crew: usize,
    tasks: Sender<Task<M>>,
    waiting: BTreeMap<usize, Waiting<M>>,
    /// Questions that still have draws to hand out: (slot, question).
    undrawn: VecDeque<(usize, usize)>,
    done: BTreeMap<usize, O>,
    opened: usize,
    reported: usize,
    under_way: usize,
}

impl<M, O> Desk<M, O> {
    fn new(schedule: Schedule, crew: usize, tasks: Sender<Task<M>>) -> Self {
        let (waiting, undrawn, done) = Default::default();
        Self { schedule, crew, tasks, waiting, undrawn, done, opened: 0, reported: 0, under_way: 0 }
    }

    fn serve<E>(
        &mut self,
        mut machines: impl Iterator<Item = M>,
        stop: &Stop,
        results: &Receiver<Finished<M, O>>,
        events: &mut impl FnMut(Event<O>) -> Result<(), E>,
    ) -> Result<(), E> {
        loop {
            while self.opened - self.reported < self.schedule.window.max(1) && !stop.after_open_images() {
                let Some(machine) = machines.next() else { break };
                self.give(Task::Step { slot: self.opened, machine, answers: Vec::new() });
                self.opened += 1;
            }
            while self.under_way < 2 * self.crew && !self.undrawn.is_empty() {
                let segments = self.pack();
                self.give(Task::Vote(segments));
            }
            if self.under_way == 0 {
                return Ok(());
            }
            let Ok(finished) = results.recv() else {
                return Ok(());
            };
            if stop.at_once() {
                return Ok(());
            }
            self.under_way -= 1;
            match finished {
                Finished::Step { slot, step: Step::Done(outcome), .. } => {
                    self.done.insert(slot, outcome);
                    while let Some(outcome) = self.done.remove(&self.reported) {
                        self.reported += 1;
                        events(Event::Done(outcome))?;
                    }
                }
                Finished::Step { slot, machine, step: Step::Ask(questions) } => {
                    self.ask(slot, machine, questions)
                }
                Finished::Panicked(payload) => resume_unwind(payload),
                Finished::Vote { segments, votes } => {
                    events(Event::Draws(votes.len() as u64))?;
                    self.count(&segments, &votes);
                }
            }
        }
    }

    fn give(&mut self, task: Task<M>) {
        // Workers outlive the desk; if they are gone the run ends when their results do.
        if self.tasks.send(task).is_ok() {
            self.under_way += 1;
        }
    }

    fn ask(&mut self, slot: usize, machine: M, questions: Vec<Question>) {
        let open = |question| OpenQuestion::new(question, self.schedule.classes);
        let questions: Vec<OpenQuestion> = questions.into_iter().map(open).collect();
        self.undrawn.extend((0..questions.len()).filter(|q| !questions[*q].is_answered()).map(|q| (slot, q)));
        self.waiting.insert(slot, Waiting { machine, questions });
        self.answer(slot);
    }

    /// The next batch: draws of the oldest open questions.
    fn pack(&mut self) -> Vec<Segment> {
        let mut room = self.schedule.batch.max(1) as u64;
        let mut segments = Vec::new();
        while room > 0 {
            let Some(&(slot, question)) = self.undrawn.front() else {
                break;
            };
            let Some(waiting) = self.waiting.get_mut(&slot) else {
                break;
            };
            let open = &mut waiting.questions[question];
            // No draw goes beyond the look: it might be one too many.
            let left = open.look.unwrap_or(open.next).saturating_sub(open.next);
            let count = left.min(room);
            segments.push(Segment {
                slot,
                question,
                site: open.question.site.clone(),
                first: open.next,
                count,
            });
            open.next += count;
            room -= count;
            if count == left {
                self.undrawn.pop_front();
            }
        }
        segments
    }

    fn count(&mut self, segments: &[Segment], votes: &[Vote]) {
        let mut votes = votes.iter().copied();
        for segment in segments {
            if let Some(waiting) = self.waiting.get_mut(&segment.slot) {
                let open = &mut waiting.questions[segment.question];
                votes.by_ref().take(segment.count as usize).for_each(|vote| open.counts.add(vote));
                if open.look_again() {
                    self.undrawn.push_back((segment.slot, segment.question));
                }
            }
            self.answer(segment.slot);
        }
    }

    /// Sends a machine on when all its questions are answered.
    fn answer(&mut self, slot: usize) {
        let ready =
            self.waiting.get(&slot).is_some_and(|w| w.questions.iter().all(OpenQuestion::is_answered));
        if !ready {
            return;
        }
        if let Some(Waiting { machine, questions }) = self.waiting.remove(&slot) {
            let answers = questions.into_iter().map(|open| open.counts).collect();
            self.give(Task::Step { slot, machine, answers });
        }
    }
}
