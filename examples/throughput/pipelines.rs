//! What is measured: ResNet-20 under pixel noise, the smallest shipped surrogate with the classifier behind it, a shipped
//! classifier under pixel noise, and EfficientNet-Lite0 where its recipe has exported it.

use std::path::{Path, PathBuf};

use gsmooth::audit::plan::{Plan, PlanOptions};
use gsmooth::audit::records::Record;
use gsmooth::audit::run::{self, Observer, RunOptions};
use gsmooth::smoothing::stop::Stop;
use ndarray::{Array1, Array4};
use ndarray_npy::NpzWriter;
use prost::Message;

use crate::random_networks;

/// One audit in mode `fixed`.
pub struct Pipeline {
    /// Its name in the table.
    pub name: &'static str,
    audit: PathBuf,
}

impl Pipeline {
    /// Opens the audit.
    pub fn open(&self) -> anyhow::Result<Plan> {
        Ok(Plan::open(&self.audit, &PlanOptions::default(), &mut |message| eprintln!("{message}"))?)
    }
}

/// ResNet-20 with random weights, under noise on pixels.
#[allow(dead_code, reason = "every example takes the pipelines that it needs")]
pub fn resnet20(folder: &Path, draws: u64) -> anyhow::Result<Pipeline> {
    let model = folder.join("resnet20.onnx");
    std::fs::write(&model, random_networks::resnet20().encode_to_vec())?;
    write_images(&folder.join("images.npz"))?;
    let data = "format = \"npz\"\nimages = \"images.npz\"";
    written(folder, "ResNet-20, 32x32x3", data, &unnormalised(&model), PIXEL, draws)
}

/// The smallest shipped surrogate with the classifier behind it.
pub fn surrogate(folder: &Path, draws: u64) -> anyhow::Result<Pipeline> {
    let parts = shipped().join("defocus-blur");
    let method = format!(
        "method = \"semantic\"\nsurrogate = {{ f1 = '{0}/f1.onnx', f2 = '{0}/f2.onnx', h = '{0}/h.onnx' }}\n\
         noise = {{ plugin = \"gaussian\", scale = 0.25 }}",
        parts.display()
    );
    let model = shipped().join("classifier.onnx");
    written(folder, "shipped surrogate, code 8x14x14", &digits(), &unnormalised(&model), &method, draws)
}

/// A shipped classifier of one row of the suite, under noise on pixels.
#[allow(dead_code, reason = "every example takes the pipelines that it needs")]
pub fn row_classifier(folder: &Path, draws: u64) -> anyhow::Result<Pipeline> {
    let model = shipped().join("rows/defocus_blur.onnx");
    written(folder, "shipped row classifier, 28x28x1", &digits(), &unnormalised(&model), PIXEL, draws)
}

/// EfficientNet-Lite0 under noise on pixels; `None` where `onnx/train/imagenet.py` did not run.
#[allow(dead_code, reason = "every example takes the pipelines that it needs")]
pub fn efficientnet(folder: &Path, draws: u64) -> anyhow::Result<Option<Pipeline>> {
    let exported = Path::new(env!("CARGO_MANIFEST_DIR")).join("onnx/imagenet");
    let model = exported.join("efficientnet-lite0.onnx");
    if !model.exists() {
        return Ok(None);
    }
    let data = format!(
        "format = \"folder\"\nimages = '{0}'\nlabels = '{0}/labels.csv'\nresize = [224, 224]",
        exported.join("pictures").display()
    );
    let classifier =
        unnormalised(&model) + "\nmean = [0.49804, 0.49804, 0.49804]\nstd = [0.50196, 0.50196, 0.50196]";
    written(folder, "EfficientNet-Lite0, 224x224x3", &data, &classifier, PIXEL, draws).map(Some)
}

/// A classifier that takes pixels as they are.
fn unnormalised(model: &Path) -> String {
    format!("model = '{}'", model.display())
}

const PIXEL: &str = "method = \"pixel\"";

fn shipped() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("onnx/mnist")
}

fn digits() -> String {
    format!(
        "format = \"idx\"\nimages = '{0}/test-images-idx3-ubyte.gz'\nlabels = '{0}/test-labels-idx1-ubyte.gz'",
        shipped().display()
    )
}

/// Writes an audit of two images, each with so many draws.
fn written(
    folder: &Path,
    name: &'static str,
    data: &str,
    classifier: &str,
    method: &str,
    draws: u64,
) -> anyhow::Result<Pipeline> {
    let audit = folder.join(format!("{name}, {draws}.toml"));
    std::fs::write(&audit, text(data, classifier, method, draws))?;
    Ok(Pipeline { name, audit })
}

fn text(data: &str, classifier: &str, method: &str, draws: u64) -> String {
    format!(
        "version = 1\n[data]\n{data}\ncount = 2\n[classifier]\n{classifier}\n\
         [sampling]\nmode = \"fixed\"\nalpha = 0.001\ndraws = {draws}\n\
         [[case]]\nname = \"fixed\"\n{method}\nanchors = 1\nsemantic_noise = 0.25\n\
         transformation = {{ plugin = \"defocus_blur\", range = [0.0, 2.0] }}\nradii = [0.5, 1.0]\n"
    )
}

fn write_images(path: &Path) -> anyhow::Result<()> {
    let pixel = |(n, c, y, x): (usize, usize, usize, usize)| ((n * 89 + c * 61 + y * 7 + x * 13) % 256) as u8;
    let mut archive = NpzWriter::new(std::fs::File::create(path)?);
    archive.add_array("images", &Array4::from_shape_fn((2, 3, 32, 32), pixel))?;
    archive.add_array("labels", &Array1::from_vec(vec![0_u8, 1]))?;
    archive.finish()?;
    Ok(())
}

/// Certifies the images of a plan anew; how many draws that took.
pub fn certify(plan: &Plan, folder: &Path) -> anyhow::Result<u64> {
    let mut draws = Draws(0);
    let options = RunOptions { restart: true, ..RunOptions::default() };
    run::run(plan, &folder.join("run"), options, &Stop::default(), &mut draws)?;
    Ok(draws.0)
}

struct Draws(u64);

impl Observer for Draws {
    fn case_begins(&mut self, _: &str, _: u64, _: u64, _: u64) {}
    fn draws(&mut self, count: u64) {
        self.0 += count;
    }
    fn image_done(&mut self, _: &Record) {}
    fn case_ends(&mut self) {}
}
