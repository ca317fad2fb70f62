//! A few images through a bare classifier, at one setting.

use std::sync::Arc;

use super::setting::Setting;
use crate::certify::image::ImageError;
use crate::certify::worker::{CaseNetworks, CaseWorker};
use crate::data::Dataset;
use crate::smoothing::ballot::{Vote, vote};
use crate::smoothing::question::Counts;
use crate::smoothing::scheduler::{Machine, Step};

/// What came of an image: an answer or none, or what failed.
pub type Answer = Result<Vote, String>;

/// The state machine of some images; it has one step.
#[derive(Debug)]
pub struct BareMachine<'a> {
    /// The data set.
    pub data: Arc<Dataset>,
    /// The images, by their index.
    pub indices: Vec<usize>,
    /// What happens to them.
    pub setting: Setting<'a>,
    /// Classes that the classifier scores.
    pub classes: usize,
}

impl BareMachine<'_> {
    fn answers(&self, indices: &[usize], worker: &mut CaseWorker) -> Result<Vec<Answer>, ImageError> {
        let mut images = Vec::new();
        for index in indices {
            images.extend(self.data.image(*index)?);
        }
        let images = self.setting.apply(images, self.data.shape())?;
        Ok(worker.scores(&images)?.chunks_exact(self.classes).map(|scores| Ok(vote(scores))).collect())
    }
}

impl Machine<CaseWorker> for BareMachine<'_> {
    type Outcome = Vec<Answer>;

    fn next(&mut self, worker: &mut CaseWorker, _: Vec<Counts>) -> Step<Vec<Answer>> {
        if let Ok(answers) = self.answers(&self.indices, worker)
            && answers.len() == self.indices.len()
        {
            return Step::Done(answers);
        }
        // One by one, so that an image's failure is its own.
        let alone = |index: &usize| match self.answers(std::slice::from_ref(index), worker) {
            Ok(answers) => answers.into_iter().next().unwrap_or(Ok(None)),
            Err(error) => Err(error.to_string()),
        };
        Step::Done(self.indices.iter().map(alone).collect())
    }
}
