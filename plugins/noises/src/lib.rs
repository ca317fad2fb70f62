//! The standard noise laws of gsmooth, a plugin library like any other.
//!
//! Logarithms, exponentials and the error function come from `libm`, in Rust, so that probabilities and samples have the same
//! bits on every machine. Square roots and fused multiply-adds are exact wherever they run.

mod exponential;
mod gaussian;
mod ratio;
mod standard_normal;
#[cfg(test)]
mod testing;

use exponential::Exponential;
use gaussian::Gaussian;

gsmooth_plugin_sdk::export_plugins! { noises: [Gaussian, Exponential] }
