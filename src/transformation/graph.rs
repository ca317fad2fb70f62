//! A transformation given as an ONNX graph.

use std::sync::{Mutex, PoisonError};

use super::error::TransformationError;
use crate::host::PluginInfo;
use crate::onnx::network::{Network, NetworkModel};
use crate::onnx::runtime::{Runtime, SessionOptions};

/// Images that go through the graph at once.
const BATCH: usize = 64;

/// tau(xi, x) as a graph with the inputs image and parameters (see
/// [`TransformationContract`](crate::onnx::model::transformation::TransformationContract)).
///
/// Nothing is known of it but its values: no class, no speed, no levels. So every supremum over it is an estimate. The
/// graph sees xi rounded to float32. At the identity the image itself is returned, bit for bit, whatever the graph's
/// rounding; that the graph comes close to it is for the caller to check ([`GraphTransformation::imitation`]).
#[derive(Debug)]
pub struct GraphTransformation {
    info: PluginInfo,
    model: NetworkModel,
    runtime: Runtime,
    session: SessionOptions,
    /// Sessions that no thread is using.
    idle: Mutex<Vec<Network>>,
}

impl GraphTransformation {
    /// A graph behind one input for pixels and parameters, with what a plugin would declare of itself (m parameters, at
    /// least one). Its sessions are opened when they are needed, one a thread.
    pub fn new(info: PluginInfo, model: NetworkModel, runtime: Runtime, session: SessionOptions) -> Self {
        Self { info, model, runtime, session, idle: Mutex::default() }
    }

    /// What a plugin would declare.
    pub fn info(&self) -> &PluginInfo {
        &self.info
    }

    /// The model, in messages.
    pub fn name(&self) -> &str {
        &self.model.name
    }

    /// tau(xi_i, x_i) of n images (dense, `pixels` values each), m parameters each.
    ///
    /// # Errors
    /// Buffers that do not fit, a graph that fails, a pixel that is not finite.
    pub fn apply(
        &self,
        images: &[f32],
        pixels: usize,
        parameters: &[f64],
        out: &mut [f32],
    ) -> Result<(), TransformationError> {
        let m = self.info.parameters.len();
        let count = parameters.len() / m;
        self.check_size("images", images.len(), count * pixels)?;
        self.check_size("room for images", out.len(), count * pixels)?;
        self.imitation(images, pixels, parameters, out)?;
        let identity: Vec<f64> = self.info.parameters.iter().map(|parameter| parameter.identity).collect();
        for (i, xi) in parameters.chunks_exact(m).enumerate() {
            if xi == identity {
                let image = i * pixels..(i + 1) * pixels;
                out[image.clone()].copy_from_slice(&images[image]);
            }
        }
        Ok(())
    }

    /// What the graph makes of images, at the identity too.
    ///
    /// # Errors
    /// As for [`GraphTransformation::apply`].
    pub fn imitation(
        &self,
        images: &[f32],
        pixels: usize,
        parameters: &[f64],
        out: &mut [f32],
    ) -> Result<(), TransformationError> {
        let m = self.info.parameters.len();
        let mut network = self.take()?;
        let (mut rows, mut given) = (Vec::new(), Vec::new());
        let groups = images
            .chunks(BATCH * pixels)
            .zip(parameters.chunks(BATCH * m))
            .zip(out.chunks_mut(BATCH * pixels));
        for ((images, parameters), out) in groups {
            rows.clear();
            for (image, xi) in images.chunks_exact(pixels).zip(parameters.chunks_exact(m)) {
                rows.extend_from_slice(image);
                rows.extend(xi.iter().map(|&xi| xi as f32));
            }
            network.run(&rows, &mut given)?;
            self.check_size("images made by the graph", given.len(), out.len())?;
            out.copy_from_slice(&given);
            self.check_finite(out, pixels, parameters)?;
        }
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(network);
        Ok(())
    }

    /// A session for this thread alone; a failed one is not put back.
    fn take(&self) -> Result<Network, TransformationError> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        match idle {
            Some(network) => Ok(network),
            None => Ok(self.model.open(&self.runtime, &self.session)?),
        }
    }

    fn check_size(
        &self,
        what: &'static str,
        found: usize,
        expected: usize,
    ) -> Result<(), TransformationError> {
        if found == expected {
            return Ok(());
        }
        Err(TransformationError::Size { model: self.model.name.clone(), what, found, expected })
    }

    fn check_finite(
        &self,
        out: &[f32],
        pixels: usize,
        parameters: &[f64],
    ) -> Result<(), TransformationError> {
        let Some(place) = out.iter().position(|pixel| !pixel.is_finite()) else { return Ok(()) };
        let (m, image) = (self.info.parameters.len(), place / pixels);
        Err(TransformationError::NotFinite {
            model: self.model.name.clone(),
            image,
            parameters: parameters[image * m..(image + 1) * m].to_vec(),
            value: out[place],
        })
    }
}
