//! Memory of a run: after its models are open, and at its peak, for more and more draws.
//!
//! ```sh
//! cargo build --release && cargo run --release --example memory
//! cargo run --release --example memory -- configs/imagenet.toml
//! ```
//!
//! Argument: an audit; without one the smallest shipped surrogate, in mode `fixed`. Linux only.

#[path = "throughput/pipelines.rs"]
mod pipelines;
#[path = "random_networks/mod.rs"]
mod random_networks;

use std::path::Path;

use anyhow::Context;
use gsmooth::audit::plan::{Plan, PlanOptions};

fn main() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    println!("| audit | draws | MB, models open | MB at the peak | difference |\n|---|---|---|---|---|");
    if let Some(audit) = std::env::args().nth(1) {
        let plan = Plan::open(Path::new(&audit), &PlanOptions::default(), &mut |_| {})?;
        return print_row(&audit, &plan, folder.path());
    }
    // Ascending: the peak is that of the process so far.
    for draws in [500, 50_000, 500_000] {
        let pipeline = pipelines::surrogate(folder.path(), draws)?;
        print_row(pipeline.name, &pipeline.open()?, folder.path())?;
    }
    Ok(())
}

fn print_row(name: &str, plan: &Plan, folder: &Path) -> anyhow::Result<()> {
    let open = megabytes("VmRSS")?;
    let draws = pipelines::certify(plan, folder)?;
    let peak = megabytes("VmHWM")?;
    println!("| {name} | {draws} | {open:.0} | {peak:.0} | {:.0} |", peak - open);
    Ok(())
}

/// An entry of what the system knows of this process.
fn megabytes(entry: &str) -> anyhow::Result<f64> {
    let status = std::fs::read_to_string("/proc/self/status").context("needs Linux")?;
    let line = status.lines().find(|line| line.starts_with(entry)).context("no such entry")?;
    let kilobytes: f64 = line.split_whitespace().nth(1).context("no number")?.parse()?;
    Ok(kilobytes / 1024.0)
}
