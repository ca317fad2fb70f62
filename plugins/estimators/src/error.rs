//! What can be wrong with a call.

use gsmooth_plugin_sdk::Error as PluginError;
use thiserror::Error;

/// Why an estimator gives no bound.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum EstimatorError {
    /// An end of the box or the anchor is not a finite number, or the ends are in the wrong order.
    #[error("parameter {parameter}: [{low}, {high}] with anchor {anchor} is no box")]
    Box {
        /// Index of the parameter.
        parameter: usize,
        /// Lower end.
        low: f64,
        /// Upper end.
        high: f64,
        /// The anchor's coordinate.
        anchor: f64,
    },
    /// Anchor and ends of the box do not have as many coordinates as there are parameters.
    #[error("anchor and ends of the box have {lengths:?} coordinates instead of {parameters}")]
    Length {
        /// Coordinates of anchor, lower and upper ends.
        lengths: [usize; 3],
        /// Number of parameters.
        parameters: usize,
    },
    /// Not even the corners of the box may be evaluated.
    #[error("the coarsest grid has more points than the {allowed} evaluations allowed")]
    Evaluations {
        /// How many evaluations are allowed.
        allowed: u64,
    },
    /// An oracle answered with the wrong number of values.
    #[error("an oracle gave {given} values for {points} points")]
    Answer {
        /// Number of points asked for.
        points: usize,
        /// Number of values given.
        given: usize,
    },
    /// An option outside its range.
    #[error("option `points` is {points}, not between 2 and {most}")]
    Points {
        /// The number given.
        points: i64,
        /// The greatest number allowed.
        most: i64,
    },
}

impl From<EstimatorError> for PluginError {
    fn from(error: EstimatorError) -> Self {
        Self::invalid_argument(error)
    }
}
