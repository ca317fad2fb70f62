//! The paper's bound, and the same with the exact metric.

use gsmooth_plugin_sdk::{Bound, MEstimator, OptionSpec, Options, Oracle, Result};

use crate::local_m::{LargestLocalM, OPTIONS};

/// Estimator `corollary1`: M of Corollary 1 of the GSmooth paper (Hao et al., ICML 2022),
/// sqrt(1/sigma1^2 + |J - A1|^2/sigma2^2), maximised over a grid, times the largest distance of parameters.
#[derive(Debug)]
pub struct Corollary1(LargestLocalM);

impl MEstimator for Corollary1 {
    const ID: &'static str = "corollary1";
    const DOC: &'static str =
        "The paper's M (Corollary 1), maximised over a grid, times |xi - anchor| (estimated).";
    const OPTIONS: &'static [OptionSpec] = OPTIONS;

    fn create(options: &Options<'_>) -> Result<Self> {
        LargestLocalM::create(options).map(Self)
    }

    fn bound(&self, oracle: &Oracle<'_>, anchor: &[f64], low: &[f64], high: &[f64]) -> Result<Bound> {
        self.0.bound(oracle, anchor, low, high, |local| local.corollary1)
    }
}

/// Estimator `corollary1_exact`: the same with the norm that the law of the code has, max over |u| = 1 of
/// |J u|_{Sigma^-1} (MATHEMATICS 3), which the paper's M bounds from above.
#[derive(Debug)]
pub struct Corollary1Exact(LargestLocalM);

impl MEstimator for Corollary1Exact {
    const ID: &'static str = "corollary1_exact";
    const DOC: &'static str =
        "As corollary1, with the exact norm of the derivative in place of the paper's M (estimated).";
    const OPTIONS: &'static [OptionSpec] = OPTIONS;

    fn create(options: &Options<'_>) -> Result<Self> {
        LargestLocalM::create(options).map(Self)
    }

    fn bound(&self, oracle: &Oracle<'_>, anchor: &[f64], low: &[f64], high: &[f64]) -> Result<Bound> {
        self.0.bound(oracle, anchor, low, high, |local| local.exact)
    }
}
