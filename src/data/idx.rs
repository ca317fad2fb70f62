//! IDX, the format of MNIST and Fashion-MNIST: two zero bytes, the element type, the number of axes, the axes as
//! big-endian 32-bit integers, then the elements in C order.

use std::io::{Error, ErrorKind, Read};
use std::path::Path;

use flate2::read::MultiGzDecoder;

use super::bytes::{can_inflate_to, io_error, read, reserve, within};
use super::digest::{Listing, sha256};
use super::{DataError, Loaded, Pixels, Source, check_count};

const UNSIGNED_BYTE: u8 = 0x08;
const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];
/// Type and number of axes, then up to four axes.
const LONGEST_HEADER: u64 = 4 + 4 * 4;

/// A parsed header.
struct Header {
    axes: Vec<usize>,
    /// Where the elements begin.
    offset: usize,
    /// Length in bytes of the header and all elements; saturates.
    total: u64,
}

/// Images of unsigned bytes, \[N, H, W\] or \[N, C, H, W\], and labels of unsigned bytes, \[N\].
pub(super) fn load(source: &Source) -> Result<Loaded, DataError> {
    let labels_path = source.labels.as_deref().ok_or(DataError::LabelsMissing { format: source.format })?;
    let mut listing = Listing::default();
    let (images, data) = load_file(&source.images, "images", source.max_bytes, &[3, 4], &mut listing)?;
    let (labels, label_data) = load_file(labels_path, "labels", source.max_bytes, &[1], &mut listing)?;
    check_count(labels_path, labels.axes[0], &source.images, images.axes[0])?;
    let shape = match images.axes[1..] {
        [height, width] => [1, height, width],
        [channels, height, width] => [channels, height, width],
        _ => unreachable!("the header admits three or four axes"),
    };
    Ok(Loaded {
        pixels: Pixels::Bytes { data, offset: images.offset, stride: shape.iter().product() },
        shape,
        labels: label_data[labels.offset..].iter().map(|&label| label.into()).collect(),
        names: None,
        classes: None,
        digest: listing.digest(),
    })
}

fn load_file(
    path: &Path,
    role: &str,
    limit: u64,
    ranks: &[u8],
    listing: &mut Listing,
) -> Result<(Header, Vec<u8>), DataError> {
    let raw = read(path, limit)?;
    listing.add(role, sha256(&raw));
    if raw.starts_with(&GZIP_MAGIC) {
        return inflate(path, &raw, limit, ranks);
    }
    let header = parse_header(path, &raw, ranks)?;
    check_length(path, raw.len() as u64, header.total)?;
    Ok((header, raw))
}

/// Inflates as many bytes as the header demands; the result starts with the header, like a plain file.
fn inflate(path: &Path, raw: &[u8], limit: u64, ranks: &[u8]) -> Result<(Header, Vec<u8>), DataError> {
    let mut decoder = MultiGzDecoder::new(raw);
    let mut start = Vec::new();
    let cut_short = append(path, decoder.by_ref().take(LONGEST_HEADER), &mut start)?;
    let header = parse_header(path, &start, ranks)?;
    within(path, header.total, limit)?;
    // Where the announced length is out of reach, the memory is left to grow with what there really is.
    let room = if can_inflate_to(raw.len() as u64, header.total) { header.total } else { 0 };
    let mut bytes = reserve(path, room.max(start.len() as u64))?;
    bytes.extend_from_slice(&start);
    // One byte more than announced: it shows a surplus, and at the end it makes the decoder compare the checksum.
    let rest = header.total.saturating_add(1).saturating_sub(bytes.len() as u64);
    let cut_short = append(path, decoder.take(rest), &mut bytes)?.or(cut_short);
    if bytes.len() as u64 > header.total {
        return Err(DataError::Surplus { path: path.to_owned(), expected: header.total });
    }
    check_length(path, bytes.len() as u64, header.total)?;
    // All elements are there, but not the checksum behind them.
    cut_short.map_or(Ok(()), |error| Err(io_error(path)(error)))?;
    Ok((header, bytes))
}

/// Reads to the end; a stream that breaks off is handed back beside what it gave, since the length tells more about it.
fn append(path: &Path, mut reader: impl Read, bytes: &mut Vec<u8>) -> Result<Option<Error>, DataError> {
    match reader.read_to_end(bytes) {
        Ok(_) => Ok(None),
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => Ok(Some(error)),
        Err(error) => Err(io_error(path)(error)),
    }
}

fn parse_header(path: &Path, bytes: &[u8], ranks: &[u8]) -> Result<Header, DataError> {
    check_at_least(path, bytes, 4)?;
    if bytes[..2] != [0, 0] {
        let found = format!("{:02x} {:02x}", bytes[0], bytes[1]);
        let expected = "the two zero bytes of an IDX file";
        return Err(DataError::Magic { path: path.to_owned(), found, expected });
    }
    if bytes[2] != UNSIGNED_BYTE {
        let found = format!("0x{:02x}", bytes[2]);
        return Err(DataError::ElementType {
            path: path.to_owned(),
            found,
            expected: "0x08 (unsigned byte)",
        });
    }
    let rank = bytes[3];
    let offset = 4 + 4 * usize::from(rank);
    if !ranks.contains(&rank) {
        let found = read_axes(&bytes[4..offset.min(bytes.len())]);
        let expected = if ranks.contains(&1) { "[N] labels" } else { "[N, H, W] or [N, C, H, W] images" };
        return Err(DataError::Shape { path: path.to_owned(), found, expected });
    }
    check_at_least(path, bytes, offset)?;
    let axes = read_axes(&bytes[4..offset]);
    if axes.contains(&0) {
        return Err(DataError::Empty { path: path.to_owned() });
    }
    let elements = axes.iter().fold(1u64, |product, &axis| product.saturating_mul(axis as u64));
    Ok(Header { axes, offset, total: elements.saturating_add(offset as u64) })
}

fn read_axes(bytes: &[u8]) -> Vec<usize> {
    bytes.as_chunks::<4>().0.iter().map(|&axis| u32::from_be_bytes(axis) as usize).collect()
}

fn check_at_least(path: &Path, bytes: &[u8], length: usize) -> Result<(), DataError> {
    check_length(path, (bytes.len().min(length)) as u64, length as u64)
}

fn check_length(path: &Path, found: u64, expected: u64) -> Result<(), DataError> {
    if found != expected {
        return Err(DataError::Length { path: path.to_owned(), found, expected });
    }
    Ok(())
}
