//! Small records and descriptions for tests.

use serde_json::Map;

use crate::audit::case_description::{CaseDescription, ParameterRange, PluginUse};
use crate::audit::records::{CountsRecord, PluginDigest, Record};
use crate::audit::summary::CaseSummary;
use crate::certify::case::{Anchors, Claim, Mode, Sampling};
use crate::certify::certificate::VoteBound;
use crate::certify::geometry::Kind;
use crate::certify::outcome::Status;
use crate::certify::ranges::Norm;

/// A record of case `blur` with a status.
pub fn status(index: u64, status: Status) -> Record {
    let settled = matches!(status, Status::Certified | Status::Refused);
    Record {
        case: "blur".to_owned(),
        index,
        label: 7,
        predicted: settled.then_some(7),
        correct: settled,
        status,
        radius: 0.0,
        radius_real: None,
        radius_kind: Kind::Proven,
        capped: false,
        radii: Map::new(),
        p_a: None,
        p_b: None,
        selection: CountsRecord { counts: Vec::new(), draws: 100, failures: 0 },
        counts: Vec::new(),
        draws: 100,
        failures: 0,
        distance: None,
        evaluations: 0,
        planned_cells: 0,
        cells: Vec::new(),
        error: (status == Status::Error).then(|| "F2 gave NaN".to_owned()),
    }
}

/// A record certified to a radius.
pub fn certified(index: u64, radius: f64) -> Record {
    Record { radius, ..status(index, Status::Certified) }
}

/// Gaussian blur up to variance 36 by noise on the variance.
pub fn blur() -> CaseDescription {
    let plugin = |id: &str, kind: &str| PluginDigest {
        id: id.to_owned(),
        kind: kind.to_owned(),
        version: "0.1.0".to_owned(),
        digest: "ab".repeat(32),
    };
    CaseDescription {
        method: "resolvable".to_owned(),
        images: 500,
        shape: [1, 28, 28],
        classifier: "classifier.onnx".to_owned(),
        classes: 10,
        transformation: PluginUse { id: "gaussian_blur".to_owned(), options: Vec::new() },
        parameters: vec![ParameterRange {
            name: "variance".to_owned(),
            unit: "pixel^2".to_owned(),
            low: 0.0,
            high: 36.0,
            identity: 0.0,
        }],
        norm: Norm::L2,
        cap: 36.0,
        noise: vec![PluginUse {
            id: "exponential".to_owned(),
            options: vec![("scale".to_owned(), "1.0".to_owned())],
        }],
        semantic_noise: None,
        lipschitz: None,
        estimator: None,
        anchors: Anchors::Cover { max: 4096, p: 0.75 },
        sampling: Sampling {
            mode: Mode::Target,
            alpha: 0.001,
            select: 100,
            draws: 100_000,
            bound: VoteBound::Top1,
            margin: 0.0,
        },
        claim: Claim::Real,
        slack: None,
        published: None,
        require: None,
        sweep: None,
        plugins: vec![plugin("gaussian_blur", "transformation"), plugin("exponential", "noise")],
    }
}

/// Rotation both ways by noise on pixels.
pub fn rotation() -> CaseDescription {
    let plugin = |id: &str, kind: &str| PluginDigest {
        id: id.to_owned(),
        kind: kind.to_owned(),
        version: "0.1.0".to_owned(),
        digest: "cd".repeat(32),
    };
    CaseDescription {
        method: "pixel".to_owned(),
        transformation: PluginUse { id: "rotation".to_owned(), options: Vec::new() },
        parameters: vec![ParameterRange {
            name: "angle".to_owned(),
            unit: "degree".to_owned(),
            low: -50.0,
            high: 50.0,
            identity: 0.0,
        }],
        cap: 50.0,
        noise: Vec::new(),
        semantic_noise: Some(0.1),
        estimator: Some(PluginUse { id: "proven".to_owned(), options: Vec::new() }),
        plugins: vec![plugin("rotation", "transformation"), plugin("proven", "estimator")],
        ..blur()
    }
}

/// The summary of some records of a case.
pub fn summary(description: CaseDescription, radii: &[f64], records: &[Record]) -> CaseSummary {
    CaseSummary { description: Some(description), ..CaseSummary::new("blur", radii, records) }
}
