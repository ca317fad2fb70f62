//! Which file an error is about.

use std::path::Path;

use super::DataError;

impl DataError {
    /// The file or folder that it is about.
    pub fn path(&self) -> Option<&Path> {
        match self {
            Self::LabelsMissing { .. } | Self::Index { .. } => None,
            Self::Io { path, .. }
            | Self::NotAFile { path, .. }
            | Self::TooLarge { path, .. }
            | Self::Memory { path, .. }
            | Self::Magic { path, .. }
            | Self::Length { path, .. }
            | Self::Surplus { path, .. }
            | Self::Records { path, .. }
            | Self::ElementType { path, .. }
            | Self::Shape { path, .. }
            | Self::Empty { path, .. }
            | Self::Count { path, .. }
            | Self::Value { path, .. }
            | Self::Label { path, .. }
            | Self::LabelsUnused { path, .. }
            | Self::ArrayMissing { path, .. }
            | Self::Zip { path, .. }
            | Self::NpyHeader { path, .. }
            | Self::NpyHeaderRefused { path, .. }
            | Self::Npy { path, .. }
            | Self::NotImages { path, .. }
            | Self::NotAnImage { path }
            | Self::OtherSize { path, .. }
            | Self::Decode { path, .. }
            | Self::ImageShape { path, .. }
            | Self::Geometry { path, .. }
            | Self::Channels { path, .. }
            | Self::NoClasses { path, .. }
            | Self::FileName { path, .. }
            | Self::Outside { path, .. }
            | Self::Csv { path, .. }
            | Self::Columns { path, .. }
            | Self::Changed { path, .. } => Some(path),
        }
    }
}
