//! The images around one image that pictures show: transformed, imitated, and as the classifier sees them when it is smoothed.

use std::sync::Arc;

use crate::certify::case::Case;
use crate::certify::features::{FeatureError, Images};
use crate::certify::worker::CaseWorker;
use crate::data::DataError;
use crate::onnx::network::NetworkError;
use crate::onnx::runtime::SessionError;
use crate::smoothing::site::{Draw, Site, Source};
use crate::smoothing::stream::Purpose;
use crate::smoothing::voter::DrawError;
use crate::transformation::TransformationError;

/// Why an image can't be shown.
#[derive(Debug, thiserror::Error)]
pub enum SceneError {
    /// It can't be read.
    #[error(transparent)]
    Data(#[from] DataError),
    /// The transformation failed.
    #[error(transparent)]
    Transformation(#[from] TransformationError),
    /// Its code can't be had.
    #[error(transparent)]
    Feature(#[from] FeatureError),
    /// F2 failed.
    #[error(transparent)]
    Network(#[from] NetworkError),
    /// A network can't be opened.
    #[error(transparent)]
    Session(#[from] SessionError),
    /// A draw failed.
    #[error(transparent)]
    Draw(#[from] DrawError),
    /// The picture can't be encoded.
    #[error(transparent)]
    Encoding(#[from] image::ImageError),
}

/// Images, one after another, as one each.
fn split(images: &[f32], each: usize) -> Vec<Vec<f32>> {
    images.chunks_exact(each.max(1)).map(<[f32]>::to_vec).collect()
}

/// tau(xi, x) at each of some points.
///
/// # Errors
/// If the transformation fails.
pub fn transformed(case: &Case, image: &[f32], points: &[Vec<f64>]) -> Result<Vec<Vec<f32>>, SceneError> {
    Ok(split(&case.transformation.apply_at(image, case.shape, &points.concat())?, image.len()))
}

/// H(F1(xi) + F2(x)) at each of some points, for a case with a surrogate.
///
/// # Errors
/// If the case has none, or a network fails.
pub fn imitated(
    case: &Case,
    worker: &mut CaseWorker,
    image: &[f32],
    points: &[Vec<f64>],
) -> Result<Vec<Vec<f32>>, SceneError> {
    let Source::Code(noise) = source(case, worker, image)? else {
        return Err(FeatureError::NoEncoder.into());
    };
    let Some(decoder) = worker.voter.decoder.as_mut() else { return Err(FeatureError::NoEncoder.into()) };
    let mut images = Images::Imitated { mean: &noise.mean, columns: &noise.columns, decoder };
    Ok(split(&images.at(image, case.shape, &points.concat(), points.len())?, image.len()))
}

/// The first draws that choose an image's class, as the classifier sees them.
///
/// # Errors
/// If a draw fails.
pub fn drawn(
    case: &Case,
    worker: &mut CaseWorker,
    index: u64,
    image: &[f32],
    count: u64,
) -> Result<Vec<Vec<f32>>, SceneError> {
    let site = site(case, worker, index, image)?;
    let draws: Vec<Draw<'_>> = (0..count).map(|number| Draw { site: &site, number }).collect();
    let mut images = Vec::new();
    worker.voter.fill_images(&draws, &mut images)?;
    Ok(split(&images, image.len()))
}

/// Where the class of an image is chosen.
///
/// # Errors
/// If its code can't be had.
pub fn site(case: &Case, worker: &mut CaseWorker, index: u64, image: &[f32]) -> Result<Site, SceneError> {
    let source = Arc::new(source(case, worker, image)?);
    Ok(Site { source, key: case.stream_key(index, Purpose::Selection) })
}

/// The law of the smoothed input at the image itself.
fn source(case: &Case, worker: &mut CaseWorker, image: &[f32]) -> Result<Source, SceneError> {
    let mut code = Vec::new();
    match worker.encoder.as_mut() {
        Some(encoder) => drop(encoder.run(image, &mut code)?),
        None => code.extend_from_slice(image),
    }
    let source = case.source(image.into(), &code);
    match &source {
        Source::Code(noise) if noise.mean.len() != code.len() => {
            Err(FeatureError::CodeSize { found: code.len(), expected: noise.mean.len() }.into())
        }
        _ => Ok(source),
    }
}
