//! The ONNX file format as Rust types, generated from `onnx.proto` (ONNX 1.23.2, Apache-2.0; both the schema and
//! its licence lie beside this file).
//!
//! Field for field these are the messages of the ONNX standard, whose meaning `onnx.proto` documents. Fields that
//! this version of the schema does not know are dropped when a model is decoded.

// The code is a generator's, so the rules for hand-written code do not bind it.
#![allow(missing_docs, clippy::all)]

include!("onnx.rs");
