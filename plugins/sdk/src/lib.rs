//! Safe Rust SDK for gsmooth plugins.
//!
//! A plugin adds a transformation (a corruption), a noise law or an M-estimator to gsmooth. It is a type that implements
//! [`Transformation`], [`NoiseDistribution`] or [`MEstimator`], in a library crate of type `cdylib` that ends with one line,
//! [`export_plugins!`]. No unsafe code is needed.
//!
//! # A complete plugin
//!
//! `Cargo.toml`:
//!
//! ```toml
//! [package]
//! name = "gsmooth-fade"       # gsmooth opens libraries whose names start with gsmooth_ (libgsmooth_fade.so)
//! version = "0.1.0"
//! edition = "2024"
//!
//! [lib]
//! crate-type = ["cdylib"]
//!
//! [dependencies]
//! gsmooth-plugin-sdk = "0.1"
//! ```
//!
//! `src/lib.rs`:
//!
//! ```
//! //! Fading towards grey.
//! use gsmooth_plugin_sdk::{Class, Image, ImageMut, OptionSpec, Options, Parameter, Result, Transformation};
//!
//! /// Mixes every pixel with a grey.
//! struct Fade {
//!     grey: f32,
//! }
//!
//! impl Transformation for Fade {
//!     const ID: &'static str = "fade";
//!     const DOC: &'static str = "Mixes every pixel with a grey.";
//!     const CLASS: Class = Class::NonResolvable;
//!     const PARAMETERS: &'static [Parameter] =
//!         &[Parameter::new("amount", "1", "Share of the grey.", /* domain */ 0.0, 1.0, /* identity */ 0.0)];
//!     const OPTIONS: &'static [OptionSpec] =
//!         &[OptionSpec::float("grey", "The grey, between 0 and 1.").at_least(0.0).at_most(1.0).default_float(0.5)];
//!
//!     fn create(options: &Options<'_>) -> Result<Self> {
//!         Ok(Self { grey: options.float("grey")? as f32 })
//!     }
//!
//!     fn apply(&self, image: Image<'_>, parameters: &[f64], out: ImageMut<'_>) -> Result {
//!         let amount = parameters[0] as f32;
//!         for (to, &from) in out.pixels.iter_mut().zip(image.pixels) {
//!             // At amount 0 this is `from`, bit for bit.
//!             *to = from * (1.0 - amount) + self.grey * amount;
//!         }
//!         Ok(())
//!     }
//! }
//!
//! gsmooth_plugin_sdk::export_plugins! { transformations: [Fade] }
//! # fn main() {
//! # let options = Options::of(Fade::OPTIONS, &[]).unwrap();
//! # let fade = Fade::create(&options).unwrap();
//! # let (input, mut output) = ([0.25_f32; 4], [0.0_f32; 4]);
//! # let image = Image { pixels: &input, channels: 1, height: 2, width: 2 };
//! # fade.apply(image, &[0.0], ImageMut { pixels: &mut output, channels: 1, height: 2, width: 2 }).unwrap();
//! # assert_eq!(output, input);
//! # }
//! ```
//!
//! `cargo build --release` makes `target/release/libgsmooth_fade.so`; `gsmooth plugins check target/release/libgsmooth_fade.so`
//! tries it, and `--plugin-path target/release` or `GSMOOTH_PLUGIN_PATH` lets audits use it. An audit then says
//! `transformation = { plugin = "fade", range = [0.0, 0.3], grey = 0.4 }`.
//!
//! # What the SDK does for you
//!
//! - An error that a function returns, and a panic, become an error of the host that names plugin, file and message. Nothing
//!   unwinds into the host; that is why the SDK does not compile with `panic = "abort"`.
//! - Options are declared ([`OptionSpec`]) and checked by the host, so that users get the same messages for every plugin.
//! - The host makes one call a batch. [`Transformation::apply_batch`] may be overridden where a batch can be done faster.
//! - [`log`](fn@log) writes to the host's log, and [`cancelled`] says when to give up.

#[cfg(panic = "abort")]
compile_error!("a gsmooth plugin must not be built with panic = \"abort\": its panics would end the host");

/// The C types underneath.
#[doc(hidden)]
pub use gsmooth_plugin_abi as abi;

mod error;
mod estimator;
mod export;
mod guard;
mod host;
mod image;
mod noise;
mod options;
mod oracle;
mod raw;
#[doc(hidden)]
pub mod table;
mod transformation;

pub use error::{Error, Result};
pub use estimator::{Bound, Kind, MEstimator};
pub use gsmooth_plugin_abi::{OptionSpec, Parameter};
pub use host::{Level, cancelled, log};
pub use image::{Image, ImageMut, Images, ImagesMut};
pub use noise::NoiseDistribution;
pub use options::{Options, Value};
pub use oracle::{LocalM, Oracle};
pub use transformation::{Class, Compose, LawOfGamma, Levels, Lipschitz, Relative, Rounding, Transformation};

/// For messages of the host.
#[doc(hidden)]
pub const BUILT_WITH: &str = concat!("gsmooth-plugin-sdk ", env!("CARGO_PKG_VERSION"));
