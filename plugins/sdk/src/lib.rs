//! Safe Rust SDK for gsmooth plugins.
//!
//! A plugin adds a transformation (a corruption), a noise law or an M-estimator to gsmooth. It is a type that implements
//! [`Transformation`], [`NoiseDistribution`] or [`MEstimator`], in a library crate of type `cdylib` that ends with one line,
//! [`export_plugins!`]. No unsafe code is needed.
//!
//! # Begin
//!
//! `gsmooth plugins new dim` writes the folder `dim` with the plugin below, its tests and a copy of this crate; `--kind noise` and
//! `--kind estimator` begin plugins of the other kinds. In that folder
//!
//! ```sh
//! cargo build --release                                           # target/release/libgsmooth_dim.so
//! gsmooth plugins check target/release/libgsmooth_dim.so          # tries whether it is what it says
//! gsmooth certify my-audit.toml --plugin-path target/release      # or GSMOOTH_PLUGIN_PATH
//! ```
//!
//! are all it takes, where the audit says `transformation = { plugin = "dim", range = [0.0, 0.3], strength = 0.5 }`.
//!
//! # A complete plugin
//!
//! `Cargo.toml`:
//!
//! ```toml
//! [package]
//! name = "gsmooth_dim"
//! version = "0.1.0"
//! edition = "2024"
//!
//! [lib]                       # gsmooth opens libraries whose names start with gsmooth_ (libgsmooth_dim.so)
//! crate-type = ["cdylib"]
//!
//! [dependencies]
//! gsmooth-plugin-sdk = { path = "sdk" }
//! ```
//!
//! `src/lib.rs`:
//!
//! ```
//! //! Dimming.
//! use gsmooth_plugin_sdk::{Class, Image, ImageMut, OptionSpec, Options, Parameter, Result, Transformation};
//!
//! struct Dim {
//!     strength: f64,
//! }
//!
//! impl Transformation for Dim {
//!     const ID: &'static str = "dim";
//!     const DOC: &'static str = "Takes a share of the light away from every pixel.";
//!     const CLASS: Class = Class::NonResolvable;
//!     // Between 0 and 1; at 0, the identity, images come back as they are.
//!     const PARAMETERS: &'static [Parameter] =
//!         &[Parameter::new("amount", "1", "Share of the light.", 0.0, 1.0, 0.0)];
//!     const OPTIONS: &'static [OptionSpec] =
//!         &[OptionSpec::float("strength", "Factor of the amount.").above(0.0).at_most(1.0).default_float(1.0)];
//!
//!     fn create(options: &Options<'_>) -> Result<Self> {
//!         Ok(Self { strength: options.float("strength")? })
//!     }
//!
//!     fn apply(&self, image: Image<'_>, parameters: &[f64], out: ImageMut<'_>) -> Result {
//!         // At the identity this is 1, so that every pixel stays as it is, bit for bit.
//!         let factor = 1.0 - self.strength * parameters[0];
//!         for (to, &from) in out.pixels.iter_mut().zip(image.pixels) {
//!             *to = (f64::from(from) * factor) as f32;
//!         }
//!         Ok(())
//!     }
//! }
//!
//! gsmooth_plugin_sdk::export_plugins! { transformations: [Dim] }
//! # fn main() {
//! # let options = Options::of(Dim::OPTIONS, &[]).unwrap();
//! # let dim = Dim::create(&options).unwrap();
//! # let (input, mut output) = ([-0.0_f32, 0.25, 0.5, 1.0], [f32::NAN; 4]);
//! # let image = Image { pixels: &input, channels: 1, height: 2, width: 2 };
//! # dim.apply(image, &[0.0], ImageMut { pixels: &mut output, channels: 1, height: 2, width: 2 }).unwrap();
//! # assert_eq!(output.map(f32::to_bits), input.map(f32::to_bits));
//! # }
//! ```
//!
//! # What it may say beyond that
//!
//! Certificates rest on what a plugin says about itself, so it says nothing that is not proven. [`Transformation::LIPSCHITZ`] and
//! [`Transformation::ROUNDING`] make radii `proven` between sampled parameters; [`Transformation::LEVELS`] allows `enumerate`;
//! [`Class::Additive`], or [`Class::Resolvable`] with [`Transformation::LAW_OF_GAMMA`], allows `resolvable`.
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
