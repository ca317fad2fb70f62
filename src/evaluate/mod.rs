//! `gsmooth evaluate`: accuracy of classifiers, bare and smoothed, on corrupted images (Table 4 of the paper).
//!
//! - [`setting`]: a corruption at one strength, or none;
//! - [`prediction`]: from votes to the class that a smoothed classifier answers, or none;
//! - [`bare`], [`smoothed`]: a few images through a bare classifier, one image through a smoothed one;
//! - [`run`], [`report`], [`csv`], [`error`]: the whole evaluation, and what it leaves.
//!
//! Nothing is certified here: these are averages over the corruptions that were tried. A case's smoothing is applied to the
//! corrupted image. The draws at every strength are independent of one another and of every certificate's.

pub mod bare;
pub mod csv;
pub mod error;
pub mod prediction;
pub mod report;
pub mod run;
pub mod setting;
pub mod smoothed;
