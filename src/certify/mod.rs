//! Geometry, cover and certificate: how far the smoothed input moves, and what the votes then prove.
//!
//! - [`channel`]: the semantic channel's distance (DESIGN 3.3);
//! - [`oracle`]: what an M-estimator may ask of an image, features kept by parameter;
//! - [`cover`]: anchors and their cells;
//! - [`certificate`]: joins geometry and votes.

pub mod channel;
pub mod small_matrix;
