//! What a case is, as plain data in `summary.json`: all that a report says of a case beside its records, so that reports need
//! no models.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::plan::Plan;
use super::plan::case::{PlannedCase, SweepPoint};
use super::records::PluginDigest;
use crate::certify::case::{Anchors, ChannelParts, Claim, Method, Sampling};
use crate::certify::ranges::{Norm, Range};
use crate::host::OptionValue;

/// What a case is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CaseDescription {
    /// `resolvable`, `semantic`, `pixel` or `enumerate`.
    pub method: String,
    /// The images that the audit asks for; a run that was stopped has fewer on record.
    pub images: u64,
    /// Channels, height and width of an image.
    pub shape: [usize; 3],
    /// The classifier's file, as the audit names it.
    pub classifier: String,
    /// Number of classes K.
    pub classes: usize,
    /// tau.
    pub transformation: PluginUse,
    /// Its parameters with the range of the claim.
    pub parameters: Vec<ParameterRange>,
    /// How |xi| is measured.
    pub norm: Norm,
    /// The largest |xi| of the range, where radii are capped.
    pub cap: f64,
    /// The law of each coordinate of theta; empty without noise on parameters.
    pub noise: Vec<PluginUse>,
    /// sigma2, the standard deviation of the noise in the code or on pixels.
    pub semantic_noise: Option<f64>,
    /// L_F2, where it is known and the case has an encoder.
    pub lipschitz: Option<f64>,
    /// What bounds the suprema.
    pub estimator: Option<PluginUse>,
    /// Where the smoothed classifier is sampled.
    pub anchors: Anchors,
    /// Mode, alpha, draws, bound and margin.
    pub sampling: Sampling,
    /// What the claim is about.
    pub claim: Claim,
    /// The l2 distance of images by which the claim is widened.
    pub slack: Option<f64>,
    /// The certified accuracy that others have published, at the last radius.
    pub published: Option<f64>,
    /// What the case must reach.
    pub require: Option<RequirementDescription>,
    /// Where the case stands in a sweep.
    pub sweep: Option<SweepPoint>,
    /// The plugins whose word its certificates rest on.
    pub plugins: Vec<PluginDigest>,
}

/// A plugin with its options, as text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PluginUse {
    /// The plugin's id.
    pub id: String,
    /// Options with their values.
    pub options: Vec<(String, String)>,
}

/// A parameter of a transformation, and the values of it that the claim is about.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ParameterRange {
    /// The parameter's name.
    pub name: String,
    /// Its unit; `1` for pure numbers.
    pub unit: String,
    /// The least value.
    pub low: f64,
    /// The greatest value.
    pub high: f64,
    /// Where nothing changes.
    pub identity: f64,
}

/// A certified accuracy that must be reached, and where the audit file says so.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct RequirementDescription {
    /// At this radius
    pub radius: f64,
    /// at least this share.
    pub certified_accuracy: f64,
    /// The line of the audit file, from 1.
    pub line: usize,
}

impl CaseDescription {
    /// What a plan says of one of its cases.
    pub fn of(plan: &Plan, planned: &PlannedCase) -> Self {
        let case = &planned.case;
        let parts = match &case.method {
            Method::Channel(parts) => Some(parts),
            Method::Resolvable(_) | Method::Enumerate => None,
        };
        Self {
            method: planned.method.to_string(),
            images: plan.selection.count,
            shape: case.shape,
            classifier: planned.classifier.model.name.clone(),
            classes: case.classes,
            transformation: PluginUse {
                id: case.transformation.id().to_owned(),
                options: written(&planned.resolved["transformation"]),
            },
            parameters: parameters(planned),
            norm: case.range.norm,
            cap: case.range.cap(),
            noise: case.noise.iter().map(|law| PluginUse::new(law.id(), law.options())).collect(),
            semantic_noise: parts.map(|parts| parts.metric.semantic_noise()),
            lipschitz: parts.filter(|parts| parts.encoded).and_then(|parts| parts.growth.lipschitz()),
            estimator: parts.map(|parts| PluginUse::new(parts.estimator.id(), parts.estimator.options())),
            anchors: case.anchors,
            sampling: case.sampling,
            claim: parts.map_or(Claim::Real, |parts| parts.claim),
            slack: parts.and_then(slack_of_images),
            published: planned.published,
            require: planned.require.as_ref().map(|require| RequirementDescription {
                radius: require.radius,
                certified_accuracy: require.certified_accuracy,
                line: plan.text.text[..require.span.start].matches('\n').count() + 1,
            }),
            sweep: planned.sweep.clone(),
            plugins: planned.plugins.clone(),
        }
    }

    /// The range of the claim.
    pub fn range(&self) -> Range {
        let each = |value: fn(&ParameterRange) -> f64| self.parameters.iter().map(value).collect();
        Range {
            low: each(|parameter| parameter.low),
            high: each(|parameter| parameter.high),
            identity: each(|parameter| parameter.identity),
            norm: self.norm,
        }
    }

    /// Whether the claim is about the imitation of the transformation.
    pub fn is_about_surrogate(&self) -> bool {
        self.claim != Claim::Real
    }

    /// Whether certificates rest on draws; those of method `enumerate` do not.
    pub fn has_draws(&self) -> bool {
        self.method != "enumerate"
    }
}

impl PluginUse {
    fn new<'a>(id: &str, options: impl Iterator<Item = (&'a str, Option<&'a OptionValue>)>) -> Self {
        let set = options.filter_map(|(name, value)| Some((name.to_owned(), value?.to_string())));
        Self { id: id.to_owned(), options: set.collect() }
    }
}

/// The options that the audit file gives.
fn written(options: &Value) -> Vec<(String, String)> {
    let entries = options.as_object().into_iter().flatten();
    entries.map(|(key, value)| (key.clone(), value.as_str().unwrap_or_default().to_owned())).collect()
}

fn parameters(planned: &PlannedCase) -> Vec<ParameterRange> {
    let range = &planned.case.range;
    let parameters = planned.case.transformation.parameters().iter().enumerate();
    let ranged = parameters.map(|(i, parameter)| ParameterRange {
        name: parameter.name.clone(),
        unit: parameter.unit.clone(),
        low: range.low[i],
        high: range.high[i],
        identity: range.identity[i],
    });
    ranged.collect()
}

/// The slack as a distance of images, from what it adds to every D.
fn slack_of_images(parts: &ChannelParts) -> Option<f64> {
    let lipschitz = parts.growth.lipschitz().filter(|_| parts.slack > 0.0)?;
    Some(parts.slack * parts.metric.semantic_noise() / lipschitz)
}
