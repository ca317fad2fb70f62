//! Data that fits a model: named by the user, or found beside the model.

use std::path::Path;

use super::error::InitError;
use super::formats;
use super::model::Model;
use crate::data::{Dataset, Format, Source};

/// Folders beside a model that are looked into.
const MOST_FOLDERS: usize = 32;

/// Images that fit a model.
#[derive(Debug, Clone)]
pub struct Data {
    /// Where they lie, with what makes them fit.
    pub source: Source,
    /// Channels, height and width, once they fit.
    pub shape: [usize; 3],
    /// How many there are.
    pub count: usize,
    /// What is added to their labels.
    pub label_offset: i64,
}

/// The data at a place that the user names.
///
/// # Errors
/// If there is none that the model takes.
pub fn named(path: &Path, model: &Model) -> Result<Data, InitError> {
    if !path.is_dir() {
        return fit(formats::of_file(path)?, model);
    }
    let mut error = InitError::NoData { path: path.to_owned() };
    for (number, source) in formats::of_folder(path).into_iter().enumerate() {
        match fit(source, model) {
            Ok(data) => return Ok(data),
            // What is wrong with the likeliest says most.
            Err(first) if number == 0 => error = first,
            Err(_) => {}
        }
    }
    Err(error)
}

/// Data of exactly the model's shape in its folder, or in one of the folders there.
pub fn beside(model: &Model) -> Option<Data> {
    let folder = match model.path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let below = formats::entries(folder, |path| path.is_dir());
    let folders = std::iter::once(folder.to_owned()).chain(below.into_iter().take(MOST_FOLDERS));
    let mut sources = folders.flat_map(|folder| formats::of_folder(&folder));
    sources.find_map(|source| {
        let data = fit(source, model).ok()?;
        // Pictures are made for resizing; other data of another size is other data.
        let as_it_is = data.source.resize.is_none() || data.source.format == Format::Folder;
        (as_it_is && (model.size.is_some() || model.channels.is_some())).then_some(data)
    })
}

/// Opens data, resized and converted to what the model takes.
fn fit(mut source: Source, model: &Model) -> Result<Data, InitError> {
    if source.format == Format::Folder {
        (source.resize, source.channels) = (model.size, model.channels);
    }
    let mut dataset = Dataset::open(&source)?;
    let [found, height, width] = dataset.shape();
    if let Some(expected) = model.channels.filter(|expected| *expected != found) {
        let (path, model) = (source.images, model.path.display().to_string());
        return Err(InitError::OtherChannels { path, found, model, expected });
    }
    if let Some(size) = model.size.filter(|size| *size != [height, width]) {
        source.resize = Some(size);
        dataset = Dataset::open(&source)?;
    }
    let label_offset = label_offset(&dataset, &source, model)?;
    Ok(Data { shape: dataset.shape(), count: dataset.len(), label_offset, source })
}

/// What must be added to labels so that all of them are classes: 1 where class 0 is a background, -1 where they count
/// from 1.
fn label_offset(dataset: &Dataset, source: &Source, model: &Model) -> Result<i64, InitError> {
    let labels = (0..dataset.len()).map(|index| dataset.label(index));
    let (least, largest) = labels.fold((u32::MAX, 0), |(low, high), label| (low.min(label), high.max(label)));
    let Some(classes) = model.classes else { return Ok(0) };
    let above = i64::from(largest) - classes as i64;
    match (classes, above) {
        (1001, ..=-2) => Ok(1),
        (_, ..=-1) => Ok(0),
        (_, 0) if least >= 1 => Ok(-1),
        _ => {
            let (path, model) = (source.images.clone(), model.path.display().to_string());
            Err(InitError::Labels { path, label: largest, model, classes })
        }
    }
}
