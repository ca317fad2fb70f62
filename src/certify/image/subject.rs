//! The image under certification, with everything that is known of its geometry.

use std::sync::Arc;

use super::super::case::{Anchors, Case, ChannelParts, Claim, Method};
use super::super::features::{FeatureError, FeatureStore, Features, Images};
use super::super::geometry::{ChannelGeometry, Geometry};
use super::super::growth::{Growth, GrowthStore};
use super::super::worker::CaseNetworks;
use super::ImageError;
use crate::onnx::network::Network;
use crate::smoothing::site::Source;

/// One image of a case.
#[derive(Debug)]
pub struct Subject {
    /// What the images share.
    pub case: Arc<Case>,
    /// The image's index in the data set.
    pub index: u64,
    /// x, dense CHW.
    pub image: Arc<[f32]>,
    /// The law of the smoothed input at the image itself, once it was asked for.
    source: Option<Arc<Source>>,
    /// F2(x), once the image was encoded.
    code: Option<Arc<[f32]>>,
    /// F2(x) + b1.
    mean: Vec<f64>,
    features: FeatureStore,
    growth: GrowthStore,
}

impl Subject {
    /// An image of which nothing is known yet.
    pub fn new(case: Arc<Case>, index: u64, image: Arc<[f32]>) -> Self {
        let (source, code, mean, features, growth) = Default::default();
        Self { case, index, image, source, code, mean, features, growth }
    }

    /// The geometry, with the networks of a worker to compute it with.
    pub fn geometry<'a>(
        &'a mut self,
        worker: &'a mut dyn CaseNetworks,
    ) -> Result<Geometry<'a>, FeatureError> {
        let case = &*self.case;
        if let Some(geometry) = case.parameter_geometry() {
            return Ok(geometry);
        }
        let Method::Channel(parts) = &case.method else { return Err(FeatureError::NoEncoder) };
        let (images, encoder) = networks(case, parts, &self.mean, worker)?;
        // A single anchor is the image itself; anchors of a cover are imitations like all others.
        let origin = self.code.clone().filter(|_| case.anchors == Anchors::Single);
        let features =
            Features { image: &self.image, shape: case.shape, images, encoder, store: &mut self.features };
        let growth = Growth {
            image: &self.image,
            shape: case.shape,
            transformation: &case.transformation,
            range: &case.range,
            encoder: &parts.growth,
            semantic_noise: parts.metric.semantic_noise(),
            real: parts.claim == Claim::Real,
            store: &mut self.growth,
        };
        Ok(Geometry::Channel(Box::new(ChannelGeometry {
            features,
            origin,
            growth,
            metric: &parts.metric,
            estimator: &parts.estimator,
            range: &case.range,
            slack: parts.slack,
        })))
    }

    /// The law of the smoothed input at the image itself.
    pub fn source_of_image(&mut self, worker: &mut dyn CaseNetworks) -> Result<Arc<Source>, ImageError> {
        if let Some(source) = &self.source {
            return Ok(source.clone());
        }
        let source = self.make_source_of_image(worker)?;
        self.source = Some(source.clone());
        Ok(source)
    }

    fn make_source_of_image(&mut self, worker: &mut dyn CaseNetworks) -> Result<Arc<Source>, ImageError> {
        let image = self.image.clone();
        let Method::Channel(parts) = &self.case.method else { return self.source(image, &[]) };
        let code: Arc<[f32]> = match encoder(parts, worker)? {
            None => image.clone(),
            Some(encoder) => {
                let mut code = Vec::new();
                encoder.run(&image, &mut code)?;
                code.into()
            }
        };
        let source = self.source(image, &code)?;
        if let Source::Code(noise) = &*source {
            self.mean.clone_from(&noise.mean);
        }
        self.code = Some(code);
        Ok(source)
    }

    /// The law of the smoothed input at tau(anchor, x).
    pub fn source_at(
        &mut self,
        anchor: &[f64],
        worker: &mut dyn CaseNetworks,
    ) -> Result<Arc<Source>, ImageError> {
        let code = match self.geometry(worker)? {
            Geometry::Channel(mut geometry) => geometry.features.one(anchor)?.to_vec(),
            Geometry::Resolvable(_) => {
                let image = self.case.transformation.apply_at(&self.image, self.case.shape, anchor)?;
                return self.source(image.into(), &[]);
            }
        };
        self.source(self.image.clone(), &code)
    }

    /// The laws of the smoothed input at tau(xi, x) for each of some xi; what they need is computed in batches.
    ///
    /// [`Self::source_of_image`] must have been asked before, where the claim is about an imitation.
    ///
    /// # Errors
    /// If the transformation or a network fails.
    pub fn sources_at(
        &mut self,
        points: &[Vec<f64>],
        worker: &mut dyn CaseNetworks,
    ) -> Result<Vec<Arc<Source>>, ImageError> {
        let codes = match self.geometry(worker)? {
            Geometry::Channel(mut geometry) => geometry.features.at(points)?,
            Geometry::Resolvable(_) => {
                let images = self.images_at(points, worker)?;
                let of_image = |image: &[f32]| self.source(image.into(), &[]);
                return images.chunks_exact(self.image.len().max(1)).map(of_image).collect();
            }
        };
        codes.iter().map(|code| self.source(self.image.clone(), code)).collect()
    }

    /// tau(xi, x) at each of some xi (dense NCHW): of the imitation, where the claim is about that.
    ///
    /// [`Self::source_of_image`] must have been asked before, where the claim is about an imitation.
    ///
    /// # Errors
    /// If the transformation or H fails.
    pub fn images_at(
        &self,
        points: &[Vec<f64>],
        worker: &mut dyn CaseNetworks,
    ) -> Result<Vec<f32>, ImageError> {
        let (case, parameters) = (&*self.case, points.concat());
        match &case.method {
            Method::Channel(parts) if parts.claim != Claim::Real => {
                let (mut images, _) = networks(case, parts, &self.mean, worker)?;
                Ok(images.at(&self.image, case.shape, &parameters, points.len())?)
            }
            _ => Ok(case.transformation.apply_at(&self.image, case.shape, &parameters)?),
        }
    }

    fn source(&self, image: Arc<[f32]>, code: &[f32]) -> Result<Arc<Source>, ImageError> {
        if let Method::Channel(parts) = &self.case.method {
            if code.len() != parts.offset.len() {
                return Err(FeatureError::CodeSize { found: code.len(), expected: parts.offset.len() }.into());
            }
            if code.iter().any(|value| !value.is_finite()) {
                let parameters = self.case.range.identity.clone();
                return Err(FeatureError::NotFinite { parameters }.into());
            }
        }
        Ok(Arc::new(self.case.source(image, code)))
    }
}

/// What makes tau(xi, x) and its code: the transformation or its imitation, and F2.
fn networks<'a>(
    case: &'a Case,
    parts: &'a ChannelParts,
    mean: &'a [f64],
    worker: &'a mut dyn CaseNetworks,
) -> Result<(Images<'a>, Option<&'a mut Network>), FeatureError> {
    if parts.claim == Claim::Real {
        return Ok((Images::Real(&case.transformation), encoder(parts, worker)?));
    }
    match worker.encoder_and_decoder() {
        (Some(encoder), Some(decoder)) => {
            Ok((Images::Imitated { mean, columns: &parts.columns, decoder }, Some(encoder)))
        }
        _ => Err(FeatureError::NoEncoder),
    }
}

/// F2 of a worker, where the case has one before its channel.
fn encoder<'a>(
    parts: &ChannelParts,
    worker: &'a mut dyn CaseNetworks,
) -> Result<Option<&'a mut Network>, FeatureError> {
    match (parts.encoded, worker.encoder_and_decoder().0) {
        (false, _) => Ok(None),
        (true, Some(encoder)) => Ok(Some(encoder)),
        (true, None) => Err(FeatureError::NoEncoder),
    }
}
