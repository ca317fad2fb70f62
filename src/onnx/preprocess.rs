//! What happens to an image between the data and the classifier's input tensor.

use super::model::classifier::Layout;

/// The order of colour channels that the classifier expects; data is always read as RGB.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Default, serde::Deserialize, serde::Serialize, schemars::JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum ChannelOrder {
    /// Red, green, blue, as the data is.
    #[default]
    Rgb,
    /// Blue, green, red.
    Bgr,
}

/// The affine map and the layout of a classifier's input: `(scale x - mean) / std` by channel.
#[derive(Debug, Clone, PartialEq)]
pub struct Preprocess {
    /// Factor on pixels in [0, 1]; 255 for models that want bytes.
    pub scale: f32,
    /// Subtracted after scaling, one per channel in the classifier's channel order; empty for none.
    pub mean: Vec<f32>,
    /// Divided by last, one per channel in the classifier's channel order; empty for none.
    pub std: Vec<f32>,
    /// Layout of the classifier's input.
    pub layout: Layout,
    /// Channel order of the classifier's input.
    pub order: ChannelOrder,
}

impl Default for Preprocess {
    fn default() -> Self {
        Self { scale: 1.0, mean: Vec::new(), std: Vec::new(), layout: Layout::Nchw, order: ChannelOrder::Rgb }
    }
}

/// Why a preprocessing does not fit images of some shape.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum PreprocessError {
    /// `mean` or `std` has another number of entries than the images have channels.
    #[error("`{key}` has {found} entries, but the images have {expected} channels")]
    Channels {
        /// `mean` or `std`.
        key: &'static str,
        /// Entries found.
        found: usize,
        /// Channels of the images.
        expected: usize,
    },
    /// A number that can't be used: not finite, or a standard deviation or scale of zero.
    #[error("`{key}` holds {value}, which can't be used")]
    Value {
        /// `scale`, `mean` or `std`.
        key: &'static str,
        /// The value found.
        value: f32,
    },
    /// BGR order with another number of channels than three.
    #[error("`channels = \"bgr\"` needs images of 3 channels, these have {found}")]
    Order {
        /// Channels of the images.
        found: usize,
    },
}

impl PreprocessError {
    /// The key that is wrong.
    pub fn key(&self) -> &'static str {
        match self {
            Self::Channels { key, .. } | Self::Value { key, .. } => key,
            Self::Order { .. } => "channels",
        }
    }
}

impl Preprocess {
    /// Whether images go into the classifier as they are.
    pub fn is_identity(&self) -> bool {
        *self == Self::default()
    }

    /// Checks the numbers against the images' channels.
    ///
    /// # Errors
    /// If counts differ, a value is not finite, a scale or deviation is zero, or BGR is asked of non-colour images.
    pub fn check(&self, channels: usize) -> Result<(), PreprocessError> {
        for (key, values) in [("mean", &self.mean), ("std", &self.std)] {
            if !values.is_empty() && values.len() != channels {
                return Err(PreprocessError::Channels { key, found: values.len(), expected: channels });
            }
        }
        let scale = std::slice::from_ref(&self.scale);
        for (key, values, may_be_zero) in
            [("scale", scale, false), ("mean", &self.mean, true), ("std", &self.std, false)]
        {
            if let Some(value) = values.iter().find(|v| !v.is_finite() || (!may_be_zero && **v == 0.0)) {
                return Err(PreprocessError::Value { key, value: *value });
            }
        }
        if self.order == ChannelOrder::Bgr && channels != 3 {
            return Err(PreprocessError::Order { found: channels });
        }
        Ok(())
    }

    /// Appends the classifier's input for images of shape `[channels, height, width]` (dense NCHW) to `out`.
    pub fn apply(&self, images: &[f32], shape: [usize; 3], out: &mut Vec<f32>) {
        let [channels, height, width] = shape;
        let plane = height * width;
        for image in images.chunks_exact(channels * plane) {
            let start = out.len();
            out.resize(start + image.len(), 0.0);
            let target = &mut out[start..];
            for channel in 0..channels {
                let source = match self.order {
                    ChannelOrder::Rgb => channel,
                    ChannelOrder::Bgr => channels - 1 - channel,
                };
                let mean = self.mean.get(channel).copied().unwrap_or(0.0);
                let std = self.std.get(channel).copied().unwrap_or(1.0);
                for (i, pixel) in image[source * plane..(source + 1) * plane].iter().enumerate() {
                    let at = match self.layout {
                        Layout::Nchw => channel * plane + i,
                        Layout::Nhwc => i * channels + channel,
                    };
                    target[at] = (self.scale * pixel - mean) / std;
                }
            }
        }
    }

    /// The dimensions of one item of the classifier's input for images of shape `[channels, height, width]`.
    pub fn item_dims(&self, shape: [usize; 3]) -> [usize; 3] {
        let [channels, height, width] = shape;
        match self.layout {
            Layout::Nchw => [channels, height, width],
            Layout::Nhwc => [height, width, channels],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layout_order_and_normalisation() {
        // Two pixels, three channels: R = 0.1, 0.2; G = 0.3, 0.4; B = 0.5, 0.6.
        let image = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6];
        let preprocess = Preprocess {
            scale: 10.0,
            mean: vec![1.0, 2.0, 3.0],
            std: vec![1.0, 1.0, 2.0],
            layout: Layout::Nhwc,
            order: ChannelOrder::Bgr,
        };
        let mut out = Vec::new();
        preprocess.apply(&image, [3, 1, 2], &mut out);
        let expected = [4.0, 1.0, -1.0, 5.0, 2.0, -0.5];
        assert!(out.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-5), "{out:?}");
        assert_eq!(preprocess.item_dims([3, 1, 2]), [1, 2, 3]);
    }

    #[test]
    fn the_default_changes_no_bit() {
        let image = [0.1_f32, -0.0, 0.3, 1.0];
        let mut out = Vec::new();
        Preprocess::default().apply(&image, [1, 2, 2], &mut out);
        assert!(out.iter().zip(image).all(|(a, b)| *a == b));
    }

    #[test]
    fn refuses_what_does_not_fit() {
        let three = Preprocess { mean: vec![0.5; 3], ..Preprocess::default() };
        assert_eq!(three.check(1), Err(PreprocessError::Channels { key: "mean", found: 3, expected: 1 }));
        let zero = Preprocess { std: vec![0.0], ..Preprocess::default() };
        assert_eq!(zero.check(1), Err(PreprocessError::Value { key: "std", value: 0.0 }));
        let bgr = Preprocess { order: ChannelOrder::Bgr, ..Preprocess::default() };
        assert_eq!(bgr.check(1), Err(PreprocessError::Order { found: 1 }));
        assert_eq!(three.check(3), Ok(()));
    }
}
