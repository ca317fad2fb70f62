//! Why images cannot be read.

use std::path::PathBuf;

use super::Format;

/// Why a data set cannot be opened or one of its images not be read.
///
/// Every variant about a file names it in `path`; where something else was expected, `found` and `expected` say what.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DataError {
    /// The operating system refused, or compressed bytes are damaged.
    #[error("cannot read {}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What went wrong.
        source: std::io::Error,
    },
    /// A file was expected, and this is a folder, a device or a pipe.
    #[error("{} is not a regular file", path.display())]
    NotAFile {
        /// What was found in a file's place.
        path: PathBuf,
    },
    /// A file, an array or a decoded image is larger than the limit.
    #[error("{} takes {found} bytes, and the limit is {limit}", path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// How many bytes it takes or announces.
        found: u64,
        /// [`Source::max_bytes`](super::Source::max_bytes).
        limit: u64,
    },
    /// The machine has no memory left for bytes that the limit allows.
    #[error("no memory for the {bytes} bytes of {}", path.display())]
    Memory {
        /// The file.
        path: PathBuf,
        /// How many bytes were asked for.
        bytes: u64,
    },
    /// The file starts with other bytes than its format demands.
    #[error("{} starts with {found}; expected {expected}", path.display())]
    Magic {
        /// The file.
        path: PathBuf,
        /// The first bytes, in hexadecimal.
        found: String,
        /// What the format demands.
        expected: &'static str,
    },
    /// The file is shorter or longer than its header announces.
    #[error("{} holds {found} bytes; its header demands {expected}", path.display())]
    Length {
        /// The file.
        path: PathBuf,
        /// Its length in bytes, inflated if it is compressed.
        found: u64,
        /// The length in bytes that follows from the header.
        expected: u64,
    },
    /// Compressed contents go on after the last byte that their header announces.
    #[error("{} inflates to more than the {expected} bytes that its header demands", path.display())]
    Surplus {
        /// The file.
        path: PathBuf,
        /// The length in bytes that follows from the header.
        expected: u64,
    },
    /// The file is no whole number of records.
    #[error("{} holds {found} bytes, which is no whole number of records of {expected}", path.display())]
    Records {
        /// The file.
        path: PathBuf,
        /// Its length in bytes.
        found: u64,
        /// The length in bytes of one record.
        expected: u64,
    },
    /// The numbers in the file are of a type that is not read.
    #[error("{} holds elements of type {found}; expected {expected}", path.display())]
    ElementType {
        /// The file, and the array in it.
        path: PathBuf,
        /// The type, as the file's format spells it.
        found: String,
        /// The types that are read.
        expected: &'static str,
    },
    /// The array has axes that do not fit.
    #[error("{} has the shape {found:?}; expected {expected}", path.display())]
    Shape {
        /// The file, and the array in it.
        path: PathBuf,
        /// The array's shape.
        found: Vec<usize>,
        /// The shapes that are read.
        expected: &'static str,
    },
    /// There are no images, or images without a pixel.
    #[error("{} holds no images", path.display())]
    Empty {
        /// The file or folder.
        path: PathBuf,
    },
    /// There are more images than labels, or fewer.
    #[error("{} holds {found} labels; expected {expected}, one for each image of {}", path.display(), images.display())]
    Count {
        /// The file of labels.
        path: PathBuf,
        /// The file of images.
        images: PathBuf,
        /// The number of labels.
        found: usize,
        /// The number of images.
        expected: usize,
    },
    /// A pixel is outside \[0, 1\], or not a number.
    #[error("{} holds {found} at image {image}, channel {channel}, row {row}, column {column}; expected [0, 1]", path.display())]
    Value {
        /// The file.
        path: PathBuf,
        /// Index of the image.
        image: usize,
        /// Index of its channel.
        channel: usize,
        /// Index of the pixel's row.
        row: usize,
        /// Index of the pixel's column.
        column: usize,
        /// The value.
        found: f64,
    },
    /// A label is no class.
    #[error("{}: label {index} is `{found}`; expected {expected}", path.display())]
    Label {
        /// The file.
        path: PathBuf,
        /// Index of the label, from 0.
        index: usize,
        /// The label.
        found: String,
        /// What a label may be.
        expected: &'static str,
    },
    /// The format needs a file of labels, and none was named.
    #[error("images of format {format} need a file of labels")]
    LabelsMissing {
        /// The format.
        format: Format,
    },
    /// A file of labels was named, but the format has its labels beside the images.
    #[error("images of format {format} bring their labels along; {} cannot be used", path.display())]
    LabelsUnused {
        /// The format.
        format: Format,
        /// The file of labels.
        path: PathBuf,
    },
    /// An archive lacks an array.
    #[error("{} has no array `{expected}`; it holds {}", path.display(), listed(found))]
    ArrayMissing {
        /// The archive.
        path: PathBuf,
        /// The arrays in it.
        found: Vec<String>,
        /// The array that is needed.
        expected: &'static str,
    },
    /// The file is no readable zip archive, which an `.npz` file is.
    #[error("{} is not a readable npz (zip) archive", path.display())]
    Zip {
        /// The archive.
        path: PathBuf,
        /// What went wrong.
        source: zip::result::ZipError,
    },
    /// A NumPy header cannot be understood.
    #[error("{} has no readable NumPy header", path.display())]
    NpyHeader {
        /// The file, and the array in it.
        path: PathBuf,
        /// What went wrong.
        source: ndarray_npy::npy::header::ReadHeaderError,
    },
    /// A NumPy header is longer, or nested more deeply, than that of an array of numbers can be.
    #[error("{} has a NumPy header of {found} bytes that describes no array of numbers", path.display())]
    NpyHeaderRefused {
        /// The file, and the array in it.
        path: PathBuf,
        /// The length of the header in bytes.
        found: usize,
    },
    /// The contents of a NumPy array cannot be read.
    #[error("cannot read the array in {}", path.display())]
    Npy {
        /// The file, and the array in it.
        path: PathBuf,
        /// What went wrong.
        source: ndarray_npy::ReadNpyError,
    },
    /// Files in a folder of images are not images of a known format.
    #[error("{} holds files that are not readable images: {}", path.display(), listed(found))]
    NotImages {
        /// The folder.
        path: PathBuf,
        /// The files, relative to the folder.
        found: Vec<String>,
    },
    /// A file is no image of a known format.
    #[error("{} is not a readable image", path.display())]
    NotAnImage {
        /// The file.
        path: PathBuf,
    },
    /// An image file is damaged, or larger than the limit.
    #[error("cannot decode the image {}", path.display())]
    Decode {
        /// The image.
        path: PathBuf,
        /// What went wrong.
        source: image::ImageError,
    },
    /// The images of a folder differ in shape and are not resized to a common one.
    #[error("{} is {}x{} pixels; expected {}x{} like the first (set `resize`)", path.display(), found[0], found[1], expected[0], expected[1])]
    ImageShape {
        /// The first image of another shape.
        path: PathBuf,
        /// Its height and width.
        found: [usize; 2],
        /// Height and width of the first image.
        expected: [usize; 2],
    },
    /// An image file beside the data set has another size than its images, and none is resized.
    #[error("{} is {}x{} pixels (height, width) and the images of the data are {}x{}: scale it to that size, or set `resize` in `[data]`, by which all images are read", path.display(), found[0], found[1], expected[0], expected[1])]
    OtherSize {
        /// The file.
        path: PathBuf,
        /// Its height and width.
        found: [usize; 2],
        /// Height and width of the data's images.
        expected: [usize; 2],
    },
    /// `resize` or `crop` has no pixel, or the crop is larger than the image.
    #[error("cannot {what} to {}x{} pixels: {} is {}x{}", expected[0], expected[1], path.display(), found[0], found[1])]
    Geometry {
        /// The images.
        path: PathBuf,
        /// `resize` or `crop`.
        what: &'static str,
        /// Height and width before.
        found: [usize; 2],
        /// Height and width asked for.
        expected: [usize; 2],
    },
    /// The images have another number of channels than was asked for, or that number is neither 1 nor 3.
    #[error("{} has {found} channels; expected {expected}", path.display())]
    Channels {
        /// The images.
        path: PathBuf,
        /// The number of channels in the file, or that was asked of a folder.
        found: usize,
        /// The number asked for, or what a folder can be converted to.
        expected: String,
    },
    /// A folder of images has no class directories, and no CSV file was named.
    #[error("{} holds no class directories; name a CSV file of labels or make a directory for each class", path.display())]
    NoClasses {
        /// The folder.
        path: PathBuf,
    },
    /// A file name cannot be written as text.
    #[error("the file name {} is not valid UTF-8", path.display())]
    FileName {
        /// The file.
        path: PathBuf,
    },
    /// A path leads out of the folder of images.
    #[error("{} lies outside {}", path.display(), expected.display())]
    Outside {
        /// The path, as listed.
        path: PathBuf,
        /// The folder.
        expected: PathBuf,
    },
    /// The list of labels is no readable CSV file.
    #[error("{} is not a readable CSV file", path.display())]
    Csv {
        /// The list.
        path: PathBuf,
        /// What went wrong.
        source: csv::Error,
    },
    /// The list of labels does not have the columns `file` and `label`.
    #[error("{} has the columns {}; expected file and label", path.display(), listed(found))]
    Columns {
        /// The list.
        path: PathBuf,
        /// The first row.
        found: Vec<String>,
    },
    /// An image file is not what it was when the data set was opened, so the digest no longer describes it.
    #[error("{} has changed since it was opened: SHA-256 {found}; expected {expected}", path.display())]
    Changed {
        /// The image.
        path: PathBuf,
        /// Its SHA-256 now, in hexadecimal.
        found: String,
        /// Its SHA-256 when the data set was opened.
        expected: String,
    },
    /// There is no image of that index.
    #[error("there is no image {found} among {expected}")]
    Index {
        /// The index that was asked for.
        found: usize,
        /// The number of images.
        expected: usize,
    },
}

/// The first ten names, and how many more there are.
fn listed(names: &[String]) -> String {
    const SHOWN: usize = 10;
    match names.len() {
        0 => "nothing".to_owned(),
        n if n <= SHOWN => names.join(", "),
        n => format!("{} and {} more", names[..SHOWN].join(", "), n - SHOWN),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lists_are_cut_and_counted() {
        let names: Vec<String> = (0..12).map(|i| i.to_string()).collect();
        assert_eq!(listed(&names), "0, 1, 2, 3, 4, 5, 6, 7, 8, 9 and 2 more");
        assert_eq!(listed(&names[..2]), "0, 1");
        assert_eq!(listed(&[]), "nothing");
    }
}
