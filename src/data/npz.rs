//! NumPy archives with the arrays `images` and `labels`.

use std::fs::File;
use std::io::{BufReader, Read, Seek};
use std::path::Path;

use zip::ZipArchive;
use zip::result::ZipError;

use super::bytes::{can_inflate_to, io_error, open, within};
use super::digest::{Listing, sha256_of_reader};
use super::npy::Stream;
use super::{DataError, Loaded, Source, check_count};

/// The arrays `images` and `labels` of one archive, stored or compressed.
pub(super) fn load(source: &Source) -> Result<Loaded, DataError> {
    let path = source.images.as_path();
    let (mut file, length) = open(path, source.max_bytes)?;
    let mut listing = Listing::default();
    listing.add("images", sha256_of_reader(&mut file).map_err(io_error(path))?);
    file.rewind().map_err(io_error(path))?;
    let archive = ZipArchive::new(BufReader::new(file)).map_err(zip_error(path))?;
    let mut archive = Archive { path, archive, length, limit: source.max_bytes };
    let images = archive.array("images", |stream| stream.images())?;
    let labels = archive.array("labels", |stream| stream.labels())?;
    check_count(&path.join("labels"), labels.len(), &path.join("images"), images.count)?;
    Ok(images.with_labels(labels, &listing))
}

fn zip_error(path: &Path) -> impl FnOnce(ZipError) -> DataError {
    move |source| DataError::Zip { path: path.to_owned(), source }
}

struct Archive<'a> {
    path: &'a Path,
    archive: ZipArchive<BufReader<File>>,
    /// Length in bytes of the archive.
    length: u64,
    limit: u64,
}

impl Archive<'_> {
    /// Opens the array of that name and hands it to `read`; errors about it name it below the archive's path.
    fn array<T>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(Stream<'_, BufReader<std::io::Take<&mut dyn Read>>>) -> Result<T, DataError>,
    ) -> Result<T, DataError> {
        let path = self.path.join(name);
        let found = self.names();
        let file_name = format!("{name}.npy");
        let index = self.archive.index_for_name(&file_name).or_else(|| self.archive.index_for_name(name));
        let missing = || DataError::ArrayMissing { path: self.path.to_owned(), found, expected: name };
        let mut entry = self.archive.by_index(index.ok_or_else(missing)?).map_err(zip_error(self.path))?;
        let (announced, compressed) = (entry.size(), entry.compressed_size());
        within(&path, announced, self.limit)?;
        // The archive's own directory announces the length, and may lie.
        if compressed > self.length || !can_inflate_to(compressed, announced) {
            return Err(DataError::Length { path, found: self.length, expected: announced });
        }
        // One byte more than announced: it shows a surplus, and at the end it makes the archive compare the checksum.
        let entry: &mut dyn Read = &mut entry;
        read(Stream::new(&path, BufReader::new(entry.take(announced.saturating_add(1))), announced)?)
    }

    /// The names of all arrays, sorted, as NumPy shows them.
    fn names(&self) -> Vec<String> {
        let strip = |name: &str| name.strip_suffix(".npy").unwrap_or(name).to_owned();
        let mut names: Vec<String> = self.archive.file_names().map(strip).collect();
        names.sort_unstable();
        names
    }
}
