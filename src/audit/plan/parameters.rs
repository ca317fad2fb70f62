//! Transformation, range and noise of a case, checked against one another.

use std::sync::Arc;

use toml::{Spanned, Value};

use super::super::error::{At, Fault, Problem};
use super::super::plugin_table::PluginTable;
use super::super::schema::{Case, OneOrMany};
use super::{Workshop, locate};
use crate::certify::ranges::Range;
use crate::host::Noise;
use crate::stats::normal;
use crate::transformation::{Class, Transformation};

/// The largest difference of a pixel that float32 arithmetic explains when a transformation is composed.
const COMPOSITION_TOLERANCE: f64 = 1e-4;

/// The transformation and the range that the claim is about.
pub(super) fn transformation(
    shop: &Workshop<'_>,
    case: &Case,
) -> Result<(Arc<Transformation>, Range), Fault> {
    let mut table = case.transformation.get_ref().clone();
    let range = table.take("range");
    let spanned = Spanned::new(case.transformation.span(), table);
    let plugin = locate(
        shop.registry.transformation(spanned.get_ref().plugin.get_ref(), &spanned.get_ref().options()),
        &spanned,
    )?;
    let transformation = Transformation::from_plugin(plugin);
    let found = transformation.parameters().len();
    if found != 1 {
        let problem = Problem::SeveralParameters { transformation: transformation.id().to_owned(), found };
        return Err(problem.at(spanned.get_ref().plugin.span()));
    }
    let Some(range) = range else {
        let example = "transformation = { plugin = \"rotation\", range = [-10.0, 10.0] }";
        let method = case.method.get_ref().clone();
        return Err(Problem::Missing { method, key: "range", example }.at(case.transformation.span()));
    };
    let pair = number_pair(&range)?;
    let range = check_domain(&transformation, pair, range.span())?;
    Ok((Arc::new(transformation), range))
}

/// A pair of numbers, integers or floats, low first.
fn number_pair(value: &Spanned<Value>) -> Result<[f64; 2], Fault> {
    let numbers: Option<Vec<f64>> =
        value.get_ref().as_array().map(|items| items.iter().filter_map(number).collect());
    match numbers.as_deref() {
        Some([low, high]) if low < high && low.is_finite() && high.is_finite() => Ok([*low, *high]),
        _ => {
            let found = value.get_ref().to_string();
            let expected = "a pair of numbers `[low, high]` with low below high".to_owned();
            Err(Problem::Value { key: "range", found, expected }.at(value.span()))
        }
    }
}

fn number(value: &Value) -> Option<f64> {
    value.as_float().or_else(|| value.as_integer().map(|i| i as f64))
}

fn check_domain(
    transformation: &Transformation,
    [low, high]: [f64; 2],
    span: std::ops::Range<usize>,
) -> Result<Range, Fault> {
    let parameter = &transformation.parameters()[0];
    let inside = parameter.low <= low && high <= parameter.high;
    if !inside || !(low..=high).contains(&parameter.identity) {
        return Err(Problem::Domain {
            parameter: parameter.name.clone(),
            low,
            high,
            domain_low: parameter.low,
            domain_high: parameter.high,
            identity: parameter.identity,
        }
        .at(span));
    }
    Ok(Range { low: vec![low], high: vec![high], identity: vec![parameter.identity] })
}

/// The law of theta, one per parameter.
pub(super) fn noise(shop: &Workshop<'_>, case: &Case) -> Result<Vec<Arc<Noise>>, Fault> {
    let Some(noise) = &case.noise else {
        let example = "noise = { plugin = \"gaussian\", scale = 0.5 }";
        let method = case.method.get_ref().clone();
        return Err(Problem::Missing { method, key: "noise", example }.at(case.name.span()));
    };
    let OneOrMany(tables) = noise.get_ref();
    if tables.len() != 1 {
        let found = format!("{} tables", tables.len());
        let expected = "one table, as the transformation has one parameter".to_owned();
        return Err(Problem::Value { key: "noise", found, expected }.at(noise.span()));
    }
    tables.iter().map(|table| one_noise(shop, table)).collect()
}

fn one_noise(shop: &Workshop<'_>, table: &Spanned<PluginTable>) -> Result<Arc<Noise>, Fault> {
    let plugin = table.get_ref().plugin.get_ref();
    Ok(Arc::new(locate(shop.registry.noise(plugin, &table.get_ref().options()), table)?))
}

/// The conditions of method `resolvable` (DESIGN 3.2): additive, and theta + xi never leaves the domain.
pub(super) fn check_resolvable(
    shop: &Workshop<'_>,
    case: &Case,
    transformation: &Transformation,
    range: &Range,
    noise: &Noise,
) -> Result<(), Fault> {
    let id = transformation.id().to_owned();
    let plugin_span = case.transformation.get_ref().plugin.span();
    if transformation.class() != Class::Additive {
        return Err(
            Problem::NotAdditive { transformation: id, class: transformation.class() }.at(plugin_span)
        );
    }
    let (support_low, support_high) = noise.support();
    let parameter = &transformation.parameters()[0];
    let (low, high) = (range.low[0], range.high[0]);
    if support_low + low.min(0.0) < parameter.low || support_high + high.max(0.0) > parameter.high {
        let span = case.noise.as_ref().map_or(plugin_span, Spanned::span);
        return Err(Problem::NoiseOutsideDomain {
            noise: noise.id().to_owned(),
            support_low,
            support_high,
            low,
            high,
            parameter: parameter.name.clone(),
            transformation: id,
            domain_low: parameter.low,
            domain_high: parameter.high,
        }
        .at(span));
    }
    check_composition(shop, transformation, range, noise, plugin_span)
}

/// Tries tau(theta, tau(xi, x)) = tau(theta + xi, x) on an image: a plugin that clips or resamples fails here.
fn check_composition(
    shop: &Workshop<'_>,
    transformation: &Transformation,
    range: &Range,
    noise: &Noise,
    span: std::ops::Range<usize>,
) -> Result<(), Fault> {
    let shape = shop.data.shape();
    let image = shop.data.image(shop.selection.first as usize).at(span.clone())?;
    for p in [0.05, 0.5, 0.95] {
        let theta = noise.quantile_at(p).at(span.clone())?;
        for xi in [range.low[0], 0.37 * range.low[0] + 0.63 * range.high[0], range.high[0]] {
            let first = transformation.apply_at(&image, shape, &[xi]).at(span.clone())?;
            let twice = transformation.apply_at(&first, shape, &[theta]).at(span.clone())?;
            let once = transformation.apply_at(&image, shape, &[theta + xi]).at(span.clone())?;
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

/// At its identity a transformation must return the image bit for bit.
pub(super) fn check_identity(
    shop: &Workshop<'_>,
    transformation: &Transformation,
    range: &Range,
    span: std::ops::Range<usize>,
) -> Result<(), Fault> {
    let image = shop.data.image(shop.selection.first as usize).at(span.clone())?;
    let same = transformation.apply_at(&image, shop.data.shape(), &range.identity).at(span.clone())?;
    if image.iter().zip(&same).all(|(a, b)| a.to_bits() == b.to_bits()) {
        return Ok(());
    }
    Err(Problem::Identity { transformation: transformation.id().to_owned() }.at(span))
}

/// The standard deviation of a noise that is a centred Gaussian law, by its cdf; `None` for any other law.
///
/// # Errors
/// If the plugin fails.
pub(super) fn gaussian_scale(noise: &Noise) -> Result<Option<f64>, crate::host::HostError> {
    let scale = noise.quantile_at(normal::cdf(1.0))?;
    if !(scale > 0.0 && scale.is_finite()) {
        return Ok(None);
    }
    for step in -24..=24 {
        let z = f64::from(step) / 4.0;
        let (found, expected) = (noise.cdf_at(z * scale)?, normal::cdf(z));
        if (found - expected).abs() > 1e-9 * expected {
            return Ok(None);
        }
    }
    Ok(Some(scale))
}
