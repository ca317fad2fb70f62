//! To be filled: transformation.
