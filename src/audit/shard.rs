//! Shards: a run shared out among several machines, each of which certifies every N-th image.
//!
//! Shard I of N takes the images number i of the selection with i mod N = I - 1. They are interleaved, not cut into
//! blocks, because data sets are often sorted (by class, by size, by difficulty): so all shards get the same mix, take
//! about the same time, and each alone already shows what the whole will.
//!
//! Records do not depend on the shard, and their header does not name it. A run folder knows its shard by a file of its
//! own, which also holds what merging needs of the plan, so that merging needs no models.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::case_description::CaseDescription;
use super::plan::Plan;
use super::plan::data::Selection;
use super::plan::targets::Requirement;
use super::run::class_names;

/// The shard's file in a run folder; absent where the run is a whole one.
pub const SHARD: &str = "shard.json";

/// A part of a run: every `of`-th image, from image number `shard - 1` of the selection on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Parts", into = "Parts")]
pub struct Shard {
    number: u64,
    of: u64,
}

/// A shard as a file holds it.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Parts {
    shard: u64,
    of: u64,
}

/// A text that names no shard.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected I/N with I from 1 to N, such as 1/4 for the first of four shards")]
pub struct NoShard;

impl Shard {
    /// Shard `number` of `of`; both count from 1.
    ///
    /// # Errors
    /// If `number` is not in 1..=`of`.
    pub fn new(number: u64, of: u64) -> Result<Self, NoShard> {
        if (1..=of).contains(&number) { Ok(Self { number, of }) } else { Err(NoShard) }
    }

    /// Which shard, from 1.
    pub fn number(self) -> u64 {
        self.number
    }

    /// Of how many.
    pub fn of(self) -> u64 {
        self.of
    }

    /// The indices of the shard's images in the data set, in canonical order.
    pub fn images(self, selection: &Selection) -> impl Iterator<Item = usize> + '_ {
        (0..selection.count)
            .zip(selection.indices())
            .filter(move |(i, _)| i % self.of == self.number - 1)
            .map(|(_, index)| index)
    }

    /// The shard's own run folder beside the run folder of the whole.
    pub fn folder(self, whole: &Path) -> PathBuf {
        let mut name = whole.file_name().unwrap_or_default().to_owned();
        name.push(format!("-shard-{}-of-{}", self.number, self.of));
        whole.with_file_name(name)
    }
}

impl FromStr for Shard {
    type Err = NoShard;

    fn from_str(text: &str) -> Result<Self, NoShard> {
        let number = |digits: &str| match digits.bytes().all(|byte| byte.is_ascii_digit()) {
            true => digits.parse::<u64>().map_err(|_| NoShard),
            false => Err(NoShard),
        };
        let (shard, of) = text.split_once('/').ok_or(NoShard)?;
        Self::new(number(shard)?, number(of)?)
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.number, self.of)
    }
}

impl TryFrom<Parts> for Shard {
    type Error = NoShard;

    fn try_from(parts: Parts) -> Result<Self, NoShard> {
        Self::new(parts.shard, parts.of)
    }
}

impl From<Shard> for Parts {
    fn from(shard: Shard) -> Self {
        Self { shard: shard.number, of: shard.of }
    }
}

/// The indices of a run's images in canonical order: of one shard, or all.
pub fn images(shard: Option<Shard>, selection: &Selection) -> Vec<usize> {
    shard.unwrap_or(Shard { number: 1, of: 1 }).images(selection).collect()
}

/// What `shard.json` holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ShardFile {
    /// The shard.
    #[serde(flatten)]
    pub shard: Shard,
    /// The images of the whole run.
    pub selection: Selection,
    /// The probability that an image's certificate may be wrong.
    pub alpha: f64,
    /// The cases, in the audit's order.
    pub cases: Vec<ShardedCase>,
    /// The names of classes, where the data has any.
    #[serde(skip_serializing_if = "BTreeMap::is_empty", default)]
    pub class_names: BTreeMap<u32, String>,
}

/// What merging needs to know of a case.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ShardedCase {
    /// The case's name.
    pub name: String,
    /// The radii that are reported, ascending.
    pub radii: Vec<f64>,
    /// What the case must reach.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub require: Option<Requirement>,
    /// What the case is.
    pub description: CaseDescription,
}

/// Why a folder can't be used for a shard.
#[derive(Debug, thiserror::Error)]
pub enum ShardError {
    /// The folder was begun with another shard, or as a whole run.
    #[error(
        "{} holds {}, not {}: name another folder with --output, or drop its records with --restart",
        folder.display(), part(*found), part(*wanted)
    )]
    Other {
        /// The run folder.
        folder: PathBuf,
        /// What it holds; `None` for a whole run.
        found: Option<Shard>,
        /// What was to go on there.
        wanted: Option<Shard>,
    },
    /// The file can't be read.
    #[error("cannot read {}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

fn part(shard: Option<Shard>) -> String {
    shard.map_or("a whole run".to_owned(), |shard| format!("shard {} of {}", shard.number, shard.of))
}

impl ShardFile {
    /// The file of a shard of a plan.
    pub fn new(shard: Shard, plan: &Plan) -> Self {
        let cases = plan.cases.iter().map(|planned| ShardedCase {
            name: planned.case.name.clone(),
            radii: planned.case.radii.clone(),
            require: planned.require.clone(),
            description: CaseDescription::of(plan, planned),
        });
        Self {
            shard,
            selection: plan.selection.clone(),
            alpha: plan.cases.first().map_or(0.0, |planned| planned.case.sampling.alpha),
            cases: cases.collect(),
            class_names: class_names(plan),
        }
    }

    /// The file in a run folder; `None` where there is none, as in that of a whole run.
    ///
    /// # Errors
    /// If it can't be read or holds something else.
    pub fn read(folder: &Path) -> Result<Option<Self>, ShardError> {
        let path = folder.join(SHARD);
        let text = match fs::read(&path) {
            Err(source) if source.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(ShardError::Unreadable { path, source }),
            Ok(text) => text,
        };
        serde_json::from_slice(&text)
            .map(Some)
            .map_err(|error| ShardError::Unreadable { path, source: error.into() })
    }
}

/// Checks that a run folder which holds `records` records may go on with a part of the run.
///
/// A folder without `shard.json` and without a record was left by a run that ended before its first image; any part may
/// begin there.
///
/// # Errors
/// If it holds another part.
pub fn check_same(folder: &Path, records: usize, wanted: Option<Shard>) -> Result<(), ShardError> {
    let found = ShardFile::read(folder)?.map(|file| file.shard);
    let unclaimed = found.is_none() && records == 0;
    if found == wanted || unclaimed {
        return Ok(());
    }
    Err(ShardError::Other { folder: folder.to_owned(), found, wanted })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_shards_are_read_as_such() {
        let shard: Shard = "2/3".parse().unwrap();
        assert_eq!((shard.number(), shard.of(), shard.to_string().as_str()), (2, 3, "2/3"));
        for bad in [
            "", "/", "0/4", "5/4", "x", "1", "1/", "/4", "1/0", "0/0", "-1/4", "+1/4", "1/4/2", " 1/4",
            "1.0/4",
        ] {
            assert_eq!(bad.parse::<Shard>(), Err(NoShard), "{bad}");
        }
        assert_eq!(format!("1/{}0", u64::MAX).parse::<Shard>(), Err(NoShard));
    }

    #[test]
    fn shards_share_the_images_out_evenly_and_in_order() {
        for (count, of) in [(10, 4), (3, 5), (1, 1), (7, 7), (1000, 3)] {
            let selection = Selection { first: 5, count, stride: 3 };
            let shards: Vec<Vec<usize>> =
                (1..=of).map(|number| Shard::new(number, of).unwrap().images(&selection).collect()).collect();
            let sizes = shards.iter().map(Vec::len);
            assert!(sizes.clone().max().unwrap() - sizes.min().unwrap() <= 1, "{shards:?}");
            let joined: Vec<usize> =
                (0..count).map(|i| shards[(i % of) as usize][(i / of) as usize]).collect();
            assert_eq!(joined, selection.indices().collect::<Vec<_>>());
            assert_eq!(shards.iter().map(Vec::len).sum::<usize>() as u64, count);
        }
    }

    #[test]
    fn a_shard_has_a_folder_of_its_own() {
        let shard = Shard::new(2, 4).unwrap();
        assert_eq!(shard.folder(Path::new("runs/mnist")), Path::new("runs/mnist-shard-2-of-4"));
        assert_eq!(shard.folder(Path::new("runs/mnist/")), Path::new("runs/mnist-shard-2-of-4"));
    }

    #[test]
    fn files_are_read_back_and_checked() {
        let folder = tempfile::tempdir().unwrap();
        let shard = Shard::new(2, 4).unwrap();
        let file = ShardFile {
            shard,
            selection: Selection { first: 0, count: 9, stride: 1 },
            alpha: 0.001,
            cases: Vec::new(),
            class_names: BTreeMap::from([(0, "cat".to_owned())]),
        };
        assert!(check_same(folder.path(), 0, Some(shard)).is_ok(), "nothing is there yet");
        assert!(check_same(folder.path(), 1, None).is_ok(), "a whole run");
        assert!(matches!(
            check_same(folder.path(), 1, Some(shard)),
            Err(ShardError::Other { found: None, .. })
        ));
        fs::write(folder.path().join(SHARD), serde_json::to_vec(&file).unwrap()).unwrap();
        assert_eq!(ShardFile::read(folder.path()).unwrap(), Some(file));
        assert!(check_same(folder.path(), 3, Some(shard)).is_ok());
        for other in [None, Some(Shard::new(1, 4).unwrap()), Some(Shard::new(2, 5).unwrap())] {
            let error = check_same(folder.path(), 0, other).unwrap_err();
            assert!(error.to_string().contains("holds shard 2 of 4, not"), "{error}");
        }
        fs::write(folder.path().join(SHARD), "{\"shard\": 5, \"of\": 4}").unwrap();
        assert!(matches!(ShardFile::read(folder.path()), Err(ShardError::Unreadable { .. })));
    }
}
