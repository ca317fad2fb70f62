//! The image under certification, with everything that is known of its geometry.

use std::sync::Arc;

use super::super::case::{Case, ChannelParts, Method};
use super::super::features::{FeatureError, FeatureStore, Features};
use super::super::geometry::{ChannelGeometry, Geometry, ResolvableGeometry};
use super::super::growth::{Growth, GrowthStore};
use super::super::worker::CaseWorker;
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
    features: FeatureStore,
    growth: GrowthStore,
}

impl Subject {
    /// An image of which nothing is known yet.
    pub fn new(case: Arc<Case>, index: u64, image: Arc<[f32]>) -> Self {
        Self { case, index, image, features: FeatureStore::default(), growth: GrowthStore::default() }
    }

    /// The geometry, with the networks of a worker to compute it with.
    pub fn geometry<'a>(&'a mut self, worker: &'a mut CaseWorker) -> Result<Geometry<'a>, FeatureError> {
        let case = &*self.case;
        let parts = match &case.method {
            Method::Resolvable => return Ok(Geometry::Resolvable(ResolvableGeometry { noise: &case.noise })),
            Method::Channel(parts) => parts,
        };
        let features = Features {
            image: &self.image,
            shape: case.shape,
            transformation: &case.transformation,
            encoder: encoder(parts, worker)?,
            store: &mut self.features,
        };
        let growth = Growth {
            image: &self.image,
            shape: case.shape,
            transformation: &case.transformation,
            range: &case.range,
            encoder: &parts.growth,
            semantic_noise: parts.channel.semantic_noise(),
            store: &mut self.growth,
        };
        Ok(Geometry::Channel(Box::new(ChannelGeometry {
            features,
            growth,
            channel: &parts.channel,
            estimator: &parts.estimator,
            range: &case.range,
            slack: parts.slack,
        })))
    }

    /// The law of the smoothed input at the image itself.
    pub fn source_of_image(&mut self, worker: &mut CaseWorker) -> Result<Arc<Source>, ImageError> {
        let image = self.image.clone();
        let code = match &self.case.method {
            Method::Resolvable => Vec::new(),
            Method::Channel(parts) => match encoder(parts, worker)? {
                None => image.to_vec(),
                Some(encoder) => {
                    let mut code = Vec::new();
                    encoder.run(&image, &mut code)?;
                    code
                }
            },
        };
        self.source(image, &code)
    }

    /// The law of the smoothed input at tau(anchor, x).
    pub fn source_at(&mut self, anchor: &[f64], worker: &mut CaseWorker) -> Result<Arc<Source>, ImageError> {
        let code = match self.geometry(worker)? {
            Geometry::Channel(mut geometry) => geometry.features.one(anchor)?.to_vec(),
            Geometry::Resolvable(_) => {
                let image = self.case.transformation.apply_at(&self.image, self.case.shape, anchor)?;
                return self.source(image.into(), &[]);
            }
        };
        self.source(self.image.clone(), &code)
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

/// F2 of a worker, where the case has one before its channel.
fn encoder<'a>(
    parts: &ChannelParts,
    worker: &'a mut CaseWorker,
) -> Result<Option<&'a mut Network>, FeatureError> {
    match (parts.encoded, worker.encoder.as_mut()) {
        (false, _) => Ok(None),
        (true, Some(encoder)) => Ok(Some(encoder)),
        (true, None) => Err(FeatureError::NoEncoder),
    }
}
