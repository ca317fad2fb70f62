//! What the mathematics asks of a scalar noise law.

/// A log-concave law of one real coordinate, with accurate tails.
///
/// Implemented by the standard normal law and by noise plugins.
pub trait ScalarLaw {
    /// Why an evaluation may fail; never, for laws computed here.
    type Error;

    /// F(x) = P(theta <= x), accurate (relative) in the lower tail.
    fn cdf(&self, x: f64) -> Result<f64, Self::Error>;

    /// S(x) = P(theta > x), accurate (relative) in the upper tail.
    fn sf(&self, x: f64) -> Result<f64, Self::Error>;

    /// F^-1(p) for p in [0, 1].
    fn quantile(&self, p: f64) -> Result<f64, Self::Error>;

    /// S^-1(p) for p in [0, 1].
    fn isf(&self, p: f64) -> Result<f64, Self::Error>;

    /// ln of the density at x; minus infinity outside the support.
    fn log_density(&self, x: f64) -> Result<f64, Self::Error>;
}
