//! The canonical order of records: case by case, and within a case image by image.

use std::path::Path;

use super::Record;
use super::file::RecordsError;

/// The case and the image of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The case's name.
    pub case: String,
    /// The image's index.
    pub index: u64,
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "image {} of case {}", self.index, self.case)
    }
}

/// Checks that records are the first ones of a run of these cases and images, without gaps. Going on from any others
/// would leave images out, or certify some twice.
///
/// # Errors
/// Naming the first line of `path`, which holds the records below a header, that is another's place.
pub fn check(path: &Path, records: &[Record], cases: &[&str], images: &[usize]) -> Result<(), RecordsError> {
    let places = cases.iter().flat_map(|case| images.iter().map(move |index| (*case, *index as u64)));
    let mut places = places.map(Some).chain(std::iter::repeat(None));
    for (i, record) in records.iter().enumerate() {
        let place = places.next().flatten();
        if place != Some((record.case.as_str(), record.index)) {
            return Err(RecordsError::Order {
                path: path.to_owned(),
                line: i + 2,
                found: Place { case: record.case.clone(), index: record.index },
                expected: place.map(|(case, index)| Place { case: case.to_owned(), index }),
            });
        }
    }
    Ok(())
}
