//! NumPy arrays: of images (unsigned bytes or floats) and of labels (any integers).

use std::fmt::Display;
use std::io::{BufReader, Read, Seek};
use std::path::Path;

use ndarray::{ArrayD, Axis, IxDyn};
use ndarray_npy::npy::header::{Header, ReadHeaderError};
use ndarray_npy::{ReadNpyExt, ReadableElement};

use super::bytes::{io_error, open};
use super::digest::{Listing, sha256_of_reader};
use super::{DataError, Loaded, Pixels, Source, check_count};

/// Longer headers describe no array of numbers; NumPy itself stops at 10,000 bytes unless told otherwise.
const LONGEST_HEADER: usize = 10_000;
/// A header nests a tuple in a dictionary. The parser recurses, so that deeper input could exhaust the stack.
const MOST_BRACKETS: usize = 4;

/// Images, dense NCHW, with their shape `[C, H, W]`.
pub(super) struct Images {
    pub(super) pixels: Pixels,
    pub(super) count: usize,
    pub(super) shape: [usize; 3],
}

/// Two files, one of images and one of labels.
pub(super) fn load(source: &Source) -> Result<Loaded, DataError> {
    let labels_path = source.labels.as_deref().ok_or(DataError::LabelsMissing { format: source.format })?;
    let mut listing = Listing::default();
    let images = Stream::open_file(&source.images, "images", source.max_bytes, &mut listing)?.images()?;
    let labels = Stream::open_file(labels_path, "labels", source.max_bytes, &mut listing)?.labels()?;
    check_count(labels_path, labels.len(), &source.images, images.count)?;
    Ok(images.with_labels(labels, &listing))
}

impl Images {
    pub(super) fn with_labels(self, labels: Vec<u32>, listing: &Listing) -> Loaded {
        Loaded {
            pixels: self.pixels,
            shape: self.shape,
            labels,
            names: None,
            classes: None,
            digest: listing.digest(),
        }
    }
}

/// An array whose header has been read and whose length agrees with it.
pub(super) struct Stream<'a, R> {
    /// The file, and the array in it.
    path: &'a Path,
    header: Header,
    header_bytes: Vec<u8>,
    element_type: String,
    elements: R,
}

impl<'a> Stream<'a, BufReader<std::fs::File>> {
    fn open_file(path: &'a Path, role: &str, limit: u64, listing: &mut Listing) -> Result<Self, DataError> {
        let (mut file, length) = open(path, limit)?;
        listing.add(role, sha256_of_reader(&mut file).map_err(io_error(path))?);
        file.rewind().map_err(io_error(path))?;
        Stream::new(path, BufReader::new(file), length)
    }
}

impl<'a, R: Read> Stream<'a, R> {
    /// Reads the header and compares the length that follows from it with `found`, the length of the whole stream.
    pub(super) fn new(path: &'a Path, mut reader: R, found: u64) -> Result<Self, DataError> {
        let header_bytes = read_header(path, &mut reader)?;
        let header = Header::from_reader(&mut header_bytes.as_slice())
            .map_err(|source| DataError::NpyHeader { path: path.to_owned(), source })?;
        // Of a simple type, a string such as "<f4"; anything else is shown as Python writes it.
        let element_type = match header.type_descriptor.as_string() {
            Some(name) => name.clone(),
            None => header.type_descriptor.to_string(),
        };
        if header.shape.contains(&0) {
            return Err(DataError::Empty { path: path.to_owned() });
        }
        let bytes =
            header.shape.iter().fold(element_bytes(&element_type), |b, &axis| b.saturating_mul(axis as u64));
        let expected = bytes.saturating_add(header_bytes.len() as u64);
        // Unknown types have no length here, and are refused by name further on.
        if found != expected && bytes != 0 {
            return Err(DataError::Length { path: path.to_owned(), found, expected });
        }
        Ok(Stream { path, header, header_bytes, element_type, elements: reader })
    }

    /// Reads an array of images: bytes, divided by 255, or floats, which must lie in \[0, 1\].
    ///
    /// The axes are \[N, H, W\], \[N, C, H, W\] or \[N, H, W, C\]; the last one only where the last axis is 1 or 3 and
    /// the second is neither.
    pub(super) fn images(self) -> Result<Images, DataError> {
        match self.element_type.as_str() {
            "|u1" | "u1" | "B" => {
                let (path, array) = (self.path, self.array::<u8>()?);
                let (data, count, shape) = to_nchw(path, array)?;
                let pixels = Pixels::Bytes { data, offset: 0, stride: shape.iter().product() };
                Ok(Images { pixels, count, shape })
            }
            "<f4" | ">f4" => self.floats::<f32>(|value| value),
            "<f8" | ">f8" => self.floats::<f64>(|value| value as f32),
            _ => Err(self.refused("uint8, float32 or float64")),
        }
    }

    fn floats<T>(self, to_f32: fn(T) -> f32) -> Result<Images, DataError>
    where
        T: ReadableElement + Copy + Into<f64>,
    {
        let path = self.path;
        let (data, count, shape) = to_nchw(path, self.array::<T>()?)?;
        // Compared before rounding, which would take 1 + 1e-12 into the range.
        if let Some(index) = data.iter().position(|&value| !(0.0..=1.0).contains(&value.into())) {
            return Err(value_error(path, index, shape, data[index].into()));
        }
        Ok(Images { pixels: Pixels::Floats(data.into_iter().map(to_f32).collect()), count, shape })
    }

    /// Reads labels: one axis of integers of any width, none negative or over 32 bits.
    pub(super) fn labels(self) -> Result<Vec<u32>, DataError> {
        match self.element_type.as_str() {
            "|u1" | "u1" | "B" => self.integers::<u8>(),
            "<u2" | ">u2" => self.integers::<u16>(),
            "<u4" | ">u4" => self.integers::<u32>(),
            "<u8" | ">u8" => self.integers::<u64>(),
            "|i1" | "i1" | "b" => self.integers::<i8>(),
            "<i2" | ">i2" => self.integers::<i16>(),
            "<i4" | ">i4" => self.integers::<i32>(),
            "<i8" | ">i8" => self.integers::<i64>(),
            _ => Err(self.refused("integers")),
        }
    }

    fn integers<T>(self) -> Result<Vec<u32>, DataError>
    where
        T: ReadableElement + Copy + Display + TryInto<u32>,
    {
        let path = self.path;
        if self.header.shape.len() != 1 {
            let found = self.header.shape;
            return Err(DataError::Shape { path: path.to_owned(), found, expected: "[N] labels" });
        }
        let label = |(index, value): (usize, &T)| {
            (*value).try_into().map_err(|_| DataError::Label {
                path: path.to_owned(),
                index,
                found: value.to_string(),
                expected: "a class number from 0",
            })
        };
        self.array::<T>()?.iter().enumerate().map(label).collect()
    }

    fn array<T: ReadableElement>(self) -> Result<ArrayD<T>, DataError> {
        let error = |source| DataError::Npy { path: self.path.to_owned(), source };
        ArrayD::<T>::read_npy(self.header_bytes.as_slice().chain(self.elements)).map_err(error)
    }

    fn refused(self, expected: &'static str) -> DataError {
        DataError::ElementType { path: self.path.to_owned(), found: self.element_type, expected }
    }
}

/// Reads magic string, version, length and dictionary, and refuses what is unsafe to parse.
fn read_header(path: &Path, reader: &mut impl Read) -> Result<Vec<u8>, DataError> {
    let error = |source| DataError::NpyHeader { path: path.to_owned(), source: ReadHeaderError::Io(source) };
    let mut bytes = vec![0; 10];
    reader.read_exact(&mut bytes).map_err(error)?;
    if !bytes.starts_with(b"\x93NUMPY") {
        let found = bytes[..6].iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(" ");
        return Err(DataError::Magic {
            path: path.to_owned(),
            found,
            expected: "93 4e 55 4d 50 59 (\\x93NUMPY)",
        });
    }
    // Version 1 has a length of two bytes, the later ones of four.
    if bytes[6] != 1 {
        bytes.resize(12, 0);
        reader.read_exact(&mut bytes[10..]).map_err(error)?;
    }
    let length = bytes[8..].iter().rev().fold(0usize, |length, &byte| length << 8 | usize::from(byte));
    let refused = |found| Err(DataError::NpyHeaderRefused { path: path.to_owned(), found });
    if length > LONGEST_HEADER {
        return refused(length);
    }
    let start = bytes.len();
    bytes.resize(start + length, 0);
    reader.read_exact(&mut bytes[start..]).map_err(error)?;
    if bytes[start..].iter().filter(|byte| b"([{".contains(byte)).count() > MOST_BRACKETS {
        return refused(length);
    }
    Ok(bytes)
}

/// The length of one element in bytes: NumPy ends the name of a type with it. 0 where the name is unknown.
fn element_bytes(name: &str) -> u64 {
    match name {
        "|u1" | "u1" | "B" | "|i1" | "i1" | "b" => 1,
        "<u2" | ">u2" | "<i2" | ">i2" => 2,
        "<u4" | ">u4" | "<i4" | ">i4" | "<f4" | ">f4" => 4,
        "<u8" | ">u8" | "<i8" | ">i8" | "<f8" | ">f8" => 8,
        _ => 0,
    }
}

/// Brings an array of images to dense NCHW; returns the elements, N and \[C, H, W\].
fn to_nchw<T: Copy>(path: &Path, array: ArrayD<T>) -> Result<(Vec<T>, usize, [usize; 3]), DataError> {
    let is_channels = |axis: usize| axis == 1 || axis == 3;
    let array = match *array.shape() {
        [_, _, _] => array.insert_axis(Axis(1)),
        [_, second, _, last] if is_channels(last) && !is_channels(second) => {
            array.permuted_axes(IxDyn(&[0, 3, 1, 2]))
        }
        [_, _, _, _] => array,
        ref found => {
            let expected = "[N, H, W], [N, C, H, W] or [N, H, W, C]";
            return Err(DataError::Shape { path: path.to_owned(), found: found.to_vec(), expected });
        }
    };
    let (count, shape) = (array.shape()[0], [array.shape()[1], array.shape()[2], array.shape()[3]]);
    let data = match array.is_standard_layout() {
        true => array.into_raw_vec_and_offset().0,
        false => array.iter().copied().collect(),
    };
    Ok((data, count, shape))
}

/// Names the image and pixel of element `index` in dense NCHW.
pub(super) fn value_error(path: &Path, index: usize, shape: [usize; 3], found: f64) -> DataError {
    let [channels, height, width] = shape;
    DataError::Value {
        path: path.to_owned(),
        image: index / (channels * height * width),
        channel: index / (height * width) % channels,
        row: index / width % height,
        column: index % width,
        found,
    }
}
