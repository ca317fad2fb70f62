//! Whether plugins keep their promises: tests of the plugins of a library, each in a process of its own.
//!
//! The host checks what can be checked in passing: sizes, finite pixels, probabilities. Whether a plugin computes what it
//! says, certificates must take on trust; here it is tried out. A library that crashes, hangs or writes where it must not
//! takes only the process of one test with it: [`check`] never opens the library itself, but starts the program it is given
//! once for the list of tests ([`list`]) and once for each test ([`run`]).
//!
//! Inputs go from the simplest to random ones, so that the first that fails is a small one. They are a pure function of the
//! seed.

mod context;
mod error;
mod estimator;
mod noise;
mod options;
mod parent;
mod process;
mod purity;
mod quantities;
mod random;
mod select;
mod transformation;
mod trial;
mod verdict;

pub use context::Context;
pub use error::ConformanceError;
pub use options::GivenOption;
pub use parent::{Request, check};
pub use process::{Answer, Child};
pub use select::{Contents, Listed, list, run};
pub use verdict::{Fault, Outcome, Verdict};
