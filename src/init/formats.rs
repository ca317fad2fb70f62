//! Which data may lie at a place, by names and first bytes. Whether it is data, opening it tells.

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use flate2::read::MultiGzDecoder;

use super::error::InitError;
use crate::data::{Format, Source};

/// Endings of image files.
const IMAGES: [&str; 10] = ["png", "jpg", "jpeg", "bmp", "tif", "tiff", "webp", "ppm", "pgm", "pnm"];
/// Bytes of a record of CIFAR-10 and of CIFAR-100.
const CIFAR_RECORDS: [(u64, Format); 2] = [(3073, Format::Cifar10), (3074, Format::Cifar100)];
/// Words that mark the images of a file's name, with those that mark the labels.
const NAMES: [(&str, &str); 6] = [
    ("images", "labels"),
    ("idx3", "idx1"),
    ("idx4", "idx1"),
    ("x_", "y_"),
    ("data", "labels"),
    ("data", "targets"),
];

/// The data of a file that somebody names.
///
/// # Errors
/// If it is of no known kind, or its labels are not found.
pub(super) fn of_file(path: &Path) -> Result<Source, InitError> {
    let no_data = || InitError::NoData { path: path.to_owned() };
    match extension(path).as_str() {
        "npz" => return Ok(Source::new(Format::Npz, path)),
        "npy" => return with_labels(Format::Npy, path, "labels.npy"),
        _ => {}
    }
    if is_idx(path, &[3, 4]) {
        return with_labels(Format::Idx, path, "train-labels-idx1-ubyte.gz");
    }
    let length = fs::metadata(path).map_err(|_| no_data())?.len();
    let cifar = CIFAR_RECORDS.into_iter().find(|(record, _)| length > 0 && length % record == 0);
    cifar.map(|(_, format)| Source::new(format, path)).ok_or_else(no_data)
}

/// What may be data in a folder, the likeliest first.
pub(super) fn of_folder(folder: &Path) -> Vec<Source> {
    let files = entries(folder, |path| path.is_file());
    let named = |name: &str| files.iter().any(|file| file.file_name().is_some_and(|found| found == name));
    let mut sources = Vec::new();
    if named("test_batch.bin") {
        sources.push(Source::new(Format::Cifar10, folder));
    }
    if named("test.bin") {
        sources.push(Source::new(Format::Cifar100, folder));
    }
    let mut single: Vec<Source> =
        files.iter().filter(|file| may_be_images(file)).flat_map(|f| of_file(f)).collect();
    // Images that nothing was trained on are what certificates are about.
    single.sort_by_key(|source| !is_for_testing(&source.images));
    sources.extend(single);
    sources.extend(of_pictures(folder, &files));
    sources
}

/// Image files in class directories, or beside a CSV file.
fn of_pictures(folder: &Path, files: &[PathBuf]) -> Option<Source> {
    let source = Source::new(Format::Folder, folder);
    let list = files.iter().find(|file| extension(file) == "csv");
    if let Some(list) = list.filter(|_| files.iter().any(|file| is_picture(file))) {
        return Some(source.with_labels(list));
    }
    let has_pictures = |class: &PathBuf| !entries(class, is_picture).is_empty();
    let classes = entries(folder, |path| path.is_dir()).iter().filter(|class| has_pictures(class)).count();
    (classes >= 2).then_some(source)
}

/// Whether a file holds images, by its name and first bytes.
fn may_be_images(path: &Path) -> bool {
    match extension(path).as_str() {
        "npz" => true,
        "npy" => NAMES.iter().any(|(images, _)| file_name(path).contains(images)),
        "bin" => file_name(path).contains("batch"),
        _ => is_idx(path, &[3, 4]),
    }
}

fn is_for_testing(path: &Path) -> bool {
    ["test", "t10k", "val"].iter().any(|word| file_name(path).contains(word))
}

/// The images with the labels that lie beside them.
fn with_labels(format: Format, images: &Path, example: &str) -> Result<Source, InitError> {
    let name = images.file_name().unwrap_or_default().to_string_lossy().into_owned();
    // Every word that marks images is replaced, and then each alone.
    let all = NAMES[..4].iter().fold(name.clone(), |name, (from, to)| name.replace(from, to));
    let single = NAMES.iter().map(|(from, to)| name.replace(from, to));
    let candidates: Vec<String> = std::iter::once(all).chain(single).filter(|other| *other != name).collect();
    let beside = |name: &String| images.with_file_name(name);
    let found = candidates.iter().map(beside).find(|path| path.is_file());
    let expected = candidates.first().cloned().unwrap_or_else(|| example.to_owned());
    match found {
        Some(labels) => Ok(Source::new(format, images).with_labels(labels)),
        None => Err(InitError::NoLabels { images: images.to_owned(), format, expected }),
    }
}

/// Whether a file, plain or gzipped, begins as an idx file of bytes with so many axes.
fn is_idx(path: &Path, ranks: &[u8]) -> bool {
    let first = |reader: &mut dyn Read| {
        let mut bytes = [0; 4];
        reader.read_exact(&mut bytes).ok().map(|()| bytes)
    };
    let Some(bytes) = File::open(path).ok().and_then(|mut file| first(&mut file)) else { return false };
    let bytes = match bytes {
        [0x1f, 0x8b, ..] => File::open(path).ok().and_then(|file| first(&mut MultiGzDecoder::new(file))),
        plain => Some(plain),
    };
    matches!(bytes, Some([0, 0, 8, rank]) if ranks.contains(&rank))
}

fn is_picture(path: &Path) -> bool {
    IMAGES.contains(&extension(path).as_str())
}

fn extension(path: &Path) -> String {
    path.extension().unwrap_or_default().to_string_lossy().to_lowercase()
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().to_lowercase()
}

/// What a folder holds of a kind, by name; nothing if it can't be read.
pub(super) fn entries(folder: &Path, wanted: impl Fn(&Path) -> bool) -> Vec<PathBuf> {
    let all = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut entries: Vec<PathBuf> = all.filter(|path| wanted(path)).collect();
    entries.sort();
    entries
}
