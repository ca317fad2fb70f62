//! What a decision costs: draws and seconds of a run folder, the part of the geometry in them, and the same decisions made by a
//! plain loop in Python with a fixed number of draws.
//!
//! ```sh
//! cargo run --release -- certify configs/quickstart-target.toml
//! cargo run --release --example decisions -- runs/quickstart-target
//! python benches/peer/certify.py onnx/mnist/classifier.onnx --surrogate onnx/mnist/defocus-blur --noise 0.25 --theta 0.5 > peer.jsonl
//! cargo run --release --example decisions -- runs/quickstart-target defocus_blur peer.jsonl
//! ```
//!
//! Arguments: the run folder of an audit in mode `target`; then the case that a peer tested too, and the lines it printed.

mod peer;

use std::path::Path;
use std::time::Instant;

use gsmooth::audit::folder::{RunFolder, TIMINGS};
use gsmooth::audit::plan::case::PlannedCase;
use gsmooth::audit::plan::{Plan, PlanOptions};
use gsmooth::audit::probe;
use gsmooth::audit::records::Record;
use gsmooth::audit::timings;
use gsmooth::certify::case::Method;
use gsmooth::certify::image::preview;

/// Images whose geometry is timed.
const TIMED: usize = 20;

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let Some(path) = arguments.first().map(Path::new) else { anyhow::bail!("name a run folder") };
    let run = RunFolder::read(path, None)?;
    let options = PlanOptions::default();
    let plan = Plan::of_text(run.text.clone(), &run.relative_to, &options, &mut |_| {})
        .map_err(|diagnostic| anyhow::anyhow!("{diagnostic:?}"))?;
    if let [_, case, lines] = &arguments[..] {
        return peer::compare(&plan, &run, case, Path::new(lines));
    }
    println!(
        "| case | anchors an image | draws a decision | draws an image | seconds an image | geometry, seconds an image and core | \
         geometry / votes |\n|---|---|---|---|---|---|---|"
    );
    for planned in plan.cases.iter().filter(|planned| !matches!(planned.case.method, Method::Enumerate)) {
        print_row(&plan, planned, &run)?;
    }
    Ok(())
}

/// Medians over images and over decisions, means of seconds.
fn print_row(plan: &Plan, planned: &PlannedCase, run: &RunFolder) -> anyhow::Result<()> {
    let name = &planned.case.name;
    let records: Vec<&Record> = run.records.iter().filter(|record| record.case == *name).collect();
    let decisions = records.iter().flat_map(|record| &record.cells).map(|cell| cell.votes.draws).collect();
    let anchors = records.iter().map(|record| record.cells.len() as u64).collect();
    let draws: Vec<u64> = records.iter().map(|record| record.draws).collect();
    let mean_draws = draws.iter().sum::<u64>() as f64 / draws.len().max(1) as f64;
    let votes = mean_draws * probe::time_draws(plan, planned)?;
    let geometry = seconds_of_geometry(plan, planned)?;
    println!(
        "| {name} | {} | {} | {} | {:.4} | {geometry:.4} | {:.2} |",
        median(anchors),
        median(decisions),
        median(draws),
        seconds_an_image(run, name),
        geometry / votes
    );
    Ok(())
}

fn median(mut values: Vec<u64>) -> u64 {
    values.sort_unstable();
    values.get(values.len() / 2).copied().unwrap_or(0)
}

/// Wall time of the run, by image.
fn seconds_an_image(run: &RunFolder, case: &str) -> f64 {
    let all = timings::read(&run.path.join(TIMINGS));
    let seconds: Vec<f64> =
        all.iter().filter(|timing| timing.case == case).map(|timing| timing.seconds).collect();
    seconds.iter().sum::<f64>() / seconds.len().max(1) as f64
}

fn seconds_of_geometry(plan: &Plan, planned: &PlannedCase) -> anyhow::Result<f64> {
    let mut worker = planned.worker(&plan.runtime, &plan.session)?;
    let indices: Vec<usize> = plan.selection.indices().take(TIMED).collect();
    let begin = Instant::now();
    for index in &indices {
        preview(&planned.case, &plan.data, *index, &mut worker)?;
    }
    Ok(begin.elapsed().as_secs_f64() / indices.len().max(1) as f64)
}
