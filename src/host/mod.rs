//! To be filled: host.
