//! What a draw costs: `certify` in mode `fixed` beside ONNX Runtime alone on the same graph, with the same batches and threads,
//! taking turns in one process.
//!
//! ```sh
//! cargo build --release && cargo run --release --example throughput
//! ```
//!
//! Each pair runs both for the same number of draws; the ratio of a pipeline is the median over the pairs. CPU time is that of the
//! whole process, so noise, votes, geometry, books and records are all in it.

#[path = "../random_networks/mod.rs"]
mod random_networks;

mod bare;
mod pipelines;

use std::time::{Duration, Instant};

use rustix::time::{ClockId, clock_gettime};

/// Pairs of runs that take turns.
const PAIRS: usize = 9;

/// What some draws took.
#[derive(Debug, Clone, Copy)]
struct Cost {
    processor: Duration,
    wall: Duration,
    draws: u64,
}

fn main() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    println!(
        "| pipeline | draws a run | microseconds a draw, certify | alone | processor time, alone / certify | wall time, alone / certify |"
    );
    println!("|---|---|---|---|---|---|");
    let (resnet, surrogate) =
        (pipelines::resnet20(folder.path(), 2_000)?, pipelines::surrogate(folder.path(), 20_000)?);
    let mut all = vec![resnet, surrogate, pipelines::row_classifier(folder.path(), 4_000)?];
    all.extend(pipelines::efficientnet(folder.path(), 100)?);
    for pipeline in all {
        let plan = pipeline.open()?;
        let mut pairs = Vec::with_capacity(PAIRS);
        // The first of each warms caches and memory pools up, and is thrown away.
        for round in 0..=PAIRS {
            let certify = measured(|| pipelines::certify(&plan, folder.path()))?;
            let alone = measured(|| bare::run(&plan, certify.draws))?;
            if round > 0 {
                pairs.push((certify, alone));
            }
        }
        print_row(pipeline.name, &pairs);
    }
    Ok(())
}

fn print_row(name: &str, pairs: &[(Cost, Cost)]) {
    let of = |what: &dyn Fn(&(Cost, Cost)) -> f64| median(pairs.iter().map(what).collect());
    let micro = |cost: &Cost| cost.processor.as_secs_f64() * 1e6 / cost.draws as f64;
    println!(
        "| {name} | {} | {:.1} | {:.1} | {:.3} | {:.3} |",
        pairs.first().map_or(0, |(certify, _)| certify.draws),
        of(&|(certify, _)| micro(certify)),
        of(&|(_, alone)| micro(alone)),
        of(&|(certify, alone)| micro(alone) / micro(certify)),
        of(&|(certify, alone)| alone.wall.as_secs_f64() / certify.wall.as_secs_f64()),
    );
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

fn measured(run: impl FnOnce() -> anyhow::Result<u64>) -> anyhow::Result<Cost> {
    let (processor, wall) = (processor_time(), Instant::now());
    let draws = run()?;
    Ok(Cost { processor: processor_time().saturating_sub(processor), wall: wall.elapsed(), draws })
}

fn processor_time() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).unwrap_or(0))
}
