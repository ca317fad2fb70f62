//! Transformation, range and noise of a case, checked against one another.

use std::sync::Arc;

use toml::{Spanned, Value};

use super::super::error::{At, Fault, Problem};
use super::super::hint;
use super::super::plugin_table::PluginTable;
use super::super::schema::{Case, OneOrMany};
use super::{Workshop, graph, locate};
use crate::certify::ranges::{Norm, Range};
use crate::host::Noise;
use crate::stats::normal;
use crate::transformation::Transformation;

/// Farther ends of a range are slips of the pen, and overflow what is computed from them.
const FARTHEST: f64 = 1e9;

/// The transformation and the range that the claim is about.
pub(super) fn transformation(
    shop: &Workshop<'_>,
    case: &Case,
) -> Result<(Arc<Transformation>, Range), Fault> {
    let mut table = case.transformation.get_ref().clone();
    let range = table.take("range");
    let transformation = open(shop, &Spanned::new(case.transformation.span(), table))?;
    let Some(range) = range else {
        let example = "transformation = { plugin = \"rotation\", range = [-10.0, 10.0] }";
        let method = case.method.get_ref().clone();
        return Err(Problem::Missing { method, key: "range", example }.at(case.transformation.span()));
    };
    let pairs = number_pairs(&range, transformation.parameters().len())?;
    let range = Range { norm: norm(case)?, ..check_domain(&transformation, &pairs, range.span())? };
    Ok((Arc::new(transformation), range))
}

/// The transformation that a table names; all its keys are options.
pub(super) fn open(shop: &Workshop<'_>, table: &Spanned<PluginTable>) -> Result<Transformation, Fault> {
    match table.get_ref().plugin.get_ref().as_str() {
        graph::NAME => graph::open(shop, table),
        plugin => {
            let plugin = shop.registry.transformation(plugin, &table.get_ref().options());
            Ok(Transformation::from_plugin(locate(plugin, table)?))
        }
    }
}

/// How |xi| of several parameters is measured.
fn norm(case: &Case) -> Result<Norm, Fault> {
    let Some(norm) = &case.norm else { return Ok(Norm::default()) };
    let name = norm.get_ref();
    Norm::ALL.into_iter().find(|(known, _)| known == name).map(|(_, norm)| norm).ok_or_else(|| {
        let nearest = hint::nearest(name, Norm::ALL.iter().map(|(known, _)| *known));
        let known = Norm::ALL.iter().map(|(known, _)| (*known).to_owned()).collect();
        Problem::Name { key: "norm", found: name.clone(), nearest, known }.at(norm.span())
    })
}

/// A pair of numbers for each parameter, low first; a single parameter's pair may stand alone.
fn number_pairs(value: &Spanned<Value>, parameters: usize) -> Result<Vec<[f64; 2]>, Fault> {
    let items = value.get_ref().as_array().map(Vec::as_slice).unwrap_or_default();
    let pairs: Option<Vec<[f64; 2]>> = match number_pair(value.get_ref()) {
        Some(pair) if parameters == 1 => Some(vec![pair]),
        _ => items.iter().map(number_pair).collect(),
    };
    let near = |pair: &[f64; 2]| pair.iter().all(|end| end.abs() <= FARTHEST);
    if pairs.iter().flatten().any(|pair| !near(pair)) {
        let (found, expected) =
            (value.get_ref().to_string(), format!("numbers from -{FARTHEST:e} to {FARTHEST:e}"));
        return Err(Problem::Value { key: "range", found, expected }.at(value.span()));
    }
    pairs.filter(|pairs| pairs.len() == parameters).ok_or_else(|| {
        let found = value.get_ref().to_string();
        let expected = match parameters {
            1 => "a pair of numbers `[low, high]` with low below high".to_owned(),
            _ => format!(
                "{parameters} pairs of numbers `[[low, high], ..]`, one per parameter, with low below high"
            ),
        };
        Problem::Value { key: "range", found, expected }.at(value.span())
    })
}

/// A pair of numbers, integers or floats, low first.
fn number_pair(value: &Value) -> Option<[f64; 2]> {
    let numbers: Vec<f64> = value.as_array()?.iter().map(number).collect::<Option<_>>()?;
    match numbers[..] {
        [low, high] if low < high && low.is_finite() && high.is_finite() => Some([low, high]),
        _ => None,
    }
}

/// A number, written as an integer or as a float.
pub(super) fn number(value: &Value) -> Option<f64> {
    value.as_float().or_else(|| value.as_integer().map(|i| i as f64))
}

/// More of anything than this is a slip of the pen.
const MOST: u64 = 1_000_000_000;

/// A whole number of at least `least`.
pub(super) fn whole(key: &'static str, value: &Spanned<u64>, least: u64) -> Result<u64, Fault> {
    let found = *value.get_ref();
    if (least..=MOST).contains(&found) {
        return Ok(found);
    }
    let expected = format!("a whole number from {least} to {MOST}");
    Err(Problem::Value { key, found: found.to_string(), expected }.at(value.span()))
}

fn check_domain(
    transformation: &Transformation,
    pairs: &[[f64; 2]],
    span: std::ops::Range<usize>,
) -> Result<Range, Fault> {
    for (parameter, [low, high]) in transformation.parameters().iter().zip(pairs) {
        let inside = parameter.low <= *low && *high <= parameter.high;
        if !inside || !(*low..=*high).contains(&parameter.identity) {
            return Err(Problem::Domain {
                parameter: parameter.name.clone(),
                low: *low,
                high: *high,
                domain_low: parameter.low,
                domain_high: parameter.high,
                identity: parameter.identity,
            }
            .at(span));
        }
    }
    Ok(Range {
        low: pairs.iter().map(|[low, _]| *low).collect(),
        high: pairs.iter().map(|[_, high]| *high).collect(),
        identity: transformation.parameters().iter().map(|parameter| parameter.identity).collect(),
        norm: Norm::default(),
    })
}

/// The law of theta, one per parameter; a single table stands for all of them.
pub(super) fn noise(
    shop: &Workshop<'_>,
    case: &Case,
    transformation: &Transformation,
) -> Result<Vec<Arc<Noise>>, Fault> {
    let Some(noise) = &case.noise else {
        let example = "noise = { plugin = \"gaussian\", scale = 0.5 }";
        let method = case.method.get_ref().clone();
        return Err(Problem::Missing { method, key: "noise", example }.at(case.name.span()));
    };
    let OneOrMany(tables) = noise.get_ref();
    let parameters = transformation.parameters().len();
    match &tables[..] {
        [single] => Ok(vec![one_noise(shop, single)?; parameters]),
        several if several.len() == parameters => {
            several.iter().map(|table| one_noise(shop, table)).collect()
        }
        several => {
            let found = format!("{} tables", several.len());
            let expected = format!("one table, or one for each of {parameters} parameters");
            Err(Problem::Value { key: "noise", found, expected }.at(noise.span()))
        }
    }
}

fn one_noise(shop: &Workshop<'_>, table: &Spanned<PluginTable>) -> Result<Arc<Noise>, Fault> {
    let plugin = table.get_ref().plugin.get_ref();
    Ok(Arc::new(locate(shop.registry.noise(plugin, &table.get_ref().options()), table)?))
}

/// The condition of method `enumerate`: finitely many parameters.
pub(super) fn check_levels(
    shop: &Workshop<'_>,
    case: &Case,
    transformation: &Transformation,
    range: &Range,
) -> Result<(), Fault> {
    let span = case.transformation.get_ref().plugin.span();
    match transformation.levels(shop.data.shape(), &range.low, &range.high).at(span.clone())? {
        Some(_) => Ok(()),
        None => Err(Problem::NotFinitelyMany { transformation: transformation.id().to_owned() }.at(span)),
    }
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
