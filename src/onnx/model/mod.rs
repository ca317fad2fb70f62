//! Reading, checking, cutting and joining ONNX graphs, without running them.
//!
//! - [`mod@file`]: reads a model file safely, with [`external_data`]; [`foreign`] names what is no model.
//! - [`signature`]: what a model declares; [`contract`], [`classifier`] and [`surrogate`]: what it must declare.
//! - [`batch_coupling`]: shows that every image of a batch is treated alone.
//! - [`lipschitz`]: bounds how fast an encoder moves with its image.
//! - [`cut`] and [`split`]: parts of a graph; [`merge`]: two graphs as one.

pub mod batch_coupling;
pub mod classifier;
pub mod contract;
pub mod cut;
pub mod external_data;
pub mod file;
pub mod foreign;
mod graph;
pub mod lipschitz;
pub mod merge;
pub mod signature;
pub mod split;
pub mod surrogate;
#[cfg(test)]
mod testing;
pub mod transformation;
