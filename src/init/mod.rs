//! `gsmooth init`: a first audit file for a model, to be read, changed and run.
//!
//! - [`model`]: what the model's graph tells;
//! - `formats`, [`data`]: the data named, or found beside the model;
//! - [`cases`]: ranges and noise for the size of its images;
//! - `text`: the file.

pub mod cases;
pub mod data;
pub mod error;
mod formats;
pub mod model;
mod text;

use std::fs;
use std::path::{Path, PathBuf};

use data::Data;
use error::InitError;
use model::Model;

/// What an audit file is to be written for.
#[derive(Debug, Clone)]
pub struct Request {
    /// The classifier.
    pub model: PathBuf,
    /// The data, where the user names it.
    pub data: Option<PathBuf>,
    /// The audit file.
    pub output: PathBuf,
    /// Write over a file that is there.
    pub force: bool,
}

/// An audit file to be.
#[derive(Debug, Clone)]
pub struct Draft {
    /// Where it is to lie.
    pub path: PathBuf,
    /// What it holds.
    pub text: String,
    /// The classifier.
    pub model: Model,
    /// The data, where some was found.
    pub data: Option<Data>,
}

impl Request {
    /// Reads the model and looks for data.
    ///
    /// # Errors
    /// If the model is no classifier that can be smoothed, the data named does not fit it, or the file is there already.
    pub fn draft(&self) -> Result<Draft, InitError> {
        if !self.force && self.output.exists() {
            return Err(InitError::Occupied { path: self.output.clone() });
        }
        let model = Model::read(&self.model)?;
        let data = match &self.data {
            Some(path) => Some(data::named(path, &model)?),
            None => data::beside(&model),
        };
        let text = text::fill(&self.output, &model, data.as_ref())?;
        Ok(Draft { path: self.output.clone(), text, model, data })
    }
}

impl Draft {
    /// Writes the file.
    ///
    /// # Errors
    /// If it can't be written.
    pub fn write(&self) -> Result<(), InitError> {
        let fault = |source| InitError::Write { path: self.path.clone(), source };
        if let Some(folder) = self.path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            fs::create_dir_all(folder).map_err(fault)?;
        }
        fs::write(&self.path, &self.text).map_err(fault)
    }

    /// The commands that come next.
    pub fn commands(&self) -> [String; 2] {
        ["check", "certify"].map(|command| format!("gsmooth {command} {}", self.path.display()))
    }
}

/// The audit file of a model that no other is named for: after the model, in the working directory.
pub fn default_output(model: &Path) -> PathBuf {
    let mut name = model.file_stem().unwrap_or(model.as_os_str()).to_owned();
    name.push(".toml");
    PathBuf::from(name)
}
