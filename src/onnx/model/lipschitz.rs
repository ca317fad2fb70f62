//! stub
/// stub
#[derive(Debug, Clone)]
pub struct EncoderBound {
    /// stub
    pub lipschitz: f64,
}
impl EncoderBound {
    /// stub
    pub fn rounding(&self, input_norm: f64) -> f64 {
        input_norm
    }
}
