//! ONNX models: reading and checking them, and running them.
//!
//! - [`proto`], [`model`]: graphs read, checked, cut and joined, without running them;
//! - [`runtime`]: ONNX Runtime found, fetched and opened, and its sessions;
//! - [`network`]: a checked model ready for batches of any size; [`preprocess`]: what an image goes through before;
//! - [`affine`]: A1 and b1 read off F1.

pub mod affine;
pub mod model;
pub mod network;
pub mod preprocess;
pub mod proto;
pub mod runtime;
