//! What a model tells of itself, read from its graph without running it.

use std::path::{Path, PathBuf};

use super::error::InitError;
use crate::onnx::model::batch_coupling::check_batch_independence;
use crate::onnx::model::classifier::{ClassifierContract, Layout};
use crate::onnx::model::contract::NamedModel;
use crate::onnx::model::file::ModelFile;
use crate::onnx::model::signature::Signature;

/// Channels that images have: grey or colour.
const CHANNELS: [usize; 2] = [1, 3];

/// A classifier of images.
#[derive(Debug, Clone)]
pub struct Model {
    /// The file.
    pub path: PathBuf,
    /// Name of the image input.
    pub input: String,
    /// Its axes: stated where one of them is 1 or 3, else taken for the usual one.
    pub layout: Layout,
    /// Channels, where declared.
    pub channels: Option<usize>,
    /// Height and width, where both are declared.
    pub size: Option<[usize; 2]>,
    /// Classes, where declared.
    pub classes: Option<usize>,
}

impl Model {
    /// Reads a model file.
    ///
    /// # Errors
    /// If it is none, no classifier of images, or one that must not be smoothed: with random operators, or with images of
    /// a batch that depend on one another.
    pub fn read(path: &Path) -> Result<Self, InitError> {
        let file = ModelFile::read(path)?;
        let name = path.display().to_string();
        let model = NamedModel { name: &name, proto: &file.proto };
        // The number of inputs, their type and rank are the contract's to check; it needs a layout first.
        let layout = layout(&Signature::of(&file.proto), &name);
        let contract = ClassifierContract::of(model, *layout.as_ref().unwrap_or(&Layout::Nchw))?;
        let layout = layout?;
        check_batch_independence(&file.proto, &contract.input)
            .map_err(|source| InitError::Coupling { model: name.clone(), source: source.into() })?;
        Ok(Self {
            path: path.to_owned(),
            input: contract.input,
            layout,
            channels: contract.channels,
            size: contract.height.zip(contract.width).map(|(height, width)| [height, width]),
            classes: contract.classes,
        })
    }

    /// Whether it is one of ImageNet's classifiers, by its shape.
    pub fn is_of_imagenet(&self) -> bool {
        let large = self.size.is_some_and(|[height, width]| height >= 128 && width >= 128);
        self.channels == Some(3) && large && matches!(self.classes, Some(1000 | 1001))
    }

    /// Whether it takes images of CIFAR's shape.
    pub fn is_of_cifar(&self) -> bool {
        self.channels == Some(3) && self.size == Some([32, 32]) && matches!(self.classes, Some(10 | 100))
    }
}

/// The order of axes, by where 1 or 3 channels are.
fn layout(signature: &Signature, model: &str) -> Result<Layout, InitError> {
    let [input] = &signature.inputs[..] else { return Ok(Layout::Nchw) };
    // What has not the four axes of images is refused in terms of the usual order.
    if input.dims.as_ref().is_some_and(|dims| dims.len() != Layout::Nchw.axes().len() + 1) {
        return Ok(Layout::Nchw);
    }
    let channels = |layout: Layout| input.known(layout.axes()[0]);
    let (second, last) = (channels(Layout::Nchw), channels(Layout::Nhwc));
    let fits = |count: Option<usize>| count.is_some_and(|count| CHANNELS.contains(&count));
    match (second, last) {
        _ if fits(second) => Ok(Layout::Nchw),
        _ if fits(last) => Ok(Layout::Nhwc),
        (Some(second), Some(last)) => {
            let (model, input) = (model.to_owned(), input.name.clone());
            Err(InitError::Channels { model, input, channels: [second, last] })
        }
        // Whichever axis is free may be the channels'.
        (Some(_), None) => Ok(Layout::Nhwc),
        (None, _) => Ok(Layout::Nchw),
    }
}
