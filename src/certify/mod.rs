//! To be filled: certify.
