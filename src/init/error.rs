//! Why no audit could be written for a model.

use std::io;
use std::path::PathBuf;

use crate::data::{DataError, Format};
use crate::onnx::model::batch_coupling::CouplingError;
use crate::onnx::model::contract::ContractError;
use crate::onnx::model::file::ModelFileError;

/// Why no audit could be written for a model.
#[derive(Debug, thiserror::Error)]
pub enum InitError {
    /// The model can't be read.
    #[error(transparent)]
    Model(#[from] ModelFileError),
    /// The model is no image classifier.
    #[error(transparent)]
    Contract(#[from] ContractError),
    /// The model must not be smoothed.
    #[error("model {model} can't be smoothed: {source}")]
    Coupling {
        /// The model.
        model: String,
        /// Why.
        source: Box<CouplingError>,
    },
    /// Images of neither one nor three channels.
    #[error(
        "model {model}: tensor `{input}` takes images of {} channels in either layout, expected 1 (grey) or 3 (colour)",
        channels.map(|count| count.to_string()).join(" or ")
    )]
    Channels {
        /// The model.
        model: String,
        /// Its input.
        input: String,
        /// What the second and the last axis have.
        channels: [usize; 2],
    },
    /// A place that was named as data and holds none.
    #[error(
        "{} holds no data that gsmooth reads: expected idx files, a .npz, .npy files of images and labels, CIFAR's binary \
         files, or a folder of class directories with images", path.display()
    )]
    NoData {
        /// The file or folder.
        path: PathBuf,
    },
    /// Images whose labels are not found.
    #[error(
        "no labels are found for {}: format `{format}` needs a file of labels beside it, such as {expected}", images.display()
    )]
    NoLabels {
        /// The file of images.
        images: PathBuf,
        /// The format.
        format: Format,
        /// A name that would do.
        expected: String,
    },
    /// The data can't be read.
    #[error(transparent)]
    Data(#[from] DataError),
    /// Images that the model does not take.
    #[error("{} has images of {found} channels, model {model} takes {expected}", path.display())]
    OtherChannels {
        /// The data.
        path: PathBuf,
        /// Its channels.
        found: usize,
        /// The model.
        model: String,
        /// The model's channels.
        expected: usize,
    },
    /// Labels for which the model has no score.
    #[error("{} has labels up to {label}, model {model} scores {classes} classes", path.display())]
    Labels {
        /// The data.
        path: PathBuf,
        /// The largest label.
        label: u32,
        /// The model.
        model: String,
        /// Its classes.
        classes: usize,
    },
    /// The file is there.
    #[error("{} is there already: nothing was written; name another with --output, or write over it with --force", path.display())]
    Occupied {
        /// The file.
        path: PathBuf,
    },
    /// The file can't be written, or a place not be found.
    #[error("cannot write {}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The template is wrong.
    #[error("the template of audits cannot be filled in")]
    Template(#[from] minijinja::Error),
}

impl InitError {
    /// The exit code: 2 for a file in the way, 3 for a model or data that is missing or unfit.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Occupied { .. } => 2,
            _ => 3,
        }
    }
}
