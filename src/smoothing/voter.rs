//! Draws carried through the networks to votes.

use super::ballot::{self, Vote};
use super::site::{Draw, ParameterNoise, Source, sample_parameters};
use crate::host::HostError;
use crate::onnx::network::{Network, NetworkError};
use crate::onnx::preprocess::Preprocess;
use crate::transformation::TransformationError;

/// Turns draws into votes. Implemented by the networks, and by a coin in tests.
pub trait Voter {
    /// Replaces `votes` by one vote per draw, in order. Whatever goes wrong with a draw is a vote of `None`.
    fn vote(&mut self, draws: &[Draw<'_>], votes: &mut Vec<Vote>);
}

/// The networks that stand between a smoothed input and its scores.
#[derive(Debug)]
pub struct NetworkVoter {
    /// H, for sites in code space: from a noisy code to an image.
    pub decoder: Option<Network>,
    /// f after H in one model, where the two fit together: the way of draws in code space to their scores.
    pub merged: Option<Network>,
    /// f.
    pub classifier: Network,
    /// What happens to an image before f sees it.
    pub preprocess: Preprocess,
    /// Channels, height and width of the images.
    pub shape: [usize; 3],
    inputs: Vec<f32>,
    images: Vec<f32>,
    prepared: Vec<f32>,
    scores: Vec<f32>,
}

/// Why a batch could not be drawn.
#[derive(Debug, thiserror::Error)]
pub enum DrawError {
    /// A noise plugin failed.
    #[error(transparent)]
    Host(#[from] HostError),
    /// The transformation failed.
    #[error(transparent)]
    Transformation(#[from] TransformationError),
    /// A network failed.
    #[error(transparent)]
    Network(#[from] NetworkError),
    /// H gives images of another size than there are.
    #[error("the decoder gave {found} values an image, expected {expected}")]
    DecodedSize {
        /// Values an image that H gave.
        found: usize,
        /// Values of an image.
        expected: usize,
    },
    /// Sites in code space and in parameter space, which no case has both of.
    #[error("draws of different kinds in one batch")]
    MixedKinds,
}

impl NetworkVoter {
    /// Puts the networks of one case together.
    pub fn new(
        decoder: Option<Network>,
        classifier: Network,
        preprocess: Preprocess,
        shape: [usize; 3],
    ) -> Self {
        let (inputs, images, prepared, scores) = Default::default();
        Self { decoder, merged: None, classifier, preprocess, shape, inputs, images, prepared, scores }
    }

    /// Lets draws in code space go through f after H in one model.
    pub fn with_merged(self, merged: Option<Network>) -> Self {
        Self { merged, ..self }
    }

    /// The scores of each of some images (dense NCHW), one row of `classes` values each.
    ///
    /// # Errors
    /// If the classifier fails.
    pub fn classify(&mut self, images: &[f32]) -> Result<&[f32], NetworkError> {
        if self.preprocess.is_identity() {
            self.classifier.run(images, &mut self.scores)?;
        } else {
            self.prepared.clear();
            self.preprocess.apply(images, self.shape, &mut self.prepared);
            self.classifier.run(&self.prepared, &mut self.scores)?;
        }
        Ok(&self.scores)
    }

    /// Replaces `rows` by the scores of some draws, a row of `classes` values each. A draw that fails has a row of NaN.
    pub fn scores(&mut self, draws: &[Draw<'_>], classes: usize, rows: &mut Vec<f32>) {
        rows.clear();
        let wanted = draws.len() * classes;
        let whole = self.scores_of(draws).map(|scores| rows.extend_from_slice(scores));
        if whole.is_ok() && rows.len() == wanted {
            return;
        }
        rows.clear();
        // One by one, so that a draw's failure does not depend on what shared its batch.
        for draw in draws {
            match self.scores_of(std::slice::from_ref(draw)) {
                Ok(scores) if scores.len() == classes => rows.extend_from_slice(scores),
                _ => rows.resize(rows.len() + classes, f32::NAN),
            }
        }
    }

    fn scores_of(&mut self, draws: &[Draw<'_>]) -> Result<&[f32], DrawError> {
        if let Some(merged) = self.merged.as_mut() {
            sample_codes(draws, merged.item_len(), &mut self.inputs)?;
            merged.run(&self.inputs, &mut self.scores)?;
            return Ok(&self.scores);
        }
        let mut images = std::mem::take(&mut self.images);
        let filled = self.fill_images(draws, &mut images);
        let result = filled.and_then(|()| Ok(self.classify(&images).map(drop)?));
        self.images = images;
        result.map(|()| self.scores.as_slice())
    }

    /// Replaces `images` by those that the classifier is to see (dense NCHW), one a draw.
    ///
    /// # Errors
    /// If a plugin or H fails.
    pub fn fill_images(&mut self, draws: &[Draw<'_>], images: &mut Vec<f32>) -> Result<(), DrawError> {
        let pixels = self.shape.iter().product::<usize>();
        let of_parameters =
            draws.first().is_some_and(|draw| matches!(&*draw.site.source, Source::Parameter(_)));
        match self.decoder.as_mut() {
            None if of_parameters => transform(draws, self.shape, &mut self.inputs, images),
            // Pixel space: the noisy code is the image.
            None => sample_codes(draws, pixels, images),
            Some(decoder) => {
                sample_codes(draws, decoder.item_len(), &mut self.inputs)?;
                decoder.run(&self.inputs, images)?;
                let expected = draws.len() * pixels;
                if images.len() != expected {
                    let found = images.len() / draws.len().max(1);
                    return Err(DrawError::DecodedSize { found, expected: pixels });
                }
                Ok(())
            }
        }
    }
}

/// tau(theta, x) of each draw, in one call per transformation.
fn transform(
    draws: &[Draw<'_>],
    [channels, height, width]: [usize; 3],
    copies: &mut Vec<f32>,
    images: &mut Vec<f32>,
) -> Result<(), DrawError> {
    copies.clear();
    let mut parameters = Vec::new();
    let mut sites: Vec<&ParameterNoise> = Vec::with_capacity(draws.len());
    for draw in draws {
        let Source::Parameter(source) = &*draw.site.source else {
            return Err(DrawError::MixedKinds);
        };
        copies.extend_from_slice(&source.image);
        parameters.extend(sample_parameters(&source.noise, &mut draw.site.key.draw(draw.number))?);
        sites.push(source);
    }
    let Some(first) = sites.first() else { return Ok(()) };
    images.resize(copies.len(), 0.0);
    let shape = [draws.len(), channels, height, width];
    Ok(first.transformation.apply(copies, shape, &parameters, images)?)
}

/// A noisy code of each draw.
fn sample_codes(draws: &[Draw<'_>], code_len: usize, codes: &mut Vec<f32>) -> Result<(), DrawError> {
    codes.resize(draws.len() * code_len, 0.0);
    for (draw, code) in draws.iter().zip(codes.chunks_exact_mut(code_len)) {
        let Source::Code(source) = &*draw.site.source else {
            return Err(DrawError::MixedKinds);
        };
        source.sample(&mut draw.site.key.draw(draw.number), code)?;
    }
    Ok(())
}

impl Voter for NetworkVoter {
    fn vote(&mut self, draws: &[Draw<'_>], votes: &mut Vec<Vote>) {
        votes.clear();
        let whole = self.scores_of(draws).map(|scores| collect(scores, draws.len(), votes));
        let Err(error) = whole else { return };
        tracing::warn!("a batch of {} draws failed, and is drawn one by one: {error}", draws.len());
        // One by one, so that a draw's failure does not depend on what shared its batch.
        for draw in draws {
            let mut own = Vec::new();
            match self.scores_of(std::slice::from_ref(draw)) {
                Ok(scores) => collect(scores, 1, &mut own),
                Err(error) => tracing::warn!("draw {} counts as a failure: {error}", draw.number),
            }
            votes.push(own.first().copied().flatten());
        }
    }
}

fn collect(scores: &[f32], draws: usize, votes: &mut Vec<Vote>) {
    let classes = (scores.len() / draws.max(1)).max(1);
    votes.extend(scores.chunks_exact(classes).take(draws).map(ballot::vote));
}
