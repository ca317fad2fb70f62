//! The standard transformations of gsmooth.
#![allow(dead_code)]

mod border;
mod brightness;
mod domain;
mod error;
mod gaussian_blur;
mod interval;
mod plane;
mod rotation;
mod sampling;
mod speed;
#[cfg(test)]
mod testing;
mod zoom_blur;
