//! To be filled: onnx.
