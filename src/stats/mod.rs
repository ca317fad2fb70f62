//! To be filled: stats.
