//! What `gsmooth check` tries on a plan, short of sampling: whether batches change results, and how long draws take.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::plan::Plan;
use super::plan::case::PlannedCase;
use crate::data::DataError;
use crate::host::HostError;
use crate::onnx::network::{Network, NetworkError};
use crate::onnx::runtime::SessionError;
use crate::smoothing::site::{Draw, Site};
use crate::smoothing::stream::Purpose;
use crate::smoothing::voter::Voter;

/// Images that are run one by one and together.
const IMAGES: usize = 8;
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
    }
    let rows = scores.chunks_exact(planned.classifier.classes);
    let right = rows.zip(&indices).filter(|(row, index)| {
        let label = planned.classifier.class_of(plan.data.label(**index));
        crate::smoothing::ballot::vote(row) == Some(label)
    });
    let clean_accuracy = right.count() as f64 / indices.len().max(1) as f64;
    Ok(Probe { batch_dependent, clean_accuracy, seconds_a_draw: time_draws(plan, planned)? })
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

fn time_draws(plan: &Plan, planned: &PlannedCase) -> Result<f64, ProbeError> {
    let mut worker = planned.worker(&plan.runtime, &plan.session)?;
    let index = plan.selection.first as usize;
    let image: Arc<[f32]> = plan.data.image(index)?.into();
    let mut code = Vec::new();
    if let Some(encoder) = worker.encoder.as_mut() {
        encoder.run(&image, &mut code)?;
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
