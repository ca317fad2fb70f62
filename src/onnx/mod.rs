//! ONNX models: the runtime that executes them.

pub mod runtime;
