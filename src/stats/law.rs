//! What the mathematics asks of a scalar noise law.

use super::normal;

/// A log-concave law of one real coordinate, with accurate tails.
///
/// Implemented by the standard normal law and by noise plugins. Trade-off functions allow for relative errors of 1e-13 in
/// probabilities and of 1e-15 in quantiles.
pub trait ScalarLaw {
    /// Why an evaluation may fail; never, for laws computed here.
    type Error;

    /// F(x) = P(theta <= x), accurate (relative) in the lower tail.
    fn cdf(&self, x: f64) -> Result<f64, Self::Error>;

    /// S(x) = P(theta > x), accurate (relative) in the upper tail.
    fn sf(&self, x: f64) -> Result<f64, Self::Error>;

    /// F^-1(p) for p in [0, 1]; the ends of the support at 0 and 1.
    fn quantile(&self, p: f64) -> Result<f64, Self::Error>;

    /// S^-1(p) for p in [0, 1]; the ends of the support at 1 and 0.
    fn isf(&self, p: f64) -> Result<f64, Self::Error>;

    /// ln of the density at x; minus infinity outside the support.
    fn log_density(&self, x: f64) -> Result<f64, Self::Error>;
}

impl<L: ScalarLaw + ?Sized> ScalarLaw for &L {
    type Error = L::Error;

    fn cdf(&self, x: f64) -> Result<f64, L::Error> {
        (**self).cdf(x)
    }

    fn sf(&self, x: f64) -> Result<f64, L::Error> {
        (**self).sf(x)
    }

    fn quantile(&self, p: f64) -> Result<f64, L::Error> {
        (**self).quantile(p)
    }

    fn isf(&self, p: f64) -> Result<f64, L::Error> {
        (**self).isf(p)
    }

    fn log_density(&self, x: f64) -> Result<f64, L::Error> {
        (**self).log_density(x)
    }
}

/// The law of -theta. A shift of theta by -t is a shift of it by t, so that one direction has to be thought through only.
#[derive(Debug, Clone, Copy)]
pub struct Mirrored<L>(pub L);

impl<L: ScalarLaw> ScalarLaw for Mirrored<L> {
    type Error = L::Error;

    fn cdf(&self, x: f64) -> Result<f64, L::Error> {
        self.0.sf(-x)
    }

    fn sf(&self, x: f64) -> Result<f64, L::Error> {
        self.0.cdf(-x)
    }

    fn quantile(&self, p: f64) -> Result<f64, L::Error> {
        self.0.isf(p).map(|x| -x)
    }

    fn isf(&self, p: f64) -> Result<f64, L::Error> {
        self.0.quantile(p).map(|x| -x)
    }

    fn log_density(&self, x: f64) -> Result<f64, L::Error> {
        self.0.log_density(-x)
    }
}

/// The standard normal law, or another: for products of coordinates, some of which are Gaussians merged into one.
#[derive(Debug, Clone, Copy)]
pub enum NormalOr<L> {
    /// The standard normal law.
    Normal,
    /// Another law.
    Other(L),
}

impl<L: ScalarLaw> ScalarLaw for NormalOr<L> {
    type Error = L::Error;

    fn cdf(&self, x: f64) -> Result<f64, L::Error> {
        match self {
            Self::Normal => Ok(normal::cdf(x)),
            Self::Other(law) => law.cdf(x),
        }
    }

    fn sf(&self, x: f64) -> Result<f64, L::Error> {
        match self {
            Self::Normal => Ok(normal::cdf(-x)),
            Self::Other(law) => law.sf(x),
        }
    }

    fn quantile(&self, p: f64) -> Result<f64, L::Error> {
        match self {
            Self::Normal => Ok(normal::quantile(p)),
            Self::Other(law) => law.quantile(p),
        }
    }

    fn isf(&self, p: f64) -> Result<f64, L::Error> {
        match self {
            Self::Normal => Ok(-normal::quantile(p)),
            Self::Other(law) => law.isf(p),
        }
    }

    fn log_density(&self, x: f64) -> Result<f64, L::Error> {
        match self {
            Self::Normal => Ok(normal::log_density(x)),
            Self::Other(law) => law.log_density(x),
        }
    }
}
