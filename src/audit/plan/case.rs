//! One case put together: parameters, noise, networks, and what it must reach.

use std::collections::BTreeMap;
use std::sync::Arc;

use toml::Spanned;

use super::super::error::{At, Fault, Problem};
use super::super::hint;
use super::super::plugin_table::PluginTable;
use super::super::records::PluginDigest;
use super::super::schema;
use super::models::{self, ModelRecord, PlannedClassifier};
use super::surrogate::{self, PlannedSurrogate};
use super::{Workshop, locate, parameters, refuse};
use crate::certify::case::{Case, Method, Sampling, SemanticParts};
use crate::certify::channel::SemanticChannel;
use crate::certify::worker::CaseWorker;
use crate::host::{Estimator, Noise, PluginInfo};
use crate::onnx::runtime::{Runtime, SessionError, SessionOptions};
use crate::smoothing::voter::NetworkVoter;

/// Methods that an audit may name.
const METHODS: [&str; 4] = ["resolvable", "semantic", "pixel", "enumerate"];

/// A case that is ready to run.
#[derive(Debug)]
pub struct PlannedCase {
    /// What its images share.
    pub case: Arc<Case>,
    /// The method's name.
    pub method: String,
    /// Radii that are reported.
    pub radii: Vec<f64>,
    /// What it must reach, with its place in the audit file.
    pub require: Option<Requirement>,
    /// f.
    pub classifier: PlannedClassifier,
    /// F1, F2 and H, for semantic cases.
    pub surrogate: Option<PlannedSurrogate>,
    /// The plugins that it uses.
    pub plugins: Vec<PluginDigest>,
    /// The case as resolved, for the audit's digest.
    pub resolved: serde_json::Value,
}

/// A certified accuracy that a run must reach.
#[derive(Debug, Clone, PartialEq)]
pub struct Requirement {
    /// At this radius
    pub radius: f64,
    /// at least this share.
    pub certified_accuracy: f64,
    /// The line of the audit file, from 1.
    pub span: std::ops::Range<usize>,
}

/// Plans one case.
pub(super) fn plan(
    shop: &Workshop<'_>,
    table: &schema::Case,
    classifier: &Spanned<schema::Classifier>,
    sampling: &Sampling,
) -> Result<PlannedCase, Fault> {
    check_available(table)?;
    let method = method_name(table)?;
    let (transformation, range) = parameters::transformation(shop, table)?;
    let plugin_span = table.transformation.get_ref().plugin.span();
    parameters::check_identity(shop, &transformation, &range, plugin_span)?;
    let noise = parameters::noise(shop, table)?;
    let radii = radii(table, range.cap())?;
    let require = requirement(table, range.cap())?;
    let model = table.classifier.as_ref().unwrap_or(&classifier.get_ref().model);
    let classifier = models::classifier(shop, model, classifier.get_ref())?;
    let mut plugins = vec![digest(transformation.info())];
    plugins.extend(noise.iter().map(|noise| digest(noise.info())));

    let (parts, surrogate) = match method {
        "resolvable" => {
            check_unused(table)?;
            parameters::check_resolvable(shop, table, &transformation, &range, &noise[0])?;
            (Method::Resolvable, None)
        }
        _ => {
            let estimator = estimator(shop, table)?;
            plugins.push(digest(estimator.info()));
            let (parts, surrogate) = semantic(shop, table, &noise, estimator)?;
            (Method::Semantic(parts), Some(surrogate))
        }
    };
    let case = Case {
        name: table.name.get_ref().clone(),
        seed: shop.seed,
        transformation,
        range,
        noise,
        method: parts,
        sampling: *sampling,
        shape: shop.data.shape(),
        classes: classifier.classes,
    };
    let mut planned = PlannedCase {
        case: Arc::new(case),
        method: method.to_owned(),
        radii,
        require,
        classifier,
        surrogate,
        plugins,
        resolved: serde_json::Value::Null,
    };
    planned.resolved = super::description::case(&planned, table);
    Ok(planned)
}

/// Keys of later versions are refused by name, never ignored.
fn check_available(table: &schema::Case) -> Result<(), Fault> {
    refuse(&table.sweep, "`sweep`", "write one `[[case]]` for each combination")?;
    refuse(
        &table.slack,
        "`slack`",
        "without it the claim is about the transformation as the plugin computes it",
    )?;
    refuse(
        &table.epsilon,
        "`epsilon`",
        "write `claim = \"real\"`: the real transformation is certified without it",
    )?;
    if let Some(norm) = &table.norm {
        let known = ["l1", "l2", "linf"];
        if !known.contains(&norm.get_ref().as_str()) {
            let found = norm.get_ref().clone();
            let nearest = hint::nearest(&found, known.into_iter());
            let known = known.map(str::to_owned).to_vec();
            return Err(Problem::Name { key: "norm", found, nearest, known }.at(norm.span()));
        }
    }
    if let Some(claim) = table.claim.as_ref().filter(|claim| claim.get_ref() != "real") {
        if claim.get_ref() == "surrogate" {
            let instead = "write `claim = \"real\"`, which is the stronger claim";
            return Err(
                Problem::NotAvailable { what: "claim `surrogate`".to_owned(), instead }.at(claim.span())
            );
        }
        let known = vec!["real".to_owned(), "surrogate".to_owned()];
        let (found, nearest) = (claim.get_ref().clone(), None);
        return Err(Problem::Name { key: "claim", found, nearest, known }.at(claim.span()));
    }
    match &table.anchors {
        Some(anchors) if anchors.get_ref().as_integer() == Some(1) => Ok(()),
        Some(anchors) => {
            let what = format!("`anchors = {}`", anchors.get_ref());
            Err(Problem::NotAvailable { what, instead: "write `anchors = 1`, the paper's single point" }
                .at(anchors.span()))
        }
        None => Ok(()),
    }
}

fn method_name(table: &schema::Case) -> Result<&'static str, Fault> {
    let name = table.method.get_ref();
    match METHODS.into_iter().find(|known| known == name) {
        Some(known @ ("resolvable" | "semantic")) => Ok(known),
        Some(known) => {
            let instead = "use method `resolvable` or `semantic`";
            Err(Problem::NotAvailable { what: format!("method `{known}`"), instead }.at(table.method.span()))
        }
        None => {
            let nearest = hint::nearest(name, METHODS.into_iter());
            let known = METHODS.map(str::to_owned).to_vec();
            Err(Problem::Name { key: "method", found: name.clone(), nearest, known }.at(table.method.span()))
        }
    }
}

fn check_unused(table: &schema::Case) -> Result<(), Fault> {
    let unused = |key: &'static str, span: Option<std::ops::Range<usize>>| match span {
        None => Ok(()),
        Some(span) => Err(Problem::Unused { method: "resolvable".to_owned(), key }.at(span)),
    };
    unused("semantic_noise", table.semantic_noise.as_ref().map(Spanned::span))?;
    unused("surrogate", table.surrogate.as_ref().map(Spanned::span))?;
    unused("estimator", table.estimator.as_ref().map(Spanned::span))
}

fn radii(table: &schema::Case, cap: f64) -> Result<Vec<f64>, Fault> {
    let mut radii = Vec::with_capacity(table.radii.len());
    for radius in &table.radii {
        let value = *radius.get_ref();
        if !(value > 0.0 && value <= cap) {
            let expected = format!("above 0 and at most {cap}, the end of the range");
            return Err(Problem::Value { key: "radii", found: value.to_string(), expected }.at(radius.span()));
        }
        radii.push(value);
    }
    radii.sort_by(f64::total_cmp);
    radii.dedup();
    Ok(if radii.is_empty() { vec![cap] } else { radii })
}

fn requirement(table: &schema::Case, cap: f64) -> Result<Option<Requirement>, Fault> {
    let Some(require) = &table.require else {
        return Ok(None);
    };
    let (radius, share) = (&require.get_ref().radius, &require.get_ref().certified_accuracy);
    if !(*radius.get_ref() > 0.0 && *radius.get_ref() <= cap) {
        let (found, expected) = (radius.get_ref().to_string(), format!("above 0 and at most {cap}"));
        return Err(Problem::Value { key: "radius", found, expected }.at(radius.span()));
    }
    if !(0.0..=1.0).contains(share.get_ref()) {
        let (found, expected) = (share.get_ref().to_string(), "a share between 0 and 1".to_owned());
        return Err(Problem::Value { key: "certified_accuracy", found, expected }.at(share.span()));
    }
    Ok(Some(Requirement {
        radius: *radius.get_ref(),
        certified_accuracy: *share.get_ref(),
        span: require.span(),
    }))
}

fn estimator(shop: &Workshop<'_>, table: &schema::Case) -> Result<Arc<Estimator>, Fault> {
    let name = Spanned::new(table.name.span(), "displacement".to_owned());
    let default = Spanned::new(table.name.span(), PluginTable { plugin: name, entries: Vec::new() });
    let chosen = table.estimator.as_ref().unwrap_or(&default);
    let options = chosen.get_ref().options();
    Ok(Arc::new(locate(shop.registry.estimator(chosen.get_ref().plugin.get_ref(), &options), chosen)?))
}

fn semantic(
    shop: &Workshop<'_>,
    table: &schema::Case,
    noise: &[Arc<Noise>],
    estimator: Arc<Estimator>,
) -> Result<(SemanticParts, PlannedSurrogate), Fault> {
    let missing = |key, example| {
        let method = table.method.get_ref().clone();
        Problem::Missing { method, key, example }.at(table.name.span())
    };
    let sigma2 =
        table.semantic_noise.as_ref().ok_or_else(|| missing("semantic_noise", "semantic_noise = 0.25"))?;
    let example = "surrogate = { f1 = \"f1.onnx\", f2 = \"f2.onnx\", h = \"h.onnx\" }";
    let surrogate = table.surrogate.as_ref().ok_or_else(|| missing("surrogate", example))?;
    let noise_span = table.noise.as_ref().map_or_else(|| table.name.span(), Spanned::span);
    let scale = parameters::gaussian_scale(&noise[0]).at(noise_span.clone())?;
    let sigma1 =
        scale.ok_or_else(|| Problem::NotGaussian { noise: noise[0].id().to_owned() }.at(noise_span))?;
    let planned = surrogate::plan(shop, surrogate, &[sigma1])?;
    let columns = planned.affine.columns.clone();
    let channel = SemanticChannel::new(columns.clone(), sigma1, *sigma2.get_ref()).at(sigma2.span())?;
    let parts = SemanticParts {
        channel: Arc::new(channel),
        columns: Arc::new(columns),
        offset: planned.affine.offset.clone(),
        estimator,
    };
    Ok((parts, planned))
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
        let open = |model: Option<&crate::onnx::network::NetworkModel>| {
            model.map(|m| m.open(runtime, session)).transpose()
        };
        let decoder = open(self.surrogate.as_ref().map(|s| &s.decoder))?;
        let encoder = open(self.surrogate.as_ref().map(|s| &s.encoder))?;
        let classifier = self.classifier.model.open(runtime, session)?;
        let voter =
            NetworkVoter::new(decoder, classifier, self.classifier.preprocess.clone(), self.case.shape);
        Ok(CaseWorker { voter, encoder })
    }

    /// The models of the case, each once.
    pub fn models(&self) -> BTreeMap<&str, &ModelRecord> {
        let surrogate = self.surrogate.iter().flat_map(|s| &s.records);
        std::iter::once(&self.classifier.record).chain(surrogate).map(|m| (m.path.as_str(), m)).collect()
    }
}
