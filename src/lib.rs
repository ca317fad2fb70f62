//! gsmooth certifies image classifiers under semantic transformations by generalized randomized smoothing.
//!
//! The rooms of this house, and which depends on which, are mapped in `ARCHITECTURE.md`.

pub mod attack;
pub mod audit;
pub mod certify;
pub mod cli;
pub mod conformance;
pub mod data;
pub mod evaluate;
pub mod host;
pub mod init;
pub mod onnx;
pub mod predict;
pub mod report;
pub mod smoothing;
pub mod stats;
pub mod template;
pub mod transformation;
pub mod verify;
