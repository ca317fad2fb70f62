//! Safe Rust SDK for gsmooth plugins.
