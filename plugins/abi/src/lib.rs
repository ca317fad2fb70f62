//! The stable C ABI between gsmooth and its plugins, version 1.
