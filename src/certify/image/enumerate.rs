//! Method `enumerate`: every value of a finite set of parameters on the bare classifier. No noise, no draws, no alpha.

use super::super::case::Case;
use super::super::geometry::Kind;
use super::super::outcome::{Certificate, Status};
use super::super::worker::CaseNetworks;
use super::ImageError;
use crate::smoothing::ballot::{Vote, vote};
use crate::smoothing::question::Counts;

/// Images classified in one call.
const BATCH: usize = 64;

/// The largest listed radius within which the classifier answers the same at every parameter.
///
/// Each radius is decided on the levels of the box that holds it: whatever a parameter within the radius is rounded to
/// is one of them. A tie or a score that is not finite counts against.
pub fn enumerate(
    case: &Case,
    image: &[f32],
    worker: &mut dyn CaseNetworks,
) -> Result<Certificate, ImageError> {
    let selection = Counts::new(case.classes);
    let clean = classify(case, image, worker)?.first().copied().flatten();
    let Some(class) = clean else {
        return Ok(Certificate::nothing(Status::Abstained, None, selection));
    };
    let mut certificate = Certificate::nothing(Status::Refused, Some(class), selection);
    let mut radius = 0.0;
    for listed in &case.radii {
        let (low, high) = case.range.within(*listed);
        let levels = case.transformation.levels(case.shape, &low, &high)?.ok_or(ImageError::NotFinite)?;
        let mut same = true;
        for batch in levels.chunks(BATCH) {
            let images = case.transformation.apply_at(image, case.shape, &batch.concat())?;
            let votes = classify(case, &images, worker)?;
            certificate.evaluations += batch.len() as u64;
            same = votes.len() == batch.len() && votes.iter().all(|vote| *vote == Some(class));
            if !same {
                break;
            }
        }
        if !same {
            break;
        }
        radius = *listed;
    }
    certificate.claim(radius, case.range.cap(), Kind::Proven);
    Ok(certificate)
}

/// The bare classifier's votes for some images.
fn classify(case: &Case, images: &[f32], worker: &mut dyn CaseNetworks) -> Result<Vec<Vote>, ImageError> {
    let scores = worker.scores(images)?;
    Ok(scores.chunks_exact(case.classes).map(vote).collect())
}
