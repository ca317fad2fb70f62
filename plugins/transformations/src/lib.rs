//! The standard transformations of gsmooth.
