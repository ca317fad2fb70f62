//! The certification of one image, step by step: choose the class, draw afresh, join votes and geometry.
//!
//! - here: the steps that every image goes through;
//! - [`subject`]: the image with everything known of its geometry;
//! - `single`: the paper's single point;
//! - `cover`: anchors and cells;
//! - `enumerate`: all parameters of a finite set, without noise.

mod cover;
mod enumerate;
mod single;
pub mod subject;

use std::sync::Arc;

use super::case::{Anchors, Case, Method};
use super::conclusion::Chosen;
use super::features::FeatureError;
use super::geometry::{GeometryError, Kind};
use super::outcome::Certificate;
use super::single_point::Required;
use super::worker::CaseNetworks;
use crate::data::{DataError, Dataset};
use crate::onnx::network::NetworkError;
use crate::smoothing::question::{Counts, Question};
use crate::smoothing::scheduler::{Machine, Step};
use crate::smoothing::site::{Site, Source};
use crate::smoothing::stream::Purpose;
use cover::Covering;
use single::Single;
use subject::Subject;

/// Why an image ended in an error.
#[derive(Debug, thiserror::Error)]
pub enum ImageError {
    /// It can't be read.
    #[error(transparent)]
    Data(#[from] DataError),
    /// A network failed.
    #[error(transparent)]
    Network(#[from] NetworkError),
    /// The geometry failed.
    #[error(transparent)]
    Geometry(#[from] GeometryError),
    /// A plugin failed.
    #[error(transparent)]
    Host(#[from] crate::host::HostError),
    /// The transformation failed.
    #[error(transparent)]
    Transformation(#[from] crate::transformation::TransformationError),
    /// Its code can't be had.
    #[error(transparent)]
    Feature(#[from] FeatureError),
    /// There is a continuum of parameters.
    #[error("the transformation has no finite set of parameters to enumerate")]
    NotFinite,
    /// It was asked again after its end.
    #[error("the image was asked to go on after its end")]
    Ended,
}

/// What an image's geometry says before any draw.
#[derive(Debug, Clone, PartialEq)]
pub struct Preview {
    /// Places that the smoothed classifier would be sampled at.
    pub anchors: usize,
    /// The radius that the geometry lets them prove, however the votes go.
    pub limit: f64,
    /// Draws that it takes if every vote is for the class: what cannot be saved.
    pub least_draws: u64,
    /// What each listed radius takes of the single anchor; empty for covers.
    pub required: Vec<Required>,
    /// Whether the bounds are proven.
    pub kind: Kind,
    /// Evaluations of F2 that the geometry took.
    pub evaluations: u64,
}

/// Looks at an image's geometry without drawing.
///
/// # Errors
/// If a plugin or a network fails.
pub fn preview(
    case: &Arc<Case>,
    data: &Dataset,
    index: usize,
    worker: &mut dyn CaseNetworks,
) -> Result<Preview, ImageError> {
    let image: Arc<[f32]> = data.image(index)?.into();
    let mut subject = Subject::new(case.clone(), index as u64, image);
    subject.source_of_image(worker)?;
    match case.anchors {
        Anchors::Single => single::preview(&mut subject, worker),
        Anchors::Cover { max, p } => cover::preview(&mut subject, max, p, worker),
    }
}

/// The law of the smoothed input at an image that need not be of the data set.
///
/// # Errors
/// If a plugin or a network fails.
pub fn source_of(
    case: &Arc<Case>,
    image: Arc<[f32]>,
    worker: &mut dyn CaseNetworks,
) -> Result<Arc<Source>, ImageError> {
    // The index names noise, of which a law has none.
    Subject::new(case.clone(), 0, image).source_of_image(worker)
}

/// The state machine of one image.
#[derive(Debug)]
pub struct ImageMachine {
    case: Arc<Case>,
    data: Arc<Dataset>,
    index: usize,
    state: State,
}

#[derive(Debug)]
enum State {
    Start,
    Selecting(Subject),
    Single(Box<Single>),
    Covering(Box<Covering>),
    Ended,
}

/// A state with what it asks, or the end.
type Next = Result<(State, Step<Certificate>), ImageError>;

impl ImageMachine {
    /// The machine of the data set's image number `index`.
    pub fn new(case: Arc<Case>, data: Arc<Dataset>, index: usize) -> Self {
        Self { case, data, index, state: State::Start }
    }

    fn start(&self, worker: &mut dyn CaseNetworks) -> Next {
        let image: Arc<[f32]> = self.data.image(self.index)?.into();
        if matches!(self.case.method, Method::Enumerate) {
            return Ok(done(enumerate::enumerate(&self.case, &image, worker)?));
        }
        let mut subject = Subject::new(self.case.clone(), self.index as u64, image);
        let site = Site {
            source: subject.source_of_image(worker)?,
            key: self.case.stream_key(self.index as u64, Purpose::Selection),
        };
        let rule = self.case.sampling.selection_rule();
        Ok((State::Selecting(subject), Step::Ask(vec![Question::new(site, rule)])))
    }

    /// The class is chosen; from here on all draws are fresh.
    fn selected(&self, subject: Subject, selection: Counts, worker: &mut dyn CaseNetworks) -> Next {
        let chosen = match Chosen::by(selection) {
            Ok(chosen) => chosen,
            Err(abstained) => return Ok(done(*abstained)),
        };
        match self.case.anchors {
            Anchors::Single => Single::begin(subject, chosen, worker),
            Anchors::Cover { max, p } => Covering::begin(subject, chosen, max, p, worker),
        }
    }

    fn advance(&mut self, worker: &mut dyn CaseNetworks, answers: Vec<Counts>) -> Next {
        let mut answers = answers.into_iter();
        let mut first = || answers.next().unwrap_or_else(|| Counts::new(self.case.classes));
        match std::mem::replace(&mut self.state, State::Ended) {
            State::Start => self.start(worker),
            State::Selecting(subject) => self.selected(subject, first(), worker),
            State::Single(single) => Ok(done(single.finish(first(), worker)?)),
            State::Covering(covering) => covering.go_on(answers.collect(), worker),
            State::Ended => Err(ImageError::Ended),
        }
    }
}

fn done(certificate: Certificate) -> (State, Step<Certificate>) {
    (State::Ended, Step::Done(certificate))
}

impl<W: CaseNetworks> Machine<W> for ImageMachine {
    type Outcome = Certificate;

    fn next(&mut self, worker: &mut W, answers: Vec<Counts>) -> Step<Certificate> {
        match self.advance(worker, answers) {
            Ok((state, step)) => {
                self.state = state;
                step
            }
            Err(error) => Step::Done(Certificate::failed(&error.to_string(), self.case.classes)),
        }
    }
}
