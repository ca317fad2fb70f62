//! What a deployment answers: the smoothed prediction of an image, abstaining where the votes do not tell. No certificate.
//!
//! - here: images, their noise, and the run;
//! - [`verdict`]: from counts to an answer.
//!
//! The noise is named by a hash of the pixels that the classifier is given, beside the audit's seed and the case's name: equal
//! images get equal draws and equal answers, wherever they come from. It is therefore known to whoever knows the audit; a
//! deployment that fears images made against its own draws takes another seed.

pub mod verdict;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::audit::plan::Plan;
use crate::audit::plan::case::PlannedCase;
use crate::audit::run::batch_size;
use crate::certify::case::{Case, Method};
use crate::certify::image::{ImageError, source_of};
use crate::certify::worker::CaseNetworks;
use crate::data::DataError;
use crate::onnx::runtime::SessionError;
use crate::smoothing::ballot;
use crate::smoothing::question::{Counts, Question, Rule};
use crate::smoothing::scheduler::{self, Event, Machine, Schedule, Step};
use crate::smoothing::site::Site;
use crate::smoothing::stop::Stop;
use crate::smoothing::stream::{Purpose, StreamKey, StreamName};
use verdict::Verdict;

/// Why nothing could be predicted.
#[derive(Debug, thiserror::Error)]
pub enum PredictError {
    /// An image can't be had.
    #[error(transparent)]
    Data(#[from] DataError),
    /// Networks can't be opened.
    #[error(transparent)]
    Session(#[from] SessionError),
    /// There are several cases, and none or another was named.
    #[error("name a case with --case: {}", known.join(", "))]
    Case {
        /// The audit's cases.
        known: Vec<String>,
    },
}

/// An image to predict.
#[derive(Debug, Clone, PartialEq)]
pub struct Subject {
    /// Where it comes from.
    pub origin: Origin,
    /// Dense CHW pixels in \[0, 1\], as the audit's data has them.
    pub pixels: Arc<[f32]>,
}

/// Where an image comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// An image file.
    File(PathBuf),
    /// The audit's own data, by index.
    Index(usize),
}

/// What is answered.
#[derive(Debug, Clone, PartialEq)]
pub enum Prediction {
    /// By votes of the smoothed classifier.
    Votes(Verdict),
    /// By the bare classifier, which method `enumerate` certifies; `None` where its scores give no clear answer.
    Bare(Option<u32>),
    /// Something failed.
    Failed(String),
}

/// Reads image files as the audit's data is read, and takes images of that data.
///
/// # Errors
/// If a file is no image or has another size than the data, or there is no image of an index.
pub fn subjects(plan: &Plan, files: &[PathBuf], indices: &[usize]) -> Result<Vec<Subject>, DataError> {
    let file = |path: &PathBuf| {
        let pixels = plan.data.read_alike(Path::new(path))?.into();
        Ok(Subject { origin: Origin::File(path.clone()), pixels })
    };
    let of_data = |index: &usize| {
        Ok(Subject { origin: Origin::Index(*index), pixels: plan.data.image(*index)?.into() })
    };
    files.iter().map(file).chain(indices.iter().map(of_data)).collect()
}

/// The case of a plan that is asked for; the only one need not be named.
///
/// # Errors
/// If there are several.
pub fn case(plan: &Plan) -> Result<&PlannedCase, PredictError> {
    match &plan.cases[..] {
        [only] => Ok(only),
        all => Err(PredictError::Case { known: all.iter().map(|case| case.case.name.clone()).collect() }),
    }
}

/// Predicts images with so many draws each, in order.
///
/// # Errors
/// If networks can't be opened.
pub fn predict(
    plan: &Plan,
    planned: &PlannedCase,
    subjects: &[Subject],
    draws: u64,
) -> Result<Vec<Prediction>, SessionError> {
    let batch = batch_size(plan, planned);
    let wanted = (subjects.len() as u64).saturating_mul(draws.div_ceil(batch as u64)).max(1);
    let workers = (0..plan.threads.min(usize::try_from(wanted).unwrap_or(usize::MAX)))
        .map(|_| planned.worker(&plan.runtime, &plan.session))
        .collect::<Result<Vec<_>, _>>()?;
    let schedule = Schedule { batch, window: 2 * workers.len() + 2, classes: planned.case.classes };
    let machine = |subject: &Subject| PredictMachine {
        case: planned.case.clone(),
        pixels: subject.pixels.clone(),
        draws,
    };
    let mut predictions = Vec::with_capacity(subjects.len());
    scheduler::run(schedule, workers, subjects.iter().map(machine), &Stop::new(), |event| {
        if let Event::Done(prediction) = event {
            predictions.push(prediction);
        }
        Ok::<(), SessionError>(())
    })?;
    Ok(predictions)
}

/// The key of the noise of an image.
fn key(case: &Case, pixels: &[f32]) -> StreamKey {
    let mut hasher = blake3::Hasher::new();
    pixels.iter().for_each(|pixel| {
        hasher.update(&pixel.to_le_bytes());
    });
    let mut words = [0_u8; 16];
    hasher.finalize_xof().fill(&mut words);
    let words = u128::from_le_bytes(words);
    StreamKey::new(StreamName {
        seed: case.seed,
        case: &case.name,
        index: words as u64,
        purpose: Purpose::Prediction,
        anchor: (words >> 64) as u64,
        generation: 0,
    })
}

/// The steps of one image: draw, and look at the votes.
struct PredictMachine {
    case: Arc<Case>,
    pixels: Arc<[f32]>,
    draws: u64,
}

impl PredictMachine {
    fn begin(&self, worker: &mut dyn CaseNetworks) -> Result<Step<Prediction>, ImageError> {
        if matches!(self.case.method, Method::Enumerate) {
            return Ok(Step::Done(Prediction::Bare(ballot::vote(worker.scores(&self.pixels)?))));
        }
        let source = source_of(&self.case, self.pixels.clone(), worker)?;
        let site = Site { source, key: key(&self.case, &self.pixels) };
        Ok(Step::Ask(vec![Question::new(site, Rule::Fixed(self.draws))]))
    }
}

impl<W: CaseNetworks> Machine<W> for PredictMachine {
    type Outcome = Prediction;

    fn next(&mut self, worker: &mut W, answers: Vec<Counts>) -> Step<Prediction> {
        match answers.first() {
            Some(counts) => Step::Done(Prediction::Votes(Verdict::of(counts))),
            None => {
                self.begin(worker).unwrap_or_else(|error| Step::Done(Prediction::Failed(error.to_string())))
            }
        }
    }
}
