//! The conditions of method `resolvable`.

use std::sync::Arc;

use toml::Spanned;

use super::super::error::{At, Fault, Problem};
use super::super::schema::Case;
use super::Workshop;
use super::parameters::gaussian_scale;
use crate::certify::case::{Composition, Sampling};
use crate::certify::certificate::VoteBound;
use crate::certify::ranges::Range;
use crate::host::Noise;
use crate::transformation::{Class, Transformation};

/// The largest difference of a pixel that float32 arithmetic explains when a transformation is composed.
const COMPOSITION_TOLERANCE: f64 = 1e-4;

/// How the transformation composes, once the conditions of method `resolvable` hold (MATHEMATICS 2): its law of gamma is
/// known, theta and xi never leave the domain, and compositions come out as stated.
pub(super) fn composition(
    shop: &Workshop<'_>,
    case: &Case,
    transformation: &Transformation,
    range: &Range,
    noise: &[Arc<Noise>],
    sampling: &Sampling,
) -> Result<Composition, Fault> {
    let plugin_span = case.transformation.get_ref().plugin.span();
    let composition = match transformation.class() {
        Class::Additive => Composition::Additive,
        Class::Resolvable => brightness_contrast(case, transformation, range, noise, sampling)?,
        class => {
            let transformation = transformation.id().to_owned();
            return Err(Problem::NotAdditive { transformation, class }.at(plugin_span));
        }
    };
    check_domain(case, transformation, range, noise)?;
    check_composition(shop, transformation, range, noise, plugin_span)?;
    Ok(composition)
}

/// A stated law of gamma is used where it is that of brightness with contrast, under Gaussian noise (MATHEMATICS 7).
fn brightness_contrast(
    case: &Case,
    transformation: &Transformation,
    range: &Range,
    noise: &[Arc<Noise>],
    sampling: &Sampling,
) -> Result<Composition, Fault> {
    let span = case.transformation.get_ref().plugin.span();
    let unknown = || {
        let (transformation, class) = (transformation.id().to_owned(), transformation.class());
        Problem::NotAdditive { transformation, class }.at(span.clone())
    };
    let [law_of_contrast, law_of_brightness] = noise else { return Err(unknown()) };
    for xi in [range.low.clone(), range.identity.clone(), range.high.clone()] {
        let law = transformation.law_of_gamma(&xi).at(span.clone())?.ok_or_else(unknown)?;
        let expected = [1.0, (-xi[0]).exp()];
        let same =
            law.scale.iter().zip(expected).all(|(found, expected)| (found / expected - 1.0).abs() < 1e-12);
        if law.shift != xi || !same {
            return Err(unknown());
        }
    }
    let noise_span = case.noise.as_ref().map_or_else(|| span.clone(), Spanned::span);
    let scale = |law: &Arc<Noise>| {
        let not_gaussian = || Problem::NotGaussian { noise: law.id().to_owned() }.at(noise_span.clone());
        gaussian_scale(law).at(noise_span.clone())?.ok_or_else(not_gaussian)
    };
    if sampling.bound == VoteBound::Top2 {
        let what = "`bound = \"top2\"` with brightness and contrast".to_owned();
        return Err(Problem::NotAvailable { what, instead: "write `bound = \"top1\"`" }.at(span));
    }
    Ok(Composition::BrightnessContrast { sigma: scale(law_of_contrast)?, tau: scale(law_of_brightness)? })
}

/// Neither theta nor theta + xi may leave the domain: nothing is clamped.
fn check_domain(
    case: &Case,
    transformation: &Transformation,
    range: &Range,
    noise: &[Arc<Noise>],
) -> Result<(), Fault> {
    let plugin_span = case.transformation.get_ref().plugin.span();
    for (i, (parameter, noise)) in transformation.parameters().iter().zip(noise).enumerate() {
        let (support_low, support_high) = noise.support();
        let (low, high) = (range.low[i], range.high[i]);
        if support_low + low.min(0.0) < parameter.low || support_high + high.max(0.0) > parameter.high {
            let span = case.noise.as_ref().map_or(plugin_span, Spanned::span);
            return Err(Problem::NoiseOutsideDomain {
                noise: noise.id().to_owned(),
                support_low,
                support_high,
                low,
                high,
                parameter: parameter.name.clone(),
                transformation: transformation.id().to_owned(),
                domain_low: parameter.low,
                domain_high: parameter.high,
            }
            .at(span));
        }
    }
    Ok(())
}

/// Tries tau(theta, tau(xi, x)) = tau(gamma(theta, xi), x) on an image: a plugin that clips or resamples fails here.
fn check_composition(
    shop: &Workshop<'_>,
    transformation: &Transformation,
    range: &Range,
    noise: &[Arc<Noise>],
    span: std::ops::Range<usize>,
) -> Result<(), Fault> {
    let shape = shop.data.shape();
    let image = shop.data.image(shop.selection.first as usize).at(span.clone())?;
    let between = |share: f64| -> Vec<f64> {
        range.low.iter().zip(&range.high).map(|(low, high)| (1.0 - share) * low + share * high).collect()
    };
    for p in [0.05, 0.5, 0.95] {
        let quantile = |noise: &Arc<Noise>| noise.quantile_at(p);
        let theta: Vec<f64> = noise.iter().map(quantile).collect::<Result<_, _>>().at(span.clone())?;
        for xi in [range.low.clone(), between(0.63), range.high.clone()] {
            let gamma = transformation.gamma(shape, &theta, &xi).at(span.clone())?;
            let sum = || theta.iter().zip(&xi).map(|(theta, xi)| theta + xi).collect();
            let gamma: Vec<f64> = gamma.unwrap_or_else(sum);
            let first = transformation.apply_at(&image, shape, &xi).at(span.clone())?;
            let twice = transformation.apply_at(&first, shape, &theta).at(span.clone())?;
            let once = transformation.apply_at(&image, shape, &gamma).at(span.clone())?;
            let differences = twice.iter().zip(&once).map(|(a, b)| f64::from((a - b).abs()));
            let deviation = differences.fold(0.0, f64::max);
            let size = once.iter().map(|v| f64::from(v.abs())).fold(1.0, f64::max);
            if deviation > COMPOSITION_TOLERANCE * size {
                return Err(Problem::Composition {
                    transformation: transformation.id().to_owned(),
                    theta,
                    xi,
                    deviation,
                    tolerance: COMPOSITION_TOLERANCE * size,
                }
                .at(span));
            }
        }
    }
    Ok(())
}
