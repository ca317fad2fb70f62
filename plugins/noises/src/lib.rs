//! The standard noise laws of gsmooth, a plugin library like any other.
//!
//! Elementary functions come from `libm`, in Rust, so that cumulative probabilities and samples have the same bits on every
//! machine.

mod exponential;
mod gaussian;
mod ratio;
mod standard_normal;
#[cfg(test)]
mod testing;

use exponential::Exponential;
use gaussian::Gaussian;

gsmooth_plugin_sdk::export_plugins! { noises: [Gaussian, Exponential] }
