//! Where laws are looked at.

use std::fmt::{self, Display};

use super::super::trial::Input;
use super::{Law, Variant};
use crate::host::{HostError, Noise};

/// A number that a function of a law is tried on.
#[derive(Clone, Copy)]
pub(super) struct Point<'a> {
    pub variant: &'a Variant,
    /// "p" or "x".
    pub name: &'static str,
    pub value: f64,
}

impl Display for Point<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} = {:?}{}", self.name, self.value, self.variant.label)
    }
}

impl Input for Point<'_> {}

/// Points for every instance of a law.
pub(super) fn points<'a>(
    law: &'a Law<'_>,
    name: &'static str,
    values: impl Fn(&Noise) -> Vec<f64>,
) -> Vec<Point<'a>> {
    let of = |variant: &'a Variant| {
        let values = values(&variant.noise).into_iter();
        values.map(move |value| Point { variant, name, value })
    };
    law.variants.iter().flat_map(of).collect()
}

/// The distance of the quartiles: a width that laws with heavy tails have too.
pub(super) fn width(noise: &Noise) -> Result<f64, HostError> {
    Ok(noise.isf_at(0.25)? - noise.quantile_at(0.25)?)
}

/// Points from below the law's bulk to above it, `count` of them.
pub(super) fn grid(noise: &Noise, count: usize) -> Vec<f64> {
    let ends = || Ok::<_, HostError>((noise.quantile_at(1e-9)?, noise.isf_at(1e-9)?));
    let Ok((low, high)) = ends() else { return Vec::new() };
    let margin = 0.1 * (high - low);
    let at = |i: usize| (low - margin) + (high - low + 2.0 * margin) * i as f64 / (count - 1) as f64;
    (0..count).map(at).filter(|x| x.is_finite()).collect()
}

/// Probabilities from 1/2 down to 1e-12, evenly by their logarithms.
pub(super) fn probabilities() -> Vec<f64> {
    let central = [0.5, 0.4, 0.3, 0.2, 0.15];
    let tail = (2..=24).map(|halves| 10_f64.powf(-f64::from(halves) / 2.0));
    central.into_iter().chain(tail).collect()
}
