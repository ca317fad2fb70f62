//! What can be wrong with a call.

use gsmooth_plugin_sdk::Error as PluginError;
use thiserror::Error;

/// Why a transformation refuses parameters, a box of parameters, or an image.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum TransformationError {
    /// A parameter outside the declared domain, infinite, or not a number.
    #[error("parameter `{name}` is {value}, outside its domain [{low}, {high}]")]
    OutsideDomain {
        /// Name of the parameter.
        name: &'static str,
        /// The value given.
        value: f64,
        /// Least admissible value.
        low: f64,
        /// Greatest admissible value.
        high: f64,
    },
    /// A box whose lower end lies above its upper end.
    #[error("box of `{name}` is empty: {low} > {high}")]
    EmptyBox {
        /// Name of the parameter.
        name: &'static str,
        /// Lower end given.
        low: f64,
        /// Upper end given.
        high: f64,
    },
    /// Not exactly one value for the one parameter.
    #[error("`{name}` takes one value, not {count}")]
    Count {
        /// Name of the parameter.
        name: &'static str,
        /// Number of values given.
        count: usize,
    },
    /// A number of copies that is not supported.
    #[error("`nodes` is {nodes}, not between {least} and {most}")]
    Nodes {
        /// The number given.
        nodes: i64,
        /// Least number.
        least: i64,
        /// Greatest number.
        most: i64,
    },
    /// The result does not fit into 32-bit floats.
    #[error("pixel {index} is {value} after the transformation and overflows 32-bit floats")]
    Overflow {
        /// Position of the pixel in the dense image.
        index: usize,
        /// Its value before rounding.
        value: f64,
    },
    /// A bound is asked for an image with an infinite pixel or one that is not a number.
    #[error("pixel {index} of the image is {value}")]
    PixelNotFinite {
        /// Position of the pixel in the dense image.
        index: usize,
        /// Its value.
        value: f32,
    },
}

impl From<TransformationError> for PluginError {
    fn from(error: TransformationError) -> Self {
        Self::invalid_argument(error)
    }
}
