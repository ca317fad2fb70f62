//! The `gsmooth` command.

fn main() {}
