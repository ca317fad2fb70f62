//! The audit file as written. What the keys mean is said here once; `gsmooth` and the reference follow it.

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::Deserialize;
use toml::{Spanned, Value};

use super::attack_table::AttackTable;
use super::evaluate_table::EvaluateTable;
use super::json_schema::values;
use super::plan::case::SweepPoint;
use super::plan::keys::MethodName;
use super::plugin_table::PluginTable;
use crate::certify::case::Mode;
use crate::certify::certificate::VoteBound;
use crate::data::Format;
use crate::onnx::model::classifier::Layout;
use crate::onnx::preprocess::ChannelOrder;
use crate::onnx::runtime::Provider;
use crate::stats::norm::Norm;

/// An audit: models, data, and the cases to certify. Paths are relative to the audit file.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Audit {
    /// Version of this format; 1.
    #[schemars(with = "u64", extend("const" = 1))]
    pub version: Spanned<u64>,
    /// Seed of all noise: the same file gives the same records.
    #[serde(default)]
    pub seed: u64,
    /// The run folder, relative to the working directory.
    pub output: Option<PathBuf>,
    /// The images.
    #[schemars(with = "Data")]
    pub data: Spanned<Data>,
    /// The classifier of all cases that name no other.
    #[schemars(with = "Classifier")]
    pub classifier: Spanned<Classifier>,
    /// How ONNX Runtime runs.
    #[serde(default)]
    pub runtime: Runtime,
    /// Draws and confidence.
    #[schemars(with = "Sampling")]
    pub sampling: Spanned<Sampling>,
    /// What to certify.
    #[serde(default)]
    #[schemars(with = "Vec<Case>")]
    pub case: Vec<Spanned<Case>>,
    /// How `gsmooth attack` searches.
    pub attack: Option<AttackTable>,
    /// What `gsmooth evaluate` measures.
    #[schemars(with = "Option<EvaluateTable>")]
    pub evaluate: Option<Spanned<EvaluateTable>>,
}

/// The images and their labels.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Data {
    /// `idx`, `npz`, `npy`, `cifar10`, `cifar100` or `folder`.
    #[schemars(with = "Format")]
    pub format: Spanned<String>,
    /// The file or folder of images.
    #[schemars(with = "PathBuf")]
    pub images: Spanned<PathBuf>,
    /// The file of labels, for formats that keep them apart.
    #[schemars(with = "Option<PathBuf>")]
    pub labels: Option<Spanned<PathBuf>>,
    /// The first image taken.
    #[schemars(with = "Option<u64>")]
    pub first: Option<Spanned<u64>>,
    /// How many images are taken; all if absent.
    #[schemars(with = "Option<u64>", range(min = 1))]
    pub count: Option<Spanned<u64>>,
    /// Every how many images one is taken.
    #[schemars(with = "Option<u64>", range(min = 1))]
    pub stride: Option<Spanned<u64>>,
    /// Height and width that images are resized to.
    #[schemars(with = "Option<[usize; 2]>")]
    pub resize: Option<Spanned<[usize; 2]>>,
    /// Height and width cut out of the centre, after resizing.
    #[schemars(with = "Option<[usize; 2]>")]
    pub crop: Option<Spanned<[usize; 2]>>,
    /// 1 (grey) or 3 (RGB), for folders.
    #[schemars(with = "Option<usize>", extend("enum" = [1, 3]))]
    pub channels: Option<Spanned<usize>>,
}

/// The classifier under audit.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Classifier {
    /// The ONNX file.
    #[schemars(with = "PathBuf")]
    pub model: Spanned<PathBuf>,
    /// Subtracted per channel, after scaling.
    #[schemars(with = "Option<Vec<f32>>")]
    pub mean: Option<Spanned<Vec<f32>>>,
    /// Divided by per channel, last.
    #[schemars(with = "Option<Vec<f32>>")]
    pub std: Option<Spanned<Vec<f32>>>,
    /// Factor on pixels in [0, 1]; 255 for models that want bytes.
    #[schemars(with = "Option<f32>")]
    pub scale: Option<Spanned<f32>>,
    /// `nchw` or `nhwc`.
    #[serde(default)]
    pub layout: Layout,
    /// `rgb` or `bgr`.
    #[schemars(with = "Option<ChannelOrder>")]
    pub channels: Option<Spanned<ChannelOrder>>,
    /// Added to the data's labels; 1 for models whose class 0 is a background.
    #[serde(default)]
    pub label_offset: i64,
}

/// How ONNX Runtime runs. None of it changes a record, but for the providers.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Runtime {
    /// `cpu`, `cuda`, `tensorrt`, the preferred one first.
    #[schemars(with = "Vec<Provider>", length(min = 1))]
    pub providers: Vec<Spanned<String>>,
    /// Worker threads; 0 for all cores.
    #[schemars(with = "usize")]
    pub threads: Spanned<usize>,
    /// Draws a batch; 0 to choose.
    #[schemars(with = "usize")]
    pub batch: Spanned<usize>,
}

impl Default for Runtime {
    fn default() -> Self {
        let none = || Spanned::new(0..0, 0);
        Self { providers: vec![Spanned::new(0..0, "cpu".to_owned())], threads: none(), batch: none() }
    }
}

/// Draws and confidence of every image.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Sampling {
    /// `fixed` draws, or a `target` decided with as few as it takes.
    #[serde(default = "default_mode")]
    #[schemars(with = "Mode")]
    pub mode: Spanned<String>,
    /// The probability that an image's certificate may be wrong.
    #[serde(default = "default_alpha")]
    #[schemars(with = "values::Alpha")]
    pub alpha: Spanned<f64>,
    /// n0, draws that choose the class; in mode `target` (with bound `top1`) at most so many, fewer once a majority shows.
    #[serde(default = "default_select")]
    #[schemars(with = "u64", range(min = 1))]
    pub select: Spanned<u64>,
    /// n, fresh draws that bound its probability.
    #[serde(default = "default_draws")]
    #[schemars(with = "u64", range(min = 1))]
    pub draws: Spanned<u64>,
    /// `top1` or `top2`.
    #[serde(default = "default_bound")]
    #[schemars(with = "VoteBound")]
    pub bound: Spanned<VoteBound>,
    /// m of the claim G_y > 1/2 + m.
    #[serde(default = "default_margin")]
    #[schemars(with = "values::Margin")]
    pub margin: Spanned<f64>,
}

fn default_mode() -> Spanned<String> {
    Spanned::new(0..0, "target".to_owned())
}
fn default_alpha() -> Spanned<f64> {
    Spanned::new(0..0, 0.001)
}
fn default_select() -> Spanned<u64> {
    Spanned::new(0..0, 100)
}
fn default_draws() -> Spanned<u64> {
    Spanned::new(0..0, 100_000)
}
fn default_bound() -> Spanned<VoteBound> {
    Spanned::new(0..0, VoteBound::Top1)
}
fn default_margin() -> Spanned<f64> {
    Spanned::new(0..0, 0.0)
}

/// One thing to certify: a transformation over a range, by a method.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// Names the case in records and tables.
    #[schemars(with = "String")]
    pub name: Spanned<String>,
    /// `resolvable`, `semantic`, `pixel` or `enumerate`.
    #[schemars(with = "MethodName")]
    pub method: Spanned<String>,
    /// The transformation: `{ plugin = .., range = [low, high] }`, one pair per parameter, other keys are the plugin's options.
    #[schemars(with = "values::Transformation")]
    pub transformation: Spanned<PluginTable>,
    /// Radii that are reported; mode `target` decides each.
    #[serde(default)]
    #[schemars(with = "Vec<values::Positive>")]
    pub radii: Vec<Spanned<f64>>,
    /// Norm of several parameters: `l1`, `l2` or `linf`.
    #[schemars(with = "Option<Norm>")]
    pub norm: Option<Spanned<String>>,
    /// The law of theta; one table, or one per parameter.
    #[schemars(with = "Option<values::Noise>")]
    pub noise: Option<Spanned<OneOrMany>>,
    /// sigma2, the standard deviation of the semantic noise.
    #[schemars(with = "Option<values::Positive>")]
    pub semantic_noise: Option<Spanned<f64>>,
    /// F1, F2 and H.
    #[schemars(with = "Option<Surrogate>")]
    pub surrogate: Option<Spanned<Surrogate>>,
    /// The M-estimator, with its options.
    #[schemars(with = "Option<values::Estimator>")]
    pub estimator: Option<Spanned<PluginTable>>,
    /// `{ max = .., p = .. }`: a cover, which is the default; `1`: the paper's single point.
    #[schemars(with = "Option<values::Anchors>")]
    pub anchors: Option<Spanned<Value>>,
    /// `real`: about the transformation itself; `surrogate`: about its imitation.
    #[schemars(with = "Option<values::Claim>")]
    pub claim: Option<Spanned<String>>,
    /// Fails the run (exit code 1) where it is not met.
    #[schemars(with = "Option<Require>")]
    pub require: Option<Spanned<Require>>,
    /// The certified accuracy that others have published, shown beside the case's own; a share, at the last of `radii`.
    #[schemars(with = "Option<values::Share>")]
    pub published: Option<Spanned<f64>>,
    /// A classifier for this case only: a model file, read like the table's.
    #[schemars(with = "Option<PathBuf>")]
    pub classifier: Option<Spanned<PathBuf>>,
    /// Keys with lists of values, such as `{ "noise.scale" = [0.1, 0.25] }`: the case becomes one case per combination.
    #[schemars(with = "Option<values::Sweep>")]
    pub sweep: Option<Spanned<Value>>,
    /// Where the case stands in a sweep that was expanded.
    #[serde(skip)]
    pub point: Option<SweepPoint>,
    /// Widens the claim by a pixel distance: `{ l2 = .. }` or `"u8"`.
    #[schemars(with = "Option<values::Slack>")]
    pub slack: Option<Spanned<Value>>,
    /// The largest l2 distance between the transformation and its imitation, for `claim = "surrogate"`.
    #[schemars(with = "Option<values::Positive>")]
    pub epsilon: Option<Spanned<Value>>,
}

impl Case {
    /// The name that the file gives the case; variants of a sweep share it.
    pub fn written_name(&self) -> &str {
        self.point.as_ref().map_or(self.name.get_ref(), |point| &point.case)
    }
}

/// One plugin table, or one per parameter.
#[derive(Debug, Clone)]
pub struct OneOrMany(pub Vec<Spanned<PluginTable>>);

impl<'de> Deserialize<'de> for OneOrMany {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(OneOrManyVisitor)
    }
}

struct OneOrManyVisitor;

impl<'de> serde::de::Visitor<'de> for OneOrManyVisitor {
    type Value = OneOrMany;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a table `{ plugin = \"name\", .. }`, or an array of one per parameter")
    }

    fn visit_seq<A: serde::de::SeqAccess<'de>>(self, mut seq: A) -> Result<OneOrMany, A::Error> {
        let mut tables = Vec::new();
        while let Some(table) = seq.next_element()? {
            tables.push(table);
        }
        Ok(OneOrMany(tables))
    }

    fn visit_map<A: serde::de::MapAccess<'de>>(self, map: A) -> Result<OneOrMany, A::Error> {
        let table = PluginTable::deserialize(serde::de::value::MapAccessDeserializer::new(map))?;
        // The table's own place stands for the whole; its entries carry their own.
        let start = table.plugin.span().start;
        let end = table.entries.iter().map(|(_, v)| v.span().end).fold(table.plugin.span().end, usize::max);
        Ok(OneOrMany(vec![Spanned::new(start..end, table)]))
    }
}

/// The surrogate tau(theta, x) ~ H(F1(theta) + F2(x)): three files, or one file with the names of F1's and F2's outputs.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Surrogate {
    /// The file of F1.
    #[schemars(with = "Option<PathBuf>")]
    pub f1: Option<Spanned<PathBuf>>,
    /// The file of F2.
    #[schemars(with = "Option<PathBuf>")]
    pub f2: Option<Spanned<PathBuf>>,
    /// The file of H.
    #[schemars(with = "Option<PathBuf>")]
    pub h: Option<Spanned<PathBuf>>,
    /// One file of all three.
    #[schemars(with = "Option<PathBuf>")]
    pub model: Option<Spanned<PathBuf>>,
    /// The output tensors of F1 and F2 in it.
    #[schemars(with = "Option<[String; 2]>")]
    pub cut: Option<Spanned<[String; 2]>>,
}

/// What a run must reach.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Require {
    /// At this radius
    #[schemars(with = "values::Positive")]
    pub radius: Spanned<f64>,
    /// at least this share of images must be certified for their label.
    #[schemars(with = "values::Share")]
    pub certified_accuracy: Spanned<f64>,
}
