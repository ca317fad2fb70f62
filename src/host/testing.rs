//! Plugins made in this process, for tests.
