//! The standard estimators of gsmooth, loaded like any other plugin library.
//!
//! All bound the supremum over a box of parameters of D, the equivalent Gaussian distance between the code of the image
//! at an anchor and at the other parameters.
//!
//! - `proven` looks at D itself and adds what a proven growth bound allows between the points;
//! - `displacement` looks at D itself, on a grid refined where its maximum may lie (estimated);
//! - `corollary1` is the paper's bound, the largest local M times the length of the move (estimated);
//! - `corollary1_exact` is the same with the exact norm of the code's law, never above it (estimated).

mod ask;
mod branch;
mod corollary1;
mod displacement;
mod error;
mod grid;
mod line;
mod local_m;
mod options;
mod proven;
mod tensor;

use corollary1::{Corollary1, Corollary1Exact};
use displacement::Displacement;
use proven::Proven;

gsmooth_plugin_sdk::export_plugins! {
    estimators: [Proven, Displacement, Corollary1, Corollary1Exact]
}
