//! Laws in closed form, for the tests of this module.

use std::convert::Infallible;

use super::law::ScalarLaw;

/// Implements a law by four closures of its scale and an argument.
macro_rules! law {
    ($(#[$doc:meta])* $name:ident, $cdf:expr, $sf:expr, $quantile:expr, $isf:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy)]
        pub(crate) struct $name(pub f64);

        impl ScalarLaw for $name {
            type Error = Infallible;
            fn cdf(&self, x: f64) -> Result<f64, Infallible> {
                Ok($cdf(self.0, x))
            }
            fn sf(&self, x: f64) -> Result<f64, Infallible> {
                Ok($sf(self.0, x))
            }
            fn quantile(&self, p: f64) -> Result<f64, Infallible> {
                Ok($quantile(self.0, p))
            }
            fn isf(&self, p: f64) -> Result<f64, Infallible> {
                Ok($isf(self.0, p))
            }
        }
    };
}

law!(
    /// The exponential law with this mean: one-sided, so both signs of a shift differ.
    Exponential,
    |b: f64, x: f64| if x > 0.0 { -(-x / b).exp_m1() } else { 0.0 },
    |b: f64, x: f64| if x > 0.0 { (-x / b).exp() } else { 1.0 },
    |b: f64, p: f64| -b * (-p).ln_1p(),
    |b: f64, p: f64| -b * p.ln()
);

law!(
    /// The Laplace law with this b.
    Laplace,
    |b: f64, x: f64| laplace_cdf(x / b),
    |b: f64, x: f64| laplace_cdf(-x / b),
    |b: f64, p: f64| b * laplace_quantile(p),
    |b: f64, p: f64| -b * laplace_quantile(p)
);

law!(
    /// The uniform law on [-s, s]: a bounded support.
    Uniform,
    |s: f64, x: f64| (0.5 * ((x + s) / s)).clamp(0.0, 1.0),
    |s: f64, x: f64| (0.5 * ((s - x) / s)).clamp(0.0, 1.0),
    |s: f64, p: f64| s * (2.0 * p - 1.0),
    |s: f64, p: f64| s * (1.0 - 2.0 * p)
);

law!(
    /// The uniform law on [0, s]: a bounded support, all on one side.
    UniformOneSided,
    |s: f64, x: f64| (x / s).clamp(0.0, 1.0),
    |s: f64, x: f64| ((s - x) / s).clamp(0.0, 1.0),
    |s: f64, p: f64| s * p,
    |s: f64, p: f64| s * (1.0 - p)
);

fn laplace_cdf(z: f64) -> f64 {
    if z < 0.0 { 0.5 * z.exp() } else { 0.5 - 0.5 * (-z).exp_m1() }
}

fn laplace_quantile(p: f64) -> f64 {
    if p > 0.5 { -(2.0 * (1.0 - p)).ln() } else { (2.0 * p).ln() }
}
