//! The standard noises of gsmooth.
