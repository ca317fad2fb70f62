//! The audit: from a TOML file to records.
//!
//! - [`schema`], [`plugin_table`]: the file as written;
//! - [`sweep`]: a case with a sweep, made one case per combination;
//! - [`json_schema`]: the same for editors;
//! - [`error`], [`diagnostic`]: what may be wrong with it, with line and remedy;
//! - [`plan`]: everything opened and checked; after this nothing about the input can fail;
//! - [`run`], [`records`], [`summary`], [`tsv`]: the run, and what it leaves;
//! - [`folder`]: the run folder, read again.

pub mod diagnostic;
pub mod error;
pub mod folder;
pub mod hint;
pub mod json_schema;
pub mod plan;
pub mod plugin_table;
pub mod probe;
pub mod records;
pub mod run;
pub mod schema;
pub mod summary;
pub mod sweep;
pub mod tsv;
