//! ONNX Runtime: finding the library, fetching it, opening it, and running models with it.
//!
//! ```no_run
//! use gsmooth::onnx::runtime::{Options, Runtime, Session, SessionOptions};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let runtime = Runtime::open(&Options::default(), &mut |message| eprintln!("{message}"))?;
//! let mut session = Session::from_file(&runtime, "classifier.onnx".as_ref(), &SessionOptions::default())?;
//! let mut logits = Vec::new();
//! let input = session.input().name.clone();
//! let shape = session.run(&input, &[0.0; 784], &[1, 1, 28, 28], &mut logits)?;
//! # Ok(())
//! # }
//! ```

mod archive;
mod assignment;
mod cuda;
pub mod discovery;
pub mod environment;
pub mod fetch;
pub mod library;
mod message;
pub mod providers;
pub mod python;
pub mod session;
mod session_error;
mod staging;
mod summary;
pub mod version;
pub mod wheel;

pub use assignment::NodeAssignment;
pub use discovery::Environment;
pub use environment::{Options, Runtime, RuntimeError};
pub use library::{Library, Origin};
pub use message::Message;
pub use providers::{Provider, ProviderError};
pub use session::{Session, SessionOptions, Tensor};
pub use session_error::{RunError, SessionError};
pub use staging::StagingMemory;
pub use summary::{LibrarySummary, RuntimeSummary, install, install_in, show, show_in};
pub use version::Version;
