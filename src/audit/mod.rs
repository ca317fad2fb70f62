//! To be filled: audit.
