//! Which file formats can be read, and how they are named in an audit file.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A file format of labelled images.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// The IDX files of MNIST, plain or gzipped: one of images, one of labels.
    Idx,
    /// One NumPy archive with the arrays `images` and `labels`.
    Npz,
    /// Two NumPy files: one of images, one of labels.
    Npy,
    /// CIFAR-10's binary version: records of a label and 3 x 32 x 32 bytes.
    Cifar10,
    /// CIFAR-100's binary version: records of a coarse label, a fine label and 3 x 32 x 32 bytes.
    Cifar100,
    /// A folder of image files: a directory a class, or a CSV file that lists files and labels.
    Folder,
}

impl Format {
    /// All formats, in the order in which messages list them.
    pub const ALL: [Format; 6] =
        [Format::Idx, Format::Npz, Format::Npy, Format::Cifar10, Format::Cifar100, Format::Folder];

    /// The name used in audit files.
    pub fn name(self) -> &'static str {
        match self {
            Format::Idx => "idx",
            Format::Npz => "npz",
            Format::Npy => "npy",
            Format::Cifar10 => "cifar10",
            Format::Cifar100 => "cifar100",
            Format::Folder => "folder",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A name that is no [`Format`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown data format `{found}`; known are idx, npz, npy, cifar10, cifar100 and folder")]
pub struct UnknownFormat {
    /// The name that was given.
    pub found: String,
}

impl FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(name: &str) -> Result<Self, UnknownFormat> {
        let known = Format::ALL.into_iter().find(|format| format.name() == name);
        known.ok_or_else(|| UnknownFormat { found: name.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_agree_between_text_and_serde() {
        for format in Format::ALL {
            assert_eq!(format.to_string().parse(), Ok(format));
            assert_eq!(serde_json::to_value(format).unwrap(), format.name());
            assert_eq!(serde_json::from_value::<Format>(format.name().into()).unwrap(), format);
        }
    }

    #[test]
    fn an_unknown_name_is_quoted_beside_every_known_one() {
        let message = "CIFAR10".parse::<Format>().unwrap_err().to_string();
        assert!(message.contains("`CIFAR10`"));
        assert!(Format::ALL.iter().all(|format| message.contains(format.name())));
    }
}
