//! Statistics of votes: binomial confidence bounds and trade-off functions of noise laws.
//!
//! Everything here is pure arithmetic, rounded against the certificate: lower bounds down, upper bounds up.

pub mod ball;
pub mod binomial;
mod bins;
pub mod brightness_contrast;
pub mod channel_law;
pub mod clopper_pearson;
mod concave_search;
pub mod dominating_pair;
pub mod law;
pub mod neyman_pearson;
pub mod norm;
pub mod normal;
pub mod panels;
pub mod pooled;
pub mod product;
pub mod quadrature;
pub mod radius;
pub mod sequential;
#[cfg(test)]
mod testing;
pub mod tradeoff;
