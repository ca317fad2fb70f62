//! Which images are certified.

use std::ops::Range;
use std::path::Path;

use serde::{Deserialize, Serialize};
use toml::Spanned;

use super::super::error::{Fault, Problem};
use super::super::hint;
use super::super::schema::Data;
use crate::data::{DataError, Dataset, Format, Source};

/// Images of a data set: `first`, `first + stride`, .. `count` of them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Selection {
    /// The first image's index.
    pub first: u64,
    /// The number of images.
    pub count: u64,
    /// Every how many images one is taken.
    pub stride: u64,
}

impl Selection {
    /// The images' indices, in canonical order.
    pub fn indices(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.count).map(|i| (self.first + i * self.stride) as usize)
    }
}

/// Opens the data of an audit in `folder`.
pub(super) fn open(folder: &Path, table: &Spanned<Data>) -> Result<(Dataset, Selection), Fault> {
    let data = table.get_ref();
    let format: Format = data.format.get_ref().parse().map_err(|_| {
        let found = data.format.get_ref().clone();
        let nearest = hint::nearest(&found, Format::ALL.iter().map(|f| f.name()));
        let known = Format::ALL.iter().map(|f| f.name().to_owned()).collect();
        Problem::Name { key: "format", found, nearest, known }.at(data.format.span())
    })?;
    let source = Source {
        labels: data.labels.as_ref().map(|path| folder.join(path.get_ref())),
        resize: data.resize.as_ref().map(|size| *size.get_ref()),
        crop: data.crop.as_ref().map(|size| *size.get_ref()),
        channels: data.channels.as_ref().map(|channels| *channels.get_ref()),
        ..Source::new(format, folder.join(data.images.get_ref()))
    };
    let dataset = Dataset::open(&source).map_err(|error| {
        let span = span_of(&error, data, source.labels.as_deref());
        Problem::from(error).at(span)
    })?;
    let selection = select(data, dataset.len())?;
    Ok((dataset, selection))
}

/// The key that an error is about; the images, where it is about no other.
fn span_of(error: &DataError, data: &Data, labels: Option<&Path>) -> Range<usize> {
    let key = match error {
        DataError::Geometry { what: "crop", .. } => data.crop.as_ref().map(Spanned::span),
        DataError::Geometry { .. } => data.resize.as_ref().map(Spanned::span),
        DataError::Channels { .. } => data.channels.as_ref().map(Spanned::span),
        DataError::TooLarge { .. } if data.resize.is_some() => data.resize.as_ref().map(Spanned::span),
        error => data.labels.as_ref().filter(|_| error.path() == labels).map(Spanned::span),
    };
    key.unwrap_or_else(|| data.images.span())
}

fn select(data: &Data, available: usize) -> Result<Selection, Fault> {
    let positive = |key: &'static str, value: &Option<Spanned<u64>>| match value {
        Some(value) if *value.get_ref() == 0 => {
            let (found, expected) = ("0".to_owned(), "at least 1".to_owned());
            Err(Problem::Value { key, found, expected }.at(value.span()))
        }
        Some(value) => Ok(Some(*value.get_ref())),
        None => Ok(None),
    };
    let stride = positive("stride", &data.stride)?.unwrap_or(1);
    let first = data.first.as_ref().map_or(0, |first| *first.get_ref());
    let left = (available as u64).saturating_sub(first).div_ceil(stride);
    if left == 0 {
        let span = data.first.as_ref().map_or_else(|| data.images.span(), Spanned::span);
        return Err(Problem::NoImages { available, first }.at(span));
    }
    let count = match (positive("count", &data.count)?, &data.count) {
        (Some(count), Some(key)) if count > left => {
            let found = count.to_string();
            let expected = format!("at most {left}: the data holds {available} images");
            return Err(Problem::Value { key: "count", found, expected }.at(key.span()));
        }
        (count, _) => count.unwrap_or(left),
    };
    Ok(Selection { first, count, stride })
}
