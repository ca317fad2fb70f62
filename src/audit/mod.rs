//! The audit: from a TOML file to records.
//!
//! - [`schema`], [`plugin_table`], [`attack_table`], [`evaluate_table`]: the file as written;
//! - [`error`], [`diagnostic`]: what may be wrong with it, with line and remedy;
//! - [`plan`]: everything opened and checked; after this nothing about the input can fail;
//! - [`run`], [`records`], [`summary`], [`tsv`]: the run, and what it leaves;
//! - [`folder`]: the run folder, read again;
//! - [`progress`]: what longer commands tell while they go on.

pub mod attack_table;
pub mod diagnostic;
pub mod error;
pub mod evaluate_table;
pub mod folder;
pub mod hint;
pub mod plan;
pub mod plugin_table;
pub mod probe;
pub mod progress;
pub mod records;
pub mod run;
pub mod schema;
pub mod summary;
pub mod tsv;
