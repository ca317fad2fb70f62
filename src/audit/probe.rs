//! What `gsmooth check` tries on a plan, short of sampling: whether batches change results, and how long draws take.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::plan::Plan;
use super::plan::case::PlannedCase;
use crate::certify::case::{Method, Sampling};
use crate::certify::features::{FeatureError, Images};
use crate::certify::image::{ImageError, Preview, preview};
use crate::data::DataError;
use crate::host::HostError;
use crate::onnx::network::{Network, NetworkError};
use crate::onnx::runtime::SessionError;
use crate::smoothing::question::Counts;
use crate::smoothing::site::{Draw, Site, Source};
use crate::smoothing::stream::Purpose;
use crate::smoothing::voter::Voter;
use crate::transformation::TransformationError;

/// Images that are run one by one and together.
const IMAGES: usize = 8;
/// Images whose geometry is looked at.
const PREVIEWED: usize = 4;
/// How long draws are timed.
const TIMED: Duration = Duration::from_millis(400);

/// Why a probe could not be made.
#[derive(Debug, thiserror::Error)]
pub enum ProbeError {
    /// A session can't be opened.
    #[error(transparent)]
    Session(#[from] SessionError),
    /// A network failed.
    #[error(transparent)]
    Network(#[from] NetworkError),
    /// An image can't be read.
    #[error(transparent)]
    Data(#[from] DataError),
    /// A plugin failed.
    #[error(transparent)]
    Host(#[from] HostError),
    /// A transformation failed.
    #[error(transparent)]
    Transformation(#[from] TransformationError),
    /// An imitation failed.
    #[error(transparent)]
    Feature(#[from] FeatureError),
    /// An image's geometry failed.
    #[error(transparent)]
    Image(#[from] ImageError),
}

/// What the probes of a case found.
#[derive(Debug, Clone, PartialEq)]
pub struct Probe {
    /// Models whose output for an image changes with what shares its batch (in some bit).
    pub batch_dependent: Vec<String>,
    /// Share of the probed images that the bare classifier gets right.
    pub clean_accuracy: f64,
    /// Seconds that one worker takes for one draw.
    pub seconds_a_draw: f64,
    /// What the geometry of some images says; empty for method `enumerate`.
    pub previews: Vec<Preview>,
    /// Seconds that one worker takes for the geometry of an image.
    pub seconds_a_geometry: f64,
    /// The largest l2 distance seen between the transformation and its imitation, for claims about a surrogate.
    pub surrogate_error: Option<f64>,
}

impl Probe {
    /// Anchors an image, on average.
    pub fn anchors(&self) -> f64 {
        let sum: usize = self.previews.iter().map(|preview| preview.anchors).sum();
        sum as f64 / self.previews.len().max(1) as f64
    }

    /// Draws an image if all votes go well: what cannot be saved. Unlikely images cost more, up to the budget.
    pub fn least_draws(&self, sampling: &Sampling) -> f64 {
        let sum: u64 = self.previews.iter().map(|preview| preview.least_draws).sum();
        let selection = if self.previews.is_empty() { 0 } else { fewest_to_choose(sampling) };
        let selection = selection as f64;
        selection + sum as f64 / self.previews.len().max(1) as f64
    }
}

/// Draws that choose a class on which all agree.
fn fewest_to_choose(sampling: &Sampling) -> u64 {
    let rule = sampling.selection_rule();
    let agreed = |draws: u64| Counts { votes: vec![draws], failures: 0 };
    let mut drawn = 0;
    while let Some(look) = rule.next_look(&agreed(drawn)) {
        drawn = look;
    }
    drawn
}

/// Probes one case.
///
/// # Errors
/// If a model or the data can't be used.
pub fn probe(plan: &Plan, planned: &PlannedCase) -> Result<Probe, ProbeError> {
    let indices: Vec<usize> = plan.selection.indices().take(IMAGES).collect();
    let mut images = Vec::new();
    for index in &indices {
        images.extend(plan.data.image(*index)?);
    }
    let mut inputs = Vec::new();
    planned.classifier.preprocess.apply(&images, planned.case.shape, &mut inputs);
    let mut batch_dependent = Vec::new();
    let mut check = |model: &crate::onnx::network::NetworkModel, items: &[f32]| {
        let mut network = model.open(&plan.runtime, &plan.session)?;
        let (outputs, same) = single_and_batched(&mut network, items)?;
        if !same {
            batch_dependent.push(model.name.clone());
        }
        Ok::<_, ProbeError>(outputs)
    };
    let scores = check(&planned.classifier.model, &inputs)?;
    if let Some(surrogate) = &planned.surrogate {
        let codes = check(&surrogate.encoder, &images)?;
        check(&surrogate.decoder, &codes)?;
        if let Some(merged) = &planned.merged {
            check(merged, &codes)?;
        }
    }
    let rows = scores.chunks_exact(planned.classifier.classes);
    let right = rows.zip(&indices).filter(|(row, index)| {
        let label = planned.classifier.class_of(plan.data.label(**index));
        crate::smoothing::ballot::vote(row) == Some(label)
    });
    let clean_accuracy = right.count() as f64 / indices.len().max(1) as f64;
    let mut probe = Probe {
        batch_dependent,
        clean_accuracy,
        seconds_a_draw: 0.0,
        previews: Vec::new(),
        seconds_a_geometry: 0.0,
        surrogate_error: None,
    };
    if !matches!(planned.case.method, Method::Enumerate) {
        probe.seconds_a_draw = time_draws(plan, planned)?;
        look_at_geometry(plan, planned, &mut probe)?;
    }
    if planned.case.is_about_surrogate() {
        probe.surrogate_error = Some(surrogate_error(plan, planned, &indices)?);
    }
    Ok(probe)
}

fn look_at_geometry(plan: &Plan, planned: &PlannedCase, probe: &mut Probe) -> Result<(), ProbeError> {
    let mut worker = planned.worker(&plan.runtime, &plan.session)?;
    let begin = Instant::now();
    for index in plan.selection.indices().take(PREVIEWED) {
        probe.previews.push(preview(&planned.case, &plan.data, index, &mut worker)?);
    }
    probe.seconds_a_geometry = begin.elapsed().as_secs_f64() / probe.previews.len().max(1) as f64;
    Ok(())
}

/// The largest |tau(xi, x) - H(F2(x) + A1 xi + b1)|_2 over a grid of the range and some images: what `epsilon` is at least.
fn surrogate_error(plan: &Plan, planned: &PlannedCase, indices: &[usize]) -> Result<f64, ProbeError> {
    const STEPS: u32 = 16;
    let case = &planned.case;
    let mut worker = planned.worker(&plan.runtime, &plan.session)?;
    let mut largest = 0.0_f64;
    for index in indices {
        let image = plan.data.image(*index)?;
        let mut code = Vec::new();
        if let Some(encoder) = worker.encoder.as_mut() {
            encoder.run(&image, &mut code)?;
        }
        let Source::Code(noise) = case.source(image.clone().into(), &code) else { continue };
        let Some(decoder) = worker.voter.decoder.as_mut() else { continue };
        for step in 0..=STEPS {
            let share = f64::from(step) / f64::from(STEPS);
            let ends = case.range.low.iter().zip(&case.range.high);
            let xi: Vec<f64> = ends.map(|(low, high)| low + share * (high - low)).collect();
            let real = case.transformation.apply_at(&image, case.shape, &xi)?;
            let mut imitation = Images::Imitated { mean: &noise.mean, columns: &noise.columns, decoder };
            let imitated = imitation.at(&image, case.shape, &xi, 1)?;
            let squares = real.iter().zip(&imitated).map(|(a, b)| f64::from(a - b).powi(2));
            largest = largest.max(squares.sum::<f64>().sqrt());
        }
    }
    Ok(largest)
}

/// The outputs of a batch, and whether each item alone gives the same bits.
fn single_and_batched(network: &mut Network, items: &[f32]) -> Result<(Vec<f32>, bool), NetworkError> {
    let (mut together, mut alone) = (Vec::new(), Vec::new());
    network.run(items, &mut together)?;
    let mut one = Vec::new();
    for item in items.chunks_exact(network.item_len()) {
        network.run(item, &mut one)?;
        alone.extend_from_slice(&one);
    }
    let same =
        together.len() == alone.len() && together.iter().zip(&alone).all(|(a, b)| a.to_bits() == b.to_bits());
    Ok((together, same))
}

/// Seconds that one worker takes for one draw.
///
/// # Errors
/// If a network can't be opened, or the first image can't be read.
pub fn time_draws(plan: &Plan, planned: &PlannedCase) -> Result<f64, ProbeError> {
    let mut worker = planned.worker(&plan.runtime, &plan.session)?;
    let index = plan.selection.first as usize;
    let image: Arc<[f32]> = plan.data.image(index)?.into();
    let mut code = Vec::new();
    if let Some(encoder) = worker.encoder.as_mut() {
        encoder.run(&image, &mut code)?;
    }
    if code.is_empty() {
        code = image.to_vec();
    }
    let source = Arc::new(planned.case.source(image, &code));
    let site = Site { source, key: planned.case.stream_key(index as u64, Purpose::Selection) };
    let batch = super::run::batch_size(plan, planned) as u64;
    let draws: Vec<Draw<'_>> = (0..batch).map(|number| Draw { site: &site, number }).collect();
    let mut votes = Vec::new();
    worker.vote(&draws, &mut votes);
    let (begin, mut made) = (Instant::now(), 0);
    while begin.elapsed() < TIMED {
        worker.vote(&draws, &mut votes);
        made += batch;
    }
    Ok(begin.elapsed().as_secs_f64() / made.max(1) as f64)
}
