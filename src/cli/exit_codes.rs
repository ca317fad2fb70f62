//! What the exit codes mean: said once, for the help and for the manual pages.

/// Each exit code with its meaning.
pub const EXIT_CODES: [(u8, &str); 6] = [
    (0, "done"),
    (1, "a `require` of the audit was not met, or `verify`, `attack` or `plugins check` found a fault"),
    (2, "bad usage or audit file"),
    (3, "a model, plugin, data file or runtime is missing or unfit"),
    (4, "interrupted, or not complete: the same command goes on"),
    (5, "some images ended in an error (they count as not certified)"),
];

/// The table as text.
pub fn table() -> String {
    let lines = EXIT_CODES.map(|(code, meaning)| format!("  {code}  {meaning}"));
    format!("Exit codes:\n{}", lines.join("\n"))
}
