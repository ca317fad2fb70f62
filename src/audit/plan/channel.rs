//! The channel of a case: noise in the code of a surrogate, or on pixels.

use std::sync::Arc;

use toml::{Spanned, Value};

use super::super::error::{At, Fault, Problem};
use super::super::hint;
use super::super::plugin_table::PluginTable;
use super::super::schema;
use super::surrogate::{self, PlannedSurrogate};
use super::{Workshop, locate, parameters};
use crate::certify::case::{ChannelParts, Claim, Sampling};
use crate::certify::certificate::VoteBound;
use crate::certify::channel::SemanticChannel;
use crate::certify::growth::EncoderGrowth;
use crate::certify::metric::{LawMetric, LawMetricError, Metric};
use crate::host::{Estimator, Noise};
use crate::stats::normal;

/// The estimator of cases that name none.
const DEFAULT_ESTIMATOR: &str = "proven";
/// The estimators that rest on the paper's M, which belongs to Gaussian theta.
const OF_LOCAL_M: [&str; 2] = ["corollary1", "corollary1_exact"];

/// Standard deviations of semantic noise, and distances of images, beyond these are slips of the pen: float32 has no
/// numbers left for what is computed with them.
const LEAST_NOISE: f64 = 1e-9;
const LARGEST_NOISE: f64 = 1e9;

/// The channel of method `semantic`, with the surrogate whose code it is in.
pub(super) fn semantic(
    shop: &Workshop<'_>,
    table: &schema::Case,
    noise: &[Arc<Noise>],
    sampling: &Sampling,
) -> Result<(ChannelParts, PlannedSurrogate), Fault> {
    let estimator = estimator(shop, table)?;
    let sigma2 = semantic_noise(table)?;
    let example = "surrogate = { f1 = \"f1.onnx\", f2 = \"f2.onnx\", h = \"h.onnx\" }";
    let surrogate = table.surrogate.as_ref().ok_or_else(|| missing(table, "surrogate", example))?;
    let noise_span = table.noise.as_ref().map_or_else(|| table.name.span(), Spanned::span);
    let scales: Vec<f64> = noise.iter().map(|law| scale(law, &noise_span)).collect::<Result<_, _>>()?;
    let planned = surrogate::plan(shop, surrogate, &scales)?;
    let columns = planned.affine.columns.clone();
    let metric = metric(noise, &columns, sigma2, sampling, &noise_span)?;
    if let (Metric::Law(_), [law, ..]) = (&metric, noise)
        && OF_LOCAL_M.contains(&estimator.id())
    {
        let (estimator, noise) = (estimator.id().to_owned(), law.id().to_owned());
        let span = table.estimator.as_ref().map_or(noise_span, Spanned::span);
        return Err(Problem::EstimatorNeedsGaussian { estimator, noise }.at(span));
    }
    let mut parts = ChannelParts {
        metric: Arc::new(metric),
        columns: Arc::new(columns),
        offset: planned.affine.offset.clone(),
        encoded: true,
        growth: planned.growth.clone(),
        estimator,
        claim: claim(table)?,
        slack: 0.0,
    };
    widen(shop, table, &mut parts, planned.obstacle.as_deref())?;
    Ok((parts, planned))
}

/// The channel of method `pixel`: F2 = identity, A1 = 0, H = identity (MATHEMATICS 3).
pub(super) fn pixel(shop: &Workshop<'_>, table: &schema::Case) -> Result<ChannelParts, Fault> {
    let estimator = estimator(shop, table)?;
    let sigma2 = semantic_noise(table)?;
    let channel = SemanticChannel::new(&[], &[], *sigma2.get_ref()).at(sigma2.span())?;
    if let Some(claim) = table.claim.as_ref().filter(|claim| claim.get_ref() == "surrogate") {
        let (method, key) = (table.method.get_ref().clone(), "claim");
        return Err(Problem::Unused { method, key }.at(claim.span()));
    }
    let mut parts = ChannelParts {
        metric: Arc::new(Metric::Gaussian(channel)),
        columns: Arc::new(Vec::new()),
        offset: vec![0.0; shop.data.shape().iter().product()],
        encoded: false,
        growth: EncoderGrowth::Identity,
        estimator,
        claim: claim(table)?,
        slack: 0.0,
    };
    widen(shop, table, &mut parts, None)?;
    Ok(parts)
}

/// What the claim is about, and the surrogate's error.
fn claim(table: &schema::Case) -> Result<Claim, Fault> {
    let error = match &table.epsilon {
        None => None,
        Some(value) => Some(positive(value, "epsilon")?),
    };
    match table.claim.as_ref().map(|claim| (claim.get_ref().as_str(), claim.span())) {
        Some(("surrogate", _)) => Ok(Claim::Surrogate { error }),
        None | Some(("real", _)) => match &table.epsilon {
            None => Ok(Claim::Real),
            Some(value) => {
                let (found, expected) =
                    (value.get_ref().to_string(), "absent with `claim = \"real\"`".to_owned());
                Err(Problem::Value { key: "epsilon", found, expected }.at(value.span()))
            }
        },
        Some((other, span)) => {
            let nearest = hint::nearest(other, ["real", "surrogate"].into_iter());
            let known = vec!["real".to_owned(), "surrogate".to_owned()];
            Err(Problem::Name { key: "claim", found: other.to_owned(), nearest, known }.at(span))
        }
    }
}

/// Puts the claim's slack in place, and checks that what needs a Lipschitz bound of F2 has one.
fn widen(
    shop: &Workshop<'_>,
    table: &schema::Case,
    parts: &mut ChannelParts,
    obstacle: Option<&str>,
) -> Result<(), Fault> {
    let missing = |key, span| {
        let reason = obstacle.unwrap_or("nothing is known of it").to_owned();
        Problem::NoLipschitzBound { key, reason }.at(span)
    };
    if let Some(slack) = &table.slack {
        let distance = slack_distance(slack, shop.data.shape().iter().product())?;
        parts.slack = parts.added_distance(distance).ok_or_else(|| missing("slack", slack.span()))?;
    }
    match (&table.epsilon, parts.claim, parts.growth.lipschitz()) {
        (Some(epsilon), Claim::Surrogate { .. }, None) => Err(missing("epsilon", epsilon.span())),
        _ => Ok(()),
    }
}

/// `{ l2 = .. }`, or `"u8"`: rounding to 8 bits moves each of `pixels` values by half a step of 1/255 at most.
fn slack_distance(slack: &Spanned<Value>, pixels: usize) -> Result<f64, Fault> {
    match slack.get_ref() {
        Value::String(unit) if unit == "u8" => Ok((0.5 / 255.0 * (pixels as f64).sqrt()) * (1.0 + 1e-12)),
        Value::Table(table) if table.len() == 1 && table.contains_key("l2") => {
            positive(&Spanned::new(slack.span(), table["l2"].clone()), "slack")
        }
        other => {
            let (found, expected) = (other.to_string(), "`{ l2 = .. }` or `\"u8\"`".to_owned());
            Err(Problem::Value { key: "slack", found, expected }.at(slack.span()))
        }
    }
}

fn positive(value: &Spanned<Value>, key: &'static str) -> Result<f64, Fault> {
    match parameters::number(value.get_ref()) {
        Some(number) if number > 0.0 && number <= LARGEST_NOISE => Ok(number),
        _ => {
            let (found, expected) =
                (value.get_ref().to_string(), "a positive l2 distance of images".to_owned());
            Err(Problem::Value { key, found, expected }.at(value.span()))
        }
    }
}

/// The size of a law's noise, at which F1 is read: the standard deviation of a Gaussian, half the width of the middle
/// 68 % of any other.
fn scale(law: &Noise, span: &std::ops::Range<usize>) -> Result<f64, Fault> {
    let tail = normal::cdf(-1.0);
    let width = law.isf_at(tail).at(span.clone())? - law.quantile_at(tail).at(span.clone())?;
    Ok(0.5 * width)
}

/// What measures displacements: a norm for Gaussian theta, tabulated Neyman-Pearson values for one parameter of any law.
fn metric(
    noise: &[Arc<Noise>],
    columns: &[Vec<f64>],
    sigma2: &Spanned<f64>,
    sampling: &Sampling,
    noise_span: &std::ops::Range<usize>,
) -> Result<Metric, Fault> {
    let gaussian = |law: &Arc<Noise>| parameters::gaussian_scale(law).at(noise_span.clone());
    let scales: Vec<Option<f64>> = noise.iter().map(gaussian).collect::<Result<_, _>>()?;
    if let Some(sigma1) = scales.into_iter().collect::<Option<Vec<f64>>>() {
        let channel = SemanticChannel::new(columns, &sigma1, *sigma2.get_ref()).at(sigma2.span())?;
        return Ok(Metric::Gaussian(channel));
    }
    match (noise, columns) {
        ([law], [column]) if sampling.bound == VoteBound::Top1 => {
            let metric = LawMetric::new(law, column, *sigma2.get_ref(), sampling.margin);
            Ok(Metric::Law(metric.map_err(|error| {
                match error {
                    LawMetricError::Channel(error) => Problem::from(error),
                    LawMetricError::Host(error) => Problem::from(error),
                }
                .at(sigma2.span())
            })?))
        }
        ([law, ..], _) => Err(Problem::NotGaussian { noise: law.id().to_owned() }.at(noise_span.clone())),
        ([], _) => Err(Problem::NotGaussian { noise: "none".to_owned() }.at(noise_span.clone())),
    }
}

fn semantic_noise(table: &schema::Case) -> Result<&Spanned<f64>, Fault> {
    let example = "semantic_noise = 0.25";
    let noise = table.semantic_noise.as_ref().ok_or_else(|| missing(table, "semantic_noise", example))?;
    if (LEAST_NOISE..=LARGEST_NOISE).contains(noise.get_ref()) {
        return Ok(noise);
    }
    let expected = format!("a standard deviation from {LEAST_NOISE:e} to {LARGEST_NOISE:e}");
    let found = noise.get_ref().to_string();
    Err(Problem::Value { key: "semantic_noise", found, expected }.at(noise.span()))
}

fn missing(table: &schema::Case, key: &'static str, example: &'static str) -> Fault {
    let method = table.method.get_ref().clone();
    Problem::Missing { method, key, example }.at(table.name.span())
}

fn estimator(shop: &Workshop<'_>, table: &schema::Case) -> Result<Arc<Estimator>, Fault> {
    let name = Spanned::new(table.name.span(), DEFAULT_ESTIMATOR.to_owned());
    let default = Spanned::new(table.name.span(), PluginTable { plugin: name, entries: Vec::new() });
    let chosen = table.estimator.as_ref().unwrap_or(&default);
    let options = chosen.get_ref().options();
    Ok(Arc::new(locate(shop.registry.estimator(chosen.get_ref().plugin.get_ref(), &options), chosen)?))
}
