//! What is not on record yet, and how it gets there.

use std::fmt;
use std::path::{Path, PathBuf};

use super::super::shard::Shard;
use super::Part;

/// Images that are named before the rest is only counted.
const NAMED: usize = 8;

/// Shards that are not there, or not complete.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    /// The audit file, where it lay.
    pub audit: PathBuf,
    /// What is missing, by shard.
    pub shards: Vec<MissingImages>,
}

/// The images that a shard lacks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MissingImages {
    /// The shard.
    pub shard: Shard,
    /// Its run folder; `None` where none was named.
    pub folder: Option<PathBuf>,
    /// By case: the indices of images without a record.
    pub images: Vec<(String, Vec<usize>)>,
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not all images are on record")?;
        for missing in &self.shards {
            write!(f, "\n  {missing}")?;
            let (audit, shard) = (quoted(&self.audit), missing.shard);
            match &missing.folder {
                Some(folder) => {
                    let folder = quoted(folder);
                    write!(
                        f,
                        "\n    go on with `gsmooth certify {audit} --shard {shard} --output {folder}`"
                    )?;
                }
                None => write!(
                    f,
                    "\n    name its folder, or begin it with `gsmooth certify {audit} --shard {shard}`"
                )?,
            }
        }
        Ok(())
    }
}

impl std::error::Error for Missing {}

/// A path as a shell reads it.
fn quoted(path: &Path) -> String {
    let path = path.to_string_lossy();
    shlex::try_quote(&path).map_or_else(|_| path.to_string(), |quoted| quoted.into_owned())
}

impl fmt::Display for MissingImages {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.folder {
            Some(folder) => write!(f, "shard {} in {} lacks", self.shard, folder.display())?,
            None => write!(f, "shard {} is not among the folders; it has", self.shard)?,
        }
        for (i, (case, images)) in self.images.iter().enumerate() {
            let named: Vec<String> = images.iter().take(NAMED).map(usize::to_string).collect();
            write!(f, "{} image {} of case {case}", if i == 0 { "" } else { ";" }, named.join(", "))?;
            if images.len() > NAMED {
                write!(f, " and {} more", images.len() - NAMED)?;
            }
        }
        Ok(())
    }
}

/// Checks that all parts are there and complete. They are sorted and of one run, of which `first` is any part.
pub(super) fn check_complete(first: &Part, parts: &[Part]) -> Result<(), Missing> {
    let of = first.shard().of();
    let mut missing = Vec::new();
    // Shards beyond the number of images are empty: nothing is missing where they are not there.
    for number in 1..=of.min(first.file.selection.count) {
        let Ok(shard) = Shard::new(number, of) else { continue };
        let part = parts.iter().find(|part| part.shard() == shard);
        let images = lacking(first, shard, part);
        if !images.is_empty() {
            missing.push(MissingImages { shard, folder: part.map(|part| part.run.path.clone()), images });
        }
    }
    if missing.is_empty() { Ok(()) } else { Err(Missing { audit: first.audit.clone(), shards: missing }) }
}

/// By case: the images of a shard that `part` does not have.
fn lacking(first: &Part, shard: Shard, part: Option<&Part>) -> Vec<(String, Vec<usize>)> {
    let images: Vec<usize> = shard.images(&first.file.selection).collect();
    let lacking = first.file.cases.iter().map(|case| {
        let done = part.map_or(0, |part| part.run.records_of(&case.name).count());
        (case.name.clone(), images[done.min(images.len())..].to_vec())
    });
    lacking.filter(|(_, images)| !images.is_empty()).collect()
}
