//! The standard estimators of gsmooth.
