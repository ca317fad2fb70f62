//! The channel of a case: noise in the code of a surrogate, or on pixels.

use std::sync::Arc;

use toml::Spanned;

use super::super::error::{At, Fault, Problem};
use super::super::plugin_table::PluginTable;
use super::super::schema;
use super::surrogate::{self, PlannedSurrogate};
use super::{Workshop, locate, parameters};
use crate::certify::case::ChannelParts;
use crate::certify::channel::SemanticChannel;
use crate::certify::growth::EncoderGrowth;
use crate::host::{Estimator, Noise};

/// The estimator of cases that name none.
const DEFAULT_ESTIMATOR: &str = "displacement";

/// The channel of method `semantic`, with the surrogate whose code it is in.
pub(super) fn semantic(
    shop: &Workshop<'_>,
    table: &schema::Case,
    noise: &[Arc<Noise>],
) -> Result<(ChannelParts, PlannedSurrogate), Fault> {
    let estimator = estimator(shop, table)?;
    let sigma2 = semantic_noise(table)?;
    let example = "surrogate = { f1 = \"f1.onnx\", f2 = \"f2.onnx\", h = \"h.onnx\" }";
    let surrogate = table.surrogate.as_ref().ok_or_else(|| missing(table, "surrogate", example))?;
    let noise_span = table.noise.as_ref().map_or_else(|| table.name.span(), Spanned::span);
    let sigma1 = noise.iter().map(|law| gaussian_scale(law, &noise_span)).collect::<Result<Vec<_>, _>>()?;
    let planned = surrogate::plan(shop, surrogate, &sigma1)?;
    let columns = planned.affine.columns.clone();
    let channel = SemanticChannel::new(&columns, &sigma1, *sigma2.get_ref()).at(sigma2.span())?;
    let parts = ChannelParts {
        channel: Arc::new(channel),
        columns: Arc::new(columns),
        offset: planned.affine.offset.clone(),
        encoded: true,
        growth: EncoderGrowth::Unknown,
        estimator,
        slack: 0.0,
    };
    Ok((parts, planned))
}

/// The channel of method `pixel`: F2 = identity, A1 = 0, H = identity (DESIGN 3.3).
pub(super) fn pixel(shop: &Workshop<'_>, table: &schema::Case) -> Result<ChannelParts, Fault> {
    let estimator = estimator(shop, table)?;
    let sigma2 = semantic_noise(table)?;
    let channel = SemanticChannel::new(&[], &[], *sigma2.get_ref()).at(sigma2.span())?;
    Ok(ChannelParts {
        channel: Arc::new(channel),
        columns: Arc::new(Vec::new()),
        offset: vec![0.0; shop.data.shape().iter().product()],
        encoded: false,
        growth: EncoderGrowth::Identity,
        estimator,
        slack: 0.0,
    })
}

fn gaussian_scale(law: &Noise, span: &std::ops::Range<usize>) -> Result<f64, Fault> {
    let scale = parameters::gaussian_scale(law).at(span.clone())?;
    scale.ok_or_else(|| Problem::NotGaussian { noise: law.id().to_owned() }.at(span.clone()))
}

fn semantic_noise(table: &schema::Case) -> Result<&Spanned<f64>, Fault> {
    table.semantic_noise.as_ref().ok_or_else(|| missing(table, "semantic_noise", "semantic_noise = 0.25"))
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
