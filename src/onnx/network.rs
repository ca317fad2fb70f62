//! One network ready for batches of any size, whatever batch size its model was exported with.

use std::sync::Arc;

use super::model::contract::Batch;
use super::runtime::{RunError, Runtime, Session, SessionError, SessionOptions};

/// A session with one input and one output, both led by the batch axis.
#[derive(Debug)]
pub struct Network {
    name: String,
    session: Session,
    input: String,
    item_dims: Vec<usize>,
    batch: Batch,
    padded: Vec<f32>,
    part: Vec<f32>,
}

/// Why a network gave no result.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum NetworkError {
    /// ONNX Runtime failed.
    #[error(transparent)]
    Run(#[from] RunError),
    /// The output is not led by the batch axis.
    #[error("the model `{model}` gave an output of shape {found:?} for a batch of {expected}")]
    OutputShape {
        /// The model.
        model: String,
        /// The output's shape.
        found: Vec<usize>,
        /// Items of the batch.
        expected: usize,
    },
}

impl Network {
    /// The values of one input item.
    pub fn item_len(&self) -> usize {
        self.item_dims.iter().product()
    }

    /// The session, for what it tells about itself.
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// Runs `items` (dense, a whole number of items) and replaces `out` by their outputs, item after item.
    ///
    /// Returns the dimensions of one output item. A fixed batch is filled up with zeros, whose outputs are dropped;
    /// that items do not influence one another is checked on the graph (`onnx::model`).
    ///
    /// # Errors
    /// If ONNX Runtime fails, or the output is not led by the batch axis.
    pub fn run(&mut self, items: &[f32], out: &mut Vec<f32>) -> Result<Vec<usize>, NetworkError> {
        let count = items.len() / self.item_len();
        match self.batch {
            Batch::Dynamic => self.run_whole(items, count, out),
            Batch::Fixed(size) => self.run_in_parts(items, size, out),
        }
    }

    fn run_whole(
        &mut self,
        items: &[f32],
        count: usize,
        out: &mut Vec<f32>,
    ) -> Result<Vec<usize>, NetworkError> {
        let mut shape = vec![count];
        shape.extend(&self.item_dims);
        let found = self.session.run(&self.input, items, &shape, out)?;
        if found.first() != Some(&count) {
            let model = self.name.clone();
            return Err(NetworkError::OutputShape { model, found, expected: count });
        }
        Ok(found[1..].to_vec())
    }

    fn run_in_parts(
        &mut self,
        items: &[f32],
        size: usize,
        out: &mut Vec<f32>,
    ) -> Result<Vec<usize>, NetworkError> {
        out.clear();
        let mut dims = Vec::new();
        let (mut padded, mut part) = (std::mem::take(&mut self.padded), std::mem::take(&mut self.part));
        for chunk in items.chunks(size * self.item_len()) {
            padded.clear();
            padded.extend_from_slice(chunk);
            padded.resize(size * self.item_len(), 0.0);
            dims = self.run_whole(&padded, size, &mut part)?;
            let wanted = chunk.len() / self.item_len() * dims.iter().product::<usize>();
            out.extend_from_slice(&part[..wanted]);
        }
        (self.padded, self.part) = (padded, part);
        Ok(dims)
    }
}

/// A checked model that workers open sessions of.
#[derive(Debug, Clone)]
pub struct NetworkModel {
    /// The model, in messages and records.
    pub name: String,
    /// The self-contained model.
    pub bytes: Arc<[u8]>,
    /// The input's name.
    pub input: String,
    /// The dimensions of one input item.
    pub item_dims: Vec<usize>,
    /// How many items it takes at once.
    pub batch: Batch,
}

impl NetworkModel {
    /// Opens a session of the model.
    ///
    /// # Errors
    /// If ONNX Runtime refuses it.
    pub fn open(&self, runtime: &Runtime, options: &SessionOptions) -> Result<Network, SessionError> {
        let session = Session::from_bytes(runtime, &self.name, &self.bytes, None, options)?;
        Ok(Network {
            name: self.name.clone(),
            session,
            input: self.input.clone(),
            item_dims: self.item_dims.clone(),
            batch: self.batch,
            padded: Vec::new(),
            part: Vec::new(),
        })
    }
}
