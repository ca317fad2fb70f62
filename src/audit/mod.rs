//! The audit: from a TOML file to records.
//!
//! - [`schema`], [`plugin_table`], [`attack_table`], [`evaluate_table`]: the file as written;
//! - [`sweep`]: a case with a sweep, made one case per combination;
//! - [`json_schema`]: the same for editors;
//! - [`error`], [`diagnostic`]: what may be wrong with it, with line and remedy;
//! - [`plan`]: everything opened and checked; after this nothing about the input can fail;
//! - [`run`], [`records`], [`timings`], [`summary`], [`verdict`], [`tsv`]: the run, and what it leaves;
//! - [`case_description`]: what a case is, for reports;
//! - [`shard`], [`merge`]: a run shared out among machines, and put together again;
//! - [`folder`]: the run folder, read again; [`whole_file`]: how its files are written;
//! - [`progress`]: what longer commands tell while they go on.

pub mod attack_table;
pub mod case_description;
pub mod diagnostic;
pub mod error;
pub mod evaluate_table;
pub mod folder;
pub mod hint;
pub mod json_schema;
pub mod merge;
pub mod plan;
pub mod plugin_table;
pub mod probe;
pub mod progress;
pub mod records;
pub mod run;
pub mod schema;
pub mod shard;
pub mod summary;
pub mod sweep;
pub mod timings;
pub mod tsv;
pub mod verdict;
pub mod whole_file;
