//! The stable C ABI between gsmooth and its plugins, version 1.
//!
//! A plugin library exports one data symbol, [`ENTRY_SYMBOL`], of type [`Entry`]. It lists tables of `extern "C"` functions,
//! one table a plugin: a [`TransformationTable`], a [`NoiseTable`] or an [`EstimatorTable`]. Plugin authors who write Rust use
//! the safe crate `gsmooth-plugin-sdk` instead of this one; authors who write C include `include/gsmooth_plugin.h`.
//!
//! # Rules of the boundary
//!
//! - No Rust type and no unwinding crosses it. Every function that can fail returns a [`Status`] and fills an [`ErrorBuffer`].
//! - Text is UTF-8 without a terminating zero ([`Str`]); arrays are dense and row-major.
//! - Memory belongs to whoever made it. Arguments are borrowed for the call; tables, and every [`Str`] and [`Slice`] in them,
//!   live as long as the library, which is never unloaded. Instances are made by `create` and freed by `destroy`.
//! - The major version is part of the symbol's name. Within it only [`Entry`], [`Host`], [`Oracle`] and the three tables may
//!   grow, at the tail, and their `size` field says how far they reach; everything else, [`Head`] included, is frozen.
//!   [`LAYOUT`] is a hash of the frozen layout, and a library with another hash is refused. [`growth`] reads what is older or
//!   newer than the reader: what one side does not know is null for it.
//! - A plugin without [`flags::THREAD_SAFE`] is called by one thread at a time, though not always by the same one.
//!   With it, calls on one instance may overlap.

mod entry;
mod error;
mod estimator;
pub mod growth;
mod head;
mod images;
mod layout;
mod noise;
mod options;
mod parameter;
mod text;
mod transformation;

pub use entry::{ABI_MINOR, ENTRY_SYMBOL, Entry, TableRef};
pub use error::{ErrorBuffer, MESSAGE_CAPACITY, Status, status};
pub use estimator::{Bound, EstimatorTable, Oracle, bound_kind};
pub use head::{Create, Destroy, Head, Host, flags, log_level, plugin_kind};
pub use images::{Images, ImagesMut};
pub use layout::LAYOUT;
pub use noise::{Map, NoiseTable};
pub use options::{OptionSpec, OptionValue, option_kind};
pub use parameter::Parameter;
pub use text::{Slice, Str};
pub use transformation::{TransformationTable, class};
