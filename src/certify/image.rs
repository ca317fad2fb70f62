//! The certification of one image, step by step: choose the class, draw afresh, join votes and geometry.

use std::sync::Arc;

use super::case::{Case, Method};
use super::certificate::{Evidence, largest_radius};
use super::cover::{self, Cell};
use super::features::{FeatureError, Features};
use super::geometry::{Geometry, GeometryError, Kind, Moves, ResolvableGeometry, SemanticGeometry};
use super::worker::CaseWorker;
use crate::data::{DataError, Dataset};
use crate::onnx::network::NetworkError;
use crate::smoothing::question::{Counts, Question, Rule};
use crate::smoothing::scheduler::{Machine, Step};
use crate::smoothing::site::{Site, Source};
use crate::smoothing::stream::Purpose;

/// The radius of a closed-form geometry is found to this many bits of the range.
const CLOSED_FORM_BITS: u32 = 40;
/// The radius of an estimated geometry, each step of which costs evaluations of F2, to this many.
const EVALUATED_BITS: u32 = 10;

/// What became of an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// A positive radius is certified.
    Certified,
    /// The class is established, but no radius.
    Refused,
    /// The votes establish no class.
    Abstained,
    /// Something failed; counts as not certified.
    Error,
}

/// What is claimed of one image, and on what it rests.
#[derive(Debug, Clone, PartialEq)]
pub struct Certificate {
    /// The class chosen on the selection draws.
    pub predicted: Option<u32>,
    /// What became of it.
    pub status: Status,
    /// The largest r such that every xi of the range with |xi| <= r is certified; 0 if none.
    pub radius: f64,
    /// Whether the radius ends where the range does.
    pub capped: bool,
    /// Whether the radius is proven or estimated.
    pub kind: Kind,
    /// p_A and p_B, where votes were counted.
    pub evidence: Option<Evidence>,
    /// The votes that chose the class.
    pub selection: Counts,
    /// The equivalent Gaussian distance of the certified region.
    pub distance: Option<f64>,
    /// Evaluations of F2 that the geometry took.
    pub evaluations: u64,
    /// The cells, one for the paper's single point.
    pub cells: Vec<Cell>,
    /// What failed.
    pub error: Option<String>,
}

/// Why an image ended in an error.
#[derive(Debug, thiserror::Error)]
enum ImageError {
    #[error(transparent)]
    Data(#[from] DataError),
    #[error(transparent)]
    Network(#[from] NetworkError),
    #[error(transparent)]
    Geometry(#[from] GeometryError),
    #[error(transparent)]
    Host(#[from] crate::host::HostError),
    #[error("the case needs an encoder F2, and its worker has none")]
    NoEncoder,
    #[error("F2 gave {found} values for the image, b1 has {expected}")]
    CodeSize { found: usize, expected: usize },
    #[error(transparent)]
    Feature(#[from] FeatureError),
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
    Selecting { image: Arc<[f32]>, source: Arc<Source> },
    Estimating { image: Arc<[f32]>, predicted: u32, selection: Counts },
    Ended,
}

impl ImageMachine {
    /// The machine of the data set's image number `index`.
    pub fn new(case: Arc<Case>, data: Arc<Dataset>, index: usize) -> Self {
        Self { case, data, index, state: State::Start }
    }

    fn start(&mut self, worker: &mut CaseWorker) -> Result<Step<Certificate>, ImageError> {
        let image: Arc<[f32]> = self.data.image(self.index)?.into();
        let code = self.code(worker, &image)?;
        let source = Arc::new(self.case.source(image.clone(), &code));
        let question = self.question(&source, Purpose::Selection, self.case.sampling.select);
        self.state = State::Selecting { image, source };
        Ok(Step::Ask(vec![question]))
    }

    /// F2(x), for semantic cases.
    fn code(&self, worker: &mut CaseWorker, image: &[f32]) -> Result<Vec<f32>, ImageError> {
        let Method::Semantic(parts) = &self.case.method else {
            return Ok(Vec::new());
        };
        let encoder = worker.encoder.as_mut().ok_or(ImageError::NoEncoder)?;
        let mut code = Vec::new();
        encoder.run(image, &mut code)?;
        if code.len() != parts.offset.len() {
            return Err(ImageError::CodeSize { found: code.len(), expected: parts.offset.len() });
        }
        if code.iter().any(|value| !value.is_finite()) {
            return Err(FeatureError::NotFinite { parameters: self.case.range.identity.clone() }.into());
        }
        Ok(code)
    }

    fn question(&self, source: &Arc<Source>, purpose: Purpose, draws: u64) -> Question {
        let key = self.case.stream_key(self.index as u64, purpose);
        Question { site: Arc::new(Site { source: source.clone(), key }), rule: Rule::Fixed(draws) }
    }

    fn finish(
        &self,
        worker: &mut CaseWorker,
        image: &Arc<[f32]>,
        predicted: u32,
        selection: Counts,
        counts: Counts,
    ) -> Result<Certificate, ImageError> {
        let sampling = &self.case.sampling;
        let evidence =
            Evidence::from_counts(&counts, predicted, sampling.alpha, sampling.bound, sampling.margin);
        let mut certificate = Certificate::nothing(Status::Abstained, selection, counts.clone(), &self.case);
        certificate.predicted = Some(predicted);
        certificate.evidence = Some(evidence);
        if !evidence.decides() {
            return Ok(certificate);
        }
        self.certify(worker, image, &evidence, counts, &mut certificate)?;
        Ok(certificate)
    }

    /// Finds the radius, and describes the cell that proves it.
    fn certify(
        &self,
        worker: &mut CaseWorker,
        image: &Arc<[f32]>,
        evidence: &Evidence,
        counts: Counts,
        certificate: &mut Certificate,
    ) -> Result<(), ImageError> {
        let range = &self.case.range;
        let anchor = cover::single_anchor(range);
        let (mut geometry, bits) = self.geometry(worker, image)?;
        let radius = largest_radius(range.cap(), bits, |radius| {
            let (low, high) = range.within(radius);
            survives_all(&geometry.moves(&anchor, &low, &high)?, evidence)
        })?;
        let (low, high) = range.within(radius);
        let moves = geometry.moves(&anchor, &low, &high)?;
        certificate.status = if radius > 0.0 { Status::Certified } else { Status::Refused };
        certificate.radius = radius;
        certificate.capped = radius >= range.cap();
        certificate.kind = moves.kind;
        certificate.distance = Some(moves.equivalent_distance()?);
        certificate.cells = vec![Cell {
            p_star: moves.required_probability(evidence.margin)?,
            kind: moves.kind,
            anchor,
            low,
            high,
            alpha: self.case.sampling.alpha,
            generation: 0,
            counts,
        }];
        certificate.evaluations = geometry.evaluations();
        Ok(())
    }

    fn geometry<'a>(
        &'a self,
        worker: &'a mut CaseWorker,
        image: &Arc<[f32]>,
    ) -> Result<(Geometry<'a>, u32), ImageError> {
        let case = &*self.case;
        match &case.method {
            Method::Resolvable => {
                Ok((Geometry::Resolvable(ResolvableGeometry { noise: &case.noise[0] }), CLOSED_FORM_BITS))
            }
            Method::Semantic(parts) => {
                let encoder = worker.encoder.as_mut().ok_or(ImageError::NoEncoder)?;
                let features = Features::new(image.clone(), case.shape, &case.transformation, encoder);
                let geometry = SemanticGeometry {
                    features,
                    channel: parts.channel.clone(),
                    estimator: &parts.estimator,
                    range: case.range.clone(),
                };
                Ok((Geometry::Semantic(geometry), EVALUATED_BITS))
            }
        }
    }

    fn advance(
        &mut self,
        worker: &mut CaseWorker,
        answers: Vec<Counts>,
    ) -> Result<Step<Certificate>, ImageError> {
        let counts = answers.into_iter().next().unwrap_or_else(|| Counts::new(self.case.classes));
        match std::mem::replace(&mut self.state, State::Ended) {
            State::Start => self.start(worker),
            State::Selecting { image, source } => match counts.most_votes() {
                Some(predicted) => {
                    let question = self.question(&source, Purpose::Estimation, self.case.sampling.draws);
                    self.state = State::Estimating { image, predicted, selection: counts };
                    Ok(Step::Ask(vec![question]))
                }
                None => {
                    let none = Counts::new(self.case.classes);
                    Ok(Step::Done(Certificate::nothing(Status::Abstained, counts, none, &self.case)))
                }
            },
            State::Estimating { image, predicted, selection } => {
                self.finish(worker, &image, predicted, selection, counts).map(Step::Done)
            }
            State::Ended => {
                Ok(Step::Done(Certificate::failed("the image was asked to go on after its end", &self.case)))
            }
        }
    }
}

fn survives_all(moves: &Moves<'_>, evidence: &Evidence) -> Result<bool, GeometryError> {
    for worst in &moves.worst {
        if !evidence.survives(worst)? {
            return Ok(false);
        }
    }
    Ok(true)
}

impl Machine<CaseWorker> for ImageMachine {
    type Outcome = Certificate;

    fn next(&mut self, worker: &mut CaseWorker, answers: Vec<Counts>) -> Step<Certificate> {
        match self.advance(worker, answers) {
            Ok(step) => step,
            Err(error) => Step::Done(Certificate::failed(&error.to_string(), &self.case)),
        }
    }
}

impl Certificate {
    /// Nothing is certified; the votes are kept.
    fn nothing(status: Status, selection: Counts, counts: Counts, case: &Case) -> Self {
        let anchor = cover::single_anchor(&case.range);
        let cell = Cell {
            low: anchor.clone(),
            high: anchor.clone(),
            anchor,
            p_star: 0.5 + case.sampling.margin,
            kind: Kind::Proven,
            alpha: case.sampling.alpha,
            generation: 0,
            counts,
        };
        Self {
            predicted: None,
            status,
            radius: 0.0,
            capped: false,
            kind: Kind::Proven,
            evidence: None,
            selection,
            distance: None,
            evaluations: 0,
            cells: vec![cell],
            error: None,
        }
    }

    fn failed(message: &str, case: &Case) -> Self {
        let none = || Counts::new(case.classes);
        let mut failed = Self::nothing(Status::Error, none(), none(), case);
        failed.error = Some(message.to_owned());
        failed.cells.clear();
        failed
    }
}
