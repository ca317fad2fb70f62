//! What is wrong with a run folder, and where.

use std::fmt;

use serde::Serialize;

use super::finding::Finding;

/// Where something is wrong.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Place {
    /// The file of the run folder.
    pub file: &'static str,
    /// Its line, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    /// The case.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub case: Option<String>,
    /// The image's index in the data set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image: Option<u64>,
}

impl Place {
    /// A file as a whole.
    pub fn file(file: &'static str) -> Self {
        Self { file, ..Self::default() }
    }

    /// A line of a file.
    pub fn line(file: &'static str, line: usize) -> Self {
        Self { file, line: Some(line), ..Self::default() }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.file)?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        if let Some(case) = &self.case {
            write!(f, ": case {case}")?;
        }
        if let Some(image) = self.image {
            write!(f, ", image {image}")?;
        }
        Ok(())
    }
}

/// Something that is wrong with a run folder.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Fault {
    /// Where.
    #[serde(flatten)]
    pub place: Place,
    /// What.
    #[serde(flatten)]
    pub finding: Finding,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.finding)
    }
}
