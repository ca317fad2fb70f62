use gsmooth_plugin_abi::OptionSpec;

use crate::{Options, Oracle, Result};

/// Whether a bound may miss something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A maximum over sampled points.
    Estimated,
    /// A bound that holds between the points too. It counts only where [`Oracle::growth_over`] answered.
    Proven,
}

/// An upper bound on the supremum of D between an anchor and the points of a box.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bound {
    /// In units of the noise; not negative; infinity where nothing is known.
    pub value: f64,
    /// Whether it may miss something.
    pub kind: Kind,
    /// Points evaluated.
    pub evaluations: u64,
}

/// Bounds how far the law of the smoothed input moves when parameters range over a box.
pub trait MEstimator: Sized + Send + Sync + 'static {
    /// Name, `[a-z0-9_]+`: what users write into audit files.
    const ID: &'static str;
    /// How it works, for users.
    const DOC: &'static str;
    /// Options it takes.
    const OPTIONS: &'static [OptionSpec] = &[];
    /// Whether calls may overlap on several threads; see
    /// [`Transformation::THREAD_SAFE`](crate::Transformation::THREAD_SAFE).
    const THREAD_SAFE: bool = true;

    /// An instance with these options.
    ///
    /// # Errors
    /// The options do not go together.
    fn create(options: &Options<'_>) -> Result<Self>;

    /// Bounds D between `anchor` and the points of the box [`low`, `high`], m values each.
    ///
    /// # Errors
    /// An oracle failed, or offers nothing that this estimator can use.
    fn bound(&self, oracle: &Oracle<'_>, anchor: &[f64], low: &[f64], high: &[f64]) -> Result<Bound>;
}
