//! What an attack has found, tested on draws that found nothing: whether a certificate has fallen, whether the smoothed
//! classifier is wrong at a point.

use std::sync::Arc;

use super::hunt::worst_within;
use super::image::{Job, Target};
use super::seen::Seen;
use crate::audit::plan::attack::Attack;
use crate::certify::case::Case;
use crate::certify::certificate::VoteBound;
use crate::certify::image::ImageError;
use crate::certify::image::subject::Subject;
use crate::certify::worker::CaseWorker;
use crate::smoothing::question::{Counts, Question, Rule};
use crate::smoothing::refutation::{Claimed, RefutationRule, Verdict};
use crate::smoothing::scheduler::{Machine, Step};
use crate::smoothing::site::Site;
use crate::smoothing::stream::{Purpose, StreamName};

/// A claim about a class at one point of one image, to be tested.
#[derive(Debug, Clone, PartialEq)]
pub struct Trial {
    /// The image's index in the data set.
    pub index: usize,
    /// The trial's number among those of its image: part of the name of its noise.
    pub number: u64,
    /// The class in question.
    pub class: u32,
    /// What is claimed of it.
    pub claimed: Claimed,
    /// xi.
    pub parameters: Vec<f64>,
    /// |xi|.
    pub size: f64,
    /// Whether a certificate says so: it falls if the claim is refuted.
    pub certified: bool,
    /// The votes that aroused suspicion.
    pub found: Counts,
}

/// A trial with its outcome.
#[derive(Debug, Clone, PartialEq)]
pub struct Tested {
    /// What was tested.
    pub trial: Trial,
    /// Fresh votes.
    pub counts: Counts,
    /// What they say.
    pub verdict: Verdict,
    /// What failed, if something did.
    pub error: Option<String>,
}

/// What a certificate of the case claims of its class at every point (MATHEMATICS 8).
fn certified_claim(case: &Case, seen: &Seen) -> Claimed {
    match case.sampling.bound {
        VoteBound::Top1 => Claimed::Majority { margin: case.sampling.margin },
        VoteBound::Top2 => Claimed::Ahead { of: seen.rival() },
    }
}

/// The trials of an image's smoothed classifier: the certified class where it does worst within its radius, and the label
/// where it does worst within each listed radius; unless the draws of the search leave no doubt.
pub fn trials(case: &Case, target: &Target, tried: &[Seen], settings: &Attack) -> Vec<Trial> {
    let mut trials: Vec<Trial> = Vec::new();
    let radius = target.certified.map_or(0.0, |(_, radius)| radius);
    let mut suspects: Vec<&Seen> = tried
        .iter()
        .filter(|seen| target.certified.is_some() && seen.size <= radius)
        .filter(|seen| seen.hint(certified_claim(case, seen)) != Verdict::Holds)
        .collect();
    suspects.sort_by(|a, b| Seen::by_lead(a, b));
    for seen in suspects.into_iter().take(settings.starts.max(1)) {
        push(&mut trials, target, seen, certified_claim(case, seen), radius);
    }
    if target.is_label() {
        for seen in case.radii.iter().filter_map(|radius| worst_within(tried, *radius)) {
            let ahead = Claimed::Ahead { of: seen.rival() };
            if seen.hint(ahead) != Verdict::Holds {
                push(&mut trials, target, seen, ahead, radius);
            }
        }
    }
    trials
}

/// Adds a trial, unless it is there. Whatever refutes that a certified class leads refutes its certificate.
fn push(trials: &mut Vec<Trial>, target: &Target, seen: &Seen, claimed: Claimed, radius: f64) {
    if trials.iter().any(|trial| trial.parameters == seen.parameters && trial.claimed == claimed) {
        return;
    }
    trials.push(Trial {
        index: target.index,
        number: trials.len() as u64,
        class: seen.class,
        claimed,
        parameters: seen.parameters.clone(),
        size: seen.size,
        certified: target.certified.is_some() && seen.size <= radius,
        found: seen.counts.clone(),
    });
}

impl Trial {
    /// The name of its noise.
    pub fn stream<'a>(&self, case: &'a Case) -> StreamName<'a> {
        StreamName {
            seed: case.seed,
            case: &case.name,
            index: self.index as u64,
            purpose: Purpose::Confirmation,
            anchor: self.number,
            generation: 0,
        }
    }

    /// How it is tested.
    pub fn rule(&self, alpha: f64, budget: u64) -> RefutationRule {
        RefutationRule { class: self.class, claimed: self.claimed, alpha, budget }
    }
}

/// The state machine of one trial.
#[derive(Debug)]
pub struct TrialMachine {
    job: Arc<Job>,
    trial: Trial,
    alpha: f64,
}

impl TrialMachine {
    /// The machine of a trial at level `alpha`.
    pub fn new(job: Arc<Job>, trial: Trial, alpha: f64) -> Self {
        Self { job, trial, alpha }
    }

    fn rule(&self) -> RefutationRule {
        self.trial.rule(self.alpha, self.job.settings.confirm)
    }

    fn question(&self, worker: &mut CaseWorker) -> Result<Question, ImageError> {
        let case = &self.job.case;
        let image: Arc<[f32]> = self.job.data.image(self.trial.index)?.into();
        let mut subject = Subject::new(case.clone(), self.trial.index as u64, image);
        subject.source_of_image(worker)?;
        let source = subject.source_at(&self.trial.parameters, worker)?;
        let key = crate::smoothing::stream::StreamKey::new(self.trial.stream(case));
        let rule = Rule::Refutation(Arc::new(self.rule()));
        Ok(Question::new(Site { source, key }, rule))
    }

    fn tested(&self, counts: Counts, error: Option<String>) -> Tested {
        let verdict = self.rule().verdict(&counts);
        Tested { trial: self.trial.clone(), counts, verdict, error }
    }
}

impl Machine<CaseWorker> for TrialMachine {
    type Outcome = Tested;

    fn next(&mut self, worker: &mut CaseWorker, answers: Vec<Counts>) -> Step<Tested> {
        if let Some(counts) = answers.into_iter().next() {
            return Step::Done(self.tested(counts, None));
        }
        match self.question(worker) {
            Ok(question) => Step::Ask(vec![question]),
            Err(error) => {
                Step::Done(self.tested(Counts::new(self.job.case.classes), Some(error.to_string())))
            }
        }
    }
}
