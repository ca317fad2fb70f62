//! A CSV list of image files and labels.

use std::path::Path;

use super::DataError;
use super::bytes::read;
use super::digest::{Listing, sha256};
use super::folder::{Entry, Index, class_directories};

const COLUMNS: [&str; 2] = ["file", "label"];

/// Reads the columns `file` and `label`. A first row that names both is a header, and may name further columns;
/// without one there are exactly these two.
///
/// Labels are class numbers or class names, not a mixture. Names are numbered from 0 in sorted order: as class
/// directories of `root` if each is one, so that a list of some images numbers them like the whole folder, and
/// otherwise among themselves.
pub(super) fn index(path: &Path, root: &Path, limit: u64, listing: &mut Listing) -> Result<Index, DataError> {
    let bytes = read(path, limit)?;
    listing.add("labels", sha256(&bytes));
    let rows = rows(path, &bytes)?;
    if rows.iter().any(|(_, label)| label.parse::<i64>().is_ok()) {
        return numbered(path, rows);
    }
    named(path, root, rows)
}

/// Pairs of a file and its label, as written.
fn rows(path: &Path, bytes: &[u8]) -> Result<Vec<(String, String)>, DataError> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).trim(csv::Trim::All).from_reader(bytes);
    let records: Result<Vec<_>, _> = reader.records().collect();
    let records = records.map_err(|source| DataError::Csv { path: path.to_owned(), source })?;
    let Some(first) = records.first() else {
        return Err(DataError::Empty { path: path.to_owned() });
    };
    let position = |name: &str| first.iter().position(|field| field.eq_ignore_ascii_case(name));
    let (file, label, header) = match COLUMNS.map(position) {
        [Some(file), Some(label)] => (file, label, 1),
        _ if first.len() == COLUMNS.len() => (0, 1, 0),
        _ => {
            let found = first.iter().map(str::to_owned).collect();
            return Err(DataError::Columns { path: path.to_owned(), found });
        }
    };
    let row = |record: &csv::StringRecord| (record[file].to_owned(), record[label].to_owned());
    Ok(records[header..].iter().map(row).collect())
}

fn numbered(path: &Path, rows: Vec<(String, String)>) -> Result<Index, DataError> {
    let entry = |(index, (name, found)): (usize, (String, String))| match found.parse() {
        Ok(label) => Ok(Entry { name, label }),
        Err(_) => {
            let expected = "a class number from 0, as in other rows";
            Err(DataError::Label { path: path.to_owned(), index, found, expected })
        }
    };
    Ok(Index { entries: rows.into_iter().enumerate().map(entry).collect::<Result<_, _>>()?, classes: None })
}

fn named(path: &Path, root: &Path, rows: Vec<(String, String)>) -> Result<Index, DataError> {
    if let Some(index) = rows.iter().position(|(_, label)| label.is_empty()) {
        let expected = "a class number or a class name";
        return Err(DataError::Label { path: path.to_owned(), index, found: String::new(), expected });
    }
    let mut classes: Vec<String> = rows.iter().map(|(_, label)| label.clone()).collect();
    classes.sort_unstable();
    classes.dedup();
    let directories = class_directories(root)?;
    if classes.iter().all(|class| directories.binary_search(class).is_ok()) {
        classes = directories;
    }
    let mut entries = Vec::new();
    for (name, label) in rows {
        let Ok(number) = classes.binary_search(&label) else {
            unreachable!("every name is among the classes")
        };
        entries.push(Entry { name, label: number as u32 });
    }
    Ok(Index { entries, classes: Some(classes) })
}
