//! The standard noise laws of gsmooth, a plugin library like any other.
//!
//! | Law | Support | `scale` |
//! |---|---|---|
//! | `gaussian` | all reals | standard deviation |
//! | `laplace` | all reals | b, the mean of the absolute value |
//! | `uniform` | [-scale, scale] | half the width |
//! | `folded_gaussian` | [0, infinity) | standard deviation before folding |
//! | `exponential` | [0, infinity) | mean |
//! | `uniform_one_sided` | [0, scale] | width |
//!
//! The last three are for parameters that must not become negative, such as the variance of a blur. Certificates treat the two
//! directions of a shift apart, since these laws are not symmetric.
//!
//! Probabilities are right to 1e-15 of themselves, in the tail that each function is for; quantiles too, but for those of the
//! two-sided uniform law near an end of its support, which are right to 1e-15 of the scale.
//!
//! Logarithms, exponentials and the error function come from `libm`, in Rust, so that probabilities and samples have the same
//! bits on every machine. Square roots and fused multiply-adds are exact wherever they run.

mod exponential;
mod folded_gaussian;
mod gaussian;
mod laplace;
mod ratio;
mod scale;
mod standard_normal;
#[cfg(test)]
mod testing;
mod uniform;
mod uniform_one_sided;

use exponential::Exponential;
use folded_gaussian::FoldedGaussian;
use gaussian::Gaussian;
use laplace::Laplace;
use uniform::Uniform;
use uniform_one_sided::UniformOneSided;

gsmooth_plugin_sdk::export_plugins! {
    noises: [Gaussian, Laplace, Uniform, FoldedGaussian, Exponential, UniformOneSided]
}
