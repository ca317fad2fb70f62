//! What a command that goes over images tells while it goes on.

/// A step forward.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress<'a> {
    /// A part of the work begins.
    Begins {
        /// What it is called.
        name: &'a str,
        /// What is counted, in the plural.
        unit: &'a str,
        /// How many there are.
        total: u64,
    },
    /// Draws were made.
    Draws(u64),
    /// One more is done.
    Done,
    /// The part ends.
    Ends,
}
