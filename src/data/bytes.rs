//! Reading files whose lengths and headers are not to be trusted.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use super::DataError;

/// The most bytes to which DEFLATE can inflate one (258 bytes from 2 bits).
const DEFLATE_EXPANSION: u64 = 1032;

pub(super) fn io_error(path: &Path) -> impl FnOnce(std::io::Error) -> DataError {
    move |source| DataError::Io { path: path.to_owned(), source }
}

/// Opens a regular file of at most `limit` bytes; returns it with its length.
pub(super) fn open(path: &Path, limit: u64) -> Result<(File, u64), DataError> {
    // Asked before opening: to open a pipe is to wait for its writer.
    let found = std::fs::metadata(path).map_err(io_error(path))?;
    if !found.is_file() {
        return Err(DataError::NotAFile { path: path.to_owned() });
    }
    within(path, found.len(), limit)?;
    Ok((File::open(path).map_err(io_error(path))?, found.len()))
}

/// Reads a regular file of at most `limit` bytes.
pub(super) fn read(path: &Path, limit: u64) -> Result<Vec<u8>, DataError> {
    let (mut file, length) = open(path, limit)?;
    let mut bytes = reserve(path, length)?;
    // A file that grows meanwhile is cut off at the limit plus one byte, which the length check then refuses.
    file.by_ref().take(limit.saturating_add(1)).read_to_end(&mut bytes).map_err(io_error(path))?;
    within(path, bytes.len() as u64, limit)?;
    Ok(bytes)
}

/// Refuses what takes more bytes than the limit.
pub(super) fn within(path: &Path, found: u64, limit: u64) -> Result<(), DataError> {
    if found > limit {
        return Err(DataError::TooLarge { path: path.to_owned(), found, limit });
    }
    Ok(())
}

/// An empty vector with room for `bytes`, or an error where the machine has no such memory.
pub(super) fn reserve(path: &Path, bytes: u64) -> Result<Vec<u8>, DataError> {
    let error = || DataError::Memory { path: path.to_owned(), bytes };
    let mut vector = Vec::new();
    vector.try_reserve_exact(usize::try_from(bytes).map_err(|_| error())?).map_err(|_| error())?;
    Ok(vector)
}

/// Whether `compressed` bytes of DEFLATE can inflate to `announced` bytes, so that a tiny file cannot ask for a
/// large piece of memory.
pub(super) fn can_inflate_to(compressed: u64, announced: u64) -> bool {
    announced <= compressed.saturating_mul(DEFLATE_EXPANSION)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_and_a_large_file_are_refused_by_name() {
        let folder = tempfile::tempdir().unwrap();
        assert!(
            matches!(read(folder.path(), 10), Err(DataError::NotAFile { path }) if path == folder.path())
        );
        let path = folder.path().join("file");
        std::fs::write(&path, [0; 11]).unwrap();
        let error = read(&path, 10).unwrap_err();
        assert!(matches!(error, DataError::TooLarge { found: 11, limit: 10, .. }), "{error}");
        assert_eq!(read(&path, 11).unwrap().len(), 11);
        assert!(matches!(read(&folder.path().join("none"), 10), Err(DataError::Io { .. })));
    }

    #[test]
    fn memory_that_no_machine_has_is_an_error() {
        assert!(matches!(reserve(Path::new("x"), u64::MAX), Err(DataError::Memory { bytes: u64::MAX, .. })));
    }
}
