//! Both classifiers of one image under attack, a batch of points at a time.

use std::sync::Arc;

use super::ball::Ball;
use super::hunt::Hunt;
use super::seen::{Seen, Tally};
use crate::audit::plan::attack::Attack;
use crate::audit::records::Record;
use crate::certify::case::{Case, Method};
use crate::certify::image::ImageError;
use crate::certify::image::subject::Subject;
use crate::certify::outcome::Status;
use crate::certify::worker::{CaseNetworks, CaseWorker};
use crate::data::Dataset;
use crate::smoothing::ballot::{Vote, vote};
use crate::smoothing::question::Counts;
use crate::smoothing::scheduler::{Machine, Step};
use crate::smoothing::site::{Draw, Site};
use crate::smoothing::stream::Purpose;

/// Batches that an image looks at before others have their turn, and before it can be stopped.
const LOOKS: usize = 4;

/// What the images of a case share.
#[derive(Debug)]
pub struct Job {
    /// The case.
    pub case: Arc<Case>,
    /// The data set.
    pub data: Arc<Dataset>,
    /// How to search.
    pub settings: Attack,
    /// Draws a batch.
    pub batch: usize,
}

/// The image under attack, with what its record claims.
#[derive(Debug, Clone, PartialEq)]
pub struct Target {
    /// Its index in the data set.
    pub index: usize,
    /// The true class.
    pub label: u32,
    /// The class that is certified, and the radius.
    pub certified: Option<(u32, f64)>,
}

impl Target {
    /// The target of a record.
    pub fn of(record: &Record) -> Self {
        let certified = record.predicted.filter(|_| record.status == Status::Certified);
        Self {
            index: record.index as usize,
            label: record.label,
            certified: certified.map(|class| (class, record.radius)),
        }
    }

    /// The class that an attack on the certified classifier tries to make wrong: what is certified, else the label.
    pub fn class(&self) -> u32 {
        self.certified.map_or(self.label, |(class, _)| class)
    }

    /// Whether that is the label, so that the attack says something about accuracy.
    pub fn is_label(&self) -> bool {
        self.class() == self.label
    }

    /// The radii that an attack on the certified classifier searches: where another class than the label is certified, it
    /// is wrong anyway, and only the certificate is tested.
    fn radii(&self, listed: &[f64]) -> Vec<f64> {
        let reach = if self.is_label() { f64::INFINITY } else { self.certified.map_or(0.0, |(_, r)| r) };
        let listed = listed.iter().copied().filter(|radius| *radius <= reach);
        listed.chain(self.certified.map(|(_, radius)| radius)).collect()
    }
}

/// What the attacks on an image have tried.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Attacked {
    /// The bare classifier's answer on the image itself.
    pub clean: Vote,
    /// Points at which the bare classifier was tried.
    pub bare: Vec<Seen>,
    /// Points at which the smoothed classifier was tried; none where a case has none.
    pub smoothed: Vec<Seen>,
    /// What failed, if something did.
    pub error: Option<String>,
}

/// The state machine of one image.
#[derive(Debug)]
pub struct AttackMachine {
    job: Arc<Job>,
    target: Target,
    state: State,
    outcome: Attacked,
}

#[derive(Debug)]
enum State {
    Start,
    Bare(Box<Underway>),
    Smoothed(Box<Underway>),
    Ended,
}

/// A hunt with the image that it is after.
#[derive(Debug)]
struct Underway {
    subject: Subject,
    hunt: Hunt,
    /// What the hunt asked for last.
    points: Vec<Vec<f64>>,
    /// What was seen at the first of them.
    tallies: Vec<Tally>,
    /// What the smooth step is stretched to, once something was seen.
    scale: Option<f64>,
}

impl Underway {
    fn new(subject: Subject, hunt: Hunt) -> Self {
        Self { subject, hunt, points: Vec::new(), tallies: Vec::new(), scale: None }
    }

    /// The points to look at now, `most` of those that the hunt asks for; none when it is over.
    fn next(&mut self, case: &Case, most: usize) -> Result<Vec<Vec<f64>>, ImageError> {
        if self.tallies.len() == self.points.len() {
            self.tell(case);
            self.points = self.hunt.ask(case)?;
        }
        Ok(self.points.iter().skip(self.tallies.len()).take(most.max(1)).cloned().collect())
    }

    fn tell(&mut self, case: &Case) {
        let (points, tallies) = (std::mem::take(&mut self.points), std::mem::take(&mut self.tallies));
        if points.is_empty() {
            return;
        }
        let scale = *self.scale.get_or_insert_with(|| Tally::scale(&tallies));
        let ball = Ball::new(&case.range, f64::INFINITY);
        let seen = tallies.into_iter().zip(points).map(|(tally, point)| {
            let size = ball.size(&point);
            tally.seen(point, size, scale)
        });
        self.hunt.tell(seen.collect());
    }
}

impl AttackMachine {
    /// The machine of one image.
    pub fn new(job: Arc<Job>, target: Target) -> Self {
        Self { job, target, state: State::Start, outcome: Attacked::default() }
    }

    fn advance(&mut self, worker: &mut CaseWorker) -> Result<State, ImageError> {
        match std::mem::replace(&mut self.state, State::Ended) {
            State::Start => self.start(worker),
            State::Bare(mut underway) => {
                let points = underway.next(&self.job.case, LOOKS * self.job.batch)?;
                if !points.is_empty() {
                    self.look_bare(&mut underway, &points, worker)?;
                    return Ok(State::Bare(underway));
                }
                self.outcome.bare = underway.hunt.into_tried();
                Ok(self.begin_smoothed(underway.subject))
            }
            State::Smoothed(mut underway) => {
                let most = LOOKS * self.job.batch / self.job.settings.draws as usize;
                let points = underway.next(&self.job.case, most)?;
                if !points.is_empty() {
                    self.look_smoothed(&mut underway, &points, worker)?;
                    return Ok(State::Smoothed(underway));
                }
                self.outcome.smoothed = underway.hunt.into_tried();
                Ok(State::Ended)
            }
            State::Ended => Err(ImageError::Ended),
        }
    }

    fn start(&mut self, worker: &mut CaseWorker) -> Result<State, ImageError> {
        let case = &self.job.case;
        let image: Arc<[f32]> = self.job.data.image(self.target.index)?.into();
        self.outcome.clean = vote(worker.scores(&image)?);
        let mut subject = Subject::new(case.clone(), self.target.index as u64, image);
        subject.source_of_image(worker)?;
        // What is certified without noise is certified of the bare classifier.
        let certified = matches!(case.method, Method::Enumerate);
        let (class, radii) = match certified {
            true => (self.target.class(), self.target.radii(&case.radii)),
            false => (self.target.label, case.radii.clone()),
        };
        // What is wrong without an attack needs none.
        let radii = if certified || self.outcome.clean == Some(class) { radii } else { Vec::new() };
        let hunt = Hunt::new(class, radii, self.job.settings, false);
        Ok(State::Bare(Box::new(Underway::new(subject, hunt))))
    }

    fn begin_smoothed(&self, subject: Subject) -> State {
        let case = &self.job.case;
        if matches!(case.method, Method::Enumerate) {
            return State::Ended;
        }
        let radii = self.target.radii(&case.radii);
        let hunt = Hunt::new(self.target.class(), radii, self.job.settings, true);
        State::Smoothed(Box::new(Underway::new(subject, hunt)))
    }

    fn look_bare(
        &self,
        underway: &mut Underway,
        points: &[Vec<f64>],
        worker: &mut CaseWorker,
    ) -> Result<(), ImageError> {
        let (class, classes) = (underway.hunt.class, self.job.case.classes);
        for batch in points.chunks(self.job.batch) {
            let images = underway.subject.images_at(batch, worker)?;
            for scores in worker.scores(&images)?.chunks_exact(classes) {
                let mut tally = Tally::new(class, classes);
                tally.add(scores);
                underway.tallies.push(tally);
            }
        }
        Ok(())
    }

    fn look_smoothed(
        &self,
        underway: &mut Underway,
        points: &[Vec<f64>],
        worker: &mut CaseWorker,
    ) -> Result<(), ImageError> {
        let case = &self.job.case;
        // One key for all points: common random numbers.
        let key = case.stream_key(self.target.index as u64, Purpose::Attack);
        let sources = underway.subject.sources_at(points, worker)?;
        let sites: Vec<Site> = sources.into_iter().map(|source| Site { source, key: key.clone() }).collect();
        let of_site = |at: usize| (0..self.job.settings.draws).map(move |number| (at, number));
        let draws: Vec<(usize, u64)> = (0..sites.len()).flat_map(of_site).collect();
        let mut tallies = vec![Tally::new(underway.hunt.class, case.classes); sites.len()];
        let mut rows = Vec::new();
        for batch in draws.chunks(self.job.batch) {
            let of_batch: Vec<Draw<'_>> =
                batch.iter().map(|(at, number)| Draw { site: &sites[*at], number: *number }).collect();
            worker.voter.scores(&of_batch, case.classes, &mut rows);
            for ((at, _), scores) in batch.iter().zip(rows.chunks_exact(case.classes)) {
                tallies[*at].add(scores);
            }
        }
        underway.tallies.extend(tallies);
        Ok(())
    }
}

impl Machine<CaseWorker> for AttackMachine {
    type Outcome = Attacked;

    fn next(&mut self, worker: &mut CaseWorker, _: Vec<Counts>) -> Step<Attacked> {
        match self.advance(worker) {
            Ok(State::Ended) => {}
            Ok(state) => {
                self.state = state;
                // It asks nobody, but lets others have their turn, and may be stopped here.
                return Step::Ask(Vec::new());
            }
            Err(error) => self.outcome.error = Some(error.to_string()),
        }
        Step::Done(std::mem::take(&mut self.outcome))
    }
}
