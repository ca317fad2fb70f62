//! Closed-form laws and reference values for tests.

use std::convert::Infallible;

use super::law::ScalarLaw;
use super::normal;

/// The kinds of law that the reference values know, at scale 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Kind {
    Gaussian,
    Exponential,
    /// On [-1, 1].
    Uniform,
    /// On [0, 1].
    UniformOneSided,
    Laplace,
    FoldedGaussian,
}

/// A law times a scale.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Law {
    pub kind: Kind,
    pub scale: f64,
}

impl Law {
    pub fn new(name: &str, scale: f64) -> Self {
        let kind = match name {
            "gaussian" => Kind::Gaussian,
            "exponential" => Kind::Exponential,
            "uniform" => Kind::Uniform,
            "uniform_one_sided" => Kind::UniformOneSided,
            "laplace" => Kind::Laplace,
            "folded_gaussian" => Kind::FoldedGaussian,
            other => panic!("no law {other}"),
        };
        Self { kind, scale }
    }
}

impl ScalarLaw for Law {
    type Error = Infallible;

    fn cdf(&self, x: f64) -> Result<f64, Infallible> {
        let x = x / self.scale;
        Ok(match self.kind {
            Kind::Gaussian => normal::cdf(x),
            Kind::Exponential => -(-x.max(0.0)).exp_m1(),
            Kind::Uniform => (0.5 * (1.0 + x)).clamp(0.0, 1.0),
            Kind::UniformOneSided => x.clamp(0.0, 1.0),
            Kind::Laplace if x < 0.0 => 0.5 * x.exp(),
            Kind::Laplace => 1.0 - 0.5 * (-x).exp(),
            Kind::FoldedGaussian => libm::erf(x.max(0.0) / std::f64::consts::SQRT_2),
        })
    }

    fn sf(&self, x: f64) -> Result<f64, Infallible> {
        let y = x / self.scale;
        match self.kind {
            Kind::Gaussian | Kind::Laplace | Kind::Uniform => self.cdf(-x),
            Kind::Exponential => Ok((-y.max(0.0)).exp()),
            Kind::UniformOneSided => Ok((1.0 - y).clamp(0.0, 1.0)),
            Kind::FoldedGaussian => Ok(2.0 * normal::cdf(-y.max(0.0))),
        }
    }

    fn quantile(&self, p: f64) -> Result<f64, Infallible> {
        let x = match self.kind {
            Kind::Gaussian => normal::quantile(p),
            Kind::Exponential => -(-p).ln_1p(),
            Kind::Uniform => 2.0 * p - 1.0,
            Kind::UniformOneSided => p,
            Kind::Laplace if p < 0.5 => (2.0 * p).ln(),
            Kind::Laplace => -(2.0 * (1.0 - p)).ln(),
            Kind::FoldedGaussian => normal::quantile(0.5 * (1.0 + p)),
        };
        Ok(self.scale * x)
    }

    fn isf(&self, p: f64) -> Result<f64, Infallible> {
        let x = match self.kind {
            Kind::Gaussian | Kind::Laplace | Kind::Uniform => {
                let Ok(mirrored) = self.quantile(p);
                return Ok(-mirrored);
            }
            Kind::Exponential => -p.ln(),
            Kind::UniformOneSided => 1.0 - p,
            Kind::FoldedGaussian => -normal::quantile(0.5 * p),
        };
        Ok(self.scale * x)
    }

    fn log_density(&self, x: f64) -> Result<f64, Infallible> {
        let x = x / self.scale;
        let inside = |low: f64, high: f64, value: f64| {
            if low <= x && x <= high { value } else { f64::NEG_INFINITY }
        };
        let unscaled = match self.kind {
            Kind::Gaussian => normal::log_density(x),
            Kind::Exponential => inside(0.0, f64::INFINITY, -x),
            Kind::Uniform => inside(-1.0, 1.0, -(2.0_f64.ln())),
            Kind::UniformOneSided => inside(0.0, 1.0, 0.0),
            Kind::Laplace => -x.abs() - 2.0_f64.ln(),
            Kind::FoldedGaussian => inside(0.0, f64::INFINITY, normal::log_density(x) + 2.0_f64.ln()),
        };
        Ok(unscaled - self.scale.ln())
    }
}

/// A law of one kind, by its scale.
macro_rules! law {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy)]
        pub(crate) struct $name(pub f64);

        impl $name {
            fn law(&self) -> Law {
                Law { kind: Kind::$name, scale: self.0 }
            }
        }

        impl ScalarLaw for $name {
            type Error = Infallible;
            fn cdf(&self, x: f64) -> Result<f64, Infallible> {
                self.law().cdf(x)
            }
            fn sf(&self, x: f64) -> Result<f64, Infallible> {
                self.law().sf(x)
            }
            fn quantile(&self, p: f64) -> Result<f64, Infallible> {
                self.law().quantile(p)
            }
            fn isf(&self, p: f64) -> Result<f64, Infallible> {
                self.law().isf(p)
            }
            fn log_density(&self, x: f64) -> Result<f64, Infallible> {
                self.law().log_density(x)
            }
        }
    };
}

law!(
    /// The exponential law with this mean: one-sided, so both signs of a shift differ.
    Exponential
);
law!(
    /// The Laplace law with this b.
    Laplace
);
law!(
    /// The uniform law on [-s, s]: a bounded support.
    Uniform
);
law!(
    /// The uniform law on [0, s]: a bounded support, all on one side.
    UniformOneSided
);

/// A table of `tests/data/theory.json`.
pub fn theory(name: &str) -> Vec<serde_json::Value> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/theory.json");
    let all: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    all[name].as_array().unwrap().clone()
}

/// A number of a row.
pub fn number(row: &serde_json::Value, key: &str) -> f64 {
    row[key].as_f64().unwrap_or_else(|| panic!("{key} in {row}"))
}
