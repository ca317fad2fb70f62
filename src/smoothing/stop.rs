//! How a run is asked to stop.

use std::sync::atomic::{AtomicU8, Ordering};

/// Asks a run to stop, from another thread: first after the images under way, then at once.
#[derive(Debug, Default)]
pub struct Stop(AtomicU8);

impl Stop {
    /// Nobody asked yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Asks once more; returns how often it was asked.
    pub fn ask(&self) -> u8 {
        self.0.fetch_add(1, Ordering::Relaxed).saturating_add(1)
    }

    /// Whether no further image is to be opened.
    pub fn after_open_images(&self) -> bool {
        self.0.load(Ordering::Relaxed) > 0
    }

    /// Whether the images under way are to be given up: they are not on record, and are done again.
    pub fn at_once(&self) -> bool {
        self.0.load(Ordering::Relaxed) > 1
    }
}
