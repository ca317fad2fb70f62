//! The standard estimators of gsmooth, loaded like any other plugin library.
//!
//! Both bound the supremum over a box of parameters of D, the equivalent Gaussian distance between the code of the image
//! at an anchor and at the other parameters, and both are `estimated`: they see sampled points only.
//!
//! - `displacement` looks at D itself, on a grid refined where its maximum may lie;
//! - `corollary1` is the paper's bound, the largest local M times the length of the move.

mod ask;
mod corollary1;
mod displacement;
mod error;
mod grid;
mod line;
mod options;
mod tensor;

use corollary1::Corollary1;
use displacement::Displacement;

gsmooth_plugin_sdk::export_plugins! {
    estimators: [Displacement, Corollary1]
}
