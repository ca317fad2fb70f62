//! What may be wrong with an audit.

use std::ops::Range;
use std::path::PathBuf;

use super::sweep::error::SweepError;
use crate::certify::channel::ChannelError;
use crate::data::DataError;
use crate::host::{Class, HostError};
use crate::onnx::affine::AffineError;
use crate::onnx::model::batch_coupling::CouplingError;
use crate::onnx::model::contract::ContractError;
use crate::onnx::model::file::ModelFileError;
use crate::onnx::model::split::SplitError;
use crate::onnx::network::NetworkError;
use crate::onnx::preprocess::PreprocessError;
use crate::onnx::runtime::{ProviderError, RuntimeError, SessionError};
use crate::transformation::TransformationError;

/// Why an audit can't run.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    /// The audit file can't be read.
    #[error("cannot read the audit file {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// It is longer than any audit.
    #[error("the audit file is longer than {limit} bytes")]
    TooLong {
        /// The longest that is read.
        limit: u64,
    },
    /// It holds bytes that are no UTF-8.
    #[error("the audit file is no UTF-8 text")]
    NoText,
    /// It is no TOML, or not an audit's TOML.
    #[error("{message}")]
    Toml {
        /// What the parser says.
        message: String,
        /// The known name nearest to an unknown one.
        nearest: Option<String>,
    },
    /// A version of the format that this gsmooth does not know.
    #[error("version {found} of the audit format is not known; this gsmooth knows version 1")]
    Version {
        /// The version found.
        found: u64,
    },
    /// There is nothing to certify.
    #[error("the audit has no case: add a `[[case]]` table")]
    NoCase,
    /// Two cases of one name.
    #[error("there are two cases named `{name}`")]
    DuplicateCase {
        /// The name.
        name: String,
    },
    /// A key that means something, but not in this version.
    #[error("{what} is not available in this version of gsmooth")]
    NotAvailable {
        /// What was asked for.
        what: String,
        /// What can be had instead.
        instead: &'static str,
    },
    /// A sweep that makes no sense.
    #[error(transparent)]
    Sweep(#[from] SweepError),
    /// A problem of one variant of a case with a sweep.
    #[error("{problem}")]
    Variant {
        /// The variant's name.
        variant: String,
        /// What is wrong.
        #[source]
        problem: Box<Problem>,
    },
    /// A value that a key can't have.
    #[error("`{key}` can't be {found}: expected {expected}")]
    Value {
        /// The key.
        key: &'static str,
        /// The value.
        found: String,
        /// What it may be.
        expected: String,
    },
    /// A name that a key can't have.
    #[error("`{key}` can't be `{found}`; it is one of {}", known.join(", "))]
    Name {
        /// The key.
        key: &'static str,
        /// The name found.
        found: String,
        /// The nearest known name.
        nearest: Option<String>,
        /// All known names.
        known: Vec<String>,
    },
    /// A key that a method needs.
    #[error("method `{method}` needs `{key}`")]
    Missing {
        /// The method.
        method: String,
        /// The key.
        key: &'static str,
        /// What to write.
        example: &'static str,
    },
    /// A key that a method has no use for.
    #[error("method `{method}` has no use for `{key}`")]
    Unused {
        /// The method.
        method: String,
        /// The key.
        key: &'static str,
    },
    /// A range that leaves the transformation's domain, or does not hold its identity.
    #[error(
        "the range [{low}, {high}] of `{parameter}` must lie in its domain [{domain_low}, {domain_high}] and hold its identity {identity}"
    )]
    Domain {
        /// The parameter.
        parameter: String,
        /// The range.
        low: f64,
        /// The range.
        high: f64,
        /// The domain.
        domain_low: f64,
        /// The domain.
        domain_high: f64,
        /// The identity.
        identity: f64,
    },
    /// Noise that leaves the transformation's domain.
    #[error(
        "noise `{noise}` draws from [{support_low}, {support_high}]; with the range [{low}, {high}] that leaves the domain [{domain_low}, {domain_high}] of `{parameter}` of `{transformation}`, and nothing is clamped"
    )]
    NoiseOutsideDomain {
        /// The noise.
        noise: String,
        /// Its support.
        support_low: f64,
        /// Its support.
        support_high: f64,
        /// The range.
        low: f64,
        /// The range.
        high: f64,
        /// The parameter.
        parameter: String,
        /// The transformation.
        transformation: String,
        /// The domain.
        domain_low: f64,
        /// The domain.
        domain_high: f64,
    },
    /// A method that the transformation's class does not allow.
    #[error("`{transformation}` is {class:?}: method `resolvable` needs an additive transformation")]
    NotAdditive {
        /// The transformation.
        transformation: String,
        /// Its class.
        class: Class,
    },
    /// A transformation of a continuum of parameters, where they are to be enumerated.
    #[error("`{transformation}` has a continuum of parameters: method `enumerate` needs finitely many")]
    NotFinitelyMany {
        /// The transformation.
        transformation: String,
    },
    /// An encoder of which no Lipschitz bound is known, where one is needed.
    #[error("`{key}` needs a Lipschitz bound of F2, and there is none: {reason}")]
    NoLipschitzBound {
        /// The key that needs it.
        key: &'static str,
        /// Why there is none.
        reason: String,
    },
    /// A transformation that says it is additive and is not.
    #[error(
        "`{transformation}` says that it is additive, but tau({theta:?}, tau({xi:?}, x)) and tau({theta:?} + {xi:?}, x) differ by {deviation:.3e} (more than {tolerance:.1e})"
    )]
    Composition {
        /// The transformation.
        transformation: String,
        /// The noise's parameters.
        theta: Vec<f64>,
        /// The range's parameters.
        xi: Vec<f64>,
        /// The largest difference of a pixel.
        deviation: f64,
        /// What is allowed.
        tolerance: f64,
    },
    /// A transformation that changes the image at its identity.
    #[error("`{transformation}` changes the image at its identity, which must return it bit for bit")]
    Identity {
        /// The transformation.
        transformation: String,
    },
    /// A noise that is no centred Gaussian, where one is needed.
    #[error("noise `{noise}` is no centred Gaussian law, which method `semantic` needs in this version")]
    NotGaussian {
        /// The noise.
        noise: String,
    },
    /// An estimator that rests on the paper's M, which belongs to Gaussian theta.
    #[error(
        "estimator `{estimator}` needs Gaussian noise on the parameters, and `{noise}` is no centred Gaussian law"
    )]
    EstimatorNeedsGaussian {
        /// The estimator.
        estimator: String,
        /// The noise.
        noise: String,
    },
    /// Tensors that do not fit together.
    #[error("model {model}: tensor `{tensor}` has shape {found:?} an item, expected {expected:?}")]
    Shape {
        /// The model.
        model: String,
        /// The tensor.
        tensor: String,
        /// What it gave.
        found: Vec<usize>,
        /// What fits.
        expected: Vec<usize>,
    },
    /// A classifier made for images of another shape.
    #[error("model {model}: tensor `{tensor}` takes images of {}, the data has {}x{}x{} (channels, height, width)", declared_text(*declared), data[0], data[1], data[2])]
    ImageShape {
        /// The model.
        model: String,
        /// Its input.
        tensor: String,
        /// Channels, height, width as declared.
        declared: [Option<usize>; 3],
        /// Channels, height, width of the data.
        data: [usize; 3],
    },
    /// A classifier of one class.
    #[error(
        "model {model} scores {found} class: with fewer than two classes the arg max certifies everything"
    )]
    Classes {
        /// The model.
        model: String,
        /// Classes found.
        found: usize,
    },
    /// A label that the classifier has no score for.
    #[error(
        "image {index} has the label {label} (with `label_offset`), but model {model} scores {classes} classes"
    )]
    Label {
        /// The image.
        index: usize,
        /// Its label.
        label: i64,
        /// The model.
        model: String,
        /// Its classes.
        classes: usize,
    },
    /// Images that are asked for and are not there.
    #[error("the data holds {available} images; `first` = {first} leaves none to take")]
    NoImages {
        /// Images of the data set.
        available: usize,
        /// The first one asked for.
        first: u64,
    },
    /// A score of a clean image that is not finite.
    #[error("model {model} gives scores that are not finite for image {index}")]
    Scores {
        /// The model.
        model: String,
        /// The image.
        index: usize,
    },
    /// The data can't be read.
    #[error(transparent)]
    Data(#[from] DataError),
    /// A plugin can't be had or used.
    #[error(transparent)]
    Host(#[from] HostError),
    /// A transformation fails on an image.
    #[error(transparent)]
    Transformation(#[from] TransformationError),
    /// A graph that is no transformation: it changes the image at its identity.
    #[error(
        "the transformation {model} changes a pixel by {deviation:.1e} at its identity {identity:?}, where it must return \
         the image"
    )]
    GraphIdentity {
        /// The model.
        model: String,
        /// The parameters.
        identity: Vec<f64>,
        /// The largest change.
        deviation: f64,
    },
    /// A model file can't be read.
    #[error(transparent)]
    ModelFile(#[from] ModelFileError),
    /// A model is not what its place needs.
    #[error(transparent)]
    Contract(#[from] ContractError),
    /// A model that must not be smoothed.
    #[error("model {model} can't be smoothed: {source}")]
    Coupling {
        /// The model.
        model: String,
        /// Why.
        source: CouplingError,
    },
    /// A surrogate that can't be cut.
    #[error(transparent)]
    Cut(#[from] SplitError),
    /// F1 is not affine.
    #[error("model {model}: {source}")]
    Affine {
        /// The model.
        model: String,
        /// Why.
        source: AffineError,
    },
    /// Preprocessing that does not fit.
    #[error(transparent)]
    Preprocess(#[from] PreprocessError),
    /// Noise scales that make no channel.
    #[error(transparent)]
    Channel(#[from] ChannelError),
    /// ONNX Runtime can't be had.
    #[error(transparent)]
    Runtime(#[from] RuntimeError),
    /// A provider can't be had.
    #[error(transparent)]
    Provider(#[from] ProviderError),
    /// ONNX Runtime refuses a model.
    #[error(transparent)]
    Session(#[from] SessionError),
    /// A model does not run.
    #[error(transparent)]
    Network(#[from] NetworkError),
}

/// A problem with the place in the audit file that it comes from.
#[derive(Debug)]
pub struct Fault {
    /// Bytes of the audit file.
    pub span: Option<Range<usize>>,
    /// What is wrong.
    pub problem: Box<Problem>,
}

impl Fault {
    /// This fault as one of a variant of a case with a sweep.
    pub(super) fn of_variant(self, name: &str) -> Self {
        let problem = Problem::Variant { variant: name.to_owned(), problem: self.problem };
        Self { problem: Box::new(problem), ..self }
    }
}

/// Gives an error its place in the audit file.
pub trait At<T> {
    /// Marks an error as coming from `span`.
    ///
    /// # Errors
    /// The same error, located.
    fn at(self, span: Range<usize>) -> Result<T, Fault>;
}

impl<T, E: Into<Problem>> At<T> for Result<T, E> {
    fn at(self, span: Range<usize>) -> Result<T, Fault> {
        self.map_err(|error| error.into().at(span))
    }
}

fn declared_text(declared: [Option<usize>; 3]) -> String {
    declared.map(|dim| dim.map_or("?".to_owned(), |d| d.to_string())).join("x")
}

impl Problem {
    /// This problem at a place.
    pub fn at(self, span: Range<usize>) -> Fault {
        Fault { span: Some(span), problem: Box::new(self) }
    }

    /// This problem, which no place of the audit file stands for.
    pub fn nowhere(self) -> Fault {
        Fault { span: None, problem: Box::new(self) }
    }

    /// The exit code: 2 for the audit file, 3 for a model, plugin, data file or runtime that is missing or unfit.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Variant { problem, .. } => problem.exit_code(),
            Self::Host(error) if error.option().is_some() => 2,
            Self::Provider(ProviderError::None | ProviderError::Duplicate(_)) => 2,
            Self::Host(HostError::UnknownPlugin { .. })
            | Self::Data(_)
            | Self::ModelFile(_)
            | Self::Contract(_)
            | Self::Coupling { .. }
            | Self::Cut(_)
            | Self::Affine { .. }
            | Self::Runtime(_)
            | Self::Provider(_)
            | Self::Session(_)
            | Self::Network(_)
            | Self::Shape { .. }
            | Self::ImageShape { .. }
            | Self::Classes { .. }
            | Self::Scores { .. }
            | Self::Composition { .. }
            | Self::Identity { .. }
            | Self::Transformation(_)
            | Self::GraphIdentity { .. }
            | Self::Host(_) => 3,
            _ => 2,
        }
    }

    /// What to do about it, where that is not plain from the message.
    pub fn remedy(&self) -> Option<String> {
        match self {
            Self::Toml { nearest: Some(nearest), .. } | Self::Name { nearest: Some(nearest), .. } => {
                Some(format!("did you mean `{nearest}`?"))
            }
            Self::Sweep(error) => error.remedy(),
            Self::Variant { problem, .. } => problem.remedy(),
            Self::NotAvailable { instead, .. } => Some((*instead).to_owned()),
            Self::NoText => Some("save it as UTF-8".to_owned()),
            Self::Missing { example, .. } => Some(format!("for example `{example}`")),
            Self::NoiseOutsideDomain { .. } => {
                Some("use a one-sided law, such as `exponential`, or a smaller range".to_owned())
            }
            Self::ImageShape { .. } => Some(
                "state `resize` or `crop` in [data], or `layout = \"nhwc\"` in [classifier], if that is what it takes"
                    .to_owned(),
            ),
            Self::NotFinitelyMany { .. } => {
                Some("use method `pixel`, or `semantic` with a surrogate of the transformation".to_owned())
            }
            Self::NotAdditive { .. } => {
                Some("use method `semantic`, with a surrogate of the transformation".to_owned())
            }
            Self::GraphIdentity { .. } => Some(
                "state the parameters that change nothing, as `identity = [..]` beside `model`, or mend the graph"
                    .to_owned(),
            ),
            Self::EstimatorNeedsGaussian { .. } => {
                Some("use `estimator = { plugin = \"proven\" }` or `displacement`".to_owned())
            }
            Self::NotGaussian { .. } => Some("use `noise = { plugin = \"gaussian\", scale = .. }`".to_owned()),
            _ => None,
        }
    }
}
