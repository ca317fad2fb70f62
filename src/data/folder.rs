//! Image files in a folder: a directory for each class, or a CSV list of files and labels. Files are read and checked
//! when the folder is opened, and decoded one by one when they are asked for.

use std::fs;
use std::path::{Component, Path, PathBuf};

use super::bytes::{io_error, read};
use super::digest::{Listing, sha256};
use super::geometry::Geometry;
use super::picture::{self, Picture, Pictures};
use super::{DataError, Loaded, Pixels, Source, list};

/// An image file with its label.
pub(super) struct Entry {
    /// Path relative to the folder, with `/` between its parts.
    pub(super) name: String,
    pub(super) label: u32,
}

/// What is to be read from a folder.
pub(super) struct Index {
    pub(super) entries: Vec<Entry>,
    /// Names of the classes by label, where they have names.
    pub(super) classes: Option<Vec<String>>,
}

/// Opens a folder, reading every listed file once for its digest and its size.
pub(super) fn load(source: &Source) -> Result<Loaded, DataError> {
    let root = fs::canonicalize(&source.images).map_err(io_error(&source.images))?;
    let channels = match source.channels.unwrap_or(3) {
        channels @ (1 | 3) => channels,
        found => {
            let expected = "1 (grey) or 3 (RGB)".to_owned();
            return Err(DataError::Channels { path: source.images.clone(), found, expected });
        }
    };
    let mut listing = Listing::default();
    let index = match &source.labels {
        Some(path) => list::index(path, &root, source.max_bytes, &mut listing)?,
        None => index_directories(&source.images)?,
    };
    if index.entries.is_empty() {
        return Err(DataError::Empty { path: source.images.clone() });
    }
    let geometry = Geometry::of(source);
    let mut pictures = Pictures { files: Vec::new(), channels, limit: source.max_bytes };
    let mut not_images = Vec::new();
    for entry in &index.entries {
        let path = resolve(&root, &entry.name)?;
        let bytes = read(&path, source.max_bytes)?;
        let digest = sha256(&bytes);
        match picture::size(&path, &bytes, source.max_bytes)? {
            Some(size) => pictures.files.push(Picture { path, digest, size }),
            None => not_images.push(entry.name.clone()),
        }
        listing.add(&entry.name, digest);
    }
    if !not_images.is_empty() {
        return Err(DataError::NotImages { path: source.images.clone(), found: not_images });
    }
    check_sizes(&pictures, &geometry)?;
    let [height, width] = pictures.files[0].size;
    Ok(Loaded {
        pixels: Pixels::Pictures(pictures),
        shape: [channels, height, width],
        labels: index.entries.iter().map(|entry| entry.label).collect(),
        names: Some(index.entries.into_iter().map(|entry| entry.name).collect()),
        classes: index.classes,
        digest: listing.digest(),
    })
}

/// Every image must come out in one shape and stay below the limit.
fn check_sizes(pictures: &Pictures, geometry: &Geometry) -> Result<(), DataError> {
    let first = pictures.files[0].size;
    for file in &pictures.files {
        if file.size != first && !geometry.resizes() {
            return Err(DataError::ImageShape { path: file.path.clone(), found: file.size, expected: first });
        }
        // Both what is decoded and what comes out of it are held to the limit.
        let shape = [pictures.channels, file.size[0], file.size[1]];
        picture::within_limit(&file.path, shape, pictures.limit)?;
        geometry.output(&file.path, shape, pictures.limit)?;
    }
    Ok(())
}

/// The absolute path of a file named relative to a folder, which it must not leave: not by `..`, not by an absolute
/// path, not by a symbolic link.
fn resolve(root: &Path, name: &str) -> Result<PathBuf, DataError> {
    let outside = || DataError::Outside { path: name.into(), expected: root.to_owned() };
    let inside = |part: Component<'_>| matches!(part, Component::Normal(_) | Component::CurDir);
    if !Path::new(name).components().all(inside) {
        return Err(outside());
    }
    let joined = root.join(name);
    let path = fs::canonicalize(&joined).map_err(io_error(&joined))?;
    if !path.starts_with(root) {
        return Err(outside());
    }
    Ok(path)
}

/// Class directories in the order of their names, which numbers the classes from 0, and in each the files in the order
/// of theirs. Names that start with a dot are passed over, and so are files beside the class directories.
fn index_directories(root: &Path) -> Result<Index, DataError> {
    let classes = class_directories(root)?;
    if classes.is_empty() {
        return Err(DataError::NoClasses { path: root.to_owned() });
    }
    let mut entries = Vec::new();
    for (label, class) in (0u32..).zip(&classes) {
        let names = names(&root.join(class))?;
        entries.extend(names.into_iter().map(|name| Entry { name: format!("{class}/{name}"), label }));
    }
    Ok(Index { entries, classes: Some(classes) })
}

/// The names of a folder's directories, sorted.
pub(super) fn class_directories(root: &Path) -> Result<Vec<String>, DataError> {
    let mut classes = names(root)?;
    classes.retain(|name| root.join(name).is_dir());
    Ok(classes)
}

/// The names in a folder, sorted, without hidden ones.
fn names(folder: &Path) -> Result<Vec<String>, DataError> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).map_err(io_error(folder))? {
        let entry = entry.map_err(io_error(folder))?;
        let name = entry.file_name().into_string().map_err(|_| DataError::FileName { path: entry.path() })?;
        if !name.starts_with('.') {
            names.push(name);
        }
    }
    names.sort_unstable();
    Ok(names)
}
