//! `gsmooth show`: what a case does to an image, on one sheet (Figure 4 of the GSmooth paper). The image and its
//! transformations; below them the surrogate's imitations; then what the classifier sees when it is smoothed, and pixel noise
//! of equal size beside semantic noise.
//!
//! - here: which pictures there are;
//! - [`mod@sheet`]: how they are laid out.

pub mod sheet;

use std::path::{Path, PathBuf};

use crate::audit::plan::Plan;
use crate::audit::plan::case::PlannedCase;
use crate::certify::case::Method;
use crate::certify::worker::CaseWorker;
use crate::smoothing::site::{Source, sample_parameters};
use crate::smoothing::stream::Purpose;
use crate::smoothing::voter::DrawError;

use super::scene::{self, SceneError};
use super::words;
use sheet::{Row, Sheet, Shot};

/// Parameters that are shown unless others are asked for.
const POINTS: usize = 5;
/// Draws that are shown; of semantic noise each with pixel noise beside it.
const DRAWS: u64 = 6;

/// Why a sheet can't be made.
#[derive(Debug, thiserror::Error)]
pub enum ShowError {
    /// An image that the data does not have.
    #[error("there is no image {index}: the data has {available}, counted from 0")]
    Index {
        /// The index asked for.
        index: usize,
        /// Images of the data.
        available: usize,
    },
    /// Parameters of another number than the transformation has.
    #[error(
        "`{transformation}` has {} ({}): write --parameter {}",
        words::count(names.len() as u64, "parameter"), names.join(", "), example(names)
    )]
    Parameters {
        /// The transformation.
        transformation: String,
        /// Its parameters.
        names: Vec<String>,
    },
    /// Parameters outside the transformation's domain.
    #[error("`{transformation}` has no parameters {found:?}: its domain is {domain:?}")]
    Domain {
        /// The transformation.
        transformation: String,
        /// The parameters.
        found: Vec<f64>,
        /// The least and the greatest value of each.
        domain: Vec<[f64; 2]>,
    },
    /// The file can't be written.
    #[error("cannot write {}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Something failed on the way to a picture.
    #[error(transparent)]
    Scene(#[from] SceneError),
}

fn example(names: &[String]) -> String {
    vec!["0.5"; names.len().max(1)].join(",")
}

impl ShowError {
    /// Whether it is the command line that is wrong.
    pub fn is_usage(&self) -> bool {
        !matches!(self, Self::Scene(_) | Self::Write { .. })
    }
}

/// Writes the sheet of an image of a case as a PNG file.
///
/// # Errors
/// As [`sheet()`], and if the file can't be written.
pub fn write(
    plan: &Plan,
    planned: &PlannedCase,
    index: usize,
    points: &[Vec<f64>],
    path: &Path,
) -> Result<(), ShowError> {
    let sheet = sheet(plan, planned, index, points)?;
    let bytes = super::canvas::png(&sheet.draw()).map_err(SceneError::from)?;
    std::fs::write(path, bytes).map_err(|source| ShowError::Write { path: path.to_owned(), source })
}

/// The sheet of an image of a case at some parameters; if there are none, at five of them over the range.
///
/// # Errors
/// An image or parameters that do not exist, or a transformation or network that fails.
pub fn sheet(
    plan: &Plan,
    planned: &PlannedCase,
    index: usize,
    points: &[Vec<f64>],
) -> Result<Sheet, ShowError> {
    let case = &planned.case;
    if index >= plan.data.len() {
        return Err(ShowError::Index { index, available: plan.data.len() });
    }
    let points = if points.is_empty() { spread(planned) } else { points.to_vec() };
    check(planned, &points)?;
    let image = plan.data.image(index).map_err(SceneError::from)?;
    let mut worker = planned.worker(&plan.runtime, &plan.session).map_err(SceneError::from)?;
    let view = View { planned, index: index as u64, image: &image };
    let mut rows = vec![view.transformed(&points)?];
    if planned.surrogate.is_some() {
        rows.push(view.imitated(&mut worker, &points)?);
    }
    rows.extend(view.noisy(&mut worker)?);
    let label = planned.classifier.class_of(plan.data.label(index));
    Ok(Sheet {
        title: format!("{} ({}), image {index}, label {label}", case.name, planned.method),
        shape: case.shape,
        rows,
    })
}

/// Parameters spread evenly over the range, all of them at the same share of theirs; an end that is the identity, where
/// nothing changes, is left out.
fn spread(planned: &PlannedCase) -> Vec<Vec<f64>> {
    let range = &planned.case.range;
    let at = |share: f64| -> Vec<f64> {
        range.low.iter().zip(&range.high).map(|(low, high)| low + share * (high - low)).collect()
    };
    let (first, last) = (range.low == range.identity, range.high == range.identity);
    let places = POINTS - 1 + usize::from(first) + usize::from(last);
    let from = usize::from(first);
    (from..from + POINTS).map(|place| at(place as f64 / places as f64)).collect()
}

fn check(planned: &PlannedCase, points: &[Vec<f64>]) -> Result<(), ShowError> {
    let transformation = &planned.case.transformation;
    let parameters = transformation.parameters();
    for point in points {
        if point.len() != parameters.len() {
            let names = parameters.iter().map(|parameter| parameter.name.clone()).collect();
            return Err(ShowError::Parameters { transformation: transformation.id().to_owned(), names });
        }
        if !transformation.in_domain(point) || point.iter().any(|value| !value.is_finite()) {
            return Err(ShowError::Domain {
                transformation: transformation.id().to_owned(),
                found: point.clone(),
                domain: parameters.iter().map(|parameter| [parameter.low, parameter.high]).collect(),
            });
        }
    }
    Ok(())
}

/// One image under one case.
struct View<'a> {
    planned: &'a PlannedCase,
    index: u64,
    image: &'a [f32],
}

impl View<'_> {
    fn transformed(&self, points: &[Vec<f64>]) -> Result<Row, SceneError> {
        let case = &self.planned.case;
        let made = scene::transformed(case, self.image, points)?;
        let original = Shot { label: "original".to_owned(), pixels: self.image.to_vec() };
        let shots = points.iter().zip(made).map(|(xi, pixels)| Shot { label: self.point(xi), pixels });
        let title = words::transformation(case.transformation.id());
        Ok(Row { title, shots: std::iter::once(original).chain(shots).collect() })
    }

    fn imitated(&self, worker: &mut CaseWorker, points: &[Vec<f64>]) -> Result<Row, SceneError> {
        let case = &self.planned.case;
        let all: Vec<Vec<f64>> = std::iter::once(&case.range.identity).chain(points).cloned().collect();
        let made = scene::imitated(case, worker, self.image, &all)?;
        let shots = all.iter().zip(made).map(|(xi, pixels)| Shot { label: self.point(xi), pixels });
        Ok(Row { title: "the surrogate's imitation H(F1(xi) + F2(x))".to_owned(), shots: shots.collect() })
    }

    /// What the classifier sees when it is smoothed; nothing where it is not.
    fn noisy(&self, worker: &mut CaseWorker) -> Result<Option<Row>, SceneError> {
        let case = &self.planned.case;
        Ok(match &case.method {
            Method::Enumerate => None,
            Method::Resolvable(_) => Some(self.random_parameters(worker)?),
            Method::Channel(parts) if !parts.encoded => {
                let made = scene::drawn(case, worker, self.index, self.image, DRAWS)?;
                let shots =
                    (1..).zip(made).map(|(number, pixels)| Shot { label: format!("draw {number}"), pixels });
                let sigma = words::number(parts.metric.semantic_noise());
                let title = format!("what the classifier sees: pixel noise, sigma2 = {sigma}");
                Some(Row { title, shots: shots.collect() })
            }
            Method::Channel(_) => Some(self.semantic_beside_pixel_noise(worker)?),
        })
    }

    /// tau(theta, x) at random theta.
    fn random_parameters(&self, worker: &mut CaseWorker) -> Result<Row, SceneError> {
        let case = &self.planned.case;
        let made = scene::drawn(case, worker, self.index, self.image, DRAWS)?;
        let site = scene::site(case, worker, self.index, self.image)?;
        let mut shots = Vec::with_capacity(made.len());
        for (number, pixels) in (0..).zip(made) {
            let theta = match &*site.source {
                Source::Parameter(source) => {
                    sample_parameters(&source.noise, &mut site.key.draw(number)).map_err(DrawError::from)?
                }
                Source::Code(_) => Vec::new(),
            };
            shots.push(Shot { label: self.point(&theta), pixels });
        }
        Ok(Row { title: "what the classifier sees: random parameters".to_owned(), shots })
    }

    /// Draws of semantic noise, each with pixel noise of the same l2 size beside it.
    fn semantic_beside_pixel_noise(&self, worker: &mut CaseWorker) -> Result<Row, SceneError> {
        let case = &self.planned.case;
        let identity = std::slice::from_ref(&case.range.identity);
        let quiet = scene::imitated(case, worker, self.image, identity)?.concat();
        let mut shots = Vec::new();
        for (number, pixels) in (0..).zip(scene::drawn(case, worker, self.index, self.image, DRAWS / 2)?) {
            let size = distance(&pixels, &quiet);
            shots.push(Shot { label: format!("semantic {size:.2}"), pixels });
            shots.push(Shot { label: format!("pixels {size:.2}"), pixels: self.pixel_noise(number, size) });
        }
        Ok(Row {
            title: "what the classifier sees, and beside it pixel noise of the same L2 norm".to_owned(),
            shots,
        })
    }

    /// The image under Gaussian noise of a given l2 size.
    fn pixel_noise(&self, number: u64, size: f64) -> Vec<f32> {
        let mut stream = self.planned.case.stream_key(self.index, Purpose::Probe).draw(number);
        let noise: Vec<f64> = self.image.iter().map(|_| stream.normal()).collect();
        let length = noise.iter().map(|value| value * value).sum::<f64>().sqrt();
        let noisy =
            self.image.iter().zip(&noise).map(|(pixel, noise)| f64::from(*pixel) + noise * size / length);
        noisy.map(|value| value as f32).collect()
    }

    fn point(&self, xi: &[f64]) -> String {
        let parameters = self.planned.case.transformation.parameters().iter().zip(xi);
        let one = parameters.map(|(parameter, value)| format!("{} {}", parameter.name, words::about(*value)));
        one.collect::<Vec<_>>().join(", ")
    }
}

/// The l2 distance of two images.
fn distance(a: &[f32], b: &[f32]) -> f64 {
    a.iter().zip(b).map(|(a, b)| f64::from(a - b).powi(2)).sum::<f64>().sqrt()
}
