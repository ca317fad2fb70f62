//! One case put together: parameters, noise, networks, and what it must reach.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use toml::Spanned;

use super::super::error::Fault;
use super::super::records::PluginDigest;
use super::super::schema;
use super::models::{self, ModelRecord, PlannedClassifier};
use super::surrogate::PlannedSurrogate;
use super::targets::{self, Requirement};
use super::{Workshop, channel, keys, merged, parameters, resolvable};
use crate::certify::case::{Case, Method, Sampling};
use crate::certify::worker::CaseWorker;
use crate::host::PluginInfo;
use crate::onnx::network::NetworkModel;
use crate::onnx::runtime::{Runtime, SessionError, SessionOptions};
use crate::smoothing::voter::NetworkVoter;

/// One point of a sweep's grid.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct SweepPoint {
    /// The case as the audit file names it.
    pub case: String,
    /// The keys that are swept, with this point's values as the audit file writes them.
    pub values: Vec<(String, String)>,
}

/// A case that is ready to run.
#[derive(Debug)]
pub struct PlannedCase {
    /// What its images share.
    pub case: Arc<Case>,
    /// The method's name.
    pub method: keys::MethodName,
    /// What it must reach, with its place in the audit file.
    pub require: Option<Requirement>,
    /// The certified accuracy that others have published, at the last radius.
    pub published: Option<f64>,
    /// Where the case stands in a sweep, if it is of one.
    pub sweep: Option<SweepPoint>,
    /// f.
    pub classifier: PlannedClassifier,
    /// F1, F2 and H, for semantic cases.
    pub surrogate: Option<PlannedSurrogate>,
    /// f after H in one model, where the two fit together.
    pub merged: Option<NetworkModel>,
    /// The plugins that it uses.
    pub plugins: Vec<PluginDigest>,
    /// The case as resolved, for the audit's digest.
    pub resolved: serde_json::Value,
}

/// Plans one case.
pub(super) fn plan(
    shop: &Workshop<'_>,
    table: &schema::Case,
    classifier: &Spanned<schema::Classifier>,
    sampling: &Sampling,
) -> Result<PlannedCase, Fault> {
    let method = keys::method(table)?;
    keys::check_used(table, method)?;
    let (transformation, range) = parameters::transformation(shop, table)?;
    let plugin_span = table.transformation.get_ref().plugin.span();
    parameters::check_identity(shop, &transformation, &range, plugin_span)?;
    let noise = if method.takes_parameter_noise() {
        parameters::noise(shop, table, &transformation)?
    } else {
        Vec::new()
    };
    let require = targets::requirement(table, range.cap())?;
    let published = targets::published(table)?;
    let radii = targets::radii(table, range.cap(), require.as_ref())?;
    let anchors = targets::anchors(table, range.identity.len(), sampling)?;
    let model = table.classifier.as_ref().unwrap_or(&classifier.get_ref().model);
    let plan = || models::classifier(shop, model, classifier.get_ref());
    let classifier = shop.memory.classifier(model.get_ref(), plan)?;
    let mut plugins = vec![digest(transformation.info())];
    plugins.extend(noise.iter().map(|noise| digest(noise.info())));

    let (parts, surrogate) = match method {
        keys::MethodName::Resolvable => {
            let composition =
                resolvable::composition(shop, table, &transformation, &range, &noise, sampling)?;
            (Method::Resolvable(composition), None)
        }
        keys::MethodName::Semantic => {
            let (parts, surrogate) = channel::semantic(shop, table, &noise, sampling)?;
            plugins.push(digest(parts.estimator.info()));
            (Method::Channel(parts), Some(surrogate))
        }
        keys::MethodName::Pixel => {
            let parts = channel::pixel(shop, table)?;
            plugins.push(digest(parts.estimator.info()));
            (Method::Channel(parts), None)
        }
        keys::MethodName::Enumerate => {
            parameters::check_levels(shop, table, &transformation, &range)?;
            (Method::Enumerate, None)
        }
    };
    let merged = surrogate.as_ref().and_then(|PlannedSurrogate { decoder, .. }| {
        shop.memory.merged(decoder, &classifier, || merged::merged(shop, decoder, &classifier))
    });
    let case = Case {
        name: table.name.get_ref().clone(),
        seed: shop.seed,
        transformation,
        range,
        radii,
        noise,
        method: parts,
        sampling: *sampling,
        anchors,
        shape: shop.data.shape(),
        classes: classifier.classes,
        shared_cover: OnceLock::new(),
    };
    let mut planned = PlannedCase {
        case: Arc::new(case),
        method,
        require,
        published,
        sweep: table.point.clone(),
        classifier,
        surrogate,
        merged,
        plugins,
        resolved: serde_json::Value::Null,
    };
    planned.resolved = super::description::case(&planned, table);
    Ok(planned)
}

fn digest(info: &PluginInfo) -> PluginDigest {
    PluginDigest {
        id: info.id.clone(),
        kind: info.kind.to_string(),
        version: info.version.clone(),
        digest: info.digest.clone(),
    }
}

impl PlannedCase {
    /// The networks of one worker.
    ///
    /// # Errors
    /// If ONNX Runtime refuses one.
    pub fn worker(&self, runtime: &Runtime, session: &SessionOptions) -> Result<CaseWorker, SessionError> {
        let open = |model: Option<&NetworkModel>| model.map(|m| m.open(runtime, session)).transpose();
        let decoder = open(self.surrogate.as_ref().map(|s| &s.decoder))?;
        let encoder = open(self.surrogate.as_ref().map(|s| &s.encoder))?;
        let classifier = self.classifier.model.open(runtime, session)?;
        let voter =
            NetworkVoter::new(decoder, classifier, self.classifier.preprocess.clone(), self.case.shape);
        Ok(CaseWorker { voter: voter.with_merged(open(self.merged.as_ref())?), encoder })
    }

    /// The models of the case, each once.
    pub fn models(&self) -> BTreeMap<&str, &ModelRecord> {
        let surrogate = self.surrogate.iter().flat_map(|s| &s.records);
        std::iter::once(&self.classifier.record).chain(surrogate).map(|m| (m.path.as_str(), m)).collect()
    }
}
