//! To be filled: smoothing.
