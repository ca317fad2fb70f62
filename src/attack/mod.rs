//! `gsmooth attack`: adaptive attacks on the smoothed and on the bare classifier, over the range of each case (Table 2 of the
//! paper). They look for a transformed image that is got wrong, and for certificates that do not hold.
//!
//! - [`ball`]: the part of a range within a radius;
//! - [`seen`]: what a classifier's scores at a point say of a class;
//! - [`search`], [`descent`], [`walk`]: where to look next, within one radius; a grid, then gradient descent or steps;
//! - [`hunt`]: one classifier's search over all radii;
//! - [`mod@image`]: both classifiers of one image;
//! - [`trial`]: what was found, tested on fresh draws;
//! - [`recorded`]: the run whose certificates are attacked;
//! - [`finding`], [`report`]: what was found out, and how it is told;
//! - [`mod@run`], [`error`]: the whole attack.
//!
//! Everything is a pure function of the audit: an image's search draws the same noise at all of its points (common random
//! numbers), which no certificate has seen, and the draws that test what it found have been seen by nothing.

pub mod ball;
pub mod descent;
pub mod error;
pub mod finding;
pub mod hunt;
pub mod image;
pub mod recorded;
pub mod report;
pub mod run;
pub mod search;
pub mod seen;
pub mod trial;
pub mod walk;
