//! Everything about ONNX models: their file format and what is read off a graph without running it.

pub mod model;
pub mod proto;
