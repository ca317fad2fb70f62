//! One image through a smoothed classifier, at one setting.

use std::sync::Arc;

use super::bare::Answer;
use super::prediction::prediction;
use super::setting::Setting;
use crate::certify::case::Case;
use crate::certify::image::ImageError;
use crate::certify::image::subject::Subject;
use crate::certify::worker::CaseWorker;
use crate::data::Dataset;
use crate::smoothing::question::{Counts, Question, Rule};
use crate::smoothing::scheduler::{Machine, Step};
use crate::smoothing::site::Site;
use crate::smoothing::stream::Purpose;

/// The state machine of one image.
#[derive(Debug)]
pub struct SmoothedMachine<'a> {
    /// The case whose smoothing is used.
    pub case: Arc<Case>,
    /// The data set.
    pub data: Arc<Dataset>,
    /// The image's index.
    pub index: usize,
    /// What happens to it.
    pub setting: Setting<'a>,
    /// The setting's number: part of the name of its noise.
    pub number: u64,
    /// Votes.
    pub draws: u64,
}

impl SmoothedMachine<'_> {
    fn question(&self, worker: &mut CaseWorker) -> Result<Question, ImageError> {
        let image = self.setting.apply(self.data.image(self.index)?, self.data.shape())?;
        let mut subject = Subject::new(self.case.clone(), self.index as u64, image.into());
        let site = Site {
            source: subject.source_of_image(worker)?,
            key: self.case.anchor_key(self.index as u64, Purpose::Evaluation, self.number, 0),
        };
        Ok(Question::new(site, Rule::Fixed(self.draws)))
    }
}

impl Machine<CaseWorker> for SmoothedMachine<'_> {
    type Outcome = Vec<Answer>;

    fn next(&mut self, worker: &mut CaseWorker, answers: Vec<Counts>) -> Step<Vec<Answer>> {
        if let Some(counts) = answers.first() {
            return Step::Done(vec![Ok(prediction(counts, self.case.sampling.alpha))]);
        }
        match self.question(worker) {
            Ok(question) => Step::Ask(vec![question]),
            Err(error) => Step::Done(vec![Err(error.to_string())]),
        }
    }
}
