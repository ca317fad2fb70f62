//! Geometry, cover and certificate: how far the smoothed input moves, and what the votes then prove.
//!
//! - [`case`]: everything that the images of one case share;
//! - [`ranges`]: the parameters that a claim is about;
//! - [`channel`], [`metric`]: the semantic channel's distance, for Gaussian theta and for any other law (MATHEMATICS 3);
//! - [`features`], [`differences`], [`growth`], [`oracle`]: what an M-estimator may ask of an image;
//! - [`moves`]: one move of the smoothed input's law, and what is kept under it;
//! - [`geometry`]: per image, the worst moves over a box of parameters; no sampling;
//! - [`cover`]: anchors and their cells;
//! - [`single_point`]: what a radius takes of the image itself;
//! - [`certificate`]: joins geometry and votes;
//! - [`conclusion`]: from counts to a certificate, by pure functions;
//! - [`image`], [`worker`]: one image's certification, step by step, and the networks it runs on;
//! - [`outcome`]: what is claimed of it.

pub mod case;
pub mod certificate;
pub mod channel;
pub mod conclusion;
pub mod cover;
pub mod differences;
pub mod features;
pub mod geometry;
pub mod growth;
pub mod image;
pub mod metric;
pub mod moves;
pub mod oracle;
pub mod outcome;
pub mod ranges;
pub mod single_point;
pub mod small_matrix;
pub mod worker;
