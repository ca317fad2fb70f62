//! To be filled: report.
